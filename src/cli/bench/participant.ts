import { NeuroForgeError } from '../../core/errors.ts';
import { caseData } from './case-data.ts';
import { type BenchCase, batchesOf } from './cases.ts';
import { floorStep, tileGflops } from './floor.ts';
import { type Line, lineOf, measure } from './measure.ts';
import { openOurs, oursStep, type Variant } from './ours.ts';

/** One of ours, as its name says it: `native`, `native-2`, `wasm-kept`, `native-2-floor`, `wasm-floor-kept`. */
export interface OurName {
  readonly backend: string;
  readonly threads: number;
  readonly variant: Variant;
  readonly floor: boolean;
}

export function nameOf({ backend, threads, variant, floor }: OurName): string {
  return [backend, threads > 1 && threads, floor && 'floor', variant !== 'default' && variant]
    .filter(Boolean)
    .join('-');
}

/** Throws NF4142 for what {@link nameOf} never says. */
export function parseName(name: string): OurName {
  const found = /^(native|wasm|js)(?:-(\d+))?(-floor)?(?:-(kept|definitions))?$/.exec(name);
  if (!found) throw new NeuroForgeError('NF4142', `there is no participant "${name}" of ours`, { where: 'bench' });
  const [, backend, threads, floor, variant] = found;
  return {
    backend,
    threads: Number(threads ?? 1),
    variant: (variant as Variant | undefined) ?? 'default',
    floor: floor !== undefined,
  };
}

/** Codes of what is not here, as against what is broken. */
const missing = ['NF1302', 'NF1303', 'NF4141'];

/** What the child process of one measurement prints: a line, or why it cannot take part here. */
export async function participate(name: string, of: BenchCase, seconds: number): Promise<Line | { absent: string }> {
  const { backend: backendName, threads, variant, floor } = parseName(name);
  const opened = await openOurs(backendName, threads).catch((error: unknown) => {
    if (error instanceof NeuroForgeError && missing.includes(error.code)) return error;
    throw error;
  });
  if (opened instanceof NeuroForgeError) return { absent: [opened.message, opened.got].filter(Boolean).join(': ') };
  const { backend, details } = opened;
  const data = caseData(of);
  const batches = batchesOf(of);
  const on = { version: NEUROFORGE_VERSION, backend: backend.name, threads, details };
  if (!floor) {
    const step = oursStep(backend, variant, of, data);
    return lineOf(
      measure(seconds, (n) => step(n % batches)),
      on,
      true,
    );
  }
  const step = floorStep(backend, variant === 'kept', of, data);
  const measured = measure(seconds, (n) => {
    step(n % batches);
    return 0;
  });
  return lineOf(measured, { ...on, tileGflops: tileGflops(backend) }, false);
}
