import type { VNode } from 'preact';
import { type Side, sides } from './duel.ts';

/** Ten probabilities of each network, as bars. */
export function Predictions({
  guesses,
  waiting,
}: {
  guesses: Partial<Record<Side, Float32Array>>;
  waiting: boolean;
}): VNode {
  const best = bestOf(guesses.learner ?? guesses.library);
  return (
    <div class="predictions">
      <p class="verdict" role="status">
        {best === null ? (waiting ? 'Start training to hear what it is.' : ' ') : sentence(guesses)}
      </p>
      <ol>
        {Array.from({ length: 10 }, (_, digit) => (
          <li key={digit} class={digit === best ? 'best' : ''}>
            <span class="digit">{digit}</span>
            <span class="bars" aria-hidden="true">
              {sides.map((side) => (
                <i key={side} class={side} style={{ inlineSize: `${100 * (guesses[side]?.[digit] ?? 0)}%` }} />
              ))}
            </span>
            <span class="share">{percent(guesses.learner?.[digit] ?? guesses.library?.[digit])}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function sentence(guesses: Partial<Record<Side, Float32Array>>): VNode {
  const told = sides.flatMap((side) => {
    const digit = bestOf(guesses[side]);
    return digit === null ? [] : [{ side, digit }];
  });
  const agree = new Set(told.map(({ digit }) => digit)).size === 1;
  if (told.length === 2 && agree) {
    return (
      <>
        Both say <strong>{told[0].digit}</strong>.
      </>
    );
  }
  return (
    <>
      {told.map(({ side, digit }) => (
        <span key={side}>
          {side === 'learner' ? 'Your network' : 'The library’s'} says <strong>{digit}</strong>.{' '}
        </span>
      ))}
    </>
  );
}

function bestOf(p: Float32Array | undefined): number | null {
  if (!p || p.length < 10 || !p.every(Number.isFinite)) return null;
  return p.slice(0, 10).indexOf(Math.max(...p.slice(0, 10)));
}

function percent(p: number | undefined): string {
  return p === undefined || !Number.isFinite(p) ? '' : `${Math.round(100 * p)} %`;
}
