import { useEffect, useMemo } from 'preact/hooks';

const taken = new Set<string>();

/** `name`, or `name-2` and so on where another part of the page has it: a page can hold the same part twice. */
export function useUniqueId(name: string): string {
  const id = useMemo(() => {
    let free = name;
    for (let n = 2; taken.has(free); n++) free = `${name}-${n}`;
    taken.add(free);
    return free;
  }, [name]);
  useEffect(() => () => void taken.delete(id), [id]);
  return id;
}
