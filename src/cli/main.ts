#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import pkg from '../../package.json' with { type: 'json' };
import { NeuroForgeError } from '../core/errors.ts';
import { cannotWrite } from '../platform/causes.ts';
import { trainFlags } from './flags.ts';
import { exitCodes, Output } from './output.ts';

type Options = Record<string, unknown>;
type Run = (args: string[], options: Options, output: Output) => Promise<number>;

const program = new Command('neuroforge')
  .description('Neural networks whose backward passes are written by hand, checked by numerical gradients.')
  .version(pkg.version, '--version', 'print the version; with --json, what a bug report needs')
  .helpOption('--help', 'print help')
  .helpCommand(false)
  .exitOverride()
  .configureOutput({ writeErr: () => {} })
  .addHelpText(
    'after',
    `
Examples:
  neuroforge train                                     the mission's network on handwritten digits, in seconds
  neuroforge train --data mnist --model mlp:512,128    the original's network on MNIST
  neuroforge gradcheck linear                          is the hand-written gradient right?

Exit codes: 0 fine, 1 the verdict is negative, 2 bad usage or input, 3 diverged, 70 a bug of ours, 130 interrupted.
`,
  );

function command(usage: string, about: string, load: () => Promise<Run>): Command {
  return program
    .command(usage)
    .description(about)
    .helpOption('--help', 'print help')
    .exitOverride()
    .option('--json', 'print one JSON document on stdout')
    .option('--quiet', 'no progress, no baselines')
    .option('--no-color', 'no colors')
    .option('--debug', 'stack traces, and checks that cost time')
    .action(async (...all: unknown[]) => {
      const self = all.at(-1) as Command;
      const args = all
        .slice(0, -2)
        .flat()
        .filter((a): a is string => typeof a === 'string');
      const output = new Output(self.opts());
      try {
        process.exitCode = await (await load())(args, self.opts(), output);
      } catch (error) {
        process.exitCode = output.fail(error);
      }
    });
}

const train = command('train', 'train a network, with a report of the run', async () => {
  return (await import('./commands/train.ts')).trainCommand;
});
for (const { flag, about } of trainFlags) train.option(flag, about);
train
  .option('--config <file>', 'read these settings from a JSON file; flags go before it')
  .option('--run-dir <folder>', 'where run folders are made (default: runs)')
  .option(
    '--resume <run>',
    'go on with an interrupted run, to the same bits: its folder, latest, or one of its checkpoints',
  )
  .option('--inexact', 'resume on another backend, BLAS, machine or version too, with other bits')
  .option('--verify-resume', 'prove that with these settings on this machine a resumed run ends with the same bits')
  .option('--mirror <url>', 'download data from this address first');

command('eval <run>', 'whole-set metrics and confusion matrix of a run', async () => {
  return (await import('./commands/eval.ts')).evalCommand;
})
  .option('--data <name|file|folder>', 'evaluate on other data')
  .option('--mirror <url>', 'download data from this address first');

command('predict <run> <input...>', 'predictions for PNG images, IDX files or CSV rows', async () => {
  return (await import('./commands/predict.ts')).predictCommand;
})
  .option('--raw', 'feed images as they are, neither cropped nor centered nor inverted')
  .option('--limit <n>', 'at most so many rows of a file', '12');

command('gradcheck [layer]', 'compare hand-written gradients with numerical ones', async () => {
  return (await import('./commands/gradcheck.ts')).gradcheckCommand;
});

command('explain <layer>', 'the code of a layer or loss, its derivation, and where they are', async () => {
  return (await import('./commands/explain.ts')).explainCommand;
});

command('learn [exercise]', 'the backward functions of a network as exercises in your editor', async () => {
  return (await import('./commands/learn.ts')).learnCommand;
})
  .option('--dir <folder>', 'where your functions are; it is made if it is not there', 'learn')
  .option('--watch', 'grade again whenever a file is saved (default on a terminal)')
  .option('--no-watch', 'grade once')
  .option('--hint <n>', 'hints 1 to n of the exercise; the fourth shows an answer beside the library')
  .option('--train', "train the digits with your functions, beside the library's")
  .addOption(new Option('--inside', "the process of the learner's code").hideHelp());

command('data <action> [name]', 'list data sets, get one, or say what is in a file: list, get, info', async () => {
  return (await import('./commands/data.ts')).dataCommand;
})
  .option('--label <name|index>', 'info: label column of a CSV file')
  .option('--header <yes|no>', 'info: whether a CSV file has a header')
  .option('--task <task>', 'info: classification or regression')
  .option('--mirror <url>', 'download data from this address first');

command(
  'lab [run]',
  'the lab: a page in which your own backward pass trains a network, beside a run of yours; on 127.0.0.1 only',
  async () => {
    return (await import('./commands/lab.ts')).labCommand;
  },
)
  .option('--port <n>', 'its port; 0 for one that is free (default: 4646, or a free one where that is taken)')
  .option('--no-open', 'do not open a browser');

const gather = (value: string, before: string[] = []): string[] => [...before, value];
command(
  'bench [case...]',
  'times training steps, ours and peers: mission, mission-128, big, wide, logistic, tiny',
  async () => {
    return (await import('./commands/bench.ts')).benchCommand;
  },
)
  .option('--rounds <n>', 'fresh processes of each participant', '9')
  .option('--seconds <s>', 'measured in each, after warming up', '0.6')
  .option('--backend <names>', 'ours: native, wasm, js with commas, or none (default: all)')
  .option('--threads <list>', 'of ours, with commas (default: 1,2 where there are two cores)')
  .option('--variants <names>', 'of ours: default, kept, definitions with commas', 'default,kept,definitions')
  .option('--peers <names>', 'all, none, or names with commas', 'all')
  .option('--peers-dir <folder>', "where the peers' scripts are: bench/peers in a checkout")
  .option('--python <path>', 'an interpreter with torch or jax; may be repeated (default: python3)', gather)
  .option('--peer <name=command>', 'a participant of your own; may be repeated', gather)
  .option('--bar <[case:]of/to=ratio>', 'exit 1 unless the ratio is at most so much; may be repeated', gather)
  .option('--bars', "hold the run against the project's own bars")
  .option('--until-97', 'also the time to 97 % on MNIST; "bench none --until-97" for that alone')
  .option('--until-rounds <n>', 'seeds of that', '5')
  .option('--out <folder>', 'write results.json, results.md and results.svg there')
  .addOption(new Option('--participant <name>', 'measure one of ours in this process').hideHelp())
  .addOption(new Option('--net <widths>', 'its case').hideHelp())
  .addOption(new Option('--batch <n>', 'its case').hideHelp());

/** Commander's own complaints, said as ours are. */
function usageError(error: CommanderError): NeuroForgeError {
  const [first, ...rest] = error.message.replace(/^error: /, '').split('\n');
  const hint =
    rest.join(' ').replace(/[()]/g, '') || 'neuroforge --help lists the commands, neuroforge train --help the flags';
  return new NeuroForgeError('NF4100', first, { hint });
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.length === 0) {
    program.outputHelp();
    return;
  }
  try {
    if (args.length === 2 && args.includes('--version') && args.includes('--json')) {
      const output = new Output({ json: true });
      output.document(await (await import('./commands/version.ts')).versionDocument(output));
      return;
    }
    await program.parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    const output = new Output({ json: args.includes('--json'), debug: args.includes('--debug') });
    process.exitCode =
      error instanceof CommanderError ? output.fail(usageError(error)) || exitCodes.usage : output.fail(error);
  }
}

// A reader that closes the pipe (`| head`) is no error; results that are lost are one. Without progress a run goes on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  const output = new Output({ debug: process.argv.includes('--debug') });
  process.exit(output.fail(cannotWrite('stdout', error, process.platform)));
});
process.stderr.on('error', () => {});

await main();
