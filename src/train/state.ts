import type { Snapshot } from '../layers/parameters.ts';
import type { Model } from '../models/model.ts';
import type { Optimizer, OptimizerState } from '../optim/optimizer.ts';

/** The lowest validation loss so far (training loss without validation), and where it was. */
export interface Best {
  readonly epoch: number;
  readonly step: number;
  readonly loss: number;
}

/** Where a run stands between two steps. */
export interface Position {
  /** Updates done. */
  readonly step: number;
  /** Epoch under way, or the one that has just been evaluated; 0 before the first. */
  readonly epoch: number;
  /** True when that epoch has ended and been evaluated. */
  readonly evaluated: boolean;
  /** Over the epoch's batches so far: sum of loss times rows, and rows. */
  readonly lossSum: number;
  readonly rows: number;
  readonly best: Best;
  /** Spent on the run so far. */
  readonly seconds: number;
}

/**
 * All that a run needs to go on as if it had never stopped: `fit(model, data, { ..., resume: state })` ends with the
 * same bits. Batches, masks and learning rates are functions of seed, epoch and step, so they need no state.
 */
export interface TrainingState extends Position {
  readonly parameters: Snapshot;
  readonly bestParameters: Snapshot;
  readonly optimizer: OptimizerState;
}

/** Restores what a state says of the model and the optimizer. Throws NF4120 when it is of another optimizer or model. */
export function restoreState(
  state: Pick<TrainingState, 'parameters' | 'optimizer'>,
  model: Model,
  optimizer: Optimizer,
): void {
  model.parameters.restore(state.parameters);
  optimizer.restore(model.parameters, state.optimizer);
}

/** A finite state that the run was in. */
interface Past {
  readonly step: number;
  readonly epoch: number;
  readonly parameters: Snapshot;
  readonly optimizer: OptimizerState;
}

/** An autopsy wants so many steps before the failing one, to show how it came to that. */
const wanted = 110;
/** Steps between two states, at least. */
const apart = 250;

/**
 * Two finite states of the recent past, for an autopsy to start from: the newer one may lie right before the failure.
 * Their memory is taken once and written again in turn.
 */
export class GoodState {
  #newer: Past | null = null;
  #older: Past | null = null;

  /** Of a run that failed at `step`: the latest state that is early enough; null before the first finite one. */
  before(step: number): Past | null {
    return this.#newer && this.#older && step - this.#newer.step < wanted ? this.#older : this.#newer;
  }

  /**
   * Copies the present state, if the last one is some steps past and all parameters are finite; `epoch` is the one that
   * the next step belongs to.
   */
  take(model: Model, optimizer: Optimizer, step: number, epoch: number): void {
    const { parameters } = model;
    if ((this.#newer && step - this.#newer.step < apart) || !parameters.finite()) return;
    const into = this.#older;
    this.#older = this.#newer;
    this.#newer = {
      step,
      epoch,
      parameters: parameters.snapshot(into?.parameters),
      optimizer: optimizer.snapshot(parameters, into?.optimizer),
    };
  }
}
