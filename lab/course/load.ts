import { pages } from 'virtual:course';
import { formulasReady } from '../shell/formula.tsx';

export type Loaded = Awaited<ReturnType<(typeof pages)[number]['load']>>;

/** A page of the course by its name; it can then be shown in one go, formulas and all. */
export async function loadPage(id: string): Promise<Loaded> {
  const found = pages.find((page) => page.id === id);
  if (!found) throw new Error(`There is no page ${JSON.stringify(id.slice(0, 60))}; the list has all of them.`);
  const [loaded] = await Promise.all([found.load(), formulasReady()]);
  return loaded;
}
