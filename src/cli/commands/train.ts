import { safeText } from '../../charts/text.ts';
import { NeuroForgeError } from '../../core/errors.ts';
import { dataWarnings } from '../../data/warnings.ts';
import { modelSummary } from '../../models/summary.ts';
import { sgd } from '../../optim/sgd.ts';
import { files } from '../../platform/index.ts';
import { debug } from '../../tensor/debug.ts';
import { evaluate } from '../../train/evaluate.ts';
import type { FitResult } from '../../train/events.ts';
import { type Fit, fit } from '../../train/fit.ts';
import { toJson } from '../../train/json.ts';
import type { Metrics } from '../../train/metrics.ts';
import { RunFolder } from '../../train/run-folder.ts';
import { type Baseline, baselines } from '../baselines.ts';
import { type Config, readConfigFile, resolveConfig } from '../config.ts';
import { trainFlags } from '../flags.ts';
import { Interrupt } from '../interrupt.ts';
import { modelTable } from '../model-text.ts';
import { openConfigured } from '../open-backend.ts';
import { exitCodes, type Output, people } from '../output.ts';
import { Progress } from '../progress.ts';
import { Resumption } from '../resume.ts';
import { writePredictions, writeReport } from '../run-report.ts';
import { Saver } from '../saver.ts';
import { type Loaders, makeLoaders, makeModel, type Prepared, prepareData } from '../setup.ts';
import { summarize } from '../summary.ts';
import { trainDocument } from '../train-document.ts';
import { verifyResume } from '../verify-resume.ts';

/** `neuroforge train`: data, model, run folder, training, report. */
export async function trainCommand(_: string[], options: Record<string, unknown>, output: Output): Promise<number> {
  if (options.debug) debug.poison = debug.versions = true;
  checkTogether(options);
  if (options.verifyResume) {
    return verifyResume(await configuration(options), options.mirror as string | undefined, output);
  }
  if (options.resume === undefined) return train(await configuration(options), null, options, output);
  const resumption = await Resumption.open(
    String(options.resume),
    await given(options),
    options.inexact === true,
    output,
  );
  try {
    return await train(resumption.config, resumption, options, output);
  } finally {
    await resumption.folder.leave();
  }
}

async function train(
  config: Config,
  resumption: Resumption | null,
  options: Readonly<Record<string, unknown>>,
  output: Output,
): Promise<number> {
  const prepared = await prepareData(config, {
    files,
    mirror: options.mirror as string | undefined,
    log: (message) => output.say(message),
  }).catch((error) => {
    throw resumption ? movedData(error) : error;
  });
  const warnings = dataWarnings(prepared.split, prepared);
  for (const { code, message, hint } of warnings) output.warn(code, message, hint);
  const opened = resumption
    ? await resumption.openBackend(output)
    : await openConfigured(config, (line) => output.say(line));
  resumption?.check(prepared, opened, output);
  const { backend } = opened;
  const model = makeModel(prepared, backend);
  const loaders = makeLoaders(prepared, model);
  const { config: resolved, split } = prepared;
  const stepsPerEpoch = loaders.train.steps(resolved.batch); // refuses a batch that cannot be, before there is a folder
  const optimizer = sgd(resolved.lr, { fold: !resolved.definitions });
  const batch = resolved.batch === 'full' ? split.train.count : resolved.batch;
  const summary = modelSummary(model, batch, optimizer);
  const argv = process.argv.slice(2);
  const environment = {
    versions: { neuroforge: NEUROFORGE_VERSION, runtime: files.host.runtime },
    host: files.host,
    ...opened.about,
    folded: optimizer.folds,
  };
  const resume = await resumption?.restore(model, resolved, stepsPerEpoch, { argv }, environment);
  const folder =
    resumption?.folder ??
    (await RunFolder.create(files, String(options.runDir ?? 'runs'), resolved.model.split(':')[0], resolved, {
      argv,
      ...environment,
      seed: resolved.seed,
      parameters: model.parameters.count,
      model: summary,
      warnings,
      data: { name: split.train.name, source: prepared.source, hashes: split.train.hashes },
    }));
  output.note(
    `${resolved.model} on ${safeText(split.train.name)}: ${split.train.count} training, ${split.val.count} validation, ` +
      `${split.test?.count ?? 0} test rows; ${model.parameters.count.toLocaleString('en-US')} parameters; ${backend.name}`,
  );
  if (!resume) for (const line of modelTable(summary)) output.note(line);
  if (resume) output.note(`going on from step ${people(resume.step)}, epoch ${resume.epoch}`);

  const run = fit(model, loaders, {
    optimizer,
    epochs: resolved.epochs,
    steps: resolved.steps,
    batch: resolved.batch,
    patience: resolved.patience,
    threshold: resolved.threshold,
    until: untilRule(resolved.until),
    stepEvents: output.live && !output.quiet ? 20 : 0,
    checkpoint: resolved.checkpointEvery ? { steps: resolved.checkpointEvery } : { seconds: 5 },
    resume,
  });
  const interrupt = new Interrupt(output, folder.path, () => run.stop());
  const progress = new Progress(output, resolved.epochs);
  const saver = new Saver(folder, model, prepared, output, resume?.step);
  let end: () => void;
  let code: number;
  try {
    const result = await follow(run, progress, folder, saver);
    await saver.end(result);
    const against: Baseline[] = output.quiet ? [] : await baselines(prepared, loaders, files);
    const document = await trainDocument(prepared, model, result, folder, against, resume);
    const shown = bestEvaluation(prepared, loaders, model, result);
    const { history } = folder.metrics;
    await writePredictions(folder, shown.dataset, shown.evaluation, prepared);
    await writeReport(folder, {
      prepared,
      model,
      summary,
      warnings,
      result,
      history,
      baselines: against,
      document,
      ...shown,
    });
    code = exitCodeOf(result, interrupt);
    await folder.finish(result.status, { exitCode: code, reason: result.reason, result: document });
    end = () => {
      output.document(document);
      summarize({ output, prepared, result, baselines: against, folder, ...shown });
    };
  } catch (error) {
    run.stop(); // who follows it no longer would let it train on, unseen
    await run.then(
      () => {},
      () => {},
    );
    const known = error instanceof NeuroForgeError;
    await folder.finish('interrupted', { error: known ? error.toJSON() : String(error) }).catch(() => {});
    throw error;
  } finally {
    progress.clear();
    interrupt.release();
  }
  end();
  return code;
}

/** The data of an earlier run may lie elsewhere now. */
function movedData(error: unknown): unknown {
  if (!(error instanceof NeuroForgeError && error.code === 'NF2001')) return error;
  const { code, message, where, expected, got, hint } = error;
  const also = 'say where the data of this run are now: --data PATH';
  return new NeuroForgeError(code, message, { where, expected, got, hint: hint ? `${hint}; ${also}` : also });
}

/** Shows the run's events and saves what they bring. */
async function follow(run: Fit, progress: Progress, folder: RunFolder, saver: Saver): Promise<FitResult> {
  for await (const event of run) {
    if (event.type === 'warning' && event.autopsy) {
      const text = `${toJson(event.autopsy, 2)}\n`;
      const saved = await saver.attempt('autopsy.json', () => folder.write('autopsy.json', text));
      progress.show(saved ? { ...event, hint: `${event.hint}     saved autopsy.json` } : event);
      continue;
    }
    progress.show(event);
    if (event.type === 'epoch')
      await saver.attempt(`the line of epoch ${event.epoch}`, () => folder.metrics.add(event));
    if (event.type === 'checkpoint') await saver.checkpoint(event.state);
    if (event.type === 'done') return event.result;
  }
  throw new NeuroForgeError('NF9003', 'the run ended without a result');
}

/** Throws NF4128 for flags that cannot be meant together. */
function checkTogether({ resume, inexact, verifyResume, runDir }: Readonly<Record<string, unknown>>): void {
  const refuse = (where: string, message: string, hint: string): never => {
    throw new NeuroForgeError('NF4128', message, { where, hint });
  };
  if (resume !== undefined && runDir !== undefined) {
    refuse(
      '--run-dir',
      'a resumed run stays in its folder',
      'leave it away, or copy the run folder and resume the copy',
    );
  }
  if (resume !== undefined && verifyResume) {
    refuse('--verify-resume', 'this trains a run of its own, and resumes that', 'leave --resume away');
  }
  if (inexact && resume === undefined) {
    refuse('--inexact', 'this says how a run is resumed', 'name the run: --resume RUN');
  }
}

/** Flags over file over environment. */
async function configuration(options: Readonly<Record<string, unknown>>): Promise<Config> {
  const file = options.config === undefined ? null : await readConfigFile(String(options.config), files);
  return resolveConfig(flagsOf(options), file, process.env);
}

/** What this command says beside the run that it resumes, checked. */
async function given(options: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  const file = options.config === undefined ? null : await readConfigFile(String(options.config), files);
  const said = { ...file?.keys, ...flagsOf(options) };
  const checked: Readonly<Record<string, unknown>> = resolveConfig(flagsOf(options), file, {});
  return Object.fromEntries(Object.keys(said).map((key) => [key, checked[key]]));
}

function flagsOf(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const flags: Record<string, unknown> = {};
  for (const { key, type } of trainFlags) {
    const given = options[key];
    if (given === undefined) continue;
    const number = type === 'number' || (type === 'batch' && given !== 'full');
    flags[key] = number && String(given).trim() !== '' && !Number.isNaN(Number(given)) ? Number(given) : given;
  }
  return flags;
}

function untilRule(until: string | undefined): ((val: Metrics) => boolean) | undefined {
  if (until === undefined) return undefined;
  const [name, value] = until.replace('val.', '').split('=');
  const lower = name === 'loss' || name === 'rmse';
  return (val) => (lower ? val[name] <= Number(value) : val[name] >= Number(value));
}

/** The best parameters on the set that is reported (test, or validation without one), with every prediction. */
function bestEvaluation(
  { config }: Prepared,
  loaders: Loaders,
  model: ReturnType<typeof makeModel>,
  result: FitResult,
) {
  const loader = loaders.test ?? loaders.val;
  model.parameters.restore(result.weightsBest);
  return { dataset: loader.dataset, evaluation: evaluate(model, loader, { threshold: config.threshold }) };
}

function exitCodeOf({ status }: FitResult, interrupt: Interrupt): number {
  if (status === 'diverged') return exitCodes.diverged;
  return status === 'interrupted' ? interrupt.exitCode : exitCodes.fine;
}
