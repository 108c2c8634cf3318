import type { VNode } from 'preact';
import type { Check, Grade } from '../../src/verify/grade.ts';
import { precise } from '../derive/number-text.ts';
import type { Standing } from '../work/grading.ts';
import { HeatMap } from './heat-map.tsx';

const waiting: Check = { status: 'skip', text: '' };

/** Shape, exact, within rounding: each lights up by itself; then what went wrong, and where. */
export function Verdicts({ standing }: { standing: Standing }): VNode {
  const { grade, stale } = standing;
  return (
    <section class={`verdicts ${stale ? 'stale' : ''}`} aria-label="Verdicts">
      <ol class="checks">
        <CheckRow name="Shape" check={grade?.shape ?? waiting} />
        <CheckRow name="Exact" check={grade?.exact ?? waiting} />
        <CheckRow name="Within rounding" check={grade?.rounding ?? waiting} />
      </ol>
      <p class="visually-hidden" role="status">
        {grade && !stale ? spoken(grade) : ''}
      </p>
      {grade ? (
        <Findings grade={grade} />
      ) : (
        <p class="quiet first-words">
          {stale ? 'Checking …' : 'Begin to write: each pause in typing is graded, on random numbers and odd shapes.'}
        </p>
      )}
    </section>
  );
}

const signs: Readonly<Record<Check['status'], { readonly path: string; readonly spoken: string }>> = {
  pass: { path: 'M6.5 12.5l3.6 3.6 7.4-8', spoken: 'passed' },
  fail: { path: 'M8 8l8 8M16 8l-8 8', spoken: 'failed' },
  skip: { path: 'M8 12h8', spoken: 'not yet' },
};

function CheckRow({ name, check }: { name: string; check: Check }): VNode {
  const { path, spoken } = signs[check.status];
  return (
    <li class={`check ${check.status}`}>
      <svg viewBox="0 0 24 24" role="img" aria-label={spoken}>
        <circle cx="12" cy="12" r="11" />
        <path d={path} />
      </svg>
      <div>
        <p class="check-name">{name}</p>
        {check.text === '' ? null : <p class="check-text">{check.text}</p>}
      </div>
    </li>
  );
}

function Findings({ grade }: { grade: Grade }): VNode {
  const { error, fingerprints, worst, tensors, verdict } = grade;
  return (
    <div class="findings">
      {error ? (
        <p class="learner-error">
          <strong>{error.name}</strong>
          {error.line === null ? '' : ` in line ${error.line}`}: {error.message}
        </p>
      ) : null}
      {fingerprints.length > 0 ? (
        <ul class="fingerprints">
          {fingerprints.slice(0, 3).map(({ id, text }) => (
            <li key={id}>{text}</li>
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
      {tensors.length > 0 && verdict !== 'correct' ? <HeatMap tensors={tensors} worst={worst} /> : null}
    </div>
  );
}

/** The verdict in one breath, for the live region. */
export function spoken(grade: Grade): string {
  if (grade.verdict === 'correct') return `Correct. ${grade.exact.text} ${grade.rounding.text}`;
  if (grade.error) return `${grade.error.name}: ${grade.error.message}`;
  const failed = [grade.shape, grade.exact, grade.rounding].find((check) => check.status === 'fail');
  return ['Not yet.', failed?.text, grade.fingerprints[0]?.text].filter(Boolean).join(' ');
}
