import { type Entries, latest, readEntries } from './entries.ts';

/**
 * What a page leaves behind that is closed before the database has taken it: the one store that is written at once. It
 * is merged into the database at the next start.
 */
const key = 'neuroforge-unsaved';

export function readUnsaved(): Entries {
  try {
    return readEntries(JSON.parse(localStorage.getItem(key) ?? 'null'));
  } catch {
    return {};
  }
}

export function leaveUnsaved(entries: Entries): void {
  write(latest(entries, readUnsaved()));
}

/** These are in the database now; what another page has left since stays. */
export function unsavedIsSaved(entries: Entries): void {
  const all = readUnsaved();
  if (Object.keys(all).length === 0) return;
  write(Object.fromEntries(Object.entries(all).filter(([name, { at }]) => !entries[name] || entries[name].at < at)));
}

function write(entries: Entries): void {
  try {
    if (Object.keys(entries).length === 0) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(entries));
  } catch {
    // Storage is forbidden or full: the database may still take it.
  }
}
