import { NeuroForgeError } from '../core/errors.ts';

/**
 * Refuses (NF2002) names that would do harm as part of a path or on a terminal: control characters, `..` as a part,
 * absolute paths, more than 200 characters, nothing. `what` says what is named: a class, a feature.
 */
export function checkName(name: string, what: string, where?: string): string {
  const bad =
    name === ''
      ? 'is empty'
      : name.length > 200
        ? 'is longer than 200 characters'
        : hasControls(name)
          ? 'has a control character'
          : name.split(/[\\/]/).some((part) => part === '..' || part === '.')
            ? 'is a relative path'
            : /^([\\/]|[A-Za-z]:[\\/])/.test(name)
              ? 'is an absolute path'
              : null;
  if (bad === null) return name;
  throw new NeuroForgeError('NF2002', `the name of a ${what} ${bad}`, {
    where,
    got: JSON.stringify(name.slice(0, 60)),
  });
}

/** C0, DEL, C1, and the characters that turn the direction of text around. */
function hasControls(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
      return true;
  }
  return false;
}
