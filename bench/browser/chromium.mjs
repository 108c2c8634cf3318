/** Headless Chromium as the system has it, for measurements: one browser, a fresh context a measurement. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Where Debian and Ubuntu put it; a machine of another kind names its own. */
const candidates = process.env.NEUROFORGE_CHROMIUM
  ? [process.env.NEUROFORGE_CHROMIUM]
  : ['/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** Throws when there is none. */
export async function startChromium() {
  const executablePath = candidates.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error('no Chromium was found: apt-get install chromium, or set NEUROFORGE_CHROMIUM to its executable');
  }
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}

/**
 * One task in a page of its own, in a fresh context and so a fresh process: what `measure` of page/main.js gives.
 * Throws after `limit` milliseconds, or when the page throws.
 */
export async function measureInPage(browser, url, task, limit = 180_000) {
  const context = await browser.newContext();
  let timer;
  try {
    const page = await context.newPage();
    await page.goto(url);
    await page.waitForFunction('globalThis.measure !== undefined');
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${limit / 1000} s`)), limit);
    });
    return await Promise.race([page.evaluate((given) => globalThis.measure(given), task), late]);
  } finally {
    clearTimeout(timer);
    await context.close();
  }
}
