// Measures the lab's page in headless Chromium: bytes of the first load, milliseconds until it can be used, and frames a
// second while both networks train on MNIST (NEUROFORGE_DATA) or, without it, on the digits; and the time of a step there
// against two processes of Node on wasm, in turns.
//   npm run build && npm run lab:measure [-- dist/lab] [--rounds N]

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, resolve, sep } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { idxNames } from '../dist/data/catalog.js';
import { exercises } from '../dist/verify/exercises.js';
import { countFrames } from './browsers/frames.mjs';

const { values, positionals } = parseArgs({ options: { rounds: { type: 'string' } }, allowPositionals: true });
const folder = resolve(positionals[0] ?? 'dist/lab');
const rounds = Number(values.rounds ?? 3);
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const server = createServer((request, response) => {
  const path = new URL(request.url, 'http://127.0.0.1').pathname;
  const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
  try {
    if (!file.startsWith(folder + sep)) throw new Error(path);
    const body = readFileSync(file);
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const origin = `http://127.0.0.1:${server.address().port}`;
const data = process.env.NEUROFORGE_DATA;
const executablePath = process.env.NEUROFORGE_CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });

/** Bytes of what index.html names, gzipped: everything before the first formula or editor is asked for. */
function firstLoad() {
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const files = [...html.matchAll(/(?:src|href)="\.\/([^"]+\.(?:js|css))"/g)].map(([, file]) => file);
  const bytes = [Buffer.from(html), ...files.map((file) => readFileSync(join(folder, file)))];
  return bytes.reduce((sum, text) => sum + gzipSync(text).length, 0);
}

/** Median milliseconds from the navigation until a click on Next is answered. */
async function interactive() {
  const times = [];
  for (let i = 0; i < 5; i++) {
    const page = await (await browser.newContext()).newPage();
    await page.addInitScript(() => {
      const look = () => {
        const next = document.querySelector('.stepper .primary');
        next?.click();
        if (document.querySelector('#derive-step')?.textContent === 'First ReLU') globalThis.ready = performance.now();
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    await page.goto(origin);
    // The page's policy forbids waitForFunction's eval.
    while (!(await page.evaluate('globalThis.ready'))) await new Promise((resume) => setTimeout(resume, 50));
    times.push(await page.evaluate('globalThis.ready'));
    await page.context().close();
  }
  return times.sort((a, b) => a - b)[2];
}

/** A page with the six answers written, before the start of a training. `told` there: what runs say at their end. */
async function readyToTrain() {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  await page.addInitScript(() => {
    globalThis.told = [];
    const { set } = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage');
    Object.defineProperty(MessagePort.prototype, 'onmessage', {
      set(listener) {
        set.call(this, (message) => {
          if (message.data?.type === 'events') {
            for (const event of message.data.events) if (event.type === 'done') globalThis.told.push(event.result);
          }
          listener(message);
        });
      },
    });
  });
  for (const { id, answer } of exercises) {
    await page.goto(`${origin}/#forge/${id}`);
    await page.locator('.cm-content').focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(answer);
    await page.locator(`.piece.correct[href="#forge/${id}"]`).waitFor();
  }
  await page.goto(`${origin}/#train`);
  if (data) {
    await page.getByText('MNIST, 28 × 28').click();
    await page.locator('input[type=file]').setInputFiles(idxNames.map((name) => join(data, 'mnist', `${name}.gz`)));
    await page.locator('.mnist-here').waitFor();
  } else await page.getByLabel('epochs').fill('900');
  return page;
}

/** Frames a second over five seconds of training, and the longest pause between two. */
async function frames() {
  const page = await readyToTrain();
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.locator('.side.library dd', { hasText: /step [1-9]/ }).waitFor({ timeout: 60_000 });
  const measured = await page.evaluate(countFrames);
  const text = await page.locator('.both-sides').innerText();
  await page.context().close();
  return { data: data ? 'mnist' : 'digits', ...measured, text: text.replace(/\s+/g, ' ') };
}

/** Median milliseconds of a step in the page, the learner's and the library's network at once, over one epoch. */
async function stepsInPage() {
  const page = await readyToTrain();
  await page.getByLabel('epochs').fill(data ? '1' : '60');
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.getByRole('button', { name: 'Train again' }).waitFor({ timeout: 300_000 });
  const told = await page.evaluate('globalThis.told');
  await page.context().close();
  return told.map(({ msPerStepMedian }) => msPerStepMedian);
}

/** The same on the command line, two at once. */
async function stepsInNode() {
  const work = mkdtempSync(join(tmpdir(), 'neuroforge-measure-'));
  const task = data ? ['--data', 'mnist', '--model', 'mlp:512,128', '--epochs', '1'] : ['--epochs', '60'];
  const args = [resolve('dist/cli/main.js'), 'train', ...task, '--backend', 'wasm', '--quiet', '--json'];
  const one = async (name) => {
    const { stdout } = await promisify(execFile)(process.execPath, [...args, '--run-dir', name], { cwd: work });
    return JSON.parse(stdout).msPerStepMedian;
  };
  const times = await Promise.all([one('a'), one('b')]);
  rmSync(work, { recursive: true });
  return times;
}

/** How fast the page is: Node's time over the page's, each the median over rounds that take turns. */
async function speed() {
  const times = { page: [], node: [] };
  for (let i = 0; i < rounds; i++) {
    times.page.push(...(await stepsInPage()));
    times.node.push(...(await stepsInNode()));
  }
  const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
  return { ...times, ratio: median(times.node) / median(times.page) };
}

const measured = { firstLoadBytes: firstLoad(), interactiveMs: await interactive(), frames: await frames() };
console.log(JSON.stringify({ ...measured, msPerStep: await speed() }, null, 2));
await browser.close();
server.close();
