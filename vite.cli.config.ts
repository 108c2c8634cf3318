import { spawnSync } from 'node:child_process';
import { defineConfig } from 'vite';
import pkg from './package.json' with { type: 'json' };

/** The commit that is built; null outside a checkout. */
function commit(): string | null {
  const git = spawnSync('git', ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'], { encoding: 'utf8' });
  return git.status === 0 ? git.stdout.trim() : null;
}

/** What npm installs beside us; an optional package may be absent. */
const installed = Object.keys({
  ...pkg.dependencies,
  ...('optionalDependencies' in pkg ? pkg.optionalDependencies : {}),
});

/** The command line: one entry, a chunk a command; what npm installs beside it and Node's own stay outside. */
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  define: { NEUROFORGE_VERSION: JSON.stringify(pkg.version), NEUROFORGE_COMMIT: JSON.stringify(commit()) },
  build: {
    target: 'node20',
    outDir: 'dist/cli',
    emptyOutDir: true,
    minify: false,
    ssr: true,
    rollupOptions: {
      input: 'src/cli/main.ts',
      external: [/^node:/, ...installed],
      output: { entryFileNames: 'main.js', chunkFileNames: '[name]-[hash].js', banner: '' },
    },
  },
  ssr: { noExternal: true, external: installed },
});
