import os from 'node:os';
import { NeuroForgeError } from '../../core/errors.ts';
import { toJson } from '../../core/unseen.ts';
import { files } from '../../platform/index.ts';
import { barsOfRun, judge, parseBar } from '../bench/bars.ts';
import { type BenchCase, benchCase, benchCases, caseOf, flopsOf } from '../bench/cases.ts';
import type { BenchDocument } from '../bench/document.ts';
import { machineNow } from '../bench/machine.ts';
import type { Variant } from '../bench/ours.ts';
import { type Choice, participantsOf } from '../bench/participants.ts';
import { choosePeers, findPeers } from '../bench/peers.ts';
import { measureOnce } from '../bench/process.ts';
import { comparisonsOf, disagreementsOf, missingOf, resultsOf } from '../bench/results.ts';
import { interleave, type Row } from '../bench/rounds.ts';
import { notesOf, tablesOf, textTable } from '../bench/tables.ts';
import { timeTo97 } from '../bench/until.ts';
import { exitCodes, type Output } from '../output.ts';

/**
 * `neuroforge bench [case…]`: training steps of ours, of their floors and of the peers that are installed, interleaved in
 * fresh processes. Exit 1: a bar was missed, somebody failed, or the participants did not compute the same losses.
 */
export async function benchCommand(args: string[], options: Record<string, unknown>, output: Output): Promise<number> {
  const seconds = positive(options.seconds, '--seconds');
  if (options.participant !== undefined) {
    const { participate } = await import('../bench/participant.ts');
    const of = caseOf(String(options.net), whole(options.batch, '--batch'));
    process.stdout.write(`${JSON.stringify(await participate(String(options.participant), of, seconds))}\n`);
    return exitCodes.fine;
  }
  const cases = casesOf(args);
  const names = cases.map((c) => c.name);
  const rounds = whole(options.rounds, '--rounds');
  const untilRounds = whole(options.untilRounds, '--until-rounds');
  const bars = [
    ...(options.bars ? barsOfRun(names, options.until97 === true) : []),
    ...list(options.bar).flatMap((text) => parseBar(text, names)),
  ];
  const choice = await choiceOf(options, seconds);
  const plan = cases.map((of) => ({ of, participants: participantsOf(of, choice) }));

  const before = os.loadavg();
  const rows = new Map<string, readonly Row[]>();
  for (const { of, participants } of plan) {
    rows.set(
      of.name,
      await interleave(participants, rounds, measureOnce, (line) => output.note(`${of.name}  ${line}`)),
    );
  }
  const until97 = options.until97 ? await timeTo97(choice, untilRounds, (line) => output.note(line)) : null;
  const all = <T>(part: (of: BenchCase, rows: readonly Row[]) => T[]): T[] =>
    cases.flatMap((of) => part(of, rows.get(of.name)!));
  const results = all(resultsOf);
  const document: BenchDocument = {
    schema: 'neuroforge/bench@1',
    version: NEUROFORGE_VERSION,
    rounds,
    secondsPerRun: seconds,
    machine: machineNow(before),
    cases: plan.map(({ of }) => describe(of)),
    results,
    ratios: all(comparisonsOf),
    missing: all(missingOf),
    disagreements: all(disagreementsOf),
    bars: bars.map((bar) => judge(bar, { rows, results, until97: until97?.results ?? [] })),
    until97,
  };
  show(document, output);
  if (options.out !== undefined) await write(document, String(options.out), output);
  return verdictOf(document);
}

function casesOf(args: readonly string[]): readonly BenchCase[] {
  if (args.length === 0) return benchCases;
  return args.length === 1 && args[0] === 'none' ? [] : [...new Set(args)].map(benchCase);
}

async function choiceOf(options: Record<string, unknown>, seconds: number): Promise<Choice> {
  const peersFolder = options.peersDir === undefined ? undefined : String(options.peersDir);
  const python = list(options.python);
  const chosen = choosePeers(String(options.peers));
  return {
    backends: words(options.backend ?? 'native,wasm,js', '--backend', ['native', 'wasm', 'js']),
    threads: String(options.threads ?? (os.cpus().length > 1 ? '1,2' : '1'))
      .split(',')
      .map((n) => whole(n, '--threads')),
    variants: words(options.variants, '--variants', ['default', 'kept', 'definitions']) as Variant[],
    seconds,
    peers: await findPeers(chosen, peersFolder, python.length > 0 ? python : ['python3']),
    peersFolder,
    others: list(options.peer),
    named: options.backend !== undefined,
  };
}

function describe(of: BenchCase): BenchDocument['cases'][number] {
  const { name, about, net, batch } = of;
  return { name, about, net, batch, flops: flopsOf(of) };
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Words with commas, each one of `known`; `none` for no word. */
function words(value: unknown, where: string, known: readonly string[]): string[] {
  if (value === 'none') return [];
  return String(value)
    .split(',')
    .map((word) => {
      if (known.includes(word)) return word;
      throw unusable(where, `${known.join(', ')} with commas, or none`, word);
    });
}

function whole(value: unknown, where: string): number {
  const n = Number(value);
  if (Number.isInteger(n) && n >= 1) return n;
  throw unusable(where, 'a positive whole number', value);
}

function positive(value: unknown, where: string): number {
  const n = Number(value);
  if (n > 0 && n <= 300) return n;
  throw unusable(where, 'a number above 0, at most 300', value);
}

function unusable(where: string, expected: string, got: unknown): NeuroForgeError {
  return new NeuroForgeError('NF4110', 'this value cannot be used', { where, expected, got: JSON.stringify(got) });
}

function show(document: BenchDocument, output: Output): void {
  output.document(document);
  const { machine } = document;
  for (const table of tablesOf(document)) {
    const [head, ...lines] = textTable(table);
    for (const line of [output.paint.bold(table.title), output.paint.dim(head), ...lines, '']) output.print(line);
  }
  const load = machine.load.before.concat(machine.load.after).map((n) => n.toFixed(2));
  output.print(
    `${machine.cpu}, ${machine.cores} cores, ${machine.runtime}; load ${load.slice(0, 3).join(' ')} before, ` +
      `${load.slice(3).join(' ')} after`,
  );
  for (const note of notesOf(document)) output.print(note);
}

/** results.json, results.md and results.svg. */
async function write(document: BenchDocument, folder: string, output: Output): Promise<void> {
  const { renderSvgFile } = await import('../../charts/index.ts');
  const { BenchChart } = await import('../bench/chart.tsx');
  const { markdownOf } = await import('../bench/markdown.ts');
  await files.makeFolder(folder);
  const put = (name: string, text: string): Promise<void> => files.writeFileAtomic(files.join(folder, name), text);
  await put('results.json', `${toJson(document, 2)}\n`);
  await put('results.md', markdownOf(document));
  await put('results.svg', renderSvgFile(BenchChart({ document })));
  output.note(`wrote results.json, results.md and results.svg into ${folder}`);
}

function verdictOf({ bars, missing, disagreements, until97 }: BenchDocument): number {
  const failed = [...missing, ...(until97?.missing ?? [])].some((m) => m.state === 'failed');
  const missed = bars.some((b) => b.verdict === 'fail');
  return failed || missed || disagreements.length > 0 ? exitCodes.negative : exitCodes.fine;
}
