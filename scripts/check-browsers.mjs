// The lab, the library's file for browsers and `neuroforge/worker` in Firefox and in WebKit (Safari's engine), and in
// Chromium as the control on request. Not part of CI: see CONTRIBUTING.md. On Debian: apt-get install firefox-esr
// webkit2gtk-driver xvfb; NEUROFORGE_FIREFOX names another Firefox.
//   npm run build && npm run check:browsers [-- --browser firefox] [--only TEXT] [--shots FOLDER] [--measure ROUNDS]

import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { runnerImport } from 'vite';
import { exercises } from '../dist/verify/exercises.js';
import { trainInWorker } from '../test/support/train-in-worker.js';
import { darkChecks, embedding, framing, hostChecks } from './browsers/host-checks.mjs';
import { installed } from './browsers/installed.mjs';
import { labChecks, training } from './browsers/lab-checks.mjs';
import { libraryChecks } from './browsers/library-checks.mjs';
import { measure } from './browsers/measure.mjs';
import { sandboxChecks } from './browsers/sandbox-checks.mjs';
import { Visitor } from './browsers/visitor.mjs';
import { expect, root, workFolder } from './user-checks.mjs';

const text = { type: 'string' };
const { values: flags } = parseArgs({
  options: { browser: { ...text, multiple: true }, only: text, shots: text, measure: text, keep: { type: 'boolean' } },
});
const { folder, end } = workFolder('browsers');

/** A module of the tests, which are TypeScript. */
const load = async (file) =>
  (await runnerImport(join(root, file), { root, configFile: false, logLevel: 'error' })).module;
const { serve, isolation } = await load('test/support/serve.ts');
const { trainInNode } = await load('test/support/node-run.ts');
const { attacks, walls } = await load('test/support/sandbox-attacks.ts');
const { buildLab, strictPolicy } = await load('test/support/lab-page.ts');

/** Whoever asks for another host than the loopback comes here, and gets nothing. */
const elsewhere = [];
const proxy = createServer((request, response) => {
  elsewhere.push(request.url);
  response.writeHead(502).end();
}).on('connect', (request, socket) => {
  elsewhere.push(request.url);
  socket.end('HTTP/1.1 502 No\r\n\r\n');
});
await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
/** What browsers ask of their makers, whatever page they show. */
const makers = /mozilla|firefox|google|gstatic/;
/** What browsers say on their console of what they refuse. */
const refusals = /Content.Security.Policy|policy:|establish a connection|may not load data|WebTransport|Not allowed/i;

/** The same training on the command line: its epochs and its weights. */
async function onCommandLine() {
  const args = [join(root, 'dist/cli/main.js'), 'train', '--backend', 'wasm', '--quiet', '--json'];
  for (const [flag, value] of Object.entries(training)) args.push(`--${flag}`, String(value));
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  const { run, weights } = JSON.parse(stdout);
  const lines = readFileSync(join(folder, run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const epochs = lines.map((line) => JSON.parse(line)).filter(({ split }) => split === 'val');
  return { weights, epochs: epochs.map(({ epoch, step, loss, accuracy }) => ({ epoch, step, loss, accuracy })) };
}

/** `neuroforge lab`, until `end` is called. */
function startLab() {
  const child = spawn(process.execPath, [join(root, 'dist/cli/main.js'), 'lab', '--port', '0', '--json', '--no-open']);
  return new Promise((done, failed) => {
    child.on('exit', (code) => failed(new Error(`neuroforge lab ended with ${code}`)));
    child.stdout.on('data', (said) => done({ url: JSON.parse(said).url, end: () => child.kill('SIGINT') }));
  });
}

const rows = [];
let failed = 0;
function note(name, version, check, verdict, said, ms = 0) {
  failed += verdict === 'FAIL' ? 1 : 0;
  rows.push([name, version, check, verdict]);
  console.log(`${verdict.padEnd(4)}  ${name} ${version}  ${check}  ${said}  (${(ms / 1000).toFixed(1)} s)`);
}

/** All checks of one kind in a browser of their own; each fails also with what the console says of it. */
async function group(name, open, url, checks, given) {
  const wanted = Object.entries(checks).filter(([check]) => !flags.only || check.includes(flags.only));
  if (wanted.length === 0) return;
  const tab = await open();
  const visitor = new Visitor(tab, url);
  let heard = 0;
  const complaints = async () => {
    const all = await tab.complaints();
    const fresh = all.slice(heard).filter((line) => !given.allowed?.test(line));
    heard = all.length;
    return fresh;
  };
  if (url) await visitor.arrive();
  for (const [check, body] of wanted) {
    const start = performance.now();
    let [verdict, said] = ['ok', ''];
    try {
      said = (await body(visitor, given)) ?? '';
      const unexpected = await complaints();
      expect(unexpected.length === 0, `the console says: ${unexpected.join('\n')}`);
    } catch (error) {
      [verdict, said] = ['FAIL', [error.message, ...(await complaints().catch(() => []))].join('\n')];
      if (flags.shots) await tab.shot(join(flags.shots, `${name}-failed-${failed}.png`)).catch(() => {});
    }
    note(name, tab.version, check, verdict, said, performance.now() - start);
  }
  await tab.close();
}

/** Everything in one browser. */
async function checkAll(name) {
  const { open, missing } = installed(name);
  if (!open) return note(name, '', 'all', process.env.CI ? 'FAIL' : 'SKIP', missing);
  const opener = (options) => () => open({ proxy: proxy.address().port, ...options });
  const ordinary = opener({});
  const shots = async ({ tab }, what) => flags.shots && tab.shot(join(flags.shots, `${name}-${what}.png`));
  // Chromium's own editing tries a style attribute, which the policy blocks and nobody needs.
  const allowed = name === 'chromium' ? /inline style|style-src-attr/ : null;
  const again = async () => new Visitor(await ordinary(), lab.url);
  const data = { exercises, attacks, walls, strictPolicy, isolation, commandLine };
  const given = { ...data, name, serve, trainInNode, trainInWorker, built, shots, again, allowed };

  await group(name, ordinary, lab.url, labChecks, given);
  const prefix = '/some/where';
  const pages = { [`${prefix}/theirs.html`]: embedding, [`${prefix}/frame.html`]: framing };
  const host = await serve({ folder: join(root, 'dist/lab'), prefix, pages });
  const url = `${host.origin.replace('127.0.0.1', 'lab.localhost')}${prefix}/`;
  await group(name, ordinary, url, hostChecks, { ...given, host });
  await host.close().catch(() => {}); // a check closes it, unless it was left out
  await group(name, opener({ dark: true }), lab.url, darkChecks, given);
  await group(name, ordinary, null, sandboxChecks, { ...given, allowed: refusals });
  // WebKitGTK has shared memory only on request; Safari has it in isolated pages, as others do.
  const sharing = opener({ variables: { JSC_useSharedArrayBuffer: '1' } });
  await group(name, sharing, null, libraryChecks, { ...given, allowed: /nowhere\.js|404/ });
  const gone = elsewhere.splice(0).filter((asked) => !makers.test(asked));
  note(name, '', 'nothing went elsewhere', gone.length === 0 ? 'ok' : 'FAIL', gone.join(', '));
}

/** Browsers take turns; a line a round, with the machine's load after it. */
async function measureAll(names) {
  for (let round = 0; round < Number(flags.measure); round++) {
    for (const name of names) {
      const tab = await installed(name).open({ proxy: proxy.address().port });
      const told = await measure(new Visitor(tab, lab.url), { exercises, data: process.env.NEUROFORGE_DATA });
      console.log(JSON.stringify({ browser: `${name} ${tab.version}`, ...told, load: loadavg()[0] }));
      await tab.close();
    }
  }
}

if (flags.shots) mkdirSync((flags.shots = resolve(flags.shots)), { recursive: true });
const [commandLine, built, lab] = await Promise.all([onCommandLine(), buildLab(), startLab()]);
if (flags.measure) await measureAll(flags.browser ?? ['chromium', 'firefox', 'webkit']);
else for (const name of flags.browser ?? ['firefox', 'webkit']) await checkAll(name);
lab.end();
proxy.close();
built.remove();
if (rows.length > 0) console.log('\n| browser | version | check | verdict |\n| --- | --- | --- | --- |');
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
end();
process.exit(failed > 0 ? 1 : 0);
