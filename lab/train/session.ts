import { type Signal, signal } from '@preact/signals';
import type { ExerciseId } from '../../src/verify/exercises.ts';
import type { LabData, TrainEnd, TrainEvent, TrainRun, TrainSpec } from '../sandbox/types.ts';
import { allCode, type Code } from '../work/code.ts';
import { sandbox } from '../work/sandbox.ts';
import type { Settings } from '../work/settings.ts';
import { Duel, type Side, sides } from './duel.ts';

export type Phase = 'idle' | 'starting' | 'running' | 'paused' | 'over';

type Warning = Omit<Extract<TrainEvent, { type: 'warning' }>, 'type'>;

/** What the page shows of one side beside its curves. */
export interface SideView {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly msPerStep: number;
  readonly end: TrainEnd | null;
  readonly failure: { readonly piece: ExerciseId | null; readonly message: string } | null;
  readonly warnings: readonly Warning[];
}

const blank: SideView = {
  ...{ step: 0, epoch: 0, loss: Number.NaN, accuracy: Number.NaN, msPerStep: Number.NaN },
  ...{ end: null, failure: null, warnings: [] },
};

/** Both runs of one press of the button. Events are gathered as they come and shown once a frame. */
export class Session {
  readonly phase = signal<Phase>('idle');
  readonly views: Readonly<Record<Side, Signal<SideView>>> = { learner: signal(blank), library: signal(blank) };
  /** Rises when curves have grown. */
  readonly grown = signal(0);
  readonly error = signal<unknown>(null);
  /** With which both train; null when nothing does. */
  settings: Settings | null = null;
  /** What trains on the learner's side; null when nothing does. */
  readonly code = signal<Code | null>(null);
  duel = new Duel();
  runs: Partial<Record<Side, TrainRun>> = {};
  #fresh: Partial<Record<Side, SideView>> = {};
  #frame = 0;
  #life = 0;

  /** Starts both, `by` single steps or at once; a run that was there is ended. */
  async start(settings: Settings, data: LabData, by: 'steps' | 'itself' = 'itself'): Promise<void> {
    this.reset();
    const life = this.#life;
    this.phase.value = 'starting';
    this.settings = settings;
    try {
      const spec: TrainSpec = { ...settings, data, paused: by === 'steps' };
      const [box, { trainLibrary }] = await Promise.all([sandbox(), import('../sandbox/sandbox.ts')]);
      if (life !== this.#life) return;
      this.code.value = allCode.peek();
      // One by one: where the second does not start, the reset below ends the first.
      this.runs.learner = box.train(spec, this.code.value);
      this.runs.library = trainLibrary(spec);
      if (by === 'steps') this.step();
      else this.phase.value = 'running';
      await Promise.all(sides.map((side) => this.#follow(side, life)));
      if (life === this.#life) this.phase.value = 'over';
    } catch (error) {
      if (life !== this.#life) return;
      this.reset();
      this.error.value = error;
    }
  }

  pause(): void {
    for (const run of this.#all) run.pause();
    this.phase.value = 'paused';
  }

  resume(): void {
    for (const run of this.#all) run.resume();
    this.phase.value = 'running';
  }

  step(): void {
    for (const run of this.#all) run.step();
    this.phase.value = 'paused';
  }

  reset(): void {
    this.#life++;
    for (const run of this.#all) run.close();
    this.runs = {};
    this.code.value = null;
    this.settings = null;
    this.duel = new Duel();
    this.#fresh = {};
    for (const side of sides) this.views[side].value = blank;
    this.error.value = null;
    this.phase.value = 'idle';
    this.grown.value++;
  }

  get #all(): TrainRun[] {
    return Object.values(this.runs);
  }

  async #follow(side: Side, life: number): Promise<void> {
    const run = this.runs[side]!;
    for await (const event of run) {
      if (life !== this.#life) return;
      this.duel.add(side, event);
      this.#set(side, this.#told(side, event));
    }
    const end = await run.done;
    if (life !== this.#life) return;
    this.#set(side, { end, failure: end.error ?? this.#now(side).failure });
  }

  #told(side: Side, event: TrainEvent): Partial<SideView> {
    switch (event.type) {
      case 'step': {
        const { step, epoch, loss, msPerStep } = event;
        return { step, epoch, loss, msPerStep };
      }
      case 'epoch':
        return { epoch: event.epoch, step: event.step, accuracy: event.valAccuracy };
      case 'warning':
        return { warnings: [...this.#now(side).warnings, event].slice(-3) };
      case 'error':
        return { failure: { piece: event.piece, message: event.message } };
    }
  }

  #now(side: Side): SideView {
    return this.#fresh[side] ?? this.views[side].peek();
  }

  #set(side: Side, change: Partial<SideView>): void {
    this.#fresh[side] = { ...this.#now(side), ...change };
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      for (const s of sides) if (this.#fresh[s]) this.views[s].value = this.#fresh[s];
      this.#fresh = {};
      this.grown.value++;
    });
  }
}
