import { Fragment, type VNode } from 'preact';
import { formatCount, formatNumber, formatPercent, formatSeconds, type JsonNumber, toNumber } from './format.ts';
import { IntervalBar } from './interval-bar.tsx';
import type { ReportData, ReportMetrics, ReportSummary } from './report-data.ts';
import { safeText } from './text.ts';
import { wilsonInterval } from './wilson.ts';

const STATUS = {
  running: 'still running',
  done: 'done',
  diverged: 'diverged',
  interrupted: 'interrupted',
} as const;

/** Title, state and what must be known before any figure is believed. */
export function Header({ data }: { data: ReportData }): VNode {
  const bad = data.status === 'diverged' || data.status === 'interrupted';
  const meta = [data.run, startedText(data.started)].filter((part) => part !== undefined);
  return (
    <header>
      <h1>{safeText(data.title, 120)}</h1>
      <p class="meta">
        <span class={`status${bad ? ' bad' : ''}`}>{STATUS[data.status] ?? safeText(data.status, 20)}</span>
        {meta.map((part, i) => (
          <Fragment key={i}>
            {' · '}
            <bdi>{safeText(part, 80)}</bdi>
          </Fragment>
        ))}
      </p>
      {data.notes === undefined || data.notes.length === 0 ? null : (
        <ul class="notes">
          {data.notes.map((note, i) => (
            <li key={i}>{safeText(note, 400)}</li>
          ))}
        </ul>
      )}
    </header>
  );
}

/** The one figure of the run, with its uncertainty, and the measures beside it. */
export function Headline({ data }: { data: ReportData }): VNode | null {
  const metrics = data.test ?? data.val;
  if (metrics === undefined || metrics === null) return null;
  const split = data.test ? 'test' : 'validation';
  return data.task === 'regression' ? (
    <RegressionHeadline data={data} metrics={metrics} split={split} />
  ) : (
    <AccuracyHeadline data={data} metrics={metrics} split={split} />
  );
}

interface HeadlineProps {
  readonly data: ReportData;
  readonly metrics: ReportMetrics;
  readonly split: string;
}

function AccuracyHeadline({ data, metrics, split }: HeadlineProps): VNode {
  const { count, errors } = metrics;
  const counted = isCount(count) && isCount(errors) && count > 0 && errors <= count;
  const accuracy = counted ? 1 - errors / count : toNumber(metrics.accuracy);
  const interval = counted ? wilsonInterval(count - errors, count) : undefined;
  const baselines = (data.baselines ?? []).map((b) => ({ name: b.name, value: toNumber(b.value) }));
  return (
    <div>
      <div class="headline">
        <div>
          <p class="figure-label">{sentenceCase(split)} accuracy</p>
          <p class="big">{formatPercent(accuracy, counted && count >= 2000 ? 2 : 1)}</p>
          {interval === undefined ? null : (
            <p class="under">
              {formatCount(errors!)} {errors === 1 ? 'error' : 'errors'} in {formatCount(count!)} rows
            </p>
          )}
        </div>
        {interval === undefined ? null : (
          <figure>
            <IntervalBar
              title={`${sentenceCase(split)} accuracy with its 95 % interval`}
              value={accuracy}
              low={interval.low}
              high={interval.high}
              marks={baselines}
            />
            <p class="meta">
              95 % interval {formatPercent(interval.low, count! >= 2000 ? 2 : 1)} to{' '}
              {formatPercent(interval.high, count! >= 2000 ? 2 : 1)} (Wilson)
            </p>
          </figure>
        )}
      </div>
      <Stats
        entries={[
          [`${sentenceCase(split)} loss`, metrics.loss, (v) => formatNumber(v)],
          ['Precision', metrics.precision, (v) => formatPercent(v)],
          ['Recall', metrics.recall, (v) => formatPercent(v)],
          ['ROC area', metrics.auc, (v) => formatNumber(v)],
          ['Threshold', metrics.threshold, (v) => formatNumber(v, 2)],
          ...baselines.map(
            (b): Stat => [`${sentenceCase(safeText(b.name, 30))} baseline`, b.value, (v) => formatPercent(v)],
          ),
        ]}
      />
    </div>
  );
}

function RegressionHeadline({ data, metrics, split }: HeadlineProps): VNode {
  const baselines = (data.baselines ?? []).map((b) => ({ name: b.name, value: toNumber(b.value) }));
  return (
    <div>
      <div class="headline">
        <div>
          <p class="figure-label">{sentenceCase(split)} R²</p>
          <p class="big">{formatNumber(toNumber(metrics.r2), 3)}</p>
          {isCount(metrics.count) ? <p class="under">on {formatCount(metrics.count)} rows</p> : null}
        </div>
      </div>
      <Stats
        entries={[
          ['Root mean squared error', metrics.rmse, (v) => formatNumber(v)],
          [`${sentenceCase(split)} loss`, metrics.loss, (v) => formatNumber(v)],
          ...baselines.map(
            (b): Stat => [`${sentenceCase(safeText(b.name, 30))} baseline`, b.value, (v) => formatNumber(v, 3)],
          ),
        ]}
      />
    </div>
  );
}

type Stat = readonly [name: string, value: JsonNumber | undefined, format: (value: number) => string];

function Stats({ entries }: { entries: readonly Stat[] }): VNode | null {
  const known = entries.filter(([, value]) => value !== undefined && value !== null);
  if (known.length === 0) return null;
  return (
    <dl class="stats">
      {known.map(([name, value, format]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{format(toNumber(value))}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What was trained, on what, how long. */
export function Facts({ summary }: { summary: ReportSummary }): VNode | null {
  const backend =
    summary.backend === undefined
      ? undefined
      : safeText(summary.backend, 40) +
        (summary.threads === undefined ? '' : `, ${summary.threads} ${summary.threads === 1 ? 'thread' : 'threads'}`);
  const number = (value: JsonNumber | undefined, format: (v: number) => string): string | undefined =>
    value === undefined || value === null ? undefined : format(toNumber(value));
  const entries: [string, string | undefined][] = [
    ['Data', text(summary.data)],
    ['Model', text(summary.model)],
    ['Parameters', number(summary.parameters, formatCount)],
    ['Optimizer', text(summary.optimizer)],
    ['Epochs', number(summary.epochs, formatCount)],
    ['Steps', number(summary.steps, formatCount)],
    ['Time per step', number(summary.msPerStep, (v) => `${formatNumber(v, 3)} ms`)],
    ['Training time', number(summary.seconds, formatSeconds)],
    ['Backend', backend],
    ['Seed', number(summary.seed, String)],
  ];
  const known = entries.filter(([, value]) => value !== undefined);
  if (known.length === 0) return null;
  return (
    <dl class="facts">
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function text(value: string | undefined): string | undefined {
  return value === undefined ? undefined : safeText(value, 80);
}

function isCount(value: number | undefined): value is number {
  return Number.isInteger(value) && value! >= 0;
}

function sentenceCase(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** 2026-11-23T20:10:05.123Z -> 2026-11-23 20:10 UTC. */
function startedText(iso: string | undefined): string | undefined {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(iso ?? '');
  return parts === null ? iso : `${parts[1]} ${parts[2]} UTC`;
}
