import type { Block, Page } from '../../course/pages/page.ts';
import { type Exercise, exercises } from '../../src/verify/exercises.ts';

/** A heading's blocks up to the next one that is not below it, with the heading; empty where there is no such heading. */
export function sectionOf({ blocks }: Page, anchor: string): readonly Block[] {
  const from = blocks.findIndex((block) => block.kind === 'heading' && block.anchor === anchor);
  return from < 0 ? [] : blocks.slice(from, endOf(blocks, from));
}

/** A stretch of a page, and the exercises whose derivation ends with it. */
export interface Stretch {
  readonly blocks: readonly Block[];
  readonly exercises: readonly Exercise[];
}

/** The whole page, cut after each section that an exercise names as its derivation. */
export function stretches({ path, blocks }: Page): Stretch[] {
  const ends = new Map<number, Exercise[]>();
  for (const [at, block] of blocks.entries()) {
    if (block.kind !== 'heading') continue;
    const derived = exercises.filter(({ chapter }) => chapter === `${path}#${block.anchor}`);
    if (derived.length === 0) continue;
    const end = endOf(blocks, at);
    ends.set(end, [...(ends.get(end) ?? []), ...derived]);
  }
  const cuts = [...new Set([...ends.keys(), blocks.length])].sort((a, b) => a - b);
  return cuts.map((end, i) => ({ blocks: blocks.slice(cuts[i - 1] ?? 0, end), exercises: ends.get(end) ?? [] }));
}

function endOf(blocks: readonly Block[], from: number): number {
  const first = blocks[from];
  const end = blocks.findIndex(
    (block, i) => i > from && block.kind === 'heading' && first.kind === 'heading' && block.level <= first.level,
  );
  return end < 0 ? blocks.length : end;
}
