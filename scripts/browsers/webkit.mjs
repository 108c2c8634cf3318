// WebKitGTK's MiniBrowser by the W3C's WebDriver protocol, on a display of its own.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chordOf, pause } from './tab.mjs';

/** Keys as the protocol numbers them. */
const keys = {
  ...{ Enter: '\uE007', Tab: '\uE004', Escape: '\uE00C', Backspace: '\uE003', Delete: '\uE017', End: '\uE010' },
  ...{ Home: '\uE011', ArrowLeft: '\uE012', ArrowUp: '\uE013', ArrowRight: '\uE014', ArrowDown: '\uE015' },
  ...{ Control: '\uE009', Shift: '\uE008' },
};

/** The browser that the driver starts, wherever this system has it. */
export function miniBrowser() {
  const folders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/libexec', '/usr/lib'];
  const paths = folders.flatMap((f) => ['4.1', '4.0'].map((v) => join(f, `webkit2gtk-${v}`, 'MiniBrowser')));
  return paths.find((path) => existsSync(path));
}

/** Opens a browser that keeps nothing. `options`: executable, dark, proxy (a port), variables (of the environment). */
export async function openWebKit({ executable, dark, proxy, variables }) {
  const folder = mkdtempSync(join(tmpdir(), 'neuroforge-webkit-'));
  const log = join(folder, 'console.log');
  const starter = join(folder, 'browser.sh');
  writeFileSync(
    starter,
    `#!/bin/sh\nexec ${executable} --enable-write-console-messages-to-stdout=true "$@" >>${log} 2>&1\n`,
  );
  chmodSync(starter, 0o755);
  writeFileSync(log, '');
  const { screen, display } = await openScreen();
  const env = {
    ...process.env,
    DISPLAY: `:${display}`,
    GTK_THEME: dark ? 'Adwaita:dark' : 'Adwaita',
    HOME: folder,
    ...variables,
  };
  const local = `127.0.0.1:${proxy}`;
  const alwaysMatch = {
    proxy: {
      proxyType: 'manual',
      httpProxy: local,
      sslProxy: local,
      noProxy: ['127.0.0.1', 'localhost', '*.localhost'],
    },
    'webkitgtk:browserOptions': { binary: starter, args: ['--automation'] },
  };
  const { server, ask, sessionId, capabilities } = await startSession(env, { capabilities: { alwaysMatch } });
  const post = (command, body = {}) => ask('POST', `/${sessionId}/${command}`, body);
  await post('timeouts', { script: 60_000, pageLoad: 60_000 });
  const resize = async (width, height) => {
    await post('window/rect', { width, height });
    const [inner, outer] = await post('execute/sync', { script: 'return [innerWidth, innerHeight]', args: [] });
    await post('window/rect', { width: 2 * width - inner, height: 2 * height - outer });
  };
  const act = (type, actions) => post('actions', { actions: [{ type, id: type, actions }] });
  const keyed = (value) => ['keyDown', 'keyUp'].map((type) => ({ type, value }));
  const move = ([x, y]) => ({ type: 'pointerMove', duration: 20, x: Math.round(x), y: Math.round(y) });
  await resize(1280, 900);

  return {
    version: capabilities.browserVersion,
    goto: (url) => post('url', { url }),
    async run(body, ...args) {
      const script =
        typeof body === 'function'
          ? `const done = arguments[arguments.length - 1]; (async (...args) => (${body})(...args))(...arguments[0]).then((value) => done({ value }), (error) => done({ error: String(error) }));`
          : `const done = arguments[arguments.length - 1]; (async () => (${body}))().then((value) => done({ value }), (error) => done({ error: String(error) }));`;
      const { value, error } = await post('execute/async', { script, args: [args] });
      if (error) throw new Error(error);
      return value;
    },
    type: (text) =>
      act(
        'key',
        [...text].flatMap((character) => keyed(character === '\n' ? keys.Enter : character)),
      ),
    press(chord) {
      const { held, key } = chordOf(chord);
      const down = held.map((name) => ({ type: 'keyDown', value: keys[name] }));
      const up = held.toReversed().map((name) => ({ type: 'keyUp', value: keys[name] }));
      return act('key', [...down, ...keyed(keys[key] ?? key), ...up]);
    },
    stroke: ([first, ...rest]) =>
      act('pointer', [
        move(first),
        { type: 'pointerDown', button: 0 },
        ...rest.map(move),
        { type: 'pointerUp', button: 0 },
      ]),
    hover: (point) => act('pointer', [move(point)]),
    async upload(selector, files) {
      const element = await post('element', { using: 'css selector', value: selector });
      await post(`element/${Object.values(element)[0]}/value`, { text: files.join('\n') });
    },
    renew: () => {},
    resize,
    async shot(path) {
      writeFileSync(path, Buffer.from(await ask('GET', `/${sessionId}/screenshot`), 'base64'));
    },
    async complaints() {
      await pause(100);
      return readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => /^CONSOLE .*(ERROR|WARN)/.test(line));
    },
    async close() {
      await ask('DELETE', `/${sessionId}`).catch(() => {});
      for (const child of [server, screen]) child.kill();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** A display that nobody has, when it is ready. */
function openScreen() {
  const args = ['-displayfd', '1', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'];
  const screen = spawn('Xvfb', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  return new Promise((done, failed) => {
    screen.on('exit', (code) => failed(new Error(`Xvfb ended with ${code}`)));
    screen.stdout.once('data', (text) => done({ screen, display: Number(text) }));
  });
}

/** A driver with a browser. A browser that does not come up in 20 s (one in a hundred) has a second and a third try. */
async function startSession(env, wanted, tries = 3) {
  const port = await freePort();
  const server = spawn('WebKitWebDriver', [`--port=${port}`], { env, stdio: 'ignore' });
  async function ask(method, path, body, signal) {
    const headers = { 'content-type': 'application/json' };
    const init = { method, body: body && JSON.stringify(body), headers, signal };
    const response = await fetch(`http://127.0.0.1:${port}/session${path}`, init);
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  }
  const signal = AbortSignal.timeout(20_000);
  for (;;) {
    try {
      return { server, ask, ...(await ask('POST', '', wanted, signal)) };
    } catch (error) {
      if (error.cause?.code === 'ECONNREFUSED' && !signal.aborted) await pause(100);
      else {
        server.kill();
        if (tries > 1) return startSession(env, wanted, tries - 1);
        throw error;
      }
    }
  }
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Whether a program is there at all. */
export function found(program) {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
