/** A picture whose ground is 0, and what can be done to it. */
export interface Ink {
  readonly height: number;
  readonly width: number;
  /** 0 is the ground. */
  readonly values: Float64Array;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The nearest whole number; halves go up. */
export function rounded(v: number): number {
  return Math.floor(v + 0.5);
}

export function boundingBox({ width, height, values }: Ink): Box {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (values[y * width + x] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

export function placed(small: Ink, height: number, width: number, top: number, left: number): Ink {
  const values = new Float64Array(height * width);
  for (let y = 0; y < small.height && y + top < height; y++) {
    for (let x = 0; x < small.width && x + left < width; x++) {
      values[(y + top) * width + x + left] = small.values[y * small.width + x];
    }
  }
  return { height, width, values };
}

/** A box of the picture on a new grid: each new pixel is the mean of the area that it covers. */
export function resample(ink: Ink, box: Box, height: number, width: number): Ink {
  const [stepX, stepY] = [box.width / width, box.height / height];
  const values = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [box.top + y * stepY, box.top + (y + 1) * stepY];
    for (let x = 0; x < width; x++) {
      const [left, right] = [box.left + x * stepX, box.left + (x + 1) * stepX];
      let sum = 0;
      for (let v = Math.floor(top); v < bottom && v < ink.height; v++) {
        const share = Math.min(bottom, v + 1) - Math.max(top, v);
        for (let u = Math.floor(left); u < right && u < ink.width; u++) {
          sum += share * (Math.min(right, u + 1) - Math.max(left, u)) * ink.values[v * ink.width + u];
        }
      }
      values[y * width + x] = Math.min(1, sum / (stepX * stepY));
    }
  }
  return { height, width, values };
}

/** Indices of the outermost pixels. */
export function ring(width: number, height: number): number[] {
  const out: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (y === 0 || y === height - 1 || x === 0 || x === width - 1) out.push(y * width + x);
    }
  }
  return out;
}

export function quantile(where: readonly number[], values: ArrayLike<number>, share: number): number {
  const sorted = where.map((i) => values[i]).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
/** Sheared row by row so that x and y of the ink no longer go together. */
export function upright(ink: Ink): Ink {
  const { width, height, values } = ink;
  const center = centerOfMass(ink);
  let [xy, yy] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const y = Math.floor(i / width) + 0.5 - center.y;
    xy += values[i] * ((i % width) + 0.5 - center.x) * y;
    yy += values[i] * y * y;
  }
  const slant = yy > 0 ? Math.max(-1, Math.min(1, xy / yy)) : 0;
  const pad = 1 - Math.floor(-Math.abs(slant) * height);
  const wide = width + 2 * pad;
  const out = new Float64Array(wide * height);
  for (let y = 0; y < height; y++) {
    const at = (x: number): number => (x >= 0 && x < width ? values[y * width + x] : 0);
    for (let x = 0; x < wide; x++) {
      const from = x - pad + slant * (y + 0.5 - center.y);
      const whole = Math.floor(from);
      const value = (1 - from + whole) * at(whole) + (from - whole) * at(whole + 1);
      out[y * wide + x] = value < 0.1 ? 0 : value;
    }
  }
  return { width: wide, height, values: out };
}

/** In pixels from the left and upper edge. */
export function centerOfMass({ width, values }: Ink): { x: number; y: number } {
  let [mass, x, y] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    mass += values[i];
    x += values[i] * ((i % width) + 0.5);
    y += values[i] * (Math.floor(i / width) + 0.5);
  }
  return { x: x / mass, y: y / mass };
}

export function coverage({ values }: Ink): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

/** Each pixel becomes the brightest of itself and its four neighbors. */
export function thickened({ width, height, values }: Ink): Ink {
  const at = (x: number, y: number): number =>
    x >= 0 && x < width && y >= 0 && y < height ? values[y * width + x] : 0;
  const brightest = values.map((v, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return Math.max(v, at(x - 1, y), at(x + 1, y), at(x, y - 1), at(x, y + 1));
  });
  return { width, height, values: brightest };
}
