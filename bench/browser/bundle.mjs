/**
 * A participant's script as one module for a page: the very script that Node runs, with stand-ins for the few things of
 * Node that it uses (page/node-*.js). Ours imports the self-contained browser file as an application would; packages of
 * peers come from ../peers/node_modules.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Where the page finds our library. */
export const library = '/dist/neuroforge.browser.js';

const standIns = {
  name: 'neuroforge:node-stand-ins',
  enforce: 'pre',
  resolveId(source) {
    if (source === 'node:util' || source === 'node:fs') return here(`./page/${source.replace(':', '-')}.js`);
    if (source.endsWith('/dist/index.js')) return { id: library, external: 'absolute' };
    if (source.endsWith('/dist/platform/index.js')) return here('../../dist/platform/browser.js');
    return null;
  },
  // `new URL('…/package.json', import.meta.url)` becomes the file's text
  transform(code, id) {
    if (!id.startsWith(here('..')) || id.includes('node_modules')) return null;
    return code.replace(/new URL\('([^']+\.json)', import\.meta\.url\)/g, (_, path) => {
      const text = readFileSync(new URL(path, new URL(`file://${id}`)), 'utf8');
      return `new URL(${JSON.stringify(`data:application/json,${encodeURIComponent(text)}`)})`;
    });
  },
};

/** The module's text. `first` is a statement that runs before the script. Throws when a package is not installed. */
export async function bundle(script, first = '') {
  const texts = new Map();
  const [entry, before] = ['../peers/entry.mjs', '../peers/before.mjs'].map(here); // where packages of peers are found
  texts.set(entry, [before, here(script)].map((path) => `import ${JSON.stringify(path)};`).join('\n'));
  texts.set(before, first);
  const virtual = {
    enforce: 'pre',
    name: 'neuroforge:entry',
    // the package says that none of its modules has side effects; a participant is nothing else
    resolveId: (id) => (texts.has(id) || id === here(script) ? { id, moduleSideEffects: true } : null),
    load: (id) => texts.get(id) ?? null,
  };
  const { output } = await build({
    configFile: false,
    root: here('..'),
    logLevel: 'silent',
    publicDir: false,
    define: { 'process.argv': 'globalThis.benchArgv' },
    plugins: [virtual, standIns],
    resolve: { conditions: ['browser', 'module', 'import', 'default'] },
    build: {
      write: false,
      target: 'esnext',
      minify: false,
      modulePreload: false,
      rolldownOptions: {
        input: entry,
        shimMissingExports: true,
        output: { format: 'es', codeSplitting: false },
      },
    },
  });
  return output[0].code;
}
