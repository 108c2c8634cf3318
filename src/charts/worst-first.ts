/** Mistakes first, the surest of them first; then hits, the least sure first. */
export function worstFirst<T extends { label: unknown; prediction: unknown; probability?: number }>(
  items: readonly T[],
): T[] {
  const sure = (item: T): number => (Number.isFinite(item.probability) ? item.probability! : 0);
  const wrong = (item: T): boolean => String(item.label) !== String(item.prediction);
  return items
    .slice()
    .sort((a, b) => (wrong(a) ? (wrong(b) ? sure(b) - sure(a) : -1) : wrong(b) ? 1 : sure(a) - sure(b)));
}
