import { NeuroForgeError } from '../core/errors.ts';

/** Names of devices in every folder of Windows, whatever follows a dot. */
const devices = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])[ ]*(\.|$)/i;
const forbidden = /[<>:"|?*\x00-\x1f]/;

/**
 * Refuses to make what Windows would take for something else: `a:b` is a stream within `a`, `con.json` the console, and
 * a dot or space at the end is dropped. Elsewhere all names are fine. Throws NF2907.
 */
export function checkNames(path: string, system: string): void {
  if (system !== 'win32') return;
  const [, rest] = /^(?:\\\\[?.]\\)?(?:[a-z]:)?(.*)$/is.exec(path)!;
  for (const part of rest.split(/[\\/]+/)) {
    if (part === '' || part === '.' || part === '..') continue;
    const wrong = devices.test(part)
      ? 'is the name of a device'
      : forbidden.test(part)
        ? `has the character ${JSON.stringify(forbidden.exec(part)![0])}`
        : /[. ]$/.test(part)
          ? 'ends in a dot or a space'
          : null;
    if (wrong === null) continue;
    throw new NeuroForgeError('NF2907', `Windows has no files of this name: ${JSON.stringify(part)} ${wrong}`, {
      where: path,
      hint: 'choose another name',
    });
  }
}
