import { effect } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useSeen } from '../shell/seen.ts';
import { dark } from '../shell/theme.ts';
import { type Track, thinned } from './duel.ts';
import type { Plot, PlotOptions } from './plot.ts';
import type { Session } from './session.ts';

interface CurvesProps {
  readonly session: Session;
  readonly title: string;
  readonly options: PlotOptions;
  readonly pick: (track: Track) => readonly [readonly number[], readonly number[]];
  /** The curve in words. */
  readonly text: () => string;
}

/** Points of a curve at most; the eye sees no more, and drawing stays cheap. */
const most = 160;
/** Milliseconds between two drawings. */
const rest = 100;

/** One measure of both runs, live. */
export function Curves({ session, title, options, pick, text }: CurvesProps): VNode {
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
        plot.set(joined(thinned(...ours, width), thinned(...mine, width)));
      };
      const stop = effect(() => {
        void session.grown.value;
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
  return (
    <figure class="curves">
      <figcaption>
        <h3>{title}</h3>
        <p class="quiet">{text()}</p>
      </figcaption>
      <div ref={host} class="plot" aria-hidden="true" />
    </figure>
  );
}
