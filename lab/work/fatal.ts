import type { ExerciseId } from '../../src/verify/exercises.ts';

/**
 * Where the sandbox shares the page's process (Firefox, WebKit), code that eats all memory takes the page along. What is
 * being graded is therefore noted outside of the page: the code is kept, and would take down the next page as well.
 */
type Texts = Partial<Record<ExerciseId, string>>;

const key = 'neuroforge-grading';
/** Milliseconds that a grading lasts at most, with what follows. */
const longest = 5000;
/** Milliseconds for which memory may still be short after a grading. */
const aftermath = 1000;
/** What this page has noted, each with a number of its own; of some the grading came back. */
const open = new Map<ExerciseId, number>();
const returned = new Set<ExerciseId>();
let count = 0;
const found: Texts = read();

/** This text is about to be graded. To be called when the grading came back: the note is taken away a little later. */
export function begins(id: ExerciseId, text: string): () => void {
  const mine = ++count;
  open.set(id, mine);
  returned.delete(id);
  write({ ...read(), [id]: text });
  return () => {
    if (open.get(id) !== mine) return;
    returned.add(id);
    setTimeout(() => open.get(id) === mine && forget(id), aftermath);
  };
}

function forget(id: ExerciseId): void {
  open.delete(id);
  returned.delete(id);
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

// Who leaves while something is graded is not a page that went down. A page that is hidden may be ended without a word.
globalThis.addEventListener?.('pagehide', () => {
  for (const id of open.keys()) forget(id);
});
globalThis.document?.addEventListener('visibilitychange', () => {
  if (document.hidden) for (const id of returned) forget(id);
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
