import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type ExerciseId, exerciseOf, exercises } from '../../src/verify/exercises.ts';
import { Derivation } from '../course/derivation.tsx';
import { Share } from '../share/share.tsx';
import { ErrorCard } from '../shell/error-card.tsx';
import { focusSoon } from '../shell/focus.ts';
import { goTo, places } from '../shell/route.ts';
import { begun, code, origin, pieceIds } from '../work/code.ts';
import { ask, asked, correct, gradingError, standings, watchCode } from '../work/grading.ts';
import { forget, keepWork, notKept } from '../work/keep.ts';
import { startOver } from '../work/visit.ts';
import { CodeEditor } from './code-editor.tsx';
import { Hints } from './hints.tsx';
import { Verdicts } from './verdicts.tsx';

/** The six pieces: a list, the editor of one of them, and its verdicts. */
export function Forge(): VNode {
  useEffect(() => {
    void keepWork().then(watchCode);
  }, []);
  const id = pieceIds.find((piece) => piece === places.forge.value) ?? firstOpen();
  return (
    <div class="forge">
      <Pieces current={id} />
      <Piece key={id} id={id} />
    </div>
  );
}

/** The first piece that is not right yet, as it was when the page was opened. */
let start: ExerciseId | undefined;
function firstOpen(): ExerciseId {
  start ??= pieceIds.find((id) => standings[id].peek().grade?.verdict !== 'correct') ?? pieceIds[0];
  return start;
}

function Pieces({ current }: { current: ExerciseId }): VNode {
  const done = correct.value;
  return (
    <nav class="pieces" aria-label="The six pieces">
      <p class="progress">
        <strong>{done}</strong> of {exercises.length} correct
      </p>
      <meter class="visually-hidden" min={0} max={exercises.length} value={done} aria-label="Pieces that are correct" />
      <ol>
        {exercises.map(({ id, title, functionName }) => (
          <li key={id}>
            <a href={`#forge/${id}`} class={`piece ${stateOf(id)}`} aria-current={id === current ? 'true' : undefined}>
              <i class="dot" aria-hidden="true" />
              <span class="piece-title">{title}</span>
              <code aria-hidden="true">{functionName}</code>
              <span class="visually-hidden">, {said[stateOf(id)]}</span>
            </a>
          </li>
        ))}
      </ol>
      {done === exercises.length ? (
        <button type="button" class="button primary" onClick={() => goTo('train')}>
          Train with them →
        </button>
      ) : null}
    </nav>
  );
}

type State = 'untouched' | 'unasked' | 'open' | 'correct' | 'wrong';
const said: Readonly<Record<State, string>> = {
  untouched: 'not begun',
  unasked: 'not checked yet',
  open: 'being checked',
  correct: 'correct',
  wrong: 'not yet correct',
};

function stateOf(id: ExerciseId): State {
  const { grade, stale } = standings[id].value;
  if (!begun(id, code[id].value)) return 'untouched';
  if (origin.value === 'hunt' && !asked.value.has(id)) return 'unasked';
  if (grade === null) return 'open';
  if (grade.verdict === 'correct') return stale ? 'open' : 'correct';
  return 'wrong';
}

function Piece({ id }: { id: ExerciseId }): VNode {
  const { title, parameters, returns, chapter } = exerciseOf(id);
  const hidden = origin.value === 'hunt' && !asked.value.has(id);
  const judgement = useRef<HTMLElement>(null);
  const onAsk = (): void => {
    ask(id);
    focusSoon(() => judgement.current);
  };
  return (
    <>
      <div class="workbench">
        <header>
          <h2>{title}</h2>
          <dl class="signature">
            {parameters.map(({ name, shape, about }) => (
              <div key={name}>
                <dt>
                  <code>{name}</code>
                </dt>
                <dd class="shape">
                  <code>{shape}</code>
                </dd>
                <dd class="quiet">{about}</dd>
              </div>
            ))}
            <div class="returned">
              <dt>returns</dt>
              <dd class="shape">
                <code>{returns.shape}</code>
              </dd>
              <dd class="quiet">{returns.about}</dd>
            </div>
          </dl>
        </header>
        <CodeEditor id={id} />
        <footer class="editor-foot">
          <p class="quiet">
            Tab indents; <kbd>Esc</kbd> then <kbd>Tab</kbd> leaves the editor.
          </p>
          <ResetPiece id={id} />
        </footer>
      </div>
      <div class="help">
        <Derivation chapter={chapter} />
        <Hints id={id} />
      </div>
      <aside ref={judgement} class="judgement-column" tabIndex={-1} aria-label="How it stands">
        {gradingError.value === null ? null : (
          <ErrorCard error={gradingError.value} title="Nothing can be graded here" />
        )}
        {hidden ? <Suspect id={id} onAsk={onAsk} /> : <Verdicts standing={standings[id].value} />}
        {notKept.value === null ? null : <p class="quiet">{notKept.value}</p>}
        <Share />
      </aside>
    </>
  );
}

/** In a bug hunt nothing is told unasked. */
function Suspect({ id, onAsk }: { id: ExerciseId; onAsk: () => void }): VNode {
  return (
    <section class="suspect card">
      <h3>Is it this one?</h3>
      <p>One of the six functions is wrong. Read them, train with them, and when you suspect one, have it checked.</p>
      <p class="quiet">{asked.value.size === 0 ? 'Nothing was checked yet.' : `Checked so far: ${asked.value.size}`}</p>
      <button type="button" class="button primary" onClick={onAsk}>
        Check {exerciseOf(id).functionName}
      </button>
    </section>
  );
}

function ResetPiece({ id }: { id: ExerciseId }): VNode {
  const [sure, setSure] = useState(false);
  const group = useRef<HTMLDivElement>(null);
  const choose = (next: boolean, then?: () => void): void => {
    then?.();
    setSure(next);
    focusSoon(() => group.current?.querySelector<HTMLElement>('button:last-child')); // the harmless one
  };
  const one = (label: string, onClick: () => void): VNode => (
    <button key={label} type="button" class="button small" onClick={onClick}>
      {label}
    </button>
  );
  return (
    <div ref={group} class="buttons" role="group" aria-label="Start over">
      {sure
        ? [
            one('This piece', () => choose(false, () => startOver(id))),
            one('All six', () => choose(false, forget)),
            one('Keep everything', () => choose(false)),
          ]
        : one('Start over', () => choose(true))}
    </div>
  );
}
