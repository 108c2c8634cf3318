import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { putAway, readRun, type ShownRun, shownRun } from './run.ts';

vi.mock('../shell/home.ts', () => ({ home: () => new URL('http://127.0.0.1:4173/') }));

const document = {
  ...{ schema: 'neuroforge/lab-run@1', name: '20261123-2010-mlp-7f3a', status: 'running', epochs: [] },
  ...{ data: { name: 'digits', embedded: true, hashes: [] }, config: {}, best: null, model: null },
};
const fetched = vi.fn<typeof fetch>();
const answers = (body: BodyInit, status: number): void =>
  void fetched.mockImplementation(async () => new Response(body, { status }));

beforeEach(() => {
  vi.stubGlobal('fetch', fetched);
  putAway();
});
afterEach(() => void vi.unstubAllGlobals());

const cutOff = () => new ReadableStream({ start: (to) => to.error(new TypeError('network error')) });

const noAnswer = { code: 'NF4195', message: 'the server of the run does not answer', hint: expect.any(String) };
const failures: [string, () => void, object][] = [
  ['no answer', () => fetched.mockRejectedValue(new TypeError('Failed to fetch')), noAnswer],
  ['an answer that is cut off', () => fetched.mockImplementation(async () => new Response(cutOff())), noAnswer],
  ['an error of ours', () => answers('{"error": {"code": "NF4112"}}', 503), { code: 'NF4112' }],
  ['an error of another', () => answers('<h1>Bad Gateway</h1>', 502), { code: 'NF4195', got: 'status 502' }],
];

test.each(failures)('%s: the run stays, and it is said why', async (_, fail, error) => {
  fail();
  expect(await readRun()).toMatchObject({ name: 'unreadable', error });

  answers(JSON.stringify(document), 200);
  const here = (await readRun()) as Extract<ShownRun, { name: 'here' }>;
  expect(here).toMatchObject({ name: 'here', run: { name: document.name } });
  fail();
  const reading = readRun();
  expect(shownRun.value).toEqual(here); // while it is asked for, too
  const { run, likeness } = here;
  expect(await reading).toMatchObject({ name: 'here', run, likeness, error });
  expect(await readRun()).toMatchObject({ name: 'here', error });

  answers(JSON.stringify(document), 200);
  expect(await readRun()).toEqual(here);
});

test.each([
  ['404', '{"error": {"code": "NF4193"}}', 404],
  ['a page', '<!doctype html>', 200],
])('%s: there is no run, nor was there', async (_, body, status) => {
  answers(JSON.stringify(document), 200);
  await readRun();
  answers(body, status);
  expect(await readRun()).toEqual({ name: 'absent' });
});
