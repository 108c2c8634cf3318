import type { VNode } from 'preact';
import { exerciseOf } from '../../src/verify/exercises.ts';
import { allCode, pieceIds } from '../work/code.ts';
import type { Side } from './duel.ts';
import type { Session, SideView } from './session.ts';

/** Whether both are equal so far, or where they part, with both losses to the last digit. */
export function Standing({ session }: { session: Session }): VNode {
  void session.grown.value;
  const { parting, equalSteps } = session.duel;
  const [mine, ours] = [session.views.learner.value, session.views.library.value];
  const same = Boolean(mine.end?.weights && mine.end.weights === ours.end?.weights && !mine.failure);
  return (
    <div class={`standing ${parting ? 'parted' : equalSteps > 0 ? 'equal' : ''}`}>
      {parting ? (
        <>
          <p class="standing-line">
            <strong>Parted by step {people(parting.step)}</strong>
            {equalSteps > 0 ? `, equal up to step ${people(equalSteps)}` : ''}
          </p>
          <dl>
            <div>
              <dt>your loss</dt>
              <dd>{parting.learner}</dd>
            </div>
            <div>
              <dt>the library’s</dt>
              <dd>{parting.library}</dd>
            </div>
          </dl>
        </>
      ) : equalSteps > 0 ? (
        <p class="standing-line">
          <strong>{same ? `Equal to the end: ${steps(mine.end!.steps)}` : `Equal so far: ${steps(equalSteps)}`}</strong>
          <span class="quiet">each loss that both told, every tenth, is the same number to the last bit</span>
        </p>
      ) : (
        <p class="standing-line quiet">Two networks, one seed: yours, and the library’s.</p>
      )}
      <OlderCode session={session} />
      {same ? (
        <p class="quiet weights-hash">
          All weights are equal: <code>{mine.end?.weights?.slice(0, 23)}…</code>
        </p>
      ) : null}
    </div>
  );
}

/** The editors have gone on since the run began. */
function OlderCode({ session }: { session: Session }): VNode | null {
  const [ran, now] = [session.code.value, allCode.value];
  const changed = ran === null ? [] : pieceIds.filter((id) => ran[id] !== now[id]);
  if (changed.length === 0) return null;
  return (
    <p class="quiet older-code" role="status">
      This run has the code as it was when it began;{' '}
      {changed.map((id, i) => (
        <span key={id}>
          {i > 0 ? ', ' : ''}
          <code>{exerciseOf(id).functionName}</code>
        </span>
      ))}{' '}
      {changed.length === 1 ? 'has' : 'have'} changed since.
    </p>
  );
}

const names: Readonly<Record<Side, string>> = { learner: 'Yours', library: 'The library’s' };

/** One side in numbers. */
export function Numbers({ session, side }: { session: Session; side: Side }): VNode {
  const view = session.views[side].value;
  return (
    <dl class={`side ${side}`}>
      <div class="side-name">
        <dt>{names[side]}</dt>
        <dd class="quiet">{state(view)}</dd>
      </div>
      <div>
        <dt>loss</dt>
        <dd>{decimals(view.loss, 4)}</dd>
      </div>
      <div>
        <dt>validation</dt>
        <dd data-accuracy={side}>{Number.isFinite(view.accuracy) ? `${(100 * view.accuracy).toFixed(2)} %` : '–'}</dd>
      </div>
      <div>
        <dt>a step</dt>
        <dd>{Number.isFinite(view.msPerStep) ? `${decimals(view.msPerStep, 2)} ms` : '–'}</dd>
      </div>
    </dl>
  );
}

function state({ epoch, step, end, failure }: SideView): string {
  if (failure) return 'stopped';
  const at = `epoch ${end?.epochs ?? epoch}, step ${people(end?.steps ?? step)}`;
  if (end?.status === 'diverged') return `diverged after ${at}`;
  if (end) return `done, ${at}`;
  return step === 0 ? 'not begun' : at;
}

function steps(n: number): string {
  return `${people(n)} step${n === 1 ? '' : 's'}`;
}

function people(n: number): string {
  return n.toLocaleString('en-US');
}

function decimals(v: number, digits: number): string {
  if (!Number.isFinite(v)) return Number.isNaN(v) ? '–' : '∞';
  return Math.abs(v) < 1e5 ? v.toFixed(digits) : v.toExponential(2);
}

/** The learner's piece failed while it trained: which one, why, and the way to its editor. */
export function Failure({ view }: { view: SideView }): VNode | null {
  const { failure } = view;
  if (!failure) return null;
  const exercise = failure.piece === null ? null : exerciseOf(failure.piece);
  return (
    <div class="error-card" role="alert">
      <p class="error-title">
        {exercise ? (
          <>
            Your <code>{exercise.functionName}</code> stopped the training
          </>
        ) : (
          'The training stopped'
        )}
      </p>
      <p>{failure.message}</p>
      {exercise ? (
        <p>
          <a href={`#forge/${exercise.id}`}>
            Open <code>{exercise.functionName}</code> in Forge
          </a>
        </p>
      ) : null}
    </div>
  );
}
