import type { VNode } from 'preact';
import { type Guesses, type Reader, readers } from './guesses.ts';

/** Ten probabilities of each network, as bars. */
export function Predictions({
  guesses,
  waiting,
}: {
  guesses: Guesses;
  /** Whether nothing has been trained that could read it. */
  waiting: boolean;
}): VNode {
  const first = guesses.learner ?? guesses.library ?? guesses.run;
  const best = bestOf(first);
  return (
    <div class="predictions">
      <p class="verdict" role="status">
        {best === null ? (waiting ? 'Start training to hear what it is.' : ' ') : sentence(guesses)}
      </p>
      {guesses.run ? (
        <ul class="legend">
          {readers
            .filter((reader) => guesses[reader])
            .map((reader) => (
              <li key={reader} class={`${reader} bar`}>
                {names[reader]}
              </li>
            ))}
        </ul>
      ) : null}
      <ol>
        {Array.from({ length: 10 }, (_, digit) => (
          <li key={digit} class={digit === best ? 'best' : ''}>
            <span class="digit">{digit}</span>
            <span class="bars" aria-hidden="true">
              {readers
                .filter((reader) => reader !== 'run' || guesses.run)
                .map((reader) => (
                  <i key={reader} class={reader} style={{ inlineSize: `${100 * (guesses[reader]?.[digit] ?? 0)}%` }} />
                ))}
            </span>
            <span class="share">{percent(first?.[digit])}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

const names: Readonly<Record<Reader, string>> = { learner: 'Your network', library: 'The library’s', run: 'The run' };

function sentence(guesses: Guesses): VNode {
  const told = readers.flatMap((reader) => {
    const digit = bestOf(guesses[reader]);
    return digit === null ? [] : [{ reader, digit }];
  });
  const agree = new Set(told.map(({ digit }) => digit)).size === 1;
  const both = told.length === 2 && told[1].reader === 'library';
  if (agree && (both || told.length === 3)) {
    return (
      <>
        {both ? 'Both say' : 'All three say'} <strong>{told[0].digit}</strong>.
      </>
    );
  }
  return (
    <>
      {told.map(({ reader, digit }) => (
        <span key={reader}>
          {names[reader]} says <strong>{digit}</strong>.{' '}
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
