import { execFileSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { DigitsReport } from './train-digits.js';

export const root: string = fileURLToPath(new URL('../..', import.meta.url));

const training = new URL('./train-digits.js', import.meta.url).href;

/** {@link trainDigits} in a Node of its own, with the library in the file `entry`; `definitions`: nothing is fused. */
export function trainInNode(entry: string, backend: string, definitions = false, hidden = 32): DigitsReport {
  const program = `
    import * as nf from ${JSON.stringify(pathToFileURL(entry).href)};
    import { trainDigits } from ${JSON.stringify(training)};
    nf.debug.definitions = ${definitions};
    console.log(JSON.stringify(await trainDigits(nf, ${JSON.stringify(backend)}, ${hidden})));`;
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  return JSON.parse(out);
}
