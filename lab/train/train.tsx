import type { VNode } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { exerciseOf } from '../../src/verify/exercises.ts';
import { Share } from '../share/share.tsx';
import { ErrorCard } from '../shell/error-card.tsx';
import { focusSoon } from '../shell/focus.ts';
import { part, place } from '../shell/route.ts';
import { useUniqueId } from '../shell/unique-id.ts';
import { begun, code, pieceIds } from '../work/code.ts';
import { correct, watchCode } from '../work/grading.ts';
import { keepWork } from '../work/keep.ts';
import { settings } from '../work/settings.ts';
import { visited } from '../work/visit.ts';
import { Curves, pointsOf } from './curves.tsx';
import { Drawing } from './drawing.tsx';
import { Help } from './help.tsx';
import { missing, mnistFiles, trainRows } from './mnist.ts';
import { openRun } from './run.ts';
import { RunCard } from './run-card.tsx';
import { RunStanding } from './run-standing.tsx';
import { Session } from './session.ts';
import { SettingsForm } from './settings-form.tsx';
import { Failure, Numbers, Standing } from './standing.tsx';
import { WeightImages } from './weight-images.tsx';

/** The learner's functions train, and the library's beside them. */
export function Train(): VNode {
  const session = useMemo(() => new Session(), []);
  const firstLayerId = useUniqueId('first-layer');
  useEffect(() => void keepWork().then(watchCode), []);
  const visit = visited.value;
  // With another's code on the desk, or one's own again, a run is of neither.
  useEffect(() => () => session.reset(), [session, visit]);
  const asksForRun = part.value === 'train' && place.value === 'run';
  useEffect(() => {
    if (asksForRun) void openRun();
  }, [asksForRun]);
  const phase = session.phase.value;
  const { learner, library } = session.views;
  return (
    <div class="train">
      <RunCard />
      <div class="train-side">
        <Controls session={session} />
        <Readiness />
        <SettingsPanel open={phase === 'idle' || phase === 'over'} />
        <Share />
      </div>
      <div class="train-main">
        {session.error.value === null ? null : <ErrorCard error={session.error.value} title="Training did not start" />}
        <Standing session={session} />
        <RunStanding session={session} />
        <div class="both-sides">
          <Numbers session={session} side="learner" />
          <Numbers session={session} side="library" />
        </div>
        <Failure view={learner.value} />
        {library.value.failure ? (
          <ErrorCard error={library.value.failure.message} title="The library’s run stopped" />
        ) : null}
        <Help session={session} />
        <div class="plots">
          <Curves
            session={session}
            title="Loss"
            options={{ xLabel: 'step' }}
            pick={(track) => [track.steps, track.losses]}
            ofRun={(run) => pointsOf(run, 'step', 'trainLoss')}
            text={(run) => told(session, [learner.value.loss, library.value.loss, run], 3)}
          />
          <Curves
            session={session}
            title="Validation accuracy"
            options={{ xLabel: 'epoch', percent: true }}
            pick={(track) => [track.epochs.slice(1), track.accuracies.slice(1)]} // epoch 0 is chance
            ofRun={(run) => pointsOf(run, 'epoch', 'valAccuracy')}
            text={(run) =>
              told(
                session,
                [learner.value.accuracy, library.value.accuracy, run].map((v) => 100 * v),
                1,
                '\u00a0%',
              )
            }
          />
        </div>
        <section class="first-layer" aria-labelledby={firstLayerId}>
          <header>
            <h2 id={firstLayerId}>What the first layer looks for</h2>
            <p class="quiet">Weights of 32 hidden units over the pixels: blue below zero, orange above.</p>
          </header>
          <div class="weight-pair">
            <WeightImages session={session} side="learner" title="Yours" />
            <WeightImages session={session} side="library" title="The library’s" />
          </div>
        </section>
        <Drawing session={session} />
      </div>
    </div>
  );
}

/** Folds away while a run goes on, when nothing in it can be changed. */
function SettingsPanel({ open }: { open: boolean }): VNode {
  const { hidden, lr, batch, epochs, seed } = settings.value;
  return (
    <details class="settings-panel" open={open}>
      <summary>
        Settings{' '}
        <span class="quiet">
          {hidden.join('-')}, rate {lr}, batch {batch}, {epochs} epoch{epochs === 1 ? '' : 's'}, seed {seed}
        </span>
      </summary>
      <SettingsForm disabled={!open} />
    </details>
  );
}

/** Yours, the library's, and the run's last value; NaN for what is not there. */
function told(session: Session, [mine, ours, run]: readonly number[], digits: number, unit = ''): string {
  const text = (v: number): string => (Number.isFinite(v) ? `${v.toFixed(digits)}${unit}` : '–');
  const both = `yours ${text(mine)}, the library’s ${text(ours)}`;
  const begun = session.phase.value !== 'idle' || Number.isFinite(mine) || Number.isFinite(ours);
  const live = begun ? both : 'not begun';
  return Number.isNaN(run) ? live : `${live}; the run ended at ${text(run)}`;
}

function Controls({ session }: { session: Session }): VNode {
  const phase = session.phase.value;
  const main = useRef<HTMLButtonElement>(null);
  const running = phase === 'running';
  const now = settings.value;
  const absent = now.data === 'mnist' && missing(mnistFiles.value).length > 0;
  const tooLarge = now.batch > trainRows.value;
  const begin = (by?: 'steps'): void => {
    if (phase === 'starting') return;
    const data = now.data === 'mnist' ? { name: now.data, files: mnistFiles.value } : { name: now.data };
    void session.start(now, data, by);
  };
  const under = running || phase === 'paused';
  return (
    <div class="controls" role="group" aria-label="Training">
      {running ? (
        <button type="button" class="button primary" onClick={() => session.pause()}>
          Pause
        </button>
      ) : phase === 'paused' ? (
        <button type="button" class="button primary" onClick={() => session.resume()}>
          Resume
        </button>
      ) : (
        <button
          ref={main}
          type="button"
          class="button primary"
          disabled={absent || tooLarge}
          aria-disabled={phase === 'starting'}
          onClick={() => begin()}
        >
          {phase === 'starting' ? 'Starting …' : phase === 'over' ? 'Train again' : 'Start training'}
        </button>
      )}
      <button
        type="button"
        class="button"
        disabled={absent || tooLarge}
        aria-disabled={phase === 'starting'}
        onClick={() => (under ? session.step() : begin('steps'))}
      >
        Step
      </button>
      <button
        type="button"
        class="button"
        disabled={phase === 'idle'}
        onClick={() => {
          session.reset();
          focusSoon(() => main.current);
        }}
      >
        Reset
      </button>
    </div>
  );
}

/** Which pieces are not written yet: they will stop the training. */
function Readiness(): VNode | null {
  const open = pieceIds.filter((id) => !begun(id, code[id].value));
  if (open.length === 0) {
    return correct.value === pieceIds.length ? <p class="ready">✓ All six pieces are correct.</p> : null;
  }
  return (
    <p class="quiet not-ready">
      Not written yet:{' '}
      {open.map((id, i) => (
        <span key={id}>
          {i > 0 ? ', ' : ''}
          <a href={`#forge/${id}`}>
            <code>{exerciseOf(id).functionName}</code>
          </a>
        </span>
      ))}
    </p>
  );
}
