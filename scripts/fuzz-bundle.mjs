// The parsers and their fuzzing targets (test/hostile/fuzz) as one file that Node runs, made anew at each call.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

const folder = 'node_modules/.cache/neuroforge-fuzz';

/** The path of the bundle; made in a process of its own, since the bundler's memory is not the parsers'. */
export async function bundled(name = `fuzz-bundle-${process.pid}.mjs`) {
  const config = {
    configFile: false,
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    define: { NEUROFORGE_VERSION: '"fuzz"' },
    build: {
      target: 'node20',
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      ssr: true,
      rollupOptions: {
        input: 'test/hostile/fuzz/worker.ts',
        external: ['koffi'],
        output: { entryFileNames: name, codeSplitting: false },
      },
    },
    ssr: { noExternal: true, external: ['koffi'] },
  };
  const program = `import { build } from 'vite'; await build(${JSON.stringify(config)});`;
  execFileSync(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
  return resolve(folder, name);
}
