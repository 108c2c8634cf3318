import * as z from 'zod';
import { type ErrorDetails, NeuroForgeError } from '../core/errors.ts';
import { readWhole } from '../data/read-whole.ts';
import { JsonReader } from '../io/json-reader.ts';
import type { Files } from '../platform/files.ts';
import { flagName, trainFlags } from './flags.ts';
import { nearest } from './nearest.ts';

const wholeNumber = (least: number, most = 2 ** 32 - 1) => z.number().int().min(least).max(most);

/** The keys of a configuration: flags in camelCase. All may be left out. */
export const configSchema = z
  .strictObject({
    schema: z.literal('neuroforge/config@1').default('neuroforge/config@1'),
    data: z.string().min(1).default('digits'),
    label: z.string().min(1).optional(),
    header: z.enum(['yes', 'no']).optional(),
    task: z.enum(['classification', 'regression']).default('classification'),
    positive: z.string().min(1).optional(),
    threshold: z.number().gt(0).lt(1).default(0.5),
    scale: z.enum(['unit', 'signed', 'standard', 'none']).optional(),
    split: z.enum(['standard', 'original']).default('standard'),
    splitSeed: wholeNumber(0).default(0),
    testSplit: z.enum(['fixed', 'redrawn']).default('fixed'),
    val: z.number().gt(0).optional(),
    model: z
      .string()
      .regex(/^(logistic|mlp:[1-9]\d*(,[1-9]\d*)*)$/, 'mlp:512,128 (widths of the hidden layers) or logistic')
      .optional(),
    init: z.enum(['he', 'xavier', 'lecun', 'torch', 'original', 'zero-output', 'prior']).optional(),
    optimizer: z.enum(['sgd']).default('sgd'),
    lr: z.number().gt(0).optional(),
    batch: z.union([wholeNumber(1), z.literal('full')]).default(32),
    epochs: wholeNumber(1, 1e6).optional(),
    steps: wholeNumber(1, 1e9).optional(),
    until: z
      .string()
      .regex(/^val\.(loss|accuracy|auc|r2|rmse)=\d*\.?\d+$/, 'e.g. val.accuracy=0.97')
      .optional(),
    patience: wholeNumber(1, 1e6).optional(),
    seed: wholeNumber(0).default(0),
    backend: z.enum(['auto', 'native', 'wasm', 'js']).default('auto'),
    threads: wholeNumber(1, 1024).default(1),
    definitions: z.boolean().default(false),
    checkpointEvery: wholeNumber(1, 1e9).optional(),
    keepLast: wholeNumber(1, 1e6).default(1),
  })
  .meta({ title: 'NeuroForge training configuration' });

export type Config = z.infer<typeof configSchema>;

/** Checks flags over the file's keys over the environment's; throws NF4110, NF4111 or NF4114 that names flag or key, and what is allowed. */
export function resolveConfig(
  flags: Readonly<Record<string, unknown>>,
  file: { readonly path: string; readonly keys: Readonly<Record<string, unknown>> } | null,
  env: Readonly<Record<string, string | undefined>>,
): Config {
  const fromEnv = env.NEUROFORGE_BACKEND ? { backend: env.NEUROFORGE_BACKEND } : {};
  const merged = { ...fromEnv, ...file?.keys, ...flags };
  const parsed = configSchema.safeParse(merged);
  const placeOf = (key: string): string =>
    key in flags ? flagName(key) : key in (file?.keys ?? {}) ? `${file?.path}: ${key}` : key;
  if (parsed.success) {
    if (parsed.data.model !== undefined) checkWidths(parsed.data.model, placeOf('model'));
    return parsed.data;
  }
  const issue = parsed.error.issues[0];
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0];
    throw new NeuroForgeError('NF4111', `unknown key "${key}"`, {
      where: file?.path ?? 'the configuration',
      hint: nearest(key, Object.keys(configSchema.shape), (k) => `did you mean "${k}"?`),
    });
  }
  const key = String(issue.path[0]);
  throw new NeuroForgeError('NF4110', `this value cannot be used`, {
    where: placeOf(key),
    expected: allowed(key, issue.message),
    got: shown(merged[key as keyof typeof merged]),
    hint: trainFlags.find((f) => f.key === key)?.about,
  });
}

const mostLayers = 1000;
const mostWeights = 2 ** 30;

/** Refuses (NF4114) hidden layers whose weights could not be held, before anything is opened or allocated. */
function checkWidths(model: string, where: string): void {
  if (!model.startsWith('mlp:')) return;
  const widths = model.slice('mlp:'.length).split(',').map(Number);
  const refuse = (expected: string, got: string): never => {
    throw new NeuroForgeError('NF4114', 'the network is too large', { where, expected, got, hint: 'e.g. mlp:512,128' });
  };
  if (widths.length > mostLayers) refuse(`at most ${mostLayers} hidden layers`, people(widths.length));
  let weights = 0;
  widths.forEach((width, i) => {
    const matrix = width * (i === 0 ? 1 : widths[i - 1]);
    weights += matrix;
    if (weights <= mostWeights) return;
    const layer = i === 0 ? people(width) : `${people(widths[i - 1])} x ${people(width)}`;
    refuse(`at most ${people(mostWeights)} weights (4 GiB)`, `${layer} in hidden layer ${i + 1}`);
  });
}

const people = (n: number): string => n.toLocaleString('en-US');

function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function allowed(key: string, message: string): string {
  if (key === 'batch') return 'a whole number of at least 1, or full';
  return message
    .replace(/^Too (small|big): expected (number|int) to be /, 'a number ')
    .replace('>=', 'of at least ')
    .replace('<=', 'of at most ')
    .replace('>', 'above ')
    .replace('<', 'below ')
    .replace(/^Invalid (input|option|string): (expected |must match pattern )?/, '')
    .replace(/^number, received .*/, 'a number')
    .replace(/^string, received .*/, 'text')
    .replace(/^boolean, received .*/, 'true or false')
    .replace(/^int, received .*/, 'a whole number')
    .replace(/^one of (.*)$/, (_, words) => words.replaceAll('"', '').replaceAll('|', ', '));
}

const largestConfig = 2 ** 20;

/** Reads config.json, flat and perhaps partial. Throws what {@link parseConfig} and reading the file throw. */
export async function readConfigFile(
  path: string,
  files: Files,
): Promise<{ path: string; keys: Record<string, unknown> }> {
  return parseConfig(await readWhole(files, path, { most: largestConfig, what: 'a configuration' }), path);
}

/**
 * The keys of a configuration as JSON. Throws NF4112 for what is no JSON object in UTF-8, has a key twice, or the key
 * `__proto__`.
 */
export function parseConfig(bytes: Uint8Array, path: string): { path: string; keys: Record<string, unknown> } {
  const refuse = (message: string, details: ErrorDetails = {}): never => {
    throw new NeuroForgeError('NF4112', message, { where: path, ...details });
  };
  if (bytes.length === 0) refuse('the configuration is empty', { expected: 'a JSON object, at least {}' });
  const [b0, b1] = bytes;
  if ((b0 === 0xff && b1 === 0xfe) || (b0 === 0xfe && b1 === 0xff)) {
    refuse('the configuration is UTF-16', { expected: 'UTF-8', hint: `iconv -f utf-16 -t utf-8 ${path}` });
  }
  const text = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  const keys: Record<string, unknown> = {};
  const reader = new JsonReader(text, path);
  try {
    reader.object('the configuration', (key) => {
      if (key === '__proto__') refuse('the key "__proto__" is refused', { hint: 'no setting is called that' });
      keys[key] = reader.value();
    });
    reader.end();
  } catch (cause) {
    if (!(cause instanceof NeuroForgeError) || cause.code === 'NF4112') throw cause;
    const { message, where, expected, got } = cause;
    const told: Record<string, string> = {
      NF2223: 'the configuration is not JSON',
      NF2224: 'the configuration is not a JSON object',
      NF2227: message.replace(/ comes twice in .*/, ' stands there twice'),
    };
    const hint = cause.code === 'NF2227' ? 'keep one of them' : undefined;
    refuse(told[cause.code] ?? message, { where: inLine(text, where, path), expected, got, hint, cause });
  }
  return { path, keys };
}

/** `FILE, byte 30` as the line and column that an editor shows. */
function inLine(text: Uint8Array, where: string | undefined, path: string): string {
  const byte = Number(/, byte (\d+)$/.exec(where ?? '')?.[1] ?? 0);
  const before = new TextDecoder().decode(text.subarray(0, byte)).split(/\r\n|\r|\n/);
  return `${path}:${before.length}:${before.at(-1)!.length + 1}`;
}
