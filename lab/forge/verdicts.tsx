import type { VNode } from 'preact';
import { methods } from '../../src/verify/exercises.ts';
import type { Check, Grade } from '../../src/verify/grade.ts';
import { precise } from '../derive/number-text.ts';
import type { Standing } from '../work/grading.ts';
import { comparable } from './heat.ts';
import { HeatMap } from './heat-map.tsx';
import { sentence } from './sentence.ts';
import { Words } from './words.tsx';

const waiting: Check = { status: 'skip', text: '' };

/** Shape, exact, within rounding: each lights up by itself; then what went wrong, and where. */
export function Verdicts({ standing }: { standing: Standing }): VNode {
  const { grade, stale } = standing;
  const correct = grade?.verdict === 'correct';
  return (
    <section class={`verdicts ${stale ? 'stale' : ''}`} aria-label="Verdicts">
      {correct ? <p class="verdict-word">Correct</p> : null}
      <ol class="checks">
        <CheckRow name="Shape" check={grade?.shape ?? waiting} />
        <CheckRow name="Exact" check={grade?.exact ?? waiting} remark={correct} />
        <CheckRow name="Within rounding" check={grade?.rounding ?? waiting} />
      </ol>
      <p class="visually-hidden" role="status">
        {grade && !stale ? spoken(grade) : ''}
      </p>
      {grade ? (
        <Findings grade={grade} />
      ) : (
        <div class="quiet first-words">
          {(stale ? ['Checking …'] : beginning).map((line) => (
            <p key={line}>
              <Words text={line} />
            </p>
          ))}
        </div>
      )}
    </section>
  );
}

const beginning = ['Begin to write: each pause in typing is graded, on random numbers and odd shapes.', ...methods];

/** How a check looks, and what is said of it in place of its sign. */
const looks = {
  pass: { look: 'pass', path: 'M6.5 12.5l3.6 3.6 7.4-8', said: 'passed' },
  fail: { look: 'fail', path: 'M8 8l8 8M16 8l-8 8', said: 'failed' },
  skip: { look: 'pending', path: 'M8 12h8', said: 'not yet' },
  remark: { look: 'remark', path: 'M7 10.2q2.5-2.4 5 0t5 0M7 14.8q2.5-2.4 5 0t5 0', said: 'a remark' },
} as const;

/** `remark`: a check that fails takes nothing from the answer. */
function CheckRow({ name, check, remark = false }: { name: string; check: Check; remark?: boolean }): VNode {
  const { look, path, said } = looks[remark && check.status === 'fail' ? 'remark' : check.status];
  return (
    <li class={`check ${look}`}>
      <svg viewBox="0 0 24 24" role="img" aria-label={said}>
        <circle cx="12" cy="12" r="11" />
        <path d={path} />
      </svg>
      <div>
        <p class="check-name">{name}</p>
        {check.text === '' ? null : (
          <p class="check-text">
            <Words text={check.text} />
          </p>
        )}
      </div>
    </li>
  );
}

function Findings({ grade }: { grade: Grade }): VNode {
  const { error, fingerprints, worst, verdict } = grade;
  const compared = comparable(grade);
  return (
    <div class="findings">
      {error ? (
        <p class="learner-error">
          <strong>{error.name}</strong>
          {error.line === null ? '' : ` in line ${error.line}`}: <Words text={error.message} within />
        </p>
      ) : null}
      {fingerprints.length > 0 ? (
        <ul class="fingerprints">
          {fingerprints.slice(0, 3).map(({ id, text }) => (
            <li key={`${id} ${text}`}>
              <Words text={text} />
            </li>
          ))}
        </ul>
      ) : null}
      {worst && verdict !== 'correct' ? (
        <dl class="worst">
          <div>
            <dt>farthest off</dt>
            <dd>
              <code>
                {worst.tensor}
                {worst.index.map((i) => `[${i}]`).join('')}
              </code>
            </dd>
          </div>
          <div>
            <dt>yours</dt>
            <dd>{precise(worst.got)}</dd>
          </div>
          <div>
            <dt>expected</dt>
            <dd>{precise(worst.expected)}</dd>
          </div>
        </dl>
      ) : null}
      {compared.length > 0 && verdict !== 'correct' ? <HeatMap tensors={compared} worst={worst} /> : null}
    </div>
  );
}

/** The verdict in one breath, for the live region. */
export function spoken(grade: Grade): string {
  if (grade.verdict === 'correct') return `Correct. ${grade.exact.text} ${grade.rounding.text}`.replaceAll('`', '');
  if (grade.error) {
    const { name, message } = grade.error;
    return [`${name}: ${message}`, sentence(grade.fingerprints[0]?.text ?? '')].join(' ').trim().replaceAll('`', '');
  }
  const failed = [grade.shape, grade.exact, grade.rounding].find((check) => check.status === 'fail');
  const fingerprint = sentence(grade.fingerprints[0]?.text ?? '');
  return ['Not yet.', failed?.text, fingerprint].filter(Boolean).join(' ').replaceAll('`', '');
}
