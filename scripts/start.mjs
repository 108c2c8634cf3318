// `npm start` and `npm run nf -- …`: builds if dist/ is absent or older than the sources, then runs the command line.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = join(root, 'dist/cli/main.js');

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.includes('.generated.') || entry.name.includes('.test.')) continue;
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return latest;
}

if (!existsSync(main) || statSync(main).mtimeMs < newest(join(root, 'src'))) {
  process.stderr.write('building …\n');
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: ['ignore', 2, 2], cwd: root });
}

const cli = process.argv[2] === '--cli' ? process.argv.slice(3) : ['train', ...process.argv.slice(2)];
const child = spawn(process.execPath, [main, ...cli], { stdio: 'inherit' });
// Ctrl-C, Ctrl-Break and a closed window reach the child by themselves (same terminal); this process waits for it to
// save and end.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGBREAK']) process.on(signal, () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
