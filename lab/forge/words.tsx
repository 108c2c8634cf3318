import type { VNode } from 'preact';
import { sentence } from './sentence.ts';

/** A sentence of the grading, with what stands between backticks as code. */
export function Words({ text, within = false }: { text: string; within?: boolean }): VNode {
  return (
    <>
      {(within ? text : sentence(text)).split('`').map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}
    </>
  );
}
