import { effect } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useSeen } from '../shell/seen.ts';
import { dark } from '../shell/theme.ts';
import { type Track, thinned } from './duel.ts';
import type { Plot, PlotOptions } from './plot.ts';
import { shownRun } from './run.ts';
import type { RunDocument } from './run-document.ts';
import type { Session } from './session.ts';

interface CurvesProps {
  readonly session: Session;
  readonly title: string;
  readonly options: PlotOptions;
  readonly pick: (track: Track) => Points;
  /** Of a run of the command line. */
  readonly ofRun: (run: RunDocument) => Points;
  /** The curve in words; given the run's last value, NaN without a run. */
  readonly text: (run: number) => string;
}

type Points = readonly [x: readonly number[], y: readonly number[]];

/** What a run recorded at the ends of its epochs, as far as it is a number. */
export function pointsOf({ epochs }: RunDocument, x: 'step' | 'epoch', y: 'trainLoss' | 'valAccuracy'): Points {
  const told = epochs.filter((entry) => entry.epoch > 0 && Number.isFinite(entry[y]));
  return [told.map((entry) => entry[x]), told.map((entry) => entry[y])];
}

function runPoints(ofRun: CurvesProps['ofRun']): Points | null {
  const now = shownRun.value;
  return now.name === 'here' ? ofRun(now.run) : null;
}

/** Points of a curve at most; the eye sees no more, and drawing stays cheap. */
const most = 160;
/** Milliseconds between two drawings. */
const rest = 100;

/** One measure of both runs, live, and of the run of the command line where there is one. */
export function Curves({ session, title, options, pick, ofRun, text }: CurvesProps): VNode {
  const host = useRef<HTMLDivElement>(null);
  const isDark = dark.value;
  const seen = useSeen(host);
  // options and pick of a plot never change; colors do
  useEffect(() => {
    const element = host.current;
    if (!element || !seen) return;
    let over = false;
    let end = (): void => {};
    void import('./plot.ts').then(({ openPlot, joined }) => {
      if (over) return;
      const plot: Plot = openPlot(element, options);
      const sizes = new ResizeObserver(() => {
        if (element.clientWidth > 0) plot.resize(element.clientWidth, 220);
      });
      sizes.observe(element);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const draw = (): void => {
        timer = undefined;
        const { library, learner } = session.duel.tracks;
        const [ours, mine] = [pick(library), pick(learner)];
        // In equal parts for both, so that equal curves look equal.
        const width = Math.ceil(Math.max(ours[0].length, mine[0].length) / most);
        const run = runPoints(ofRun) ?? [[], []];
        plot.set(
          joined(thinned(...ours, width), thinned(...mine, width), thinned(...run, Math.ceil(run[0].length / most))),
        );
      };
      const stop = effect(() => {
        void session.grown.value;
        void shownRun.value;
        timer ??= setTimeout(() => requestAnimationFrame(draw), rest);
      });
      end = () => {
        clearTimeout(timer);
        stop();
        sizes.disconnect();
        plot.destroy();
      };
    });
    return () => {
      over = true;
      end();
    };
  }, [session, isDark, seen]);
  const run = runPoints(ofRun);
  return (
    <figure class="curves">
      <figcaption>
        <h2>{title}</h2>
        <p class="quiet">{text(run?.[1].at(-1) ?? Number.NaN)}</p>
        {run ? <Legend /> : null}
      </figcaption>
      <div ref={host} class="plot" aria-hidden="true" />
    </figure>
  );
}

function Legend(): VNode {
  return (
    <ul class="legend">
      <li class="learner">yours</li>
      <li class="library">the library’s</li>
      <li class="run">the run’s</li>
    </ul>
  );
}
