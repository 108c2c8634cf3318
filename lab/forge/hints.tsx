import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { type ExerciseId, exerciseOf } from '../../src/verify/exercises.ts';
import { focusSoon } from '../shell/focus.ts';
import { Prose } from '../shell/prose.tsx';
import { code, hints, origin } from '../work/code.ts';
import { asked } from '../work/grading.ts';
import { diffLines } from './diff.ts';

/** Four steps, one at a time; the last compares with the library, in a bug hunt once the piece was asked about. */
export function Hints({ id }: { id: ExerciseId }): VNode {
  const section = useRef<HTMLElement>(null);
  const exercise = exerciseOf(id);
  const count = exercise.hints.length;
  const most = origin.value === 'hunt' && !asked.value.has(id) ? count - 1 : count;
  const open = Math.min(hints[id].value, most);
  const show = (next: number): void => {
    hints[id].value = next;
    focusSoon(() => section.current?.querySelector<HTMLElement>('.diff-scroll, .buttons button'));
  };
  return (
    <section ref={section} class="hints" aria-label="Hints">
      <ol aria-live="polite">
        {exercise.hints.slice(0, open).map((hint, i) => (
          <li key={hint}>
            <span class="hint-number quiet">{i + 1}</span>
            <Prose text={hint} />
          </li>
        ))}
      </ol>
      {open === count ? <Comparison id={id} /> : null}
      {open === most && most < count ? (
        <p class="quiet">The last hint sets it beside an answer: it is here once you have had this piece checked.</p>
      ) : null}
      <div class="buttons">
        {open < most ? (
          <button type="button" class="button small" onClick={() => show(open + 1)}>
            {open === 0 ? 'A hint' : open === count - 1 ? 'Show the answer' : 'Another hint'}
            <span class="quiet">
              {open + 1} of {count}
            </span>
          </button>
        ) : null}
        {open > 0 ? (
          <button type="button" class="button small" onClick={() => show(0)}>
            Hide hints
          </button>
        ) : null}
      </div>
    </section>
  );
}

/** The learner's code and an answer line by line, and the lines of the library that do the same. */
function Comparison({ id }: { id: ExerciseId }): VNode {
  const { answer, source } = exerciseOf(id);
  const rows = diffLines(code[id].value, answer);
  return (
    <div class="comparison">
      <div class="diff-scroll" tabIndex={0} role="region" aria-label="Your code beside an answer">
        <table class="diff">
          <thead>
            <tr>
              <th scope="col">Yours</th>
              <th scope="col">An answer</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ left, right, same }, i) => (
              <tr key={`${i}${left}${right}`} class={same ? 'same' : 'differs'}>
                <td>{left === null ? null : <code>{left || ' '}</code>}</td>
                <td>{right === null ? null : <code>{right || ' '}</code>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <figure class="source-lines">
        <figcaption class="quiet">
          In the library, <code>{source.file}</code>
        </figcaption>
        <pre tabIndex={0}>
          <code>{source.lines}</code>
        </pre>
      </figure>
    </div>
  );
}
