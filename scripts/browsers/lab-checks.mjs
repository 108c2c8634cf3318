// The lab from end to end as a visitor goes through it, in this order, in one page. `given`: the exercises, what the
// command line told of the same training, `again` (another browser of the same kind), and what one check leaves the next.
import { expect } from '../user-checks.mjs';
import { pause, same } from './tab.mjs';

/** Of training in the page and on the command line. */
export const training = { epochs: 3, seed: 11 };

const wrong = [
  ['softmax-cross-entropy', 'function dz(P, T) {\nreturn P.sub(T);\n}', /batch/],
  ['linear-dX', 'function dX(dY, W) {\nreturn dY.matmul(W.T).neg();\n}', /sign/],
  ['relu', 'function dReLU(dY, z) {\nreturn dY.mul(dY.gt(0));\n}', /dY/],
];

/** Errors of the learner's, with the line that the page is to name. */
const broken = [
  ['function db(dY) {\n  return dY.colSum(;\n}', /^SyntaxError( in line 2)?: /],
  ['function db(dY) {\n  const a = 1;\n  return nothing.here;\n}', /^ReferenceError in line 3: .*nothing/],
  ['function db(dY) {\n  fetch("https://example.org/");\n}', /^Forbidden in line 2: fetch is closed/],
];

export const labChecks = {
  async 'Derive by keyboard'(visitor) {
    const { tab } = visitor;
    await visitor.see('.chain .katex');
    await visitor.run(() => document.querySelector('.step-button').focus());
    await tab.press('End');
    await visitor.see('#derive-step', 'First biases');
    await tab.press('ArrowUp');
    await visitor.see('#derive-step', 'First weights');
    await visitor.see('.measured.agrees');
    await visitor.run(() => document.querySelector('.expression [aria-label^="dW1, row 1, column 1:"]').focus());
    await tab.press('ArrowDown');
    await tab.press('ArrowRight');
    await visitor.see('.reading code', 'dW1[1][1]');
    const before = await visitor.see('.loss output');
    await visitor.fill('X, row 1, column 1', '1.5');
    await visitor.until(
      'the loss has changed',
      (b) => document.querySelector('.loss output').textContent !== b,
      before,
    );
    await visitor.see('.measured.agrees');
    await visitor.press('The chapter’s numbers');
    await visitor.until(
      'the loss is as before',
      (b) => document.querySelector('.loss output').textContent === b,
      before,
    );
    const { left, top, width, height } = await visitor.box('.chain .term[data-t="dz1"]');
    await tab.hover([left + width / 2, top + height / 2]);
    await visitor.see('.all-numbers .matrix[data-t="dz1"][data-lit]');
    await visitor.see('.chain .katex [data-t="dz1"][data-lit]');
    return `loss ${before}`;
  },

  async 'six answers, typed into the editor'(visitor, { exercises }) {
    await visitor.writeAnswers(exercises);
    return await visitor.see('.progress', '6 of 6 correct');
  },

  async 'all is there after a reload'(visitor) {
    await pause(600);
    await visitor.arrive('forge/relu');
    return await visitor.see('.progress', '6 of 6 correct');
  },

  async 'wrong answers have their fingerprints'(visitor, { exercises }) {
    for (const [id, text, expected] of wrong) {
      await visitor.write(id, text, 'wrong');
      const said = await visitor.see('.fingerprints li');
      expect(expected.test(said), `${id}: ${said}`);
      await visitor.see('.worst-cell');
      await visitor.write(id, exercises.find((e) => e.id === id).answer);
    }
  },

  async 'errors are marked in their line'(visitor, { exercises }) {
    const said = [];
    for (const [text, expected] of broken) {
      await visitor.write('linear-db', text, 'wrong');
      await visitor.until(
        'the error has a mark in the editor',
        () => document.querySelector('.editor-host').shadowRoot.querySelector('.cm-lint-marker-error') !== null,
      );
      said.push(await visitor.see('.learner-error'));
      expect(expected.test(said.at(-1)), said.at(-1));
    }
    await visitor.write('linear-db', exercises.find((e) => e.id === 'linear-db').answer);
    return said.join('; ');
  },

  async 'an endless loop is stopped'(visitor, { exercises }) {
    const start = Date.now();
    await visitor.write('linear-dW', 'function dW() { for (;;); }', 'wrong');
    const said = await visitor.see('.learner-error', 'after 3 seconds');
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    await visitor.write('linear-dW', exercises.find((e) => e.id === 'linear-dW').answer);
    return `${said.slice(0, 40)}…, ${seconds} s after the first key`;
  },

  async 'pause, step, resume, reset'(visitor, { exercises }) {
    await visitor.writeAnswers(exercises);
    await visitor.go('train');
    await visitor.see('.ready');
    await visitor.fill('epochs', 900);
    await visitor.press('Start training');
    await visitor.see('.standing.equal');
    await visitor.press('Pause');
    const step = async () =>
      Number((await visitor.see('.side.learner .side-name dd', 'step')).replace(/.*step |,/g, ''));
    const resting = async () => {
      for (let last = -1; ; await pause(400)) {
        const now = await step();
        if (now === last) return now;
        last = now;
      }
    };
    await visitor.press('Step'); // the page counts what it is told; a single step is always told
    const paused = await resting();
    await visitor.press('Step');
    expect((await resting()) === paused + 1, `from step ${paused} to ${await step()}`);
    await visitor.press('Resume');
    for (let i = 0; (await step()) < paused + 100; i++) {
      expect(i < 200, 'it does not go on');
      await pause(100);
    }
    await visitor.press('Reset');
    await visitor.see('.controls .primary', 'Start training');
    return `paused at step ${paused}`;
  },

  async 'training: losses and weights of the command line'(visitor, given) {
    await visitor.writeAnswers(given.exercises);
    await visitor.go('train');
    await visitor.fill('epochs', training.epochs);
    await visitor.fill('seed', training.seed);
    const { learner, library, weights } = await visitor.train();
    same(library.epochs, given.commandLine.epochs, 'epochs of the library');
    same(learner, library, 'the learner’s losses');
    same(weights, `${given.commandLine.weights.slice(0, 23)}…`, 'weights');
    const inked = await visitor.run(() => {
      const canvas = document.querySelector('.weights canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((v, i) => i % 4 === 3 && v > 0).length;
    });
    expect(inked > 100, 'the first layer is not drawn');
    given.trained = { learner, library };
    return `${learner.losses.length} losses, ${weights}`;
  },

  async 'a digit, drawn by mouse and by keys'(visitor) {
    const { left, top, width, height } = await visitor.box('.paper canvas');
    const points = [0.15, 0.3, 0.5, 0.7, 0.85].map((y) => [left + width / 2, top + y * height]);
    await visitor.tab.stroke(points);
    await pause(1000); // it is asked while it is drawn
    const mouse = await visitor.see('.predictions .verdict', 'say');
    await visitor.press('Clear');
    await visitor.run(() => document.querySelector('.paper canvas').focus());
    for (const key of [...Array(9).fill('ArrowUp'), ' ', ...Array(18).fill('ArrowDown'), ' '])
      await visitor.tab.press(key);
    await pause(1000);
    const keys = await visitor.see('.predictions .verdict', 'say');
    expect(/^Both say \d\.$/.test(mouse) && mouse === keys, `by mouse: ${mouse}; by keys: ${keys}`);
    return mouse;
  },

  async 'a link replays in another browser'(visitor, given) {
    await visitor.run(() => {
      const { write } = Clipboard.prototype;
      Clipboard.prototype.write = async function (items) {
        await write.call(this, items);
        globalThis.written = await (await items[0].getType('text/plain')).text();
      };
    });
    await visitor.press('Copy link');
    const said = await visitor.see('.share [role=status]', 'op'); // Copied, or: Copy it from here
    const link = await visitor.run(() => document.querySelector('.share .address')?.value ?? globalThis.written);
    expect(link?.startsWith(`${visitor.url}#`), `the link is ${link}`);
    const other = await given.again();
    try {
      await other.arrive(link.split('#')[1]);
      await other.see('h1', 'Somebody’s network');
      await pause(500);
      expect(await other.run(() => document.querySelector('iframe') === null), 'something ran before Start');
      await other.press('Start');
      await other.go('train');
      const { learner, library } = await other.train();
      same({ learner, library }, given.trained, 'losses');
      same(await other.tab.complaints(), [], 'complaints');
    } finally {
      await other.tab.close();
    }
    return said;
  },

  async 'a bug hunt'(visitor, given) {
    await visitor.writeAnswers(given.exercises);
    await visitor.write('relu', 'function dReLU(dY, z) {\n  return dY.mul(z.ge(-1));\n}', 'wrong');
    await visitor.press('Make a bug hunt');
    await visitor.run(() => {
      const select = document.querySelector('dialog[open] select');
      select.value = 'relu';
      select.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await visitor.press('Make the link');
    await visitor.see('dialog[open] p', 'link');
    const link = await visitor.until('the link is made', () => document.querySelector('dialog[open] .address')?.value);
    const other = await given.again();
    try {
      await other.arrive(link.split('#')[1]);
      await other.see('h1', 'A bug hunt');
      await other.press('Start');
      await other.see('.banner', 'one of these six functions is wrong');
      await other.go('forge/relu');
      await other.press('Check dReLU');
      await other.see('.piece.wrong[href="#forge/relu"]');
      same(await other.tab.complaints(), [], 'complaints');
    } finally {
      await other.tab.close();
    }
    await visitor.tab.press('Escape');
    await visitor.until('the dialog is closed', () => document.querySelector('dialog[open]') === null);
  },

  /** Firefox has the sandbox in the page's own process, and both end with it. The next page must not do it again. */
  async 'memory without an end'(visitor, { exercises }) {
    const text = 'function dW() { const a = []; for (;;) a.push(new Float64Array(2 ** 20)); }';
    let said;
    try {
      await visitor.write('linear-dW', text, 'wrong');
      said = await visitor.see('.learner-error', 'memory');
    } catch (error) {
      if (/it is still not so/.test(error.message)) throw error;
      await pause(3000); // a tab that comes before the old process is gone may go with it
      await visitor.tab.renew();
      await visitor.arrive('forge/linear-dW');
      said = await visitor.see('.learner-error', 'the page went down');
    }
    await visitor.write('linear-dW', exercises.find((e) => e.id === 'linear-dW').answer);
    return said;
  },
};
