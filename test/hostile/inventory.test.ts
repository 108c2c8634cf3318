import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Bad input that people really have, and the case that shows how it is refused (or warned about): file, words in it. */
const inventory: Readonly<Record<string, readonly (readonly [input: string, words: string])[]>> = {
  'test/hostile/data.test.ts': [
    ['IDX: empty', "'empty'"],
    ['IDX: cut', "'cut'"],
    ['IDX: too long', "'too long'"],
    ['IDX: of another type', "'of another type'"],
    ['IDX: absurd dimensions', "'absurd dimensions'"],
    ['IDX: images and labels of different counts', "'counts that differ'"],
    ['IDX: swapped', "'swapped'"],
    ['IDX: training and test images of another size', "'images of another size in the test set'"],
    ['gzip: cut', "'gzip that is cut'"],
    ['gzip: a flipped bit', "'gzip with a flipped bit'"],
    ['gzip: an HTML error page', "'gzip that is a page'"],
    ['gzip: a git-lfs pointer', "'a git-lfs pointer'"],
    ['gzip: expands past what its header implies', "'gzip of more than its header says'"],
    ['gzip: a bomb that says what it is', "'a gzip bomb'"],
    ['CSV: UTF-16', "'UTF-16 without a mark'"],
    ['CSV: NUL', "'a NUL'"],
    ['CSV: an unclosed quote', "'an unclosed quote'"],
    ['CSV: a ragged row', "'a ragged row'"],
    ['CSV: a blank feature', "'a blank feature'"],
    ['CSV: a feature that is not a finite decimal', "'a feature beyond float64'"],
    ['labels: fractional', "'fractional labels'"],
    ['labels: of no known class', 'classes.csv'],
    ['names: classes', "'a class with a control character'"],
  ],
  'src/data/idx.test.ts': [['labels: out of range', 'NF2208']],
  'test/hostile/safetensors.test.ts': [
    ['safetensors: overlapping offsets', "'overlapping offsets'"],
    ['safetensors: missing offsets', "'missing offsets'"],
    ['safetensors: reversed offsets', "'reversed offsets'"],
    ['safetensors: duplicate keys', "'a name twice'"],
    ['safetensors: a header that claims gigabytes', "'a header that claims gigabytes'"],
    ['safetensors: unknown dtypes', "'an unknown dtype'"],
    ['safetensors: trailing bytes', "'trailing bytes'"],
  ],
  'test/hostile/npz.test.ts': [
    ['npz: a bomb', "'a bomb: a gigabyte in a megabyte'"],
    ['npz: an entry twice', "'a name twice'"],
    ['names: archive entries', "'../x'"],
    ['npz: a hidden entry', "'a hidden entry at the start'"],
  ],
  'src/data/npy.test.ts': [['npy: pickled objects', 'would run code']],
  'test/hostile/model.test.ts': [
    ['model: every byte flipped, every truncation', 'every byte flipped in turn'],
    ['checkpoint: every byte flipped, every truncation', "'a checkpoint'"],
    ['model: another architecture', "'another architecture'"],
    ['model: a newer version', "'a newer version'"],
    ['model: layers whose bytes overflow', "'layers whose bytes overflow'"],
    ['names: tensors', "'a tensor ../x'"],
  ],
  'test/hostile/config.test.ts': [
    ['configuration: unknown keys, with the nearest', "'an unknown key'"],
    ['configuration: __proto__', "'__proto__'"],
    ['configuration: NaN', "'NaN as text'"],
    ['configuration: a negative rate', "'a negative rate'"],
    ['configuration: a batch of zero', "'no rows a batch'"],
    ['configuration: a fractional batch', "'half a row a batch'"],
    ['configuration: a batch larger than the training set', 'use --batch full'],
    ['configuration: layers whose bytes overflow', "'layers whose bytes overflow'"],
    ['configuration: dropout, a setting that is not there', "'a setting that does not exist'"],
  ],
  'test/hostile/images.test.ts': [['pictures', "'2^31 pixels a side'"]],
  'test/hostile/names.test.ts': [
    ['names: runs', 'names of runs'],
    ['names: experiments, cases and layers', 'names of cases and layers'],
    ['the same file as train and test', 'NF3213'],
    ['labels all equal', 'NF3201'],
    ['unscaled inputs', 'NF3202'],
  ],
  'test/hostile/memory.test.ts': [['memory', 'stays below 200 MB']],
};

/** Their tests came with their code. */
const elsewhere: readonly (readonly [code: string, test: string, words: string])[] = [
  ['src/data/warnings.ts', 'src/data/warnings.test.ts', 'has no row of class'],
];

describe('every bad input that people really have has a test', () => {
  for (const [file, rows] of Object.entries(inventory)) {
    it.each(rows)(`%s: in ${file}`, (_, words) => {
      expect(readFileSync(file, 'utf8')).toContain(words);
    });
  }

  it.each(elsewhere.filter(([code]) => existsSync(code)))('%s', (_, test, words) => {
    expect(readFileSync(test, 'utf8')).toContain(words);
  });
});
