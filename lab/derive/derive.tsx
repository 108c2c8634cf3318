import type { VNode } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { addressIn, equationAnchor } from '../course/address.ts';
import { Formula } from '../shell/formula.tsx';
import { useLighting } from '../shell/lighting.ts';
import { present } from '../shell/part-element.tsx';
import { arrival, part, places } from '../shell/route.ts';
import { useUniqueId } from '../shell/unique-id.ts';
import { AllNumbers } from './all-numbers.tsx';
import { CodeLine } from './code-line.tsx';
import { shown } from './number-text.ts';
import { Stage } from './stage.tsx';
import { DeriveState } from './state.ts';
import { chapter, steps } from './steps.ts';

/** Chapter 2's network on a batch of three: equations, code and live numbers, step by step. */
export function Derive(): VNode {
  const state = useMemo(() => new DeriveState(), []);
  const root = useRef<HTMLDivElement>(null);
  useLighting(root, 'data-t');
  const arrived = arrival.value;
  useEffect(() => {
    const found = steps.find(({ result }) => result === places.derive.peek());
    const asked = part.peek() === 'derive' && !arrived.back;
    if (found && asked) state.show({ name: found.result, row: 0, col: 0 });
  }, [state, arrived]);
  const at = state.at.value;
  const step = state.step.value;
  const [stepId, numbersId] = [useUniqueId('derive-step'), useUniqueId('derive-numbers')];
  return (
    <div class="derive" ref={root}>
      <div class="derive-columns">
        <Chain state={state} />
        <section class="derive-stage" aria-labelledby={stepId}>
          <header class="stepper">
            <div>
              <p class="eyebrow">
                Step {at + 1} of {steps.length}, {step.pass}
              </p>
              <h2 id={stepId} aria-live="polite">
                {step.title}
              </h2>
            </div>
            <div class="buttons">
              <button type="button" class="button" aria-disabled={at === 0} onClick={() => state.go(at - 1)}>
                ← Back
              </button>
              <button
                type="button"
                class="button primary"
                aria-disabled={at === steps.length - 1}
                onClick={() => state.go(at + 1)}
              >
                Next →
              </button>
            </div>
          </header>
          <Stage state={state} />
        </section>
      </div>
      <section class="numbers" aria-labelledby={numbersId}>
        <header class="section-head">
          <div>
            <h2 id={numbersId}>All numbers</h2>
            <p class="quiet">
              Change any number in a framed cell and everything follows; page up and page down change it by a tenth.
              Press a computed number to see where it comes from.
            </p>
          </div>
          <div class="loss" data-t="L">
            <span class="quiet">loss</span> <output>{shown(state.values.value.L.values[0])}</output>
            <button type="button" class="button small" aria-disabled={!state.changed} onClick={() => state.reset()}>
              The chapter’s numbers
            </button>
          </div>
        </header>
        <AllNumbers state={state} />
      </section>
    </div>
  );
}

/** The number of the equation in the chapter, and the way there where the page has the course. */
function EquationNumber({ number }: { number: string }): VNode {
  if (!present.value.has('course')) return <span class="number quiet">({number})</span>;
  return (
    <a
      class="number"
      href={addressIn(`${chapter}#${equationAnchor(number)}`)}
      aria-label={`equation ${number} in the course`}
      onClick={(event) => event.stopPropagation()}
    >
      ({number})
    </a>
  );
}

/** The steps in order, each with its equation and its line of code; arrow keys go through them. */
function Chain({ state }: { state: DeriveState }): VNode {
  const list = useRef<HTMLOListElement>(null);
  const at = state.at.value;
  const select = (to: number): void => {
    state.go(to);
    const button = list.current?.querySelectorAll<HTMLElement>('.step-button')[state.at.value];
    button?.focus({ preventScroll: true });
  };
  // whatever led to it, and again when the list is shown or its formulas have come
  useEffect(() => {
    const current = list.current?.children[at];
    if (!list.current || !current) return;
    const sizes = new ResizeObserver(() => bringIntoList(list.current, at));
    for (const element of [list.current, current]) sizes.observe(element);
    return () => sizes.disconnect();
  }, [at]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const by: Record<string, number> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in by) select(at + by[event.key]);
    else if (event.key === 'Home') select(0);
    else if (event.key === 'End') select(steps.length - 1);
    else return;
    event.preventDefault();
  };
  return (
    <section class="chain" aria-label="The chain, forward and backward">
      <ol ref={list} onKeyDown={onKeyDown}>
        {steps.map((step, i) => (
          <li
            key={step.result}
            class={`${i === at ? 'current' : ''} ${i === 0 || steps[i - 1].pass !== step.pass ? 'turn' : ''}`}
            data-pass={step.pass}
          >
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the button inside is the way of the keyboard */}
            {/* biome-ignore lint/a11y/noStaticElementInteractions: a larger target for the pointer */}
            <div class="step" onClick={() => state.go(i)}>
              <button
                type="button"
                class="step-button"
                tabIndex={i === at ? 0 : -1}
                aria-current={i === at ? 'step' : undefined}
                onClick={() => state.go(i)}
              >
                <span class="operand-name" data-t={step.result}>
                  {step.result}
                </span>
                <span class="step-title">{step.title}</span>
              </button>
              <span class="equation">
                <Formula tex={step.tex} />
                <EquationNumber number={step.equation} />
              </span>
              <CodeLine code={step.code} shape={step.shape} />
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Scrolls the list, and nothing around it, until an item of it is in sight with some of its neighbors. */
function bringIntoList(list: HTMLElement | null, index: number): void {
  const item = list?.children[index];
  if (!list || !item) return;
  const [box, { top, bottom, height }] = [list.getBoundingClientRect(), item.getBoundingClientRect()];
  const margin = Math.max(0, Math.min(height / 2, (box.height - height) / 2));
  if (top < box.top + margin) list.scrollTop -= box.top + margin - top;
  else if (bottom > box.bottom - margin) list.scrollTop += bottom - (box.bottom - margin);
}
