import type { VNode } from 'preact';
import { type ExerciseId, exerciseOf } from '../../src/verify/exercises.ts';
import { Words } from '../forge/words.tsx';
import { begun, code, origin, pieceIds } from '../work/code.ts';
import { asked, correct, standings } from '../work/grading.ts';
import type { Session } from './session.ts';

/** Where to look when the learner's network does not go the library's way: the pieces that are wrong, or why none is. */
export function Help({ session }: { session: Session }): VNode {
  void session.grown.value;
  const { warnings, end } = session.views.learner.value;
  const { parting } = session.duel;
  const hunt = origin.value === 'hunt';
  const wrong = wrongPieces();
  // The library looks for a cause among settings and data; while a piece is wrong, that is the cause.
  const guesses = !hunt && wrong.length === 0;
  return (
    <>
      {warnings.map(({ text, brief, code }) => (
        <p key={text} class="warning" role="status">
          {guesses || code !== 'NF3105' ? text : `${brief}.`}
        </p>
      ))}
      {parting === null && end?.status !== 'diverged' ? null : wrong.length > 0 ? (
        <Wrong pieces={wrong} />
      ) : hunt ? (
        <p class="suspicion">
          One function is wrong, and this is what comes of it. Which one? Read them in <a href="#forge">Forge</a>, and
          have the one that you suspect checked.
        </p>
      ) : correct.value === pieceIds.length ? (
        <p class="suspicion">
          All six pieces are correct
          {parting ? `: ${rounding(parting.learner, parting.library)}` : ', so it is the settings.'}
        </p>
      ) : null}
    </>
  );
}

/** Those that were begun and are known to be wrong; in a hunt, of those that the visitor asked about. */
function wrongPieces(): ExerciseId[] {
  return pieceIds.filter((id) => {
    if (origin.value === 'hunt' && !asked.value.has(id)) return false;
    const { grade, stale } = standings[id].value;
    return begun(id, code[id].value) && grade !== null && !stale && grade.verdict !== 'correct';
  });
}

function Wrong({ pieces }: { pieces: readonly ExerciseId[] }): VNode {
  return (
    <div class="suspicion">
      <p>This is what comes of {pieces.length === 1 ? 'a piece that is not right' : 'pieces that are not right'}:</p>
      <ul>
        {pieces.map((id) => (
          <li key={id}>
            <a href={`#forge/${id}`}>
              <code>{exerciseOf(id).functionName}</code>
            </a>{' '}
            <Words
              text={standings[id].value.grade?.fingerprints[0]?.text ?? 'disagrees with its numerical gradient'}
              within
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

function rounding(mine: number, ours: number): string {
  const apart = Math.abs(mine - ours) / Math.abs(ours);
  return `they add up in another order than the library, which rounds differently. The first losses that differ are ${apart.toExponential(0)} of their size apart; such differences grow as a network trains.`;
}
