import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tensor } from '../../tensor/tensor.ts';
import { type ExerciseId, exerciseOf, exercises } from '../exercises.ts';
import { type Grade, grade } from '../grade.ts';

// Whatever a learner's function throws or gives is said in a grade: plain data, of bounded length.

function thrown(value: unknown, id: ExerciseId = 'linear-dW', code = ''): Grade {
  const f = (): never => {
    throw value;
  };
  return grade(id, { [exerciseOf(id).functionName]: f }, { code });
}

function plain(found: Grade): void {
  expect(found.verdict).toBe('error');
  expect(structuredClone(found)).toEqual(found);
  const { name, message, line } = found.error!;
  expect([typeof name, typeof message, typeof found.shape.text]).toEqual(['string', 'string', 'string']);
  expect(line === null || Number.isSafeInteger(line)).toBe(true);
  expect(JSON.stringify(found).length).toBeLessThan(20_000);
}

function errorOf(name: unknown, message: unknown): Error {
  return Object.defineProperties(new Error(), { name: { value: name }, message: { value: message } });
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** As a property and as a proxy's handler: throws what cannot be looked at. */
const throwing = {
  get(): never {
    throw revoked({});
  },
};

/** Throws at whatever is asked of it. */
function trap(target: object): unknown {
  return new Proxy(target, new Proxy({}, throwing));
}

describe('a name in a message is one of JavaScript’s or none', () => {
  it.each(['(', '[a', '*', '\\', '+x', 'a)', '(?<n', 'a{2', '$(', '-', 'a.b('])('ReferenceError: %s', (name) => {
    for (const message of [`${name} is not defined`, `Can't find variable: ${name}`, name]) {
      for (const { id } of exercises) {
        const found = thrown(new ReferenceError(message), id);
        plain(found);
        expect(found.error!.message).toBe(message);
        expect(found.fingerprints).toEqual([]);
      }
    }
  });

  it.each(['größe', '變數', 'ℵ', '$', '_', '$v$', 'x\u200d', 'a1', '__proto__', 'constructor'])(
    'the name %s is told as before',
    (name) => {
      const found = thrown(new ReferenceError(`${name} is not defined`), 'linear-dW', `${name} = 1`);
      plain(found);
      expect(found.fingerprints).toEqual([expect.objectContaining({ text: expect.stringContaining(name) })]);
    },
  );

  it('any name and message at all', () => {
    const words = fc.string({ unit: 'binary', maxLength: 12 });
    const names = fc.oneof(fc.constantFrom('ReferenceError', 'TypeError', 'SyntaxError', 'RangeError'), words);
    const message = fc.oneof(
      words,
      words.map((name) => `${name} is not defined`),
      words.map((name) => `x.${name} is not a function`),
      words.map((name) => `Cannot read properties of undefined (reading '${name}')`),
    );
    fc.assert(
      fc.property(fc.constantFrom(...exercises.map((e) => e.id)), names, message, words, (id, name, text, code) => {
        plain(thrown(errorOf(name, text), id, code));
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('what is thrown may be anything', () => {
  it.each<[string, unknown, RegExp]>([
    ['a revoked proxy', revoked({}), /cannot be read/],
    ['a revoked proxy of an error', revoked(new Error('x')), /cannot be read/],
    ['a proxy whose traps throw', trap({}), /cannot be read/],
    ['a proxy of an error whose traps throw', trap(new Error('x')), /cannot be read/],
    ['an error whose stack throws', Object.defineProperty(new Error('x'), 'stack', throwing), /cannot be read/],
    ['an error whose name throws', Object.defineProperty(new Error('x'), 'name', throwing), /cannot be read/],
    ['an error whose message is an object', errorOf('ReferenceError', { toString: throwing.get }), /cannot be read/],
    ['an error of symbols', errorOf(Symbol('n'), Symbol('m')), /^Symbol\(m\)$|cannot be read/],
    ['an error of nothing', errorOf(null, undefined), /^undefined$/],
    ['a frozen error', Object.freeze(new Error('cold')), /^cold$/],
    ['an object without a prototype', Object.create(null), /cannot be read/],
    ['null', null, /^null was thrown$/],
    ['a symbol', Symbol('s'), /^Symbol\(s\) was thrown$/],
    ['a bigint', 10n, /^10 was thrown$/],
  ])('%s', (_, value, message) => {
    for (const { id } of exercises) {
      const found = thrown(value, id);
      plain(found);
      expect(found.error!.message).toMatch(message);
    }
  });

  it('an error of the library’s that was made over', () => {
    const changes: ((error: object) => void)[] = [
      (error) => Object.defineProperty(error, 'code', throwing),
      (error) => Object.assign(error, { code: { toString: throwing.get } }),
      (error) => Object.assign(error, { hint: { toString: throwing.get } }),
      (error) => Object.assign(error, { expected: 'x'.repeat(1e6) }),
    ];
    for (const change of changes) {
      const dW = (X: Tensor, dY: Tensor): Tensor => {
        try {
          return X.matmul(dY);
        } catch (error) {
          change(error as object);
          throw error;
        }
      };
      plain(grade('linear-dW', { dW }));
    }
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('an error called %s', (name) => {
    const found = thrown(errorOf(name, 'x'));
    plain(found);
    expect(found.error!.name).toBe(name);
    expect(found.shape.text).toBe('There is no result: the function stopped with an error.');
  });

  it('what is endless is cut', () => {
    const long = 'a'.repeat(2 ** 25);
    for (const value of [
      long,
      new Error(long),
      errorOf(long, 'x'),
      new ReferenceError(`${long} is not defined`), // longer than a pattern may be
      new TypeError(`x.${long} is not a function`),
      Object.defineProperty(new Error('x'), 'stack', { value: `linear-dW.js:${'9'.repeat(400)}` }),
    ]) {
      plain(thrown(value));
    }
    expect(thrown(new Error(`first ${long}`)).error!.message).toMatch(/^first a+…$/);
    expect(thrown(new Error('a'.repeat(2000))).error!.message).toHaveLength(2000);
  });
});

describe('what looks like a tensor is read once', () => {
  const like = (shape: unknown, values: unknown): unknown =>
    Object.create(Tensor.prototype, {
      dtype: { value: 'f64' },
      shape: typeof shape === 'function' ? { get: shape as () => unknown } : { value: shape },
      dataSync: { value: () => values },
    });

  it('a shape that throws after so many looks', () => {
    for (let looks = 0; looks < 40; looks++) {
      let left = looks;
      const shape = new Proxy([4, 3], {
        get(target, key) {
          if (left-- <= 0) throw new Error('enough');
          return Reflect.get(target, key);
        },
      });
      const found = grade('linear-dW', { dW: () => like(shape, new Float64Array(12)) });
      expect(found.verdict).not.toBe('correct');
      expect(structuredClone(found)).toEqual(found);
    }
  });

  it('a shape that changes between two looks, and numbers that are not those of the shape', () => {
    let looks = 0;
    const results: ((shape: readonly number[]) => unknown)[] = [
      (shape) => like(() => (looks++ % 2 === 0 ? [12] : shape), new Float64Array(12)),
      (shape) => like(shape, [1, 2]),
      (shape) => like(shape, new Array(1000).fill(1)),
      (shape) => like(shape, null),
      () => like(null, [1]),
      () => like(['a', {}], [1]),
      () => like([Symbol('s')], [1]),
    ];
    for (const result of results) {
      const found = grade('linear-dW', { dW: (X: Tensor, dY: Tensor) => result([X.cols, dY.cols]) });
      expect(found.verdict).not.toBe('correct');
      expect(structuredClone(found)).toEqual(found);
      for (const { got, expected } of found.tensors) expect(got?.length ?? expected.length).toBe(expected.length);
    }
  });
});
