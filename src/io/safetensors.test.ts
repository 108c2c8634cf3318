import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import verdicts from '../../test/reference/safetensors/verdicts.json' with { type: 'json' };
import written from '../../test/reference/safetensors/written.json' with { type: 'json' };
import { NeuroForgeError } from '../core/errors.ts';
import {
  readSafetensors,
  type SafetensorsDType,
  type SafetensorsFile,
  type TensorToWrite,
  tensorData,
  writeSafetensors,
} from './safetensors.ts';
import { dtypeBits, headerSize } from './safetensors-header.ts';

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

interface Reference {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: string;
}

function contents(file: SafetensorsFile): Reference[] {
  return [...file.byName.values()]
    .map(({ name, dtype, shape, bytes }) => ({ name, dtype, shape, data: Buffer.from(bytes).toString('base64') }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof NeuroForgeError) return error.code;
    throw error;
  }
  return 'accepted';
}

function file(header: string, data: Uint8Array | number = 0): Uint8Array {
  const json = new TextEncoder().encode(header);
  const tail = typeof data === 'number' ? new Uint8Array(data) : data;
  const out = new Uint8Array(8 + json.length + tail.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
  out.set(json, 8);
  out.set(tail, 8 + json.length);
  return out;
}

describe('against the reference implementation', () => {
  test.each(written.cases)('reads what it wrote: $name', ({ tensors, metadata, file }) => {
    const read = readSafetensors(bytesOf(file));
    expect(contents(read)).toEqual(tensors);
    expect(Object.fromEntries(read.metadata)).toEqual(metadata ?? {});
  });

  test.each(written.cases)('writes the same bytes: $name', ({ tensors, metadata, file }) => {
    const given = tensors.map((t) => ({ ...t, dtype: t.dtype as SafetensorsDType, data: bytesOf(t.data) }));
    expect(Buffer.from(writeSafetensors(given.reverse(), metadata ?? {})).toString('base64')).toBe(file);
  });

  // The format forbids duplicate keys; the reference takes the last one.
  const duplicates = ['same name, same data', 'same name by an escape', 'metadata twice the same key'];

  test.each(verdicts.cases.filter((c) => !duplicates.includes(c.name)))('judges alike: $name', (c) => {
    if (c.accepted) expect(contents(readSafetensors(bytesOf(c.file)))).toEqual(c.tensors);
    else expect(codeOf(() => readSafetensors(bytesOf(c.file)))).toMatch(/^NF222[1-7]$/);
  });

  test('refuses duplicate keys, which the reference lets pass', () => {
    const cases = verdicts.cases.filter((c) => duplicates.includes(c.name));
    expect(cases.map((c) => [c.accepted, codeOf(() => readSafetensors(bytesOf(c.file)))])).toEqual(
      duplicates.map(() => [true, 'NF2227']),
    );
  });
});

describe('messages', () => {
  const tensor = (fields: string): string => `{"a":{${fields}}}`;
  const plain = '"dtype":"F32","shape":[1],"data_offsets":[0,4]';
  test.each([
    ['NF2221', file('{}').subarray(0, 7), 'too short'],
    ['NF2221', file('{}').subarray(0, 9), 'cut within its header'],
    ['NF2221', file(tensor(plain), 3), 'cut'],
    ['NF2222', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 0), '18,446,744,073,709,551,615 bytes'],
    ['NF2223', file('{"a":'), 'not valid JSON'],
    ['NF2224', file('{"a":7}'), 'tensor "a" should be an object'],
    ['NF2224', file('{"__metadata__":{"k":1}}'), '__metadata__ "k" should be a string'],
    ['NF2224', file(tensor(plain.replace('F32', 'F33')), 4), 'unknown dtype'],
    ['NF2224', file(tensor('"dtype":"F32","shape":[1]'), 4), 'no pair of data_offsets'],
    ['NF2225', file(tensor(plain.replace('[0,4]', '[4,0]')), 4), 'ends before'],
    ['NF2225', file(tensor(plain.replace('[0,4]', '[4,8]')), 8), 'hole'],
    ['NF2225', file(`{"a":{${plain}},"b":{${plain}}}`, 4), 'overlaps'],
    ['NF2225', file(tensor(plain), 5), 'bytes after the last tensor'],
    ['NF2226', file(tensor(plain.replace('[1]', '[2]')), 4), 'does not fit its bytes'],
    ['NF2226', file(tensor(plain.replace('[1]', '[9007199254740992,0]')), 4), 'overflow'],
    ['NF2227', file(`{"a":{${plain}},"a":{${plain}}}`, 4), 'twice'],
    ['NF2224', file(tensor(`"dtype":"F32","shape":[${'1,'.repeat(1024)}1],"data_offsets":[0,4]`), 4), '1024'],
  ] as const)('%s %#', (code, bytes, message) => {
    const error = expect(() => readSafetensors(bytes, 'x.safetensors'));
    error.toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
    error.toThrow(expect.objectContaining({ where: expect.stringContaining('x.safetensors') }));
  });

  test('names from a file are escaped', () => {
    const bytes = file(`{"\\u001b[31m\u202e\u009b${'x'.repeat(500)}":1}`);
    try {
      readSafetensors(bytes);
      expect.unreachable();
    } catch (error) {
      const text = JSON.stringify(error);
      expect((error as Error).message.length).toBeLessThan(150);
      expect((error as Error).message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
      expect(text).toContain('u001b');
    }
  });

  test('the header is judged by its first 8 bytes before more is read', () => {
    expect(headerSize(file('{}'), 10, 'x')).toBe(10);
    const length = (n: number): Uint8Array => new Uint8Array(new BigUint64Array([BigInt(n)]).buffer);
    expect(headerSize(length(1e8), 2e8, 'x')).toBe(1e8 + 8);
    expect(codeOf(() => headerSize(length(1e8 + 1), 2e8, 'x'))).toBe('NF2222');
    expect(codeOf(() => headerSize(length(8), 15, 'x'))).toBe('NF2221');
  });
});

describe('writing', () => {
  const one = (name: string, more: Partial<TensorToWrite> = {}): TensorToWrite => {
    return { name, dtype: 'F32', shape: [1], data: new Float32Array(1), ...more };
  };
  test.each([
    [[one('a'), one('a')]],
    [[one('a'), one('a', { dtype: 'I32', data: new Int32Array(1) })]],
    [[one('__metadata__')]],
    [[one('\ud800')]],
    [[one('a', { shape: [2] })]],
    [[one('a', { data: new Int32Array(1) })]],
    [[one('a', { dtype: 'F31' as 'F32' })]],
    [[one('a', { dtype: 'F4', data: new Uint8Array(1) })]],
  ])('NF2228 %#', (tensors) => {
    expect(codeOf(() => writeSafetensors(tensors))).toBe('NF2228');
  });

  test('metadata with half a surrogate pair is refused', () => {
    expect(codeOf(() => writeSafetensors([], { k: '\udfff' }))).toBe('NF2228');
  });

  const wellFormed = fc.string({ unit: 'binary', maxLength: 12 }).filter((name) => name !== '__metadata__');
  const dtype = fc.constantFrom(...(Object.keys(dtypeBits) as SafetensorsDType[]));
  const shape = fc.array(fc.constantFrom(0, 1, 3, 17), { maxLength: 4 });
  const tensor = fc
    .record({ name: wellFormed, dtype, shape, fill: fc.nat(255) })
    .map(({ name, dtype, shape, fill }) => ({ name, dtype, shape: dtypeBits[dtype] < 8 ? [4, ...shape] : shape, fill }))
    .map(({ name, dtype, shape, fill }): TensorToWrite => {
      const size = (shape.reduce((n, d) => n * d, 1) * dtypeBits[dtype]) / 8;
      return { name, dtype, shape, data: Uint8Array.from({ length: size }, (_, i) => (i * 31 + fill) & 255) };
    });

  test('what is written is read, at any place in memory', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(tensor, { selector: (t) => t.name, maxLength: 6 }),
        fc.dictionary(wellFormed, wellFormed, { maxKeys: 4 }),
        fc.nat(9),
        (tensors, metadata, shift) => {
          const bytes = writeSafetensors(tensors, metadata);
          const moved = new Uint8Array(new SharedArrayBuffer(bytes.length + shift), shift);
          moved.set(bytes);
          const read = readSafetensors(moved);
          expect(read.dataStart % 8).toBe(0);
          expect([...read.metadata].sort()).toEqual(Object.entries(metadata).sort());
          expect(read.byName.size).toBe(tensors.length);
          for (const t of tensors) {
            const found = read.byName.get(t.name)!;
            expect([found.dtype, found.shape, Buffer.from(found.bytes)]).toEqual([
              t.dtype,
              t.shape,
              Buffer.from(t.data as Uint8Array),
            ]);
          }
          for (const [key, [from, to]] of read.metadataSpans) {
            const raw = new TextDecoder().decode(bytes.subarray(from, to));
            expect(JSON.parse(`"${raw}"`)).toBe(read.metadata.get(key));
          }
        },
      ),
    );
  });

  test('values come back in typed arrays of their own', () => {
    const values = [
      ['F32', Float32Array.of(1.5, -0)],
      ['F64', Float64Array.of(Math.PI, 5e-324)],
      ['I8', Int8Array.of(-128, 127)],
      ['U8', Uint8Array.of(0, 255)],
      ['BOOL', Uint8Array.of(0, 1)],
      ['I16', Int16Array.of(-32768, 1)],
      ['U16', Uint16Array.of(65535, 1)],
      ['I32', Int32Array.of(-(2 ** 31), 1)],
      ['U32', Uint32Array.of(2 ** 32 - 1, 1)],
      ['I64', BigInt64Array.of(-(2n ** 63n), 1n)],
      ['U64', BigUint64Array.of(2n ** 64n - 1n, 1n)],
      ['F16', Uint8Array.of(0, 0x3c, 0, 0xc0)],
    ] as const;
    for (const [dtype, data] of values) {
      const bytes = writeSafetensors([{ name: 'x', dtype, shape: [2], data }]);
      const read = tensorData(readSafetensors(bytes).byName.get('x')!);
      expect(read).toEqual(data);
      bytes.fill(7);
      expect(read).toEqual(data);
    }
  });
});

test('no mutation of a file makes anything but a refusal or a file that covers its bytes', () => {
  const seeds = [...written.cases, ...verdicts.cases].map((c) => bytesOf(c.file));
  fc.assert(
    fc.property(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
      (seed, changes) => {
        const bytes = seed.slice();
        for (const [at, value] of changes) if (bytes.length) bytes[at % bytes.length] = value;
        if (codeOf(() => readSafetensors(bytes)) !== 'accepted') return;
        const { tensors, dataStart } = readSafetensors(bytes);
        expect(tensors.reduce((n, t) => n + t.end - t.begin, dataStart)).toBe(bytes.length);
      },
    ),
    { numRuns: 2000 },
  );
});
