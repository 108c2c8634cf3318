import * as z from 'zod';
import { NeuroForgeError } from '../core/errors.ts';
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

/** Checks flags over the file's keys over the environment's; throws NF41xx that names flag or key, and what is allowed. */
export function resolveConfig(
  flags: Readonly<Record<string, unknown>>,
  file: { readonly path: string; readonly keys: Readonly<Record<string, unknown>> } | null,
  env: Readonly<Record<string, string | undefined>>,
): Config {
  const fromEnv = env.NEUROFORGE_BACKEND ? { backend: env.NEUROFORGE_BACKEND } : {};
  const merged = { ...fromEnv, ...file?.keys, ...flags };
  const parsed = configSchema.safeParse(merged);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0];
    throw new NeuroForgeError('NF4111', `unknown key "${key}"`, {
      where: file?.path ?? 'the configuration',
      hint: nearest(key, Object.keys(configSchema.shape), (k) => `did you mean "${k}"?`),
    });
  }
  const key = String(issue.path[0]);
  const where = key in flags ? flagName(key) : key in (file?.keys ?? {}) ? `${file?.path}: ${key}` : key;
  throw new NeuroForgeError('NF4110', `this value cannot be used`, {
    where,
    expected: allowed(key, issue.message),
    got: JSON.stringify(merged[key as keyof typeof merged]) ?? 'nothing',
    hint: trainFlags.find((f) => f.key === key)?.about,
  });
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
    .replace(/^int, received .*/, 'a whole number')
    .replace(/^one of (.*)$/, (_, words) => words.replaceAll('"', '').replaceAll('|', ', '));
}

/** Reads config.json, flat and perhaps partial. Throws NF4112 for what is no JSON object or has a key twice. */
export async function readConfigFile(
  path: string,
  files: Files,
): Promise<{ path: string; keys: Record<string, unknown> }> {
  const text = new TextDecoder().decode(await files.readFile(path));
  let keys: unknown;
  try {
    keys = JSON.parse(text);
  } catch (cause) {
    throw new NeuroForgeError('NF4112', 'the configuration is not JSON', { where: path, got: String(cause), cause });
  }
  if (keys === null || typeof keys !== 'object' || Array.isArray(keys)) {
    throw new NeuroForgeError('NF4112', 'the configuration is not a JSON object', { where: path });
  }
  const names = [...text.matchAll(/"((?:[^"\\]|\\.)*)"\s*:/g)].map((m) => m[1]);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new NeuroForgeError('NF4112', `the key "${twice}" stands there twice`, {
      where: path,
      hint: 'keep one of them',
    });
  }
  return { path, keys: keys as Record<string, unknown> };
}
