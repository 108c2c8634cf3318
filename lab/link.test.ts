import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ExerciseId, exercises } from '../src/verify/exercises.ts';
import { decodeLink, encodeLink, type LinkState } from './link.ts';

const answers = Object.fromEntries(exercises.map(({ id, answer }) => [id, answer])) as Record<ExerciseId, string>;
const state: LinkState = {
  code: answers,
  data: 'mnist',
  hidden: [512, 128],
  lr: 0.1,
  batch: 32,
  epochs: 10,
  seed: 0,
  hunt: false,
};

const packed = (bytes: Uint8Array | string): string =>
  `nf1.${Buffer.from(deflateRawSync(bytes, { level: 9 })).toString('base64url')}`;
const linkOf = (value: unknown): string => packed(JSON.stringify(value));

test('a link with all six answers is some six hundred characters long', async () => {
  const link = await encodeLink(state);
  expect(link).toMatch(/^nf1\.[A-Za-z0-9_-]+$/);
  expect(await decodeLink(link)).toEqual(state);
  expect(await decodeLink(`#${link}`)).toEqual(state);
  expect(link.length).toBeGreaterThan(400);
  expect(link.length).toBeLessThan(1000);
  expect(new URL(`https://example.org/lab/#${link}`).hash.slice(1)).toBe(link); // nothing is escaped
});

test('whatever the code says comes back as it was', async () => {
  const ids = exercises.map(({ id }) => id);
  const codes = fc.dictionary(fc.constantFrom(...ids), fc.string({ unit: 'grapheme', maxLength: 300 }));
  const states = fc.record(
    {
      code: codes as fc.Arbitrary<LinkState['code']>,
      data: fc.constantFrom('digits' as const, 'mnist' as const),
      hidden: fc.tuple(fc.integer({ min: 1, max: 2048 }), fc.integer({ min: 1, max: 2048 })),
      lr: fc.double({ min: 1e-9, max: 1e6, noNaN: true }),
      batch: fc.integer({ min: 1, max: 60_000 }),
      epochs: fc.integer({ min: 1, max: 1000 }),
      seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      hunt: fc.boolean(),
      note: fc.string({ unit: 'grapheme', maxLength: 100 }),
    },
    { requiredKeys: ['code', 'data', 'hidden', 'lr', 'batch', 'epochs', 'seed', 'hunt'] },
  );
  await fc.assert(
    fc.asyncProperty(states, async (s) => {
      const whole = s.hunt ? { ...s, code: { ...answers, ...notBlank(s.code) } } : s;
      expect(await decodeLink(await encodeLink(whole))).toEqual({ ...whole, code: { ...whole.code } });
    }),
    { seed: 5, numRuns: 200 },
  );
});

function notBlank(code: LinkState['code']): LinkState['code'] {
  return Object.fromEntries(Object.entries(code).filter(([, text]) => text.trim() !== ''));
}

describe('what no link may carry is not made', () => {
  const noise = (n: number): string =>
    Array.from({ length: n }, (_, i) => String.fromCharCode(0x4e00 + ((i * 7919 + i * i * 31) % 20_000))).join('');
  test.each<[string, Partial<LinkState>]>([
    ['too much code', { code: Object.fromEntries(exercises.map(({ id }, i) => [id, noise(9000 + i)])) }],
    ['one piece too long', { code: { relu: 'x'.repeat(10_001) } }],
    ['a hunt without code', { hunt: true, code: {} }],
    ['a hunt with a blank function', { hunt: true, code: { ...answers, relu: ' \n' } }],
    ['half a unit', { hidden: [1.5, 2] }],
    ['no rate', { lr: Number.NaN }],
  ])('%s', async (_, changes) => {
    await expect(encodeLink({ ...state, ...changes })).rejects.toMatchObject({ code: 'NF4160', where: 'link' });
  });
});

test('code that is too long: which, how long, and how long it may be', async () => {
  const code = { ...answers, 'softmax-cross-entropy': 'x'.repeat(12_345) };
  await expect(encodeLink({ ...state, code })).rejects.toMatchObject({
    message: 'dz is too long for a link',
    expected: expect.stringContaining('10,000'),
    got: '12,345',
  });
});

test.each(['.', ')', ').', '>', '"'])('what a sentence puts behind a link is none of it: %s', async (end) => {
  expect(await decodeLink((await encodeLink(state)) + end)).toEqual(await decodeLink(await encodeLink(state)));
});

test('code of bytes that are too many says so in bytes, however well it packs', async () => {
  const code = Object.fromEntries(exercises.map(({ id }) => [id, '\u4e00'.repeat(9000)]));
  await expect(encodeLink({ ...state, code })).rejects.toMatchObject({
    message: 'the code is too long for a link',
    expected: 'at most 64,000 bytes',
    got: expect.stringMatching(/^16\d,\d{3}$/),
  });
});

describe('hostile links', () => {
  const pollution = JSON.stringify(state).replace(
    '{',
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},',
  );
  const badUtf8 = Uint8Array.from(
    [...Buffer.from(JSON.stringify({ ...state, note: 'AB' }))].map((b) => (b === 66 ? 0xff : b)),
  );
  test.each<[string, string, string, RegExp]>([
    ['nothing', '', 'NF4161', /no link of the lab/],
    ['another fragment', '#chapter-2', 'NF4161', /no link of the lab/],
    ['characters of no alphabet', 'nf1.a+b/', 'NF4161', /no link/],
    ['base64 of no length', 'nf1.A', 'NF4161', /damaged/],
    ['no deflate', 'nf1.AAAA', 'NF4161', /damaged/],
    ['cut', packed(JSON.stringify(state)).slice(0, -20), 'NF4161', /damaged/],
    ['a newer lab', 'nf2.AAAA', 'NF4162', /newer/],
    ['a version of many digits', `nf${'9'.repeat(50)}.AAAA`, 'NF4161', /no link/],
    ['a long text', `nf1.${'A'.repeat(16_000)}`, 'NF4163', /too long/],
    ['a megabyte', `nf1.${'A'.repeat(2 ** 20)}`, 'NF4163', /too long/],
    ['a bomb of ten megabytes', packed(new Uint8Array(10 * 2 ** 20)), 'NF4163', /unpacks to more/],
    ['a bomb of JSON', linkOf({ ...state, code: { relu: 'x'.repeat(2 ** 20) } }), 'NF4163', /unpacks to more/],
    ['bytes that are no UTF-8', packed(badUtf8), 'NF4161', /damaged/],
    ['no JSON', packed('{"code":'), 'NF4161', /damaged/],
    ['deep JSON', packed('['.repeat(60_000)), 'NF4161', /damaged/],
    ['deep JSON that ends', packed(`${'['.repeat(20_000)}${']'.repeat(20_000)}`), 'NF4164', /state/],
    ['a list', linkOf([state]), 'NF4164', /state/],
    ['null', linkOf(null), 'NF4164', /state/],
    ['no code', linkOf({ ...state, code: null }), 'NF4164', /code/],
    ['code that is none', linkOf({ ...state, code: { relu: { toString: 1 } } }), 'NF4164', /code of relu/],
    ['one piece too long', linkOf({ ...state, code: { relu: 'x'.repeat(10_001) } }), 'NF4164', /code of relu/],
    ['another data set', linkOf({ ...state, data: 'https://example.org/mnist' }), 'NF4164', /data/],
    ['a network of a billion', linkOf({ ...state, hidden: [1e9, 1] }), 'NF4164', /hidden/],
    ['three layers', linkOf({ ...state, hidden: [1, 2, 3] }), 'NF4164', /hidden/],
    ['a rate below 0', linkOf({ ...state, lr: -1 }), 'NF4164', /lr/],
    ['a rate without end', packed(JSON.stringify(state).replace('"lr":0.1', '"lr":1e999')), 'NF4164', /lr/],
    ['a batch of none', linkOf({ ...state, batch: 0 }), 'NF4164', /batch/],
    ['epochs as text', linkOf({ ...state, epochs: '10' }), 'NF4164', /epochs/],
    ['a seed too large', linkOf({ ...state, seed: 2 ** 32 }), 'NF4164', /seed/],
    ['a hunt without code', linkOf({ ...state, hunt: true, code: {} }), 'NF4164', /all six functions/],
    ['a hunt of text', linkOf({ ...state, hunt: 'false' }), 'NF4164', /hunt/],
    ['a long note', linkOf({ ...state, note: 'x'.repeat(501) }), 'NF4164', /note/],
  ])('%s', async (_, link, code, message) => {
    await expect(decodeLink(link)).rejects.toMatchObject({ name: 'NeuroForgeError', code, where: 'link', message });
  });

  test('prototypes stay as they are, and unknown fields are left', async () => {
    const decoded = await decodeLink(packed(pollution));
    expect(decoded).toEqual(state);
    expect(Object.keys(decoded)).toEqual(Object.keys(state));
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    const inherited = packed(
      JSON.stringify({ ...state, code: 0 }).replace('"code":0', '"code":{"__proto__":{"relu":"x"}}'),
    );
    expect((await decodeLink(inherited)).code).toEqual({});
  });

  test('any text is refused with a reason, or is a state', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.base64String().map((s) => `nf1.${s}`),
          fc.json().map(packed),
        ),
        async (link) => {
          await expect(decodeLink(link)).rejects.toMatchObject({ code: expect.stringMatching(/^NF416[1-4]$/) });
        },
      ),
      { seed: 6, numRuns: 500 },
    );
  });

  test('a link with any character changed is refused, or is another state', async () => {
    const link = packed(JSON.stringify(state));
    for (let i = 4; i < link.length; i++) {
      const changed = `${link.slice(0, i)}${link[i] === 'A' ? 'B' : 'A'}${link.slice(i + 1)}`;
      const said = await decodeLink(changed).catch((error) => error.code);
      expect(typeof said === 'object' || /^NF416[134]$/.test(said), `${i}: ${said}`).toBe(true);
    }
  });
});
