import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exercises } from '../src/verify/exercises.ts';
import { type Json, Workplace } from './cli.ts';

const at = new Workplace();
const fileOf = (id: string): string => `${exercises.findIndex((e) => e.id === id) + 1}-${id}.js`;

/** A folder of solutions, the answers but for `replaced`; a null stays as it is prefilled. */
async function folder(name: string, replaced: Record<string, string | null> = {}): Promise<string> {
  await at.run(['learn', '--dir', name, '--no-watch']);
  for (const { id, answer } of exercises) {
    const code = id in replaced ? replaced[id] : answer;
    if (code !== null) at.write(`${name}/${fileOf(id)}`, code);
  }
  return name;
}

const one = (document: Json, id: string): Json => document.exercises.find((e: Json) => e.exercise === id);

describe('a new folder', () => {
  it('gets a file for each exercise, and nothing is correct yet', async () => {
    const document = await at.json(['learn'], 1);
    expect(document.made).toEqual(exercises.map((e) => fileOf(e.id)));
    expect(document).toMatchObject({ folder: 'learn', correct: 0, hints: [], training: null });
    expect(document.exercises.map((e: Json) => [e.number, e.exercise, e.function, e.verdict])).toEqual(
      exercises.map((e, i) => [i + 1, e.id, e.functionName, 'wrong']),
    );
    for (const { id, starter, title } of exercises) {
      expect(at.read(`learn/${fileOf(id)}`)).toContain(starter);
      expect(at.read(`learn/${fileOf(id)}`)).toContain(title);
    }
  });

  it('says where to begin, and how', async () => {
    const { code, stdout, stderr } = await at.run(['learn', '--dir', 'fresh', '--no-watch']);
    expect(code).toBe(1);
    expect(stderr).toBe('made fresh with six files, one an exercise\n');
    expect(stdout.match(/not begun/g)).toHaveLength(6);
    expect(stdout).toContain('· 1  · 2  · 3  · 4  · 5  · 6   0 of 6 correct');
    expect(stdout).toMatch(
      /next: fresh.1-softmax-cross-entropy\.js {3}a hint: neuroforge learn 1 --hint 1 --dir fresh/,
    );
  });

  it('what a learner wrote is never overwritten; what was deleted comes back', async () => {
    const dir = await folder('kept', { 'linear-dW': '// mine\n', relu: null });
    rmSync(at.path(`${dir}/${fileOf('linear-db')}`));
    expect((await at.json(['learn', '--dir', dir], 1)).made).toEqual([fileOf('linear-db')]);
    expect(at.read(`${dir}/${fileOf('linear-dW')}`)).toBe('// mine\n');
  });
});

describe('grading', () => {
  it('the answers are correct: 0, and training is offered', async () => {
    const dir = await folder('answers');
    const document = await at.json(['learn', '--dir', dir]);
    expect(document.correct).toBe(6);
    for (const e of document.exercises) {
      expect(e).toMatchObject({ verdict: 'correct', worst: null, fingerprints: [], error: null });
      expect([e.shape.status, e.exact.status, e.rounding.status]).toEqual(['pass', 'pass', 'pass']);
    }
    const { code, stdout } = await at.run(['learn', '--dir', dir, '--watch']); // nothing is left to watch
    expect(code).toBe(0);
    expect(stdout).toContain('6 of 6 correct');
    expect(stdout).toContain('neuroforge learn --train');
  });

  it('one exercise is asked for by number, id, function or file; the others do not count', async () => {
    const dir = await folder('one', { 'linear-dW': 'function dW(X, dY) { return dY.T.matmul(X); }' });
    for (const name of ['2', 'linear-dW', 'dW', '2-linear-dW.js']) {
      const document = await at.json(['learn', name, '--dir', dir], 1);
      expect(document.exercises).toHaveLength(1);
      expect(document.exercises[0]).toMatchObject({ exercise: 'linear-dW', fingerprints: [{ id: 'transposed' }] });
    }
    expect((await at.json(['learn', '3', '--dir', dir])).exercises[0].verdict).toBe('correct');
  });

  it('a wrong answer: the checks, the fingerprint, the worst element with both values, and where the error lies', async () => {
    const dir = await folder('wrong', { relu: 'function dReLU(dY, z) { return dY.mul(z.ge(0)); }' });
    const { code, stdout } = await at.run(['learn', 'relu', '--dir', dir, '--no-watch']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/✓ shape {5}As expected, \(5, 3\) = \(B, H\)\./);
    expect(stdout).toMatch(/✗ exact {5}\d+ of 83 numbers differ/);
    expect(stdout).toMatch(/✗ rounding {2}Does not agree/);
    expect(stdout).toContain('→ right but where z is exactly 0');
    expect(stdout).toMatch(/farthest off {2}dReLU\[\d\]\[\d\] {2}yours -?\d\.\d+ {2}expected 0/);
    expect(stdout.match(/^ {7}([▲▼·] ){2}[▲▼·]$/gm)).toHaveLength(5);
    const colored = await at.run(['learn', 'relu', '--dir', dir, '--no-watch'], { env: { FORCE_COLOR: '1' } });
    expect(colored.stdout).toContain('\x1b[');
  });

  it('code that does not end, ends its process or cannot be read is said with its place; the others are graded', async () => {
    const dir = await folder('hostile', {
      'softmax-cross-entropy': '// one\nfunction dz(P, T) {\n  return P.sub(;\n}\n',
      'linear-dW': 'function dW(X, dY) { for (;;); }',
      'linear-db': 'function db(dY) { process.exit(0); }',
      'linear-dX': 'console.log("heard");\nfunction dX(dY, W) {\n  return dY.matmul(W.transpose());\n}\n',
      relu: '\uFEFFexport function dReLU(dY, z) { setTimeout(() => { throw 1; }); Promise.reject(1); return dY.mul(z.gt(0)); }',
    });
    const document = await at.json(['learn', '--dir', dir], 1);
    expect(one(document, 'softmax-cross-entropy').error).toMatchObject({ name: 'SyntaxError', line: 3 });
    expect(one(document, 'linear-dW').error).toMatchObject({
      name: 'Stopped',
      message: expect.stringMatching(/within 3 s and was stopped: is there an endless loop\?/),
    });
    expect(one(document, 'linear-db').error.message).toMatch(/process of your code ended \(exit code 0\)/);
    expect(one(document, 'linear-dX')).toMatchObject({
      error: { message: 'W.transpose is not a function', line: 3 },
      fingerprints: [{ id: 'no-such-method' }],
    });
    expect(one(document, 'relu').verdict).toBe('correct');
    expect(one(document, 'chain').verdict).toBe('correct');
    const { stdout, stderr } = await at.run(['learn', 'dX', '--dir', dir, '--no-watch']);
    expect(stderr).toBe('heard\n');
    expect(stdout).toMatch(/TypeError: W\.transpose is not a function\n +hostile.4-linear-dX\.js:3\n/);
  });

  it('control characters in what is thrown do not reach the terminal', async () => {
    const dir = await folder('controls', { relu: 'function dReLU() { throw new Error("\\x1b[2J\\x07"); }' });
    const { stdout } = await at.run(['learn', 'relu', '--dir', dir, '--no-watch']);
    expect(stdout).toContain('\\u001b[2J\\u0007');
  });
});

it('a loop that does not end does not outlive a command that is killed', async () => {
  const dir = await folder('orphan', { relu: 'function dReLU() { console.log("pid", process.pid, "."); for (;;); }' });
  let pid = 0;
  await at.run(['learn', 'relu', '--dir', dir, '--no-watch'], {
    onStderr: (text, kill) => {
      pid = Number(/pid (\d+) \./.exec(text)?.[1]);
      if (pid > 0) kill(0, 'SIGKILL');
    },
  });
  expect(pid).toBeGreaterThan(0);
  await expect.poll(() => alive(pid), { timeout: 20_000, interval: 100 }).toBe(false);
});

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('hints', () => {
  it('come one by one; the fourth shows an answer beside the library', async () => {
    const dir = await folder('hints', { 'linear-db': null });
    const [first, last] = await Promise.all([
      at.run(['learn', 'db', '--hint', '1', '--dir', dir]),
      at.run(['learn', '--hint', '4', '--dir', dir]),
    ]);
    expect(first.code).toBe(1);
    expect(first.stdout).toMatch(/^1\. The bias bₖ is one number/m);
    expect(first.stdout).not.toMatch(/^2\. /m);
    expect(first.stdout).toContain('the next one: --hint 2');
    expect(last.stdout).toContain('Hints for 3  Linear: the biases'); // the first that is not correct
    expect(last.stdout).toMatch(/an answer\n {4}function db\(dY\) \{\n {6}return dY\.colSum\(\);/);
    expect(last.stdout).toContain("ctx.grad('b').add(dY.colSum());");
    expect((await at.json(['learn', '--hint', '2', '--dir', dir], 1)).hints).toEqual(exercises[2].hints.slice(0, 2));
  });

  it('no formula is left as LaTeX in the terminal', async () => {
    const dir = await folder('latex');
    const all = await Promise.all(exercises.map((e) => at.run(['learn', e.id, '--hint', '4', '--dir', dir])));
    for (const { code, stdout } of all) {
      expect(code).toBe(0);
      expect(stdout).not.toMatch(/[\\$]/);
    }
  });
});

describe('training', () => {
  it('with the answers is the training of the library and of `neuroforge train`, bit for bit', async () => {
    const dir = await folder('train');
    const [{ training }, trained] = await Promise.all([
      at.json(['learn', '--train', '--dir', dir]),
      at.json(['train', '--backend', 'wasm', '--quiet', '--run-dir', 'runs']),
    ]);
    expect(training).toMatchObject({
      backend: 'wasm',
      equal: true,
      firstDifference: null,
      largestDifference: 0,
      error: null,
    });
    expect(training.steps).toBe(trained.steps);
    expect(training.learner).toEqual(training.library);
    expect(training.learner.weights).toBe(trained.weights);
    expect(training.learner.valLoss).toBe(trained.val.loss);
    expect(training.learner.valAccuracy).toBe(trained.val.accuracy);
  });

  it('shows the losses side by side, and where they part with a wrong function', async () => {
    const dir = await folder('part', { relu: 'function dReLU(dY, z) { return dY.add(0); }' });
    const { code, stdout } = await at.run(['learn', '--train', '--dir', dir]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ {4}0 +(\d\.\d{6}) +\1 +\d\.\d{4} {3}equal$/m);
    expect(stdout).toMatch(/^ {3}40 .* {3}part at step 2$/m);
    expect(stdout).toMatch(/^not equal: the losses part at step 2, by at most /m);
  });

  it('names the function that fails, and stops one that does not end', async () => {
    const dir = await folder('fails', { 'linear-db': 'function db(dY) { return dY.colSum().reshape(1, -1); }' });
    const { training } = await at.json(['learn', '--train', '--dir', dir], 1);
    expect(training).toMatchObject({ equal: false, learner: null, error: { exercise: 'linear-db' } });
    expect(training.error.message).toMatch(/^db gives a Tensor \(1, 10\)/);
    const endless = 'let calls = 0;\nfunction dz(P, T) { while (++calls > 500); return P.sub(T).div(P.rows); }';
    at.write(`${dir}/${fileOf('softmax-cross-entropy')}`, endless);
    at.write(`${dir}/${fileOf('linear-db')}`, exercises[2].answer);
    const { code, stdout } = await at.run(['learn', '--train', '--dir', dir]);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /your network stopped after \d+ steps: exercise 1, softmax-cross-entropy: .*is there an endless loop\?/,
    );
  });
});

describe('watching', () => {
  it('grades what is saved, also by an editor that replaces the file, and ends when all is correct', async () => {
    const dir = await folder('watched', { 'linear-dX': null, relu: null });
    let writes = 0;
    const { code, stdout } = await at.run(['learn', '--watch', '--dir', dir], {
      onStderr: (text) => {
        if (!text.includes('watching watched') || writes++ > 0) return;
        const path = (id: string): string => at.path(`${dir}/${fileOf(id)}`);
        writeFileSync(path('linear-dX'), 'function dX(dY, W) { return W.matmul(dY.T); }');
        setTimeout(() => {
          writeFileSync(`${path('linear-dX')}~`, exercises[3].answer);
          renameSync(`${path('linear-dX')}~`, path('linear-dX'));
        }, 1500);
        setTimeout(() => {
          rmSync(path('relu'));
          writeFileSync(path('relu'), exercises[4].answer);
        }, 3000);
      },
    });
    expect(code).toBe(0);
    expect(stdout).toContain('equals the answer transposed');
    expect(stdout).toContain('5 of 6 correct');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      'now train the digits with them: neuroforge learn --train --dir watched',
    );
  });

  it('Ctrl-C ends it with the verdict so far', async () => {
    const dir = await folder('interrupted', { relu: null });
    const { code } = await at.run(['learn', '--watch', '--dir', dir], {
      onStderr: (text, kill) => {
        if (text.includes('watching')) kill(0, 'SIGINT');
      },
    });
    expect(code).toBe(1);
  });

  it('says that a file is gone, and judges no text that was changed while it was graded', async () => {
    const dir = await folder('absent', { relu: null });
    const path = (id: string): string => at.path(`${dir}/${fileOf(id)}`);
    let begun = false;
    const { code, stdout } = await at.run(['learn', '--watch', '--dir', dir], {
      onStderr: (text) => {
        if (!text.includes('watching absent') || begun) return;
        begun = true;
        rmSync(path('linear-dX'));
        setTimeout(() => writeFileSync(path('relu'), 'function dReLU() { for (;;); }'), 1500);
        setTimeout(() => writeFileSync(path('relu'), exercises[4].answer), 3000);
        setTimeout(() => writeFileSync(path('linear-dX'), exercises[3].answer), 6500);
      },
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/4-linear-dX\.js is gone: save it again, or learn makes an empty one/);
    expect(stdout).toMatch(/4 {2}Linear: the input {2}dX\(dY, W\) {2}not begun/);
    expect(stdout).not.toMatch(/Stopped/);
    expect(stdout).toContain('6 of 6 correct');
  });

  it('says when the folder goes away', async () => {
    const dir = await folder('gone', { relu: null });
    const { code, stderr } = await at.run(['learn', '--watch', '--dir', dir], {
      onStderr: (text) => {
        if (text.includes('watching')) rmSync(at.path(dir), { recursive: true, force: true });
      },
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/error NF4156 {2}gone: the folder that was watched is gone/);
  });
});

it('usage', async () => {
  at.write('taken', 'a file');
  const large = await folder('large', { relu: `// ${'é'.repeat(50_000)}` }); // of bytes
  await Promise.all([
    at.refused(['learn', 'reul'], /there is no exercise "reul"/, /did you mean relu\?/),
    at
      .refused(['learn', '7'], /there is no exercise "7"/, /1 to 6/)
      .then((said) => expect(said).not.toMatch(/did you mean/)), // no letter of a name is in it
    at.refused(['learn', '--hint', '5'], /there are four hints/, /got 5/),
    at.refused(['learn', 'relu', '--train'], /trains with all six functions/),
    at.refused(['learn', '--dir', 'taken'], /taken.* cannot be made|taken: exists already/),
    at.refused(['learn', '--dir', large, '--no-watch'], /no solution of an exercise/, /at most 100000 bytes/),
  ]);
});
