import type { ExerciseId } from '../../src/verify/exercises.ts';

/**
 * Where the sandbox shares the page's process (Firefox, WebKit), code that eats all memory takes the page along. What is
 * being graded is therefore noted outside of the page: the code is kept, and would take down the next page as well.
 */
type Texts = Partial<Record<ExerciseId, string>>;

const key = 'neuroforge-grading';
/** Milliseconds that a grading lasts at most. */
const longest = 5000;
const here = new Set<ExerciseId>();
const found: Texts = read();

/** This text is about to be graded. */
export function begins(id: ExerciseId, text: string): void {
  here.add(id);
  write({ ...read(), [id]: text });
}

/** The grading came back, whatever its verdict. */
export function ends(id: ExerciseId): void {
  here.delete(id);
  const { [id]: _, ...others } = read();
  write(others);
}

/** Whether a page went down while it graded this very text. It waits: another page may be grading it now. */
export async function wasFatal(id: ExerciseId, text: string): Promise<boolean> {
  if (found[id] !== text) return false;
  await new Promise((resume) => setTimeout(resume, longest));
  if (read()[id] === text) return true;
  delete found[id];
  return false;
}

// Who leaves while something is graded is not a page that went down.
globalThis.addEventListener?.('pagehide', () => {
  for (const id of here) ends(id);
});

function read(): Texts {
  try {
    return { ...(JSON.parse(localStorage.getItem(key) ?? '{}') as Texts | null) };
  } catch {
    return {}; // no storage, and then nothing is kept that could come back
  }
}

function write(texts: Texts): void {
  try {
    if (Object.keys(texts).length > 0) localStorage.setItem(key, JSON.stringify(texts));
    else localStorage.removeItem(key);
  } catch {
    // as above
  }
}
