import type { ComponentChildren, VNode } from 'preact';
import { ErrorCard } from '../shell/error-card.tsx';
import { useUniqueId } from '../shell/unique-id.ts';
import { type Settings, sameSettings, settings } from '../work/settings.ts';
import { putAway, readRun, type ShownRun, shownRun } from './run.ts';
import type { RunDocument } from './run-document.ts';

/** What the page was opened with: a run, or what is in the way of it. Nothing without `#train/run`. */
export function RunCard(): VNode | null {
  const now = shownRun.value;
  switch (now.name) {
    case 'none':
      return null;
    case 'reading':
      return (
        <Card title="Reading the run …" closes={null}>
          <p class="quiet">It comes from the command line on this machine.</p>
        </Card>
      );
    case 'absent':
      return (
        <Card title="There is no run here">
          <p>
            Runs are on your machine. To see one beside your own network, open the lab there with{' '}
            <code>neuroforge lab RUN</code>: RUN is a run’s folder, its name in <code>./runs</code>, or{' '}
            <code>latest</code>. <code>neuroforge train</code> makes one.
          </p>
        </Card>
      );
    case 'unreadable':
      return (
        <Card title="The run cannot be read" again>
          <ErrorCard error={now.error} />
        </Card>
      );
    case 'here':
      return <Run shown={now} />;
  }
}

interface CardProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** What the button says that takes the card away; null for none. */
  readonly closes?: string | null;
  /** Whether it is worth reading again. */
  readonly again?: boolean;
}

function Card({ title, children, closes = 'Close', again = false }: CardProps): VNode {
  const titleId = useUniqueId('run-title');
  return (
    <section class="run-card card" aria-labelledby={titleId}>
      <header>
        <h2 id={titleId}>{title}</h2>
        <div class="buttons">
          {again ? (
            <button type="button" class="button small" onClick={() => void readRun()}>
              Read it again
            </button>
          ) : null}
          {closes ? (
            <button type="button" class="button small" onClick={close}>
              {closes}
            </button>
          ) : null}
        </div>
      </header>
      {children}
    </section>
  );
}

/** The address says no longer that a run is shown. */
function close(): void {
  putAway();
  history.replaceState(null, '', '#train');
  dispatchEvent(new HashChangeEvent('hashchange'));
}

function Run({ shown: { run, likeness, error } }: { shown: Extract<ShownRun, { name: 'here' }> }): VNode {
  const { settings: own, differences, notes } = likeness;
  return (
    <Card title={run.name} closes="Put it away" again={run.status === 'running' || error !== undefined}>
      {error === undefined ? null : <ErrorCard error={error} title="Not read again: this is the run as it was" />}
      <dl class="run-facts">
        {facts(run).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {own ? (
        <SettingsOf run={own} />
      ) : (
        <div>
          <p>The lab does not train all that this run did, so the settings are still its own:</p>
          <List lines={differences} />
        </div>
      )}
      {notes.length > 0 ? <List lines={notes} /> : null}
    </Card>
  );
}

/** What follows from settings with which the lab trains the same. */
function SettingsOf({ run }: { run: Settings }): VNode {
  if (sameSettings(settings.value, run)) {
    return <p>The settings are those of this run: train, and your losses are held against what it recorded.</p>;
  }
  return (
    <div class="other-settings">
      <p>The settings are others than this run’s.</p>
      <button type="button" class="button small" onClick={() => (settings.value = run)}>
        Take its settings
      </button>
    </div>
  );
}

function List({ lines }: { lines: readonly string[] }): VNode {
  return (
    <ul class="lines">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

const states: Readonly<Record<RunDocument['status'], string>> = {
  running: 'not ended',
  done: 'done',
  diverged: 'diverged',
  interrupted: 'interrupted',
};

function facts({ config, data, parameters, epochs, best, testAccuracy, status, backend, blas }: RunDocument) {
  const known = (value: string | false): string => value || '–';
  const size = Number.isFinite(parameters) && `, ${parameters.toLocaleString('en-US')} parameters`;
  const accuracy = (v: number | undefined): string => known(v !== undefined && Number.isFinite(v) && percent(v));
  const had = epochs.at(-1)?.epoch ?? 0;
  return [
    ['model', `${known(typeof config.model === 'string' && config.model)}${size || ''}`],
    ['data', data.name],
    ['epochs', best ? `${had}, best ${best.epoch}` : String(had)],
    ['validation', accuracy(best?.valAccuracy)],
    ['test', accuracy(testAccuracy)],
    ['computed on', `${known(backend ?? false)}${blas === null ? '' : ` (${blas})`}`],
    ['status', states[status]],
  ] as const;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
