/** `value` with the user's home folder as `~` and passwords of addresses as `***`, in every text within. */
export function withoutHome<T>(value: T, home: string): T {
  const hidden = (text: string): string => {
    const plain = text.replace(/(?<=\/\/)[^/@\s]+@/g, '***@');
    if (home.length <= 1) return plain;
    const [first, ...rest] = plain.split(home);
    return rest.reduce((out, part) => out + (/^[\p{L}\p{N}_-]/u.test(part) ? home : '~') + part, first);
  };
  if (typeof value === 'string') return hidden(value) as T;
  if (Array.isArray(value)) return value.map((item) => withoutHome(item, home)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutHome(item, home)])) as T;
}
