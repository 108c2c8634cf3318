import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
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
  const phase = session.phase.value;
  const isDark = dark.value;
  const step = phase === 'running' ? -1 : session.views[side].value.step;
  // colors, and a step made by hand, are reasons to look again
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const look = async (): Promise<void> => {
      const run = session.runs[side];
      if (!run || !canvas.current) return;
      try {
        const layer = await run.weights();
        if (!over && canvas.current) paint(canvas.current, layer);
      } catch {
        // Not there yet, or ended: the last picture stays.
      }
      if (!over && session.phase.peek() === 'running') timer = setTimeout(look, rest);
    };
    if (phase !== 'idle') void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [session, side, phase, isDark, step]);
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
