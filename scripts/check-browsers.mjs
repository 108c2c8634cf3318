// The lab, the library's file for browsers and `neuroforge/worker` in Firefox and in WebKit (Safari's engine), with
// Chromium as the control on request. Not part of CI: see CONTRIBUTING.md.
//   npm run build && npm run check:browsers [-- --browser firefox] [--only TEXT] [--shots FOLDER]
// On Debian: apt-get install firefox-esr webkit2gtk-driver xvfb. NEUROFORGE_FIREFOX names another Firefox.

import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { runnerImport } from 'vite';
import { exercises } from '../dist/verify/exercises.js';
import { trainInWorker } from '../test/support/train-in-worker.js';
import { darkChecks, embedding, framing, hostChecks } from './browsers/host-checks.mjs';
import { labChecks, training } from './browsers/lab-checks.mjs';
import { libraryChecks } from './browsers/library-checks.mjs';
import { openWithPuppeteer } from './browsers/puppeteer.mjs';
import { sandboxChecks } from './browsers/sandbox-checks.mjs';
import { Visitor } from './browsers/visitor.mjs';
import { found, miniBrowser, openWebKit } from './browsers/webkit.mjs';
import { expect, root, workFolder } from './user-checks.mjs';

const { values: flags } = parseArgs({
  options: { browser: { type: 'string', multiple: true }, only: { type: 'string' }, shots: { type: 'string' } },
});
const { folder, end } = workFolder('browsers');
const load = async (file) =>
  (await runnerImport(join(root, file), { root, configFile: false, logLevel: 'error' })).module;
const { serve, isolation } = await load('test/support/serve.ts');
const { trainInNode } = await load('test/support/node-run.ts');
const { attacks, walls } = await load('test/support/sandbox-attacks.ts');
const { buildLab, strictPolicy } = await load('test/support/lab-page.ts');
const shared = { exercises, serve, isolation, trainInNode, trainInWorker, attacks, walls, strictPolicy };

/** How each browser is opened here; without `open`, what would be needed. */
const browsers = {
  firefox: () => {
    const paths = [process.env.NEUROFORGE_FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox', '/snap/bin/firefox'];
    const executable = paths.find((path) => path && existsSync(path));
    return executable
      ? { open: (options) => openWithPuppeteer({ ...options, name: 'firefox', executable }) }
      : { missing: 'apt-get install firefox-esr, or NEUROFORGE_FIREFOX' };
  },
  webkit: () => {
    const executable = miniBrowser();
    return executable && found('WebKitWebDriver') && found('Xvfb')
      ? { open: (options) => openWebKit({ ...options, executable }) }
      : { missing: 'apt-get install webkit2gtk-driver xvfb' };
  },
  chromium: () => {
    const executable = process.env.NEUROFORGE_CHROMIUM ?? '/usr/bin/chromium';
    return existsSync(executable)
      ? { open: (options) => openWithPuppeteer({ ...options, name: 'chromium', executable }) }
      : { missing: 'apt-get install chromium, or NEUROFORGE_CHROMIUM' };
  },
};

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

/** The same training on the command line: its epochs and its weights. */
async function onCommandLine() {
  const args = ['train', '--backend', 'wasm', '--quiet', '--json'];
  for (const [flag, value] of Object.entries(training)) args.push(`--${flag}`, String(value));
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'dist/cli/main.js'), ...args], {
    cwd: folder,
  });
  const { run, weights } = JSON.parse(stdout);
  const lines = readFileSync(join(folder, run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const epochs = lines.filter(({ split }) => split === 'val');
  return { weights, epochs: epochs.map(({ epoch, step, loss, accuracy }) => ({ epoch, step, loss, accuracy })) };
}

/** `neuroforge lab`, until `end` is called. */
function startLab() {
  const child = spawn(process.execPath, [join(root, 'dist/cli/main.js'), 'lab', '--port', '0', '--json', '--no-open']);
  return new Promise((done, failed) => {
    child.on('exit', (code) => failed(new Error(`neuroforge lab ended with ${code}`)));
    child.stdout.on('data', (text) => done({ url: JSON.parse(text).url, end: () => child.kill('SIGINT') }));
  });
}

/** What browsers say on their console of what they refuse. */
const refusals = /Content.Security.Policy|policy:|establish a connection|may not load data|WebTransport|Not allowed/i;
const rows = [];
let failed = 0;

/** All checks of one kind in one browser; each also fails with what the console says of it. */
async function group(name, open, url, checks, given) {
  const wanted = Object.entries(checks).filter(([check]) => !flags.only || check.includes(flags.only));
  if (wanted.length === 0) return;
  const tab = await open();
  const visitor = new Visitor(tab, url);
  let heard = 0;
  const complaints = async () => {
    const all = await tab.complaints();
    const fresh = all.slice(heard).filter((text) => !given.allowed?.test(text));
    heard = all.length;
    return fresh;
  };
  const version = tab.version;
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
      failed++;
      if (flags.shots) await tab.shot(join(flags.shots, `${name}-failed-${failed}.png`)).catch(() => {});
    }
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    rows.push([name, version, check, verdict]);
    console.log(`${verdict.padEnd(4)}  ${name} ${version}  ${check}  ${said}  (${seconds} s)`);
  }
  await tab.close();
}

if (flags.shots) mkdirSync(resolve(flags.shots), { recursive: true });
const commandLine = await onCommandLine();
const built = await buildLab();
const lab = await startLab();
for (const name of flags.browser ?? ['firefox', 'webkit']) {
  const { open, missing } = browsers[name]();
  if (!open) {
    failed += process.env.CI ? 1 : 0;
    rows.push([name, '', 'all', process.env.CI ? 'FAIL' : 'SKIP']);
    console.log(`SKIP  ${name} is not here: ${missing}`);
    continue;
  }
  const ordinary = () => open({ proxy: proxy.address().port, dark: false });
  const inTheDark = () => open({ proxy: proxy.address().port, dark: true });
  const shots = async ({ tab }, what) => flags.shots && tab.shot(join(resolve(flags.shots), `${name}-${what}.png`));
  // Chromium's own editing tries a style attribute, which the policy blocks and nobody needs.
  const given = {
    ...shared,
    built,
    commandLine,
    shots,
    allowed: name === 'chromium' ? /inline style|style-src-attr/ : null,
  };
  const again = async () => new Visitor(await ordinary(), lab.url);
  await group(name, ordinary, lab.url, labChecks, { ...given, again });
  const host = await serve({
    folder: join(root, 'dist/lab'),
    prefix: '/some/where',
    pages: { '/some/where/theirs.html': embedding, '/some/where/frame.html': framing },
  });
  const url = `${host.origin.replace('127.0.0.1', 'lab.localhost')}/some/where/`;
  await group(name, ordinary, url, hostChecks, { ...given, host });
  await host.close().catch(() => {});
  await group(name, inTheDark, lab.url, darkChecks, given);
  await group(name, ordinary, null, sandboxChecks, { ...given, allowed: refusals });
  // WebKitGTK has shared memory only on request; Safari has it in isolated pages, as others do.
  const sharing = () =>
    open({ proxy: proxy.address().port, dark: false, variables: { JSC_useSharedArrayBuffer: '1' } });
  await group(name, sharing, null, libraryChecks, { ...given, allowed: /nowhere\.js|404/ });
  const gone = elsewhere.splice(0).filter((host) => !/mozilla|firefox|google|gstatic/.test(host));
  rows.push([name, '', 'nothing went elsewhere', gone.length === 0 ? 'ok' : 'FAIL']);
  if (gone.length > 0) console.log(`FAIL  ${name} asked ${gone.join(', ')}`);
  failed += gone.length > 0 ? 1 : 0;
}
lab.end();
proxy.close();
built.remove();

console.log('\n| browser | version | check | verdict |\n| --- | --- | --- | --- |');
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
end();
process.exit(failed > 0 ? 1 : 0);
