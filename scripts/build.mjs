// Builds the package into dist/: kernels, library (readable, one file a source file), command line (bundled).
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const run = (file, ...args) => execFileSync(process.execPath, [file, ...args], { stdio: 'inherit' });

rmSync('dist', { recursive: true, force: true });
run('scripts/build-kernels.mjs');
run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
await build({ configFile: 'vite.cli.config.ts', logLevel: 'warn' });
chmodSync('dist/cli/main.js', 0o755);
