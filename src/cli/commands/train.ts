import { safeText } from '../../charts/text.ts';
import { NeuroForgeError } from '../../core/errors.ts';
import { sgd } from '../../optim/sgd.ts';
import { files } from '../../platform/index.ts';
import { debug } from '../../tensor/debug.ts';
import { evaluate } from '../../train/evaluate.ts';
import type { EpochEvent, FitResult } from '../../train/events.ts';
import { fit } from '../../train/fit.ts';
import type { Metrics } from '../../train/metrics.ts';
import { RunFolder } from '../../train/run-folder.ts';
import { type Baseline, baselines } from '../baselines.ts';
import { type Config, readConfigFile, resolveConfig } from '../config.ts';
import { trainFlags } from '../flags.ts';
import { openConfigured } from '../open-backend.ts';
import { exitCodes, type Output } from '../output.ts';
import { Progress } from '../progress.ts';
import { writePredictions, writeReport } from '../run-report.ts';
import { Saver } from '../saver.ts';
import { type Loaders, makeLoaders, makeModel, type Prepared, prepareData } from '../setup.ts';
import { summarize } from '../summary.ts';
import { trainDocument } from '../train-document.ts';

/** `neuroforge train`: data, model, run folder, training, report. */
export async function trainCommand(_: string[], options: Record<string, unknown>, output: Output): Promise<number> {
  if (options.debug) debug.poison = debug.versions = true;
  const config = await configuration(options);
  const prepared = await prepareData(config, {
    files,
    mirror: options.mirror as string | undefined,
    log: (message) => output.note(message),
  });
  for (const { code, message, hint } of warnings(prepared)) output.warn(code, message, hint);
  const { backend, about } = await openConfigured(config, (line) => output.note(line));
  const model = makeModel(prepared, backend);
  const loaders = makeLoaders(prepared, model);
  const { config: resolved, split } = prepared;
  loaders.train.steps(resolved.batch); // refuses a batch that cannot be, before there is a folder
  const optimizer = sgd(resolved.lr, { fold: !resolved.definitions });
  const folder = await RunFolder.create(
    files,
    String(options.runDir ?? 'runs'),
    resolved.model.split(':')[0],
    resolved,
    {
      argv: process.argv.slice(2),
      versions: { neuroforge: NEUROFORGE_VERSION, runtime: files.host.runtime },
      host: files.host,
      ...about,
      folded: optimizer.folds,
      seed: resolved.seed,
      parameters: model.parameters.count,
      data: { name: split.train.name, source: prepared.source, hashes: split.train.hashes },
    },
  );
  output.note(
    `${resolved.model} on ${safeText(split.train.name)}: ${split.train.count} training, ${split.val.count} validation, ` +
      `${split.test?.count ?? 0} test rows; ${model.parameters.count.toLocaleString('en-US')} parameters; ${backend.name}`,
  );

  const run = fit(model, loaders, {
    optimizer,
    epochs: resolved.epochs,
    steps: resolved.steps,
    batch: resolved.batch,
    patience: resolved.patience,
    threshold: resolved.threshold,
    until: untilRule(resolved.until),
    stepEvents: output.live && !output.quiet ? 20 : 0,
  });
  const release = stopOnSignals(() => run.stop(), folder.path, output);
  const progress = new Progress(output, resolved.epochs);
  const history: EpochEvent[] = [];
  const saver = new Saver(folder, model, prepared);
  let result: FitResult | undefined;
  try {
    for await (const event of run) {
      progress.show(event);
      if (event.type === 'epoch') {
        history.push(event);
        await folder.epoch(event);
        await saver.at(event);
      }
      if (event.type === 'done') result = event.result;
    }
  } catch (error) {
    await folder.finish('interrupted', { error: error instanceof NeuroForgeError ? error.toJSON() : String(error) });
    throw error;
  } finally {
    progress.clear();
    release();
  }

  const done = result!;
  await saver.end(done, history.at(-1)!);
  const against: Baseline[] = output.quiet ? [] : await baselines(prepared, loaders, files);
  const document = await trainDocument(prepared, model, done, folder, against);
  const shown = bestEvaluation(prepared, loaders, model, done);
  await writePredictions(folder, shown.dataset, shown.evaluation, prepared);
  await writeReport(folder, { prepared, model, result: done, history, baselines: against, document, ...shown });
  const code = exitCodeOf(done);
  await folder.finish(done.status, { exitCode: code, reason: done.reason, result: document });
  output.document(document);
  summarize({ output, prepared, result: done, baselines: against, folder, ...shown });
  return code;
}

/** Flags over file over environment. */
async function configuration(options: Record<string, unknown>): Promise<Config> {
  const flags: Record<string, unknown> = {};
  for (const { key, type } of trainFlags) {
    const given = options[key];
    if (given === undefined) continue;
    const number = type === 'number' || (type === 'batch' && given !== 'full');
    flags[key] = number && String(given).trim() !== '' && !Number.isNaN(Number(given)) ? Number(given) : given;
  }
  const file = options.config === undefined ? null : await readConfigFile(String(options.config), files);
  return resolveConfig(flags, file, process.env);
}

function* warnings({ split, config }: Prepared): Iterable<{ code: string; message: string; hint: string }> {
  const labels = new Set(split.train.y);
  if (labels.size === 1) {
    yield { code: 'NF3201', message: 'all training labels are equal', hint: 'is --label the right column?' };
  }
  if (config.scale === 'none' && split.train.x.some((v) => v > 50 || v < -50)) {
    yield { code: 'NF3202', message: 'the inputs are not scaled', hint: 'try --scale unit or --scale standard' };
  }
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

function exitCodeOf({ status }: FitResult): number {
  if (status === 'diverged') return exitCodes.diverged;
  return status === 'interrupted' ? exitCodes.interrupted : exitCodes.fine;
}

/** The first signal lets the step end and everything be saved; the second ends at once. */
function stopOnSignals(stop: () => void, path: string, output: Output): () => void {
  let signals = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (signals++ > 0) process.exit(signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated);
    output.note(`\nstopping after this step and saving to ${path} (once more to stop at once)`);
    stop();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return () => process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
}
