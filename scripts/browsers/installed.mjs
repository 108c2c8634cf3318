// Which browsers are here, and how each is opened.
import { existsSync } from 'node:fs';
import { openWithPuppeteer } from './puppeteer.mjs';
import { found, miniBrowser, openWebKit } from './webkit.mjs';

const here = (...paths) => paths.find((path) => path && existsSync(path));

/** By name: `open` (options: dark, proxy, variables) or, where the browser is absent, what would bring it. */
export function installed(name) {
  if (name === 'webkit') {
    const executable = miniBrowser();
    return executable && found('WebKitWebDriver') && found('Xvfb')
      ? { open: (options) => openWebKit({ ...options, executable }) }
      : { missing: 'apt-get install webkit2gtk-driver xvfb' };
  }
  const paths = {
    firefox: [process.env.NEUROFORGE_FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox', '/snap/bin/firefox'],
    chromium: [process.env.NEUROFORGE_CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'],
  }[name];
  if (!paths) throw new Error(`no browser is called ${name}: firefox, webkit, chromium`);
  const executable = here(...paths);
  return executable
    ? { open: (options) => openWithPuppeteer({ ...options, name, executable }) }
    : {
        missing: `apt-get install ${name === 'firefox' ? 'firefox-esr' : name}, or name it in NEUROFORGE_${name.toUpperCase()}`,
      };
}
