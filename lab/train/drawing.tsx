import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ErrorCard } from '../shell/error-card.tsx';
import { focusSoon } from '../shell/focus.ts';
import { useUniqueId } from '../shell/unique-id.ts';
import { settings } from '../work/settings.ts';
import { type Drawn, useGuesses } from './guesses.ts';
import { drawnSide, type Fed, fedOf, isMarked, lumaOf } from './picture.ts';
import { Predictions } from './predictions.tsx';
import type { Session } from './session.ts';

const penWidth = 13;
const keyStep = 6;
const keys: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** A digit drawn by hand, and what both networks take it for. */
export function Drawing({ session }: { session: Session }): VNode {
  const titleId = useUniqueId('drawing-title');
  const canvas = useRef<HTMLCanvasElement>(null);
  const pen = useRef({ x: drawnSide / 2, y: drawnSide / 2, down: false });
  const [cursor, setCursor] = useState<{ x: number; y: number; down: boolean } | null>(null);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const data = settings.value.data;
  const [marked, setMarked] = useState(false);
  const guesses = useGuesses(session, drawn);

  const look = (): void => {
    const context = canvas.current?.getContext('2d', { willReadFrequently: true });
    if (!context) return;
    const luma = lumaOf(context.getImageData(0, 0, drawnSide, drawnSide));
    const fed = fedOf(luma, data);
    setMarked(isMarked(luma));
    setDrawn(fed && { luma, fed });
  };
  const line = (x: number, y: number): void => {
    const context = canvas.current?.getContext('2d', { willReadFrequently: true });
    if (!context) return;
    Object.assign(context, { lineWidth: penWidth, lineCap: 'round', lineJoin: 'round', strokeStyle: '#fff' });
    context.beginPath();
    context.moveTo(pen.current.x, pen.current.y);
    context.lineTo(x, y + 0.01);
    context.stroke();
    look();
  };
  const clear = (): void => {
    canvas.current?.getContext('2d')?.clearRect(0, 0, drawnSide, drawnSide);
    setDrawn(null);
    setMarked(false);
    focusSoon(() => canvas.current);
  };
  const lift = (): void => {
    pen.current.down = false;
    setCursor(null);
  };
  const at = (event: PointerEvent): [number, number] => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const scale = drawnSide / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  };

  // another data set sees the drawing in another way
  useEffect(look, [data]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const move = keys[event.key];
    const { current } = pen;
    if (move) {
      const x = Math.min(drawnSide, Math.max(0, current.x + move[0] * keyStep));
      const y = Math.min(drawnSide, Math.max(0, current.y + move[1] * keyStep));
      if (current.down) line(x, y);
      Object.assign(current, { x, y });
    } else if (event.key === ' ') {
      current.down = !current.down;
      if (current.down) line(current.x, current.y);
    } else if (event.key === 'Delete' || event.key === 'Backspace') clear();
    else return;
    event.preventDefault();
    setCursor({ ...current });
  };

  return (
    <section class="drawing" aria-labelledby={titleId}>
      <header>
        <h2 id={titleId}>Draw a digit</h2>
        <p class="quiet">With a finger, a mouse or the keys: arrows move the pen, space lowers and lifts it.</p>
      </header>
      <div class="drawing-columns">
        <div class="paper-column">
          <div class="paper">
            <canvas
              ref={canvas}
              width={drawnSide}
              height={drawnSide}
              tabIndex={0}
              role="application"
              aria-label={`Drawing field. Arrow keys move the pen, space lowers and lifts it, delete clears.${cursor ? ` Pen ${cursor.down ? 'down' : 'up'}.` : ''}`}
              onKeyDown={onKeyDown}
              onBlur={lift}
              onPointerDown={(event) => {
                event.currentTarget.setPointerCapture(event.pointerId);
                const [x, y] = at(event);
                pen.current = { x, y, down: true };
                line(x, y);
              }}
              onPointerMove={(event) => {
                if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
                const [x, y] = at(event);
                line(x, y);
                pen.current = { x, y, down: true };
              }}
              onPointerUp={lift}
              onPointerCancel={lift} // a touch that became a scroll, or a call that came in
            />
            {cursor ? (
              <i
                class={`pen ${cursor.down ? 'down' : ''}`}
                style={{ left: `${(100 * cursor.x) / drawnSide}%`, top: `${(100 * cursor.y) / drawnSide}%` }}
              />
            ) : null}
          </div>
          <div class="under-paper">
            <button type="button" class="button small" onClick={clear} disabled={!marked}>
              Clear
            </button>
            {marked && drawn === null ? (
              <span class="quiet" role="status">
                The field is full: there is no digit to be seen on it.
              </span>
            ) : (
              <FedImage fed={drawn?.fed ?? null} />
            )}
          </div>
        </div>
        <div>
          <Predictions
            guesses={drawn ? guesses : {}}
            waiting={drawn !== null && session.phase.value === 'idle' && !guesses.run}
          />
          {drawn && guesses.error ? <ErrorCard error={guesses.error} title="The run’s model cannot be asked" /> : null}
        </div>
      </div>
    </section>
  );
}

/** What the network is given of the drawing. */
function FedImage({ fed }: { fed: Fed | null }): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const side = fed?.side ?? 8;
    const data = new Uint8ClampedArray(4 * side * side).fill(255);
    for (let i = 0; i < side * side; i++) data[4 * i + 3] = fed ? 255 * fed.x[i] : 0;
    context.canvas.width = side;
    context.canvas.height = side;
    context.putImageData(new ImageData(data, side, side), 0, 0);
  }, [fed]);
  return (
    <span class="fed quiet">
      seen as <canvas ref={canvas} role="img" aria-label="The drawing as the network is given it" />
    </span>
  );
}
