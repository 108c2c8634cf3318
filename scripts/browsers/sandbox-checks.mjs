// The sandbox's attacks, in the lab's own modules on a bare page; see test/lab-sandbox.test.ts. Each check answers how
// many were stopped, and fails with those that were not.
import { expect } from '../user-checks.mjs';

/** In the page: grades `code` as dW, then the right answer. */
const attempt = async (code) => {
  const { openSandbox, exercises } = globalThis.lab;
  globalThis.answers ??= Object.fromEntries(exercises.map((e) => [e.id, e.answer]));
  globalThis.sandbox ??= await openSandbox(document.body);
  const { verdict, error } = await globalThis.sandbox.grade('linear-dW', { ...globalThis.answers, 'linear-dW': code });
  const next = await globalThis.sandbox.grade('linear-dW', globalThis.answers);
  return { verdict, name: error?.name ?? '', message: error?.message ?? '', next: next.verdict };
};

/** In the page: what a worker of the frame, without the library, says of `body`. */
const behind = async (body) => {
  globalThis.bare ??= new globalThis.lab.Frame(document.body);
  if (!globalThis.bareOpen) await (globalThis.bareOpen = globalThis.bare.open());
  const { port1, port2 } = new MessageChannel();
  const text = `onmessage = async ({ data: { port } }) => { try { port.postMessage(String(await (async () => ${body})())) } catch (e) { port.postMessage(e.name) } }`;
  const answer = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(() => resolve('Error: no answer within 10 s'), 10_000);
  });
  const birth = { script: new Blob([text]), message: { port: port2 }, ports: [port2] };
  const worker = await globalThis.bare.birth(birth, {
    failed: ({ message }) => port1.onmessage({ data: `Error: ${message}` }),
    lost: () => {},
  });
  const said = await answer;
  worker.end();
  return said;
};

/** In the page: one grading and both trainings. */
const gradeAndTrain = async () => {
  const { openSandbox, exercises, trainLibrary } = globalThis.lab;
  const code = Object.fromEntries(exercises.map((e) => [e.id, e.answer]));
  const sandbox = await openSandbox(document.body);
  const { verdict } = await sandbox.grade('chain', code);
  const spec = { data: { name: 'digits' }, hidden: [8, 8], lr: 0.1, batch: 32, epochs: 1, seed: 0 };
  const runs = [sandbox.train(spec, code), trainLibrary(spec)];
  const [own, ours] = await Promise.all(runs.map(({ done }) => done));
  for (const run of runs) run.close();
  document.querySelector('iframe')?.remove(); // with it, Firefox under a driver does not leave for the next page
  return `${verdict}, ${own.weights === ours.weights ? own.weights : `${JSON.stringify(own)} ${JSON.stringify(ours)}`}`;
};

/** The one that a whole browser may not live through: see lab-checks.mjs. */
const memory = 'memory, in arrays of numbers';

async function all(cases, one) {
  const failed = [];
  for (const [name, value] of Object.entries(cases)) {
    try {
      const wrong = await one(value);
      if (wrong) failed.push(`${name}: ${wrong}`);
    } catch (error) {
      failed.push(`${name}: ${error.message}`);
    }
  }
  const count = Object.keys(cases).length;
  expect(failed.length === 0, `${failed.length} of ${count}\n${failed.join('\n')}`);
  return `${count} stopped`;
}

async function arrive(visitor, url) {
  await visitor.tab.goto(url);
  await visitor.until('the modules are there', () => globalThis.lab !== undefined);
}

export const sandboxChecks = {
  async 'attacks are stopped, and said'(visitor, { built, attacks }) {
    const site = await built.serve();
    try {
      await arrive(visitor, site.url);
      const asked = site.requests.length;
      const { [memory]: _, ...others } = attacks;
      return await all(others, async ([code, name, message]) => {
        const said = await visitor.run(attempt, code);
        const as =
          said.verdict === 'error' && name.test(said.name) && message.test(said.message) && said.next === 'correct';
        const gone = site.requests.slice(asked).filter((path) => !path.startsWith('/a/b/assets/'));
        return as && gone.length === 0 ? null : JSON.stringify({ ...said, message: said.message.slice(0, 200), gone });
      });
    } finally {
      await site.close();
    }
  },

  async 'behind the signs there are walls'(visitor, { built, walls }) {
    const site = await built.serve({ policy: null });
    try {
      await arrive(visitor, site.url);
      await visitor.run(async () => void (await caches.open('the page’s own')));
      const asked = site.requests.length;
      return await all(walls, async (code) => {
        const said = await visitor.run(behind, code.replaceAll('SITE', site.origin));
        const gone = site.requests.slice(asked);
        const as = said !== 'open' && /refused|Error|NS_ERROR|undefined/.test(said);
        return as && gone.length === 0 ? null : `${said} ${gone}`;
      });
    } finally {
      await site.close();
    }
  },

  async 'every kind of page grades and trains'(visitor, { name, built, strictPolicy, isolation }) {
    const headers = { 'Content-Security-Policy': strictPolicy };
    const kinds = [
      { policy: null },
      { policy: null, headers },
      { headers: { ...headers, ...isolation } },
      { prefix: '' },
    ];
    const said = new Set();
    const told = [];
    for (const kind of kinds) {
      const site = await built.serve(kind);
      await arrive(visitor, site.url);
      // WebKit starts no worker of an opaque origin in an isolated page, and that is said.
      if (name === 'webkit' && kind.headers?.['Cross-Origin-Opener-Policy']) {
        const { verdict, message } = await visitor.run(attempt, '');
        expect(verdict === 'error' && /^no worker starts here/.test(message), `isolated: ${verdict} ${message}`);
        told.push('told that it cannot, isolated');
      } else said.add(await visitor.run(gradeAndTrain));
      await site.close();
    }
    expect(said.size === 1 && [...said][0].startsWith('correct, sha256:'), [...said].join('\n'));
    return [`${kinds.length - told.length} pages`, ...told].join(', ');
  },
};
