import type { VNode } from 'preact';
import { pieceIds } from '../work/code.ts';
import { correct } from '../work/grading.ts';
import { sameSettings } from '../work/settings.ts';
import { type Side, sides } from './duel.ts';
import { shownRun } from './run.ts';
import { type Comparison, compare } from './run-compare.ts';
import type { RunDocument } from './run-document.ts';
import type { Session } from './session.ts';

/** Whether the validation losses are those that the run recorded, once both train with its settings. */
export function RunStanding({ session }: { session: Session }): VNode | null {
  void session.grown.value;
  const now = shownRun.value;
  if (now.name !== 'here' || !now.likeness.settings || !session.settings) return null;
  if (!sameSettings(session.settings, now.likeness.settings)) return null;
  const { run } = now;
  const [mine, ours] = sides.map((side) => compare(session.duel.tracks[side], run));
  if (ours.epochs.length === 0) return null;
  // What is no more than rounding by its size is that only of functions that are right, or have the library's losses.
  const right = correct.value === pieceIds.length;
  const excused = right || session.duel.parting === null;
  return (
    <section class="run-standing" aria-label="Against the run">
      <Line side="learner" comparison={{ ...mine, parted: mine.parted || !excused }} run={run} />
      <Line side="library" comparison={ours} run={run} />
      <Weights session={session} run={run} />
      <Why mine={mine} ours={ours} run={run} right={right} />
      <details>
        <summary>Epoch by epoch</summary>
        <Table mine={mine} ours={ours} />
      </details>
    </section>
  );
}

const who: Readonly<Record<Side, string>> = { learner: 'Yours', library: 'The library’s' };

function Line({ side, comparison, run }: { side: Side; comparison: Comparison; run: RunDocument }): VNode | null {
  const { epochs, equalTo, unequal, parted, largest } = comparison;
  if (epochs.length === 0) return null;
  const name = <span class="whose">{who[side]}</span>;
  if (unequal === null) {
    const all = equalTo === run.epochs.at(-1)?.epoch;
    return (
      <p data-run={side} class="equal">
        {name}{' '}
        <strong>
          equal to the run{' '}
          {all ? (equalTo === 1 ? 'in its one epoch' : `in all ${equalTo} epochs`) : `up to epoch ${equalTo}`}
        </strong>
      </p>
    );
  }
  const before = equalTo >= 0 ? `, equal up to epoch ${equalTo}` : '';
  if (parted) {
    return (
      <p data-run={side} class="parted">
        {name} <strong>parted from the run in epoch {unequal.epoch}</strong>
        {before}: {unequal.mine}, not {unequal.run}
      </p>
    );
  }
  return (
    <p data-run={side} class="equal">
      {name} <strong>within rounding of the run</strong>
      {before}: largest difference {brief(largest)}
    </p>
  );
}

interface WhyProps {
  readonly mine: Comparison;
  readonly ours: Comparison;
  readonly run: RunDocument;
  /** Whether all pieces are graded as correct. */
  readonly right: boolean;
}

/** The promise of one bit for bit, or why it is none here. */
function Why({ mine, ours, run, right }: WhyProps): VNode {
  const { backend, blas, inexact, version, labVersion } = run;
  if (ours.unequal === null) {
    const text =
      mine.unequal === null
        ? 'Validation losses, the same number to the last bit: this page computes what the command line computes.'
        : right
          ? 'The library’s are the run’s to the last bit; your functions are right, and do their sums in another order.'
          : 'The library’s are the run’s to the last bit: the difference is in your functions.';
    return <p class="quiet">{text}</p>;
  }
  if (backend === 'native') {
    const name = blas === null ? 'a system BLAS' : blas;
    const grows = ours.largest > 1e-5 ? ' Such differences begin at 1e-7 and grow as a network trains.' : '';
    return (
      <p class="quiet">
        The run multiplied its matrices on native ({name}), which rounds in another order than this page does; with{' '}
        <code>--backend wasm</code> the losses are equal to the last bit.{grows}
      </p>
    );
  }
  if (inexact) return <p class="quiet">The run was resumed with --inexact, and has other bits since.</p>;
  if (version !== null && version !== labVersion) {
    return (
      <p class="quiet">
        The run was trained by neuroforge {version}; this page is {labVersion}.
      </p>
    );
  }
  return <p class="quiet">Were the same rows trained on? The data of the page may not be those of the run.</p>;
}

function Weights({ session, run }: { session: Session; run: RunDocument }): VNode | null {
  const equal = sides.filter((side) => {
    const weights = session.views[side].value.end?.weights;
    return weights && weights === run.weights;
  });
  if (equal.length === 0) return null;
  const whose =
    equal.length === 2 ? 'Both networks' : equal[0] === 'learner' ? 'Your network' : 'The library’s network';
  return (
    <p class="run-weights">
      {whose} ended with the run’s weights, <code>{run.weights?.slice(0, 23)}…</code>
    </p>
  );
}

function Table({ mine, ours }: { mine: Comparison; ours: Comparison }): VNode {
  const longer = mine.epochs.length >= ours.epochs.length ? mine : ours;
  const cell = (side: Comparison, i: number): string => {
    const entry = side.epochs[i];
    return entry === undefined ? '' : entry.apart === 0 ? '= equal' : brief(entry.mine - entry.run);
  };
  return (
    <div class="epochs" tabIndex={0} role="group" aria-label="Validation losses, epoch by epoch">
      <table>
        <thead>
          <tr>
            <th scope="col">epoch</th>
            <th scope="col">the run’s loss</th>
            <th scope="col">yours</th>
            <th scope="col">the library’s</th>
          </tr>
        </thead>
        <tbody>
          {longer.epochs.map(({ epoch, run }, i) => (
            <tr key={epoch}>
              <th scope="row">{epoch}</th>
              <td>{run}</td>
              <td>{cell(mine, i)}</td>
              <td>{cell(ours, i)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A difference in three digits: `+3e-7`. */
function brief(v: number): string {
  return Number.isNaN(v) ? 'no number' : v.toExponential(1).replace('.0e', 'e');
}
