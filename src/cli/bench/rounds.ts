import type { Line } from './measure.ts';
import type { Participant } from './participants.ts';
import type { Command, Outcome } from './process.ts';
import { pairRatios } from './statistics.ts';

/** A participant and its line of each round; null where it gave none. */
export interface Row {
  readonly participant: Participant;
  readonly lines: readonly (Line | null)[];
  readonly state: 'present' | 'absent' | 'failed';
  readonly reason: string | null;
}

/**
 * Every participant once a round, each in a fresh process. Who goes first alternates: every other round runs backwards,
 * so that a machine that grows slower or faster favors nobody. What is absent or fails costs one try.
 */
export async function interleave(
  participants: readonly Participant[],
  rounds: number,
  run: (command: Command) => Promise<Outcome>,
  told: (message: string) => void = () => {},
): Promise<Row[]> {
  const rows = participants.map((participant) => ({
    participant,
    lines: [] as (Line | null)[],
    state: participant.command === null ? ('absent' as const) : ('present' as Row['state']),
    reason: participant.absent,
  }));
  for (let round = 0; round < rounds; round++) {
    for (const row of round % 2 === 0 ? rows : rows.toReversed()) {
      if (row.state !== 'present') continue;
      const outcome = await run(row.participant.command!);
      const { who } = row.participant;
      if ('line' in outcome) {
        row.lines[round] = outcome.line;
        told(`round ${round + 1}/${rounds}  ${who}  ${outcome.line.msPerStep.median.toPrecision(4)} ms`);
      } else {
        row.state = 'absent' in outcome ? 'absent' : 'failed';
        row.reason = 'absent' in outcome ? outcome.absent : outcome.failed;
        told(`round ${round + 1}/${rounds}  ${who}  ${row.state}: ${row.reason}`);
      }
    }
  }
  return rows.map((row) => ({
    ...row,
    lines: Array.from({ length: rounds }, (_, round) => row.lines[round] ?? null),
  }));
}

/** The median step of each round's process. */
export function mediansOf({ lines }: Row): (number | null)[] {
  return lines.map((line) => line?.msPerStep.median ?? null);
}

/** of / to, round by round; empty when one of them has no round in common with the other. */
export function ratiosOf(of: Row | undefined, to: Row | undefined): number[] {
  return of && to ? pairRatios(mediansOf(of), mediansOf(to)) : [];
}
