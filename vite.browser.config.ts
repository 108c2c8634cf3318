import { defineConfig, type Plugin } from 'vite';
import pkg from './package.json' with { type: 'json' };

/** A page resolves no bare specifier and no second file: whatever is still imported is a mistake of ours. */
const selfContained: Plugin = {
  name: 'neuroforge:self-contained',
  generateBundle(_options, bundle) {
    for (const output of Object.values(bundle)) {
      if (output.type !== 'chunk') continue;
      const outside = [...output.imports, ...output.dynamicImports];
      if (outside.length > 0) this.error(`${output.fileName} imports ${outside.join(', ')}`);
      if (output.fileName !== 'neuroforge.browser.js') this.error(`a second file was made: ${output.fileName}`);
    }
  },
};

/** scripts/build.mjs puts them there: the file may travel alone. */
const banner = `/*! ${pkg.name} ${pkg.version}, MIT license. Licenses of what it contains: at the end. */`;

/** The library as one file for `<script type="module">`: kernels and the CSV parser inside, nothing to resolve. */
export default defineConfig({
  publicDir: false,
  resolve: { conditions: ['browser', 'module', 'import', 'default'] },
  plugins: [selfContained],
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: false,
    minify: false,
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: () => 'neuroforge.browser.js' },
    rolldownOptions: { platform: 'browser', output: { banner, codeSplitting: false } },
  },
});
