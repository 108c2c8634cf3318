/** Words in small letters that are names, and keep them. */
const names = ['db', 'dz', 'my', 'net', 'z'];

/** A fingerprint as a sentence: a capital unless it begins with a name, and an end. */
export function sentence(text: string): string {
  const [word] = /^[a-z]+(?![\w`(.[])/.exec(text) ?? [];
  const first = word && !names.includes(word) ? text[0].toUpperCase() : text[0];
  const end = /[.?!]$/.test(text) ? '' : '.';
  return text === '' ? '' : first + text.slice(1) + end;
}
