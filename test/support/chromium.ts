import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Where it usually is; a machine of another kind names its own. */
const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
const named = process.env.NEUROFORGE_CHROMIUM;
const candidates = named ? [named] : usual;
const executable = candidates.find((path) => existsSync(path));

/** False only where there is no Chromium and nobody promised one: under CI its absence must fail, not skip. */
export const chromiumExpected: boolean = executable !== undefined || Boolean(process.env.CI);

/** What follows the title of tests that are skipped. */
export const unlessChromium: string = chromiumExpected ? '' : ' (skipped: there is no Chromium)';

/** Chromium with a profile of its own that finds no host but the loopback, which has names: anything.localhost. */
export function startChromium(): Promise<Browser> {
  if (!executable) {
    throw new Error('no Chromium was found: apt-get install chromium, or set NEUROFORGE_CHROMIUM to its executable');
  }
  return chromium.launch({
    executablePath: executable,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE *.localhost',
    ],
  });
}

export interface Visit {
  /** What the page put into `globalThis.report`. */
  readonly report: unknown;
  /** Errors and warnings of the console, uncaught exceptions, failed requests. */
  readonly complaints: string[];
  /** Requests to any other origin than the page's. */
  readonly elsewhere: string[];
  readonly crossOriginIsolated: boolean;
}

/** Opens `url` and waits until the page has set `globalThis.report`, or complains. */
export async function visit(browser: Browser, url: string): Promise<Visit> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  const elsewhere: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning', 'assert'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (!['data:', 'blob:'].includes(protocol) && origin !== new URL(url).origin) elsewhere.push(request.url());
  });
  const crashed = new Promise<never>((_, reject) => {
    page.on('pageerror', (error) => {
      complaints.push(`uncaught: ${error.stack ?? error.message}`);
      reject(error);
    });
  });
  try {
    await page.goto(url);
    await Promise.race([reported(page), crashed]);
    const report = await page.evaluate('globalThis.report');
    return { report, complaints, elsewhere, crossOriginIsolated: await page.evaluate('crossOriginIsolated') };
  } catch (error) {
    throw new Error([String(error), ...complaints].join('\n'));
  } finally {
    crashed.catch(() => {});
    await context.close();
  }
}

/** Asks again and again: `waitForFunction` evaluates in the page, which some pages forbid. */
async function reported(page: Page): Promise<void> {
  for (const end = Date.now() + 45_000; Date.now() < end; ) {
    if (await page.evaluate('globalThis.report !== undefined')) return;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error('the page reported nothing within 45 s');
}
