import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { TrainRun } from '../sandbox/types.ts';
import { dark } from '../shell/theme.ts';
import { weightPixels } from './diverging.ts';
import type { Side } from './duel.ts';
import type { Session } from './session.ts';

const shownUnits = 32;
const across = 8;
/** Milliseconds between two looks while it trains. */
const rest = 400;

/** What the first layer looks for: one picture a unit, its weights over the pixels. */
export function WeightImages({ session, side, title }: { session: Session; side: Side; title: string }): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  /** The run whose network is on the canvas. */
  const shown = useRef<TrainRun | null>(null);
  const phase = session.phase.value;
  const run = session.runs[side] ?? null; // another one is another phase
  const isDark = dark.value;
  const step = phase === 'running' ? -1 : session.views[side].value.step;
  // colors, and a step made by hand, are reasons to look again
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    if (run !== shown.current && canvas.current) clear(canvas.current);
    shown.current = run;
    const look = async (): Promise<void> => {
      if (!run || !canvas.current) return;
      try {
        const layer = await run.weights();
        if (!over && canvas.current) paint(canvas.current, layer);
      } catch {
        // Not there yet, or ended: its last picture stays.
      }
      if (!over && session.phase.peek() === 'running') timer = setTimeout(look, rest);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [session, run, phase, isDark, step]);
  return (
    <figure class="weights">
      <figcaption>{title}</figcaption>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${title}: the weights of the first ${shownUnits} hidden units as pictures, blue below zero, orange above`}
        width={71}
        height={35}
      />
    </figure>
  );
}

function clear(canvas: HTMLCanvasElement): void {
  canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height);
}

function paint(canvas: HTMLCanvasElement, layer: { W1: Float32Array; inputs: number; units: number }): void {
  const style = getComputedStyle(canvas);
  const rgb = (name: string): [number, number, number] =>
    style.getPropertyValue(name).trim().split(/\s+/).map(Number) as [number, number, number];
  const palette = { low: rgb('--low'), high: rgb('--high') };
  const { width, height, data } = weightPixels(layer.W1, { ...layer, shownUnits, across }, palette);
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.putImageData(new ImageData(data, width, height), 0, 0);
}
