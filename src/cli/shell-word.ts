import { safeText } from '../charts/text.ts';

/**
 * A path as it is pasted into a shell: as it is where it means nothing there, else in quotes. In Windows' shells those
 * are double ones (its paths hold none), elsewhere single ones.
 */
export function shellWord(path: string, platform: string = process.platform): string {
  const text = safeText(path, 4096);
  if (platform === 'win32') return /^[\p{L}\p{N}\\/:._+-]+$/u.test(text) ? text : `"${text}"`;
  return /^[\p{L}\p{N}/:._+=@%,-]+$/u.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
