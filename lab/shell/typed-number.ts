const grouped = /^[+-]?[1-9]\d{0,2}(,\d{3})+$/;

/**
 * The number that somebody typed, with any kind of minus and a comma or point. `1,250` is a thousand and more where the
 * number is to be `whole`; elsewhere, as it may be one and a quarter as well, it is none. Null for what is none.
 */
export function typedNumber(text: string, whole = false): number | null {
  const plain = text.trim().replace(/[−–]/g, '-');
  if (grouped.test(plain)) return whole ? Number(plain.replaceAll(',', '')) : null;
  const point = plain.replace(',', '.');
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(point) ? Number(point) : null;
}
