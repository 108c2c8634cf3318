import { defineConfig, type Plugin } from 'vite';
import { courseDocuments } from './vite.course.config.ts';
import { serviceWorker } from './vite.offline.config.ts';
import { sandboxScript } from './vite.sandbox.config.ts';
import { stylesInside } from './vite.styles.config.ts';

/** Every browser that runs this page reads woff2: the two older forms of KaTeX's fonts stay at home. */
const woff2Only: Plugin = {
  name: 'neuroforge:woff2-only',
  enforce: 'pre',
  transform(code, id) {
    if (!/katex[^/]*\.css/.test(id)) return null;
    return code.replace(/,url\([^)]*\.(woff|ttf)\) format\("[a-z]+"\)/g, '');
  },
};

/** What `neuroforge lab` says of the machine that it runs on; any other host has nothing. */
const nothingHere: Plugin = {
  name: 'neuroforge:nothing-here',
  apply: 'build',
  generateBundle() {
    const source = '{"schema":"neuroforge/lab-here@1","mnist":[]}\n';
    this.emitFile({ type: 'asset', fileName: 'here.json', source });
  },
};

/**
 * The lab: a page that works from any host and path, every asset beside it. `elements.js` and `elements.css` keep
 * their names, for pages of others that embed a part.
 */
export default defineConfig({
  root: 'lab',
  base: './',
  publicDir: false,
  resolve: { conditions: ['browser', 'module', 'import', 'default'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  css: { postcss: stylesInside },
  plugins: [woff2Only, courseDocuments(), nothingHere, sandboxScript(), serviceWorker()],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    outDir: '../dist/lab',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // CodeMirror, and the library as the text that the sandbox runs: each comes when it is needed.
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      checks: { bundlerTimings: false, pluginTimings: false },
      input: { index: 'lab/index.html', elements: 'lab/elements.ts' },
      output: {
        entryFileNames: ({ name }) => (name === 'elements' ? 'elements.js' : 'assets/[name]-[hash].js'),
        assetFileNames: ({ names }) => (names[0] === 'elements.css' ? 'elements.css' : 'assets/[name]-[hash][extname]'),
      },
    },
  },
});
