import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NeuroForgeError } from '../../core/errors.ts';
import { gradcheckCases } from '../../verify/cases.ts';
import { markdownToLines } from '../markdown-text.ts';
import { nearest } from '../nearest.ts';
import { exitCodes, type Output } from '../output.ts';
import { definitions } from '../sources.ts';

/** `neuroforge explain LAYER`: where the code, the derivation and the test are, and the first two on the screen. */
export async function explainCommand(
  [name]: string[],
  _options: Record<string, unknown>,
  output: Output,
): Promise<number> {
  const found = definitions.get(name);
  if (found === undefined) {
    const known = [...definitions.keys()];
    throw new NeuroForgeError('NF4123', `there is nothing here called "${name}"`, {
      where: 'explain',
      expected: known.join(', '),
      hint: nearest(name, known, (k) => `did you mean ${k}?`),
    });
  }
  const { folder, code, derivation } = found;
  const cases = gradcheckCases.filter((c) => c.of === name).map((c) => c.name);
  const place = (file: string): string | null => findFile(folder, file);
  const places = {
    code: place(`${name}.ts`) ?? place(`${name}.js`),
    derivation: place(`${name}.md`),
    test: place(`${name}.test.ts`),
  };
  output.document({
    schema: 'neuroforge/explain@1',
    name,
    kind: { layers: 'layer', losses: 'loss', optim: 'optimizer' }[folder],
    ...places,
    source: code,
    text: derivation,
    cases,
  });
  const { paint } = output;
  const line = (what: string, where: string): void => output.print(`${what.padEnd(11)} ${where}`);
  output.print(paint.bold(name));
  line('code', places.code ?? 'below');
  line('derivation', derivation === null ? 'none' : (places.derivation ?? 'below'));
  if (places.test !== null) line('test', places.test);
  if (cases.length > 0)
    line(places.test === null ? 'test' : '', `neuroforge gradcheck ${name}  (${cases.length} cases)`);
  output.print();
  for (const row of definition(code).split('\n')) output.print(paint.cyan(row));
  if (derivation !== null) {
    output.print();
    for (const row of markdownToLines(derivation, output)) output.print(row);
  }
  return exitCodes.fine;
}

/** The file without its imports. */
export function definition(code: string): string {
  return code.replace(/^import [\s\S]*?;\n/gm, '').trim();
}

/** The file in a checkout (src/) or in the package (dist/), as a path from here. */
function findFile(folder: string, file: string): string | null {
  const dist = join(dirname(fileURLToPath(import.meta.url)), '..');
  for (const root of [join(dist, '..', 'src'), dist]) {
    const path = join(root, folder, file);
    if (existsSync(path)) return relative(process.cwd(), path);
  }
  return null;
}
