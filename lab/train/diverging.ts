/** Blue below zero, orange above, the ground at zero: apart for any color vision. */
export interface Palette {
  readonly low: readonly [number, number, number];
  readonly high: readonly [number, number, number];
}

/** `units` columns of W1 (inputs, units) as square pictures in rows of `across`, with a line of ground between. */
export function weightPixels(
  W1: Float32Array,
  { inputs, units, shownUnits, across }: { inputs: number; units: number; shownUnits: number; across: number },
  { low, high }: Palette,
): { width: number; height: number; data: Uint8ClampedArray<ArrayBuffer> } {
  const side = Math.round(Math.sqrt(inputs));
  const count = Math.min(shownUnits, units);
  const down = Math.ceil(count / across);
  const gap = side >= 20 ? 2 : 1;
  const [width, height] = [across * (side + gap) - gap, down * (side + gap) - gap];
  const data = new Uint8ClampedArray(4 * width * height);
  for (let unit = 0; unit < count; unit++) {
    let largest = 0;
    for (let i = 0; i < inputs; i++) largest = Math.max(largest, Math.abs(W1[i * units + unit]));
    const [left, top] = [(unit % across) * (side + gap), Math.floor(unit / across) * (side + gap)];
    for (let i = 0; i < inputs; i++) {
      const v = largest > 0 ? W1[i * units + unit] / largest : 0;
      const at = 4 * ((top + Math.floor(i / side)) * width + left + (i % side));
      data.set(v < 0 ? low : high, at);
      data[at + 3] = 255 * Math.abs(v);
    }
  }
  return { width, height, data };
}
