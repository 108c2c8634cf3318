// Firefox by WebDriver BiDi, and Chromium beside it as the control, both through puppeteer-core.
import puppeteer from 'puppeteer-core';
import { chordOf, pause } from './tab.mjs';

/** No dark theme of the desktop may leak in; nothing of Firefox itself is fetched. */
const prefs = ({ dark, proxy }) => ({
  'layout.css.prefers-color-scheme.content-override': dark ? 0 : 1,
  'network.proxy.type': 1,
  ...{ 'network.proxy.http': '127.0.0.1', 'network.proxy.http_port': proxy },
  ...{ 'network.proxy.ssl': '127.0.0.1', 'network.proxy.ssl_port': proxy },
  'network.proxy.no_proxies_on': '127.0.0.1,localhost,.localhost',
  'datareporting.policy.dataSubmissionEnabled': false,
  'ui.prefersReducedMotion': 1,
});

const chromiumFlags = ({ dark, proxy }) => [
  ...['--no-sandbox', '--disable-gpu', `--proxy-server=127.0.0.1:${proxy}`, '--proxy-bypass-list=*.localhost'],
  ...(dark ? ['--force-dark-mode', '--blink-settings=preferredColorScheme=0'] : []),
];

/** Opens a browser with a profile of its own. `options`: executable, name, dark, proxy (a port). */
export async function openWithPuppeteer(options) {
  const firefox = options.name === 'firefox';
  const browser = await puppeteer.launch({
    browser: firefox ? 'firefox' : 'chrome',
    executablePath: options.executable,
    headless: true,
    protocolTimeout: 300_000,
    ...(firefox ? { extraPrefsFirefox: prefs(options) } : { args: chromiumFlags(options) }),
  });
  const complaints = [];
  let page = await newTab();

  async function newTab() {
    const tab = await browser.newPage(); // the first one of Firefox has no focus
    await tab.bringToFront();
    tab.on('console', (message) => {
      if (['error', 'warn', 'assert'].includes(message.type())) complaints.push(`console: ${message.text()}`);
    });
    tab.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
    await tab.evaluateOnNewDocument(() => {
      globalThis.blocked = [];
      addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile, sample }) => {
        globalThis.blocked.push(`policy: ${effectiveDirective} ${blockedURI} in ${sourceFile} ${sample}`);
      });
    });
    await tab.setViewport({ width: 1280, height: 900 });
    return tab;
  }

  return {
    version: (await browser.version()).replace(/^\w+\//, ''),
    goto: (url) => page.goto(url),
    run: (body, ...args) => page.evaluate(body, ...args),
    type: (text) => page.keyboard.type(text),
    async press(chord) {
      const { held, key } = chordOf(chord);
      for (const name of held) await page.keyboard.down(name);
      await page.keyboard.press(key);
      for (const name of held.toReversed()) await page.keyboard.up(name);
    },
    async stroke(points) {
      const [[x, y], ...rest] = points;
      await page.mouse.move(x, y);
      await page.mouse.down();
      for (const [x, y] of rest) await page.mouse.move(x, y);
      await page.mouse.up();
    },
    async hover([x, y]) {
      await page.mouse.move(x, y);
    },
    async upload(selector, files) {
      await (await page.$(selector)).uploadFile(...files);
    },
    /** Another tab in place of one that has crashed. */
    async renew() {
      page = await newTab();
    },
    resize: (width, height) => page.setViewport({ width, height }),
    shot: (path) => page.screenshot({ path, fullPage: true }),
    async complaints() {
      await pause(100);
      const blocked = await page.evaluate('globalThis.blocked ?? []').catch(() => []);
      return [...complaints, ...blocked];
    },
    close: () => browser.close(),
  };
}
