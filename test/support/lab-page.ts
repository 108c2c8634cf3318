import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { pagePolicy } from '../../lab/sandbox/policy.ts';
import { sandboxScript } from '../../vite.sandbox.config.ts';
import { root } from './node-run.ts';
import { type Site, type SiteOptions, serve } from './serve.ts';

/** What a page with a sandbox allows, and nothing else. */
export const strictPolicy: string = [
  "default-src 'none'",
  'img-src data:',
  "connect-src 'self'",
  ...Object.entries(pagePolicy).map(([directive, sources]) => `${directive} ${sources.join(' ')}`),
].join('; ');

const entry = `
  export * from '${root}lab/sandbox/sandbox.ts';
  export * from '${root}lab/link.ts';
  export { Frame } from '${root}lab/sandbox/frame.ts';
  export { exercises } from '${root}src/verify/exercises.ts';
`;

const html = (policy: string | null): string =>
  '<!doctype html><meta charset="utf-8"><title>lab</title><link rel="icon" href="data:,">' +
  (policy === null ? '' : `<meta http-equiv="Content-Security-Policy" content="${policy}">`) +
  '<div id="here"></div><script type="module" src="./page.js"></script>';
const page = "import * as lab from './lab.js'; globalThis.lab = lab;";

export interface BuiltLab {
  /** Serves the page below a path, with its policy in a meta element (null: none). */
  serve(options?: SiteOptions & { policy?: string | null; prefix?: string }): Promise<Site & { url: string }>;
  remove(): void;
}

/** The lab's own modules as Vite builds them, in a page that only puts them into \`globalThis.lab\`. */
export async function buildLab(): Promise<BuiltLab> {
  const folder = mkdtempSync(join(tmpdir(), 'neuroforge-lab-'));
  writeFileSync(join(folder, 'entry.ts'), entry);
  const outDir = join(folder, 'dist');
  await build({
    root: folder,
    configFile: false,
    base: './',
    publicDir: false,
    logLevel: 'warn',
    plugins: [sandboxScript()],
    worker: { format: 'es' },
    build: {
      outDir,
      target: 'es2022',
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: { lab: join(folder, 'entry.ts') },
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].js' },
      },
    },
  });
  return {
    async serve({ policy = strictPolicy, prefix = '/a/b', ...options } = {}) {
      writeFileSync(join(outDir, 'index.html'), html(policy));
      writeFileSync(join(outDir, 'page.js'), page);
      const site = await serve({ folder: outDir, ...options, prefix });
      return { ...site, url: `${site.origin}${prefix}/` };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface LabPage {
  readonly page: Page;
  /** Console errors and warnings, uncaught exceptions. */
  readonly complaints: string[];
  /** Every request of the page, its frames and their workers, to anywhere but the site. */
  readonly elsewhere: string[];
}

/** Such a page with a sandbox: `globalThis.sandbox`, and the six answers in `globalThis.answers`. */
export async function openSandboxed(browser: Browser, url: string): Promise<LabPage> {
  const lab = await openLab(browser, url);
  await lab.page.evaluate(async () => {
    const { openSandbox, exercises } = globalThis.lab;
    globalThis.answers = Object.fromEntries(exercises.map((e) => [e.id, e.answer])) as typeof globalThis.answers;
    globalThis.sandbox = await openSandbox(document.body);
  });
  return lab;
}

/** Opens the page in a context of its own and waits for the lab's modules. */
export async function openLab(browser: Browser, url: string): Promise<LabPage> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  const elsewhere: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  context.on('request', (request) => {
    if (!/^(data|blob|about):/.test(request.url()) && !request.url().startsWith(new URL(url).origin)) {
      elsewhere.push(request.url());
    }
  });
  await page.goto(url);
  for (let i = 0; i < 200 && !(await page.evaluate('globalThis.lab !== undefined')); i++) {
    await new Promise((resume) => setTimeout(resume, 50));
  }
  return { page, complaints, elsewhere };
}
