import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import katex from 'katex';
import { describe, expect, it } from 'vitest';
import { readPage } from '../../course/pages/list.ts';
import { tensor } from '../tensor/create.ts';
import { Tensor } from '../tensor/tensor.ts';
import { type ExerciseId, exerciseOf, exercises, methods, untouched } from './exercises.ts';
import { type Grade, grade } from './grade.ts';
import { pieces, questionsOf } from './grading/pieces.ts';
import { scope } from './scope.ts';

function evaluated(code: string, name: string): unknown {
  return new Function(`${code}\nreturn ${name};`)();
}

function graded(id: ExerciseId, f: unknown, seed = 0): Grade {
  return grade(id, { [exerciseOf(id).functionName]: f }, { seed });
}

describe('exercises', () => {
  it('are six, in the order of a backward pass', () => {
    const ids = ['softmax-cross-entropy', 'linear-dW', 'linear-db', 'linear-dX', 'relu', 'chain'];
    expect(exercises.map((e) => e.id)).toEqual(ids);
    expect(pieces.map((p) => p.id)).toEqual(ids);
  });

  for (const e of exercises) {
    describe(e.id, () => {
      it('its answer is correct and has the bits of the library', () => {
        for (const seed of [0, 1, 2, 3, 2 ** 32 - 1]) {
          const found = graded(e.id, evaluated(e.answer, e.functionName), seed);
          expect(found).toMatchObject({
            exercise: e.id,
            verdict: 'correct',
            fingerprints: [],
            error: null,
            worst: null,
          });
          for (const check of [found.shape, found.exact, found.rounding]) {
            expect(check.status).toBe('pass');
            expect(check.text).toMatch(/^[A-Z].*\.$/);
          }
        }
      });

      it('its starter is valid, and gives nothing yet', () => {
        const found = graded(e.id, evaluated(e.starter, e.functionName));
        expect(found).toMatchObject({ verdict: 'wrong', shape: { status: 'fail' }, exact: { status: 'skip' } });
        expect(found.fingerprints[0].id).toBe('no-return');
        expect(e.starter).toContain('// your code');
        for (const { name } of e.parameters)
          expect(e.starter).toMatch(new RegExp(`^function .*\\b${name}\\b.*\\{$`, 'm'));
      });

      it('the lines of the library are those of its file, and the place in the course is there', () => {
        expect(readFileSync(e.source.file, 'utf8')).toContain(`${e.source.lines}\n`);
        const [file, anchor] = e.chapter.split('#');
        expect(readPage('.', file).blocks).toContainEqual(expect.objectContaining({ kind: 'heading', anchor }));
      });

      it('the formulas in its hints can be set', () => {
        expect(e.hints).toHaveLength(4);
        for (const hint of e.hints) {
          expect(hint.split('$').length % 2, hint).toBe(1);
          for (const [, formula] of hint.matchAll(/\$([^$]+)\$/g)) katex.renderToString(formula, { strict: 'error' });
        }
      });

      it('is graded on odd shapes: no two dimensions of a draw are equal', () => {
        for (const { sizes } of questionsOf(pieces.find((p) => p.id === e.id)!, 0)) {
          const values = Object.values(sizes);
          expect(new Set(values).size).toBe(values.length);
          expect(values).not.toContain(1);
        }
      });
    });
  }

  it('what is said of a tensor is there', () => {
    const words = methods.join(' ').match(/(?<=`)\w+/g)!;
    expect(words.length).toBeGreaterThan(12);
    for (const word of words) expect(word in Tensor.prototype || word in scope, word).toBe(true);
  });

  it('comments and blanks are no beginning, an empty editor is', () => {
    for (const { id, starter, answer } of exercises) {
      expect(untouched(id, starter)).toBe(true);
      const commented = `/* mine,\n of two lines */ ${starter.replace('// your code', '// hm {')}\n\n// more`;
      expect(untouched(id, commented)).toBe(true);
      for (const text of [answer, '', starter.replace('// your code', 'let a;')])
        expect(untouched(id, text)).toBe(false);
    }
  });

  it('each draw of the ReLU has exact zeros with a gradient that is none', () => {
    for (const { inputs } of questionsOf(pieces[4], 0)) {
      const [dY, z] = inputs;
      expect(z.values.filter((v, i) => v === 0 && dY.values[i] !== 0).length).toBeGreaterThanOrEqual(2);
    }
  });
});

describe('a gate that opens anywhere else than at 0 is wrong', () => {
  for (const at of [0.1, 0.05, 0.012, 2e-3, -0.1, -0.05, -0.012, -2e-3]) {
    it(`of the ReLU: z.gt(${at})`, () => {
      for (let seed = 0; seed < 5; seed++) {
        expect(graded('relu', (dY: Tensor, z: Tensor) => dY.mul(z.gt(at)).mul(z.eq(0).rsub(1)), seed).verdict).toBe(
          'wrong',
        );
        expect(graded('relu', (dY: Tensor, z: Tensor) => dY.mul(z.gt(at)), seed).verdict).toBe('wrong');
      }
    });

    for (const layer of [1, 2] as const) {
      it(`of layer ${layer} in the chain: z${layer}.gt(${at})`, () => {
        const open = (z: Tensor, n: number): Tensor => z.gt(n === layer ? at : 0);
        for (let seed = 0; seed < 5; seed++) {
          const found = graded(
            'chain',
            ({ X, z1, h1, z2, h2, W2, W3 }: Record<string, Tensor>, dz3: Tensor) => {
              const dz2 = dz3.matmul(W3.T).mul(open(z2, 2));
              const dz1 = dz2.matmul(W2.T).mul(open(z1, 1));
              return {
                ...{ dW3: h2.T.matmul(dz3), dW2: h1.T.matmul(dz2), dW1: X.T.matmul(dz1) },
                ...{ db3: dz3.colSum(), db2: dz2.colSum(), db1: dz1.colSum() },
              };
            },
            seed,
          );
          expect(found.verdict).toBe('wrong');
        }
      });
    }
  }
});

it('each draw of the chain stays away from the corners, and opens and closes gates of both ReLUs', () => {
  for (let seed = 0; seed < 40; seed++) {
    for (const { inputs } of pieces[5].questions(seed)) {
      for (const { values } of inputs.filter(({ name }) => name === 'z1' || name === 'z2')) {
        expect(values.every((v) => Math.abs(v) > 1e-3)).toBe(true);
        const open = values.filter((v) => v > 0).length / values.length;
        expect(Math.abs(open - 0.5)).toBeLessThan(0.25);
      }
    }
  }
});

describe('another order of operations', () => {
  it('is correct, not exact, and says so', () => {
    const found = graded('softmax-cross-entropy', (P: Tensor, T: Tensor) => P.div(P.rows).sub(T.div(P.rows)));
    expect(found.verdict).toBe('correct');
    expect(found.exact.status).toBe('fail');
    expect(found.exact.text).toMatch(
      /^Another order .* within rounding \(\d+ of 68 numbers differ, by at most \d\.\de-1[5-7]\)\.$/,
    );
    expect(found.worst).not.toBeNull();
  });

  it('a zero of another sign is told from another number', () => {
    const found = graded('relu', (dY: Tensor, z: Tensor) => z.gt(0).where(dY, dY.zerosLike()));
    expect(found.verdict).toBe('correct');
    expect(found.exact).toMatchObject({ status: 'fail', text: expect.stringMatching(/in the sign of a zero\.$/) });
  });

  it('an error of 1e-6 of the largest element is none of rounding', () => {
    const found = graded('linear-db', (dY: Tensor) => dY.colSum().mul(1 + 1e-6));
    expect(found).toMatchObject({ verdict: 'wrong', rounding: { status: 'fail' } });
  });

  it('a wrong last element is found, and named', () => {
    const off = (dY: Tensor): Tensor => {
      const sums = Array.from(dY.colSum().dataSync());
      sums[sums.length - 1] += 0.5;
      return tensor(sums, [sums.length], { backend: dY.backend });
    };
    const found = graded('linear-db', off);
    expect(found.worst).toMatchObject({ tensor: 'db', index: [2] });
    expect(found.worst!.got - found.worst!.expected).toBeCloseTo(0.5, 12);
    expect(found.tensors[0].error!.map((v) => Math.round(v * 10))).toEqual(new Float64Array([0, 0, 5]));
  });

  it('an answer that is right for one shape only is wrong, and the draw that shows it is shown', () => {
    const found = graded('softmax-cross-entropy', (P: Tensor, T: Tensor) => P.sub(T).div(5));
    expect(found).toMatchObject({ verdict: 'wrong', fingerprints: [{ id: 'fixed-batch' }] });
    expect(found.tensors[0].shape).toEqual([3, 7]);
  });
});

describe('whatever the function does is said, and nothing is thrown', () => {
  const hostile: [string, unknown, string, RegExp][] = [
    ['no function', 3, 'error', /^dW is not a function$/],
    [
      'an exception',
      () => {
        throw new TypeError('oh');
      },
      'error',
      /^oh$/,
    ],
    [
      'a thrown string',
      () => {
        throw 'oh';
      },
      'error',
      /^oh was thrown$/,
    ],
    [
      'a thrown nothing',
      () => {
        throw undefined;
      },
      'error',
      /^undefined was thrown$/,
    ],
    [
      'what cannot be read',
      () => {
        throw {
          toString() {
            throw new Error('no');
          },
        };
      },
      'error',
      /cannot be read/,
    ],
    [
      'an error that cannot be read',
      () => {
        throw Object.defineProperty(new Error('x'), 'message', {
          get() {
            throw 1;
          },
        });
      },
      'error',
      /cannot be read/,
    ],
    [
      'endless recursion',
      function f(): unknown {
        return f();
      },
      'error',
      /call stack/,
    ],
    [
      'a result that cannot be read',
      () =>
        new Proxy(
          {},
          {
            getPrototypeOf() {
              throw new Error('no');
            },
          },
        ),
      'error',
      /^no$/,
    ],
    [
      'a stale tensor',
      (X: Tensor, dY: Tensor) => Object.create(Tensor.prototype, { shape: { value: [X.cols, dY.cols] } }),
      'error',
      /./,
    ],
  ];
  for (const [what, f, verdict, message] of hostile) {
    it(what, () => {
      const found = graded('linear-dW', f);
      expect(found.verdict).toBe(verdict);
      expect(found.error!.message).toMatch(message);
      expect(found.shape.status).toBe('fail');
      expect(found.tensors[0]).toMatchObject({ name: 'dW', shape: [4, 3], got: null, error: null });
      expect(structuredClone(found)).toEqual(found);
    });
  }

  const wrong: [string, unknown, RegExp][] = [
    ['nothing', () => undefined, /returns nothing, expected a Tensor \(4, 3\) = \(D, H\)/],
    ['null', () => null, /returns null/],
    ['NaN', () => Number.NaN, /returns NaN/],
    ['a number', () => 3, /returns the number 3/],
    ['a string', () => 'dW', /returns a string/],
    ['a Promise', async (X: Tensor, dY: Tensor) => X.T.matmul(dY), /returns a Promise/],
    ['nested arrays', (X: Tensor, dY: Tensor) => X.T.matmul(dY).toArray(), /returns an array/],
    ['a typed array', (X: Tensor, dY: Tensor) => X.T.matmul(dY).dataSync(), /returns an array/],
    ['a function', (X: Tensor) => X.matmul, /returns a function/],
    ['an object', () => ({}), /returns an object/],
    ['a class', () => Tensor, /returns a function/],
  ];
  for (const [what, f, text] of wrong) {
    it(`it returns ${what}`, () => {
      const found = graded('linear-dW', f);
      expect(found).toMatchObject({
        verdict: 'wrong',
        shape: { status: 'fail' },
        exact: { status: 'skip' },
        error: null,
      });
      expect(found.shape.text).toMatch(text);
      expect(found.fingerprints.length).toBeGreaterThan(0);
    });
  }

  it('any value at all', () => {
    const anything = fc.anything({
      withBigInt: true,
      withNullPrototype: true,
      withTypedArray: true,
      withSparseArray: true,
    });
    fc.assert(
      fc.property(fc.constantFrom(...exercises.map((e) => e.id)), anything, (id, value) => {
        const found = graded(id, () => value);
        expect(found.verdict).not.toBe('correct');
        expect(found.shape.status).toBe('fail');
        expect(found.shape.text.length + (found.error?.message.length ?? 0)).toBeGreaterThan(10);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('an exercise that there is not is an error of the caller', () => {
    expect(() => grade('relus' as ExerciseId, {})).toThrow(expect.objectContaining({ code: 'NF4154' }));
  });

  it('no function of that name among others', () => {
    expect(grade('relu', { relu: () => 1 }).error).toMatchObject({
      name: 'Error',
      message: 'there is no function called dReLU',
    });
    const code = 'const drelu = (dY, z) => dY.mul(z.gt(0)); // function dRelu';
    expect(grade('relu', {}, { code })).toMatchObject({
      error: { message: 'there is no function called dReLU; there is drelu' },
      fingerprints: [{ id: 'no-function', text: 'call it `dReLU`, not `drelu`' }],
    });
  });

  it('what cannot be read as JavaScript has not begun, and errors of the library have no name of ours', () => {
    const thrown = (error: Error): Grade => {
      return graded('linear-dW', () => {
        throw error;
      });
    };
    expect(thrown(new SyntaxError('oh')).shape.text).toBe(
      'There is no function yet: this cannot be read as JavaScript.',
    );
    expect(thrown(new TypeError('oh')).shape.text).toMatch(/stopped with an error/);
    expect(graded('linear-dW', (X: Tensor, dY: Tensor) => X.matmul(dY)).error).toMatchObject({
      name: 'Error',
      message: expect.stringMatching(/^matmul: /),
    });
  });

  it.each([
    [new ReferenceError('p is not defined'), 'undefined-name'],
    [new ReferenceError("Can't find variable: p"), 'undefined-name'],
    [new TypeError("invalid assignment to const 'd'"), 'constant'],
    [new TypeError('Attempted to assign to readonly property.'), 'constant'],
    [new Error('too much recursion'), 'recursion'],
    [
      new TypeError("X.transpose is not a function. (In 'X.transpose()', 'X.transpose' is undefined)"),
      'no-such-method',
    ],
    [new SyntaxError('redeclaration of const d'), 'declared-twice'],
  ])('other browsers say it otherwise: %s', (error, id) => {
    const thrown = graded('linear-dW', () => {
      throw error;
    });
    expect(thrown.fingerprints[0].id).toBe(id);
  });

  it('new tensors are those of the arguments: tensor, zeros and ones', () => {
    const { tensor, zeros, ones } = scope;
    const sums = (dY: Tensor): number[] => (dY.toArray() as number[][]).reduce((a, r) => a.map((v, i) => v + r[i]));
    const adding = (dY: Tensor): Tensor => zeros(dY.cols).add(tensor(sums(dY)));
    expect(graded('linear-db', adding)).toMatchObject({ verdict: 'correct', exact: { status: 'pass' } });
    expect(graded('linear-db', (dY: Tensor) => ones([1, dY.rows]).matmul(dY).reshape(-1)).verdict).toBe('correct');
  });

  it('a tensor in float32 is no answer in float64', () => {
    const found = graded('linear-db', (dY: Tensor) => tensor(Array.from(dY.colSum().dataSync())));
    expect(found).toMatchObject({ verdict: 'wrong', shape: { status: 'fail' } });
    expect(found.shape.text).toMatch(/float32/);
  });

  it('an argument that is written is said, though the numbers are right', () => {
    const found = graded('linear-db', (dY: Tensor) => {
      const sums = dY.colSum();
      dY.fill(0);
      return sums;
    });
    expect(found).toMatchObject({ verdict: 'wrong', shape: { status: 'fail' } });
    expect(found.shape.text).toMatch(/writes into dY/);
    expect(found.tensors[0].error!.every((v) => v === 0)).toBe(true);
  });

  it('what one call writes does not reach the next: each draw and each grade has tensors of its own', () => {
    graded('linear-dW', (X: Tensor) => X.fill(0));
    expect(graded('linear-dW', (X: Tensor, dY: Tensor) => X.T.matmul(dY)).verdict).toBe('correct');
    const first = graded('linear-dW', () => 0);
    first.tensors[0].expected.fill(0);
    const second = graded('linear-dW', (X: Tensor, dY: Tensor) => X.T.matmul(dY));
    expect(second).toMatchObject({ verdict: 'correct', exact: { status: 'pass' } });
  });

  it('the line of an exception is that of the file called after the exercise', () => {
    const code = 'function dW(X, dY) {\n  const a = 1;\n  return X.nothing(dY);\n}\ndW;\n//# sourceURL=2-linear-dW.js';
    // biome-ignore lint/security/noGlobalEval: the learner's code is evaluated so
    const found = graded('linear-dW', globalThis.eval(code));
    expect(found.error).toEqual({ name: 'TypeError', message: 'X.nothing is not a function', line: 3 });
    expect(
      graded('linear-dW', () => {
        throw new Error('elsewhere');
      }).error!.line,
    ).toBeNull();
  });
});

describe('the chain', () => {
  type Net = Record<string, Tensor>;
  type My = Record<string, (a: Tensor, b?: Tensor) => Tensor>;

  it('is given right pieces, and says so', () => {
    const functions = { backward: evaluated(exerciseOf('chain').answer, 'backward'), dW: () => null, db: 1 };
    const found = grade('chain', functions);
    expect(found.verdict).toBe('correct');
    expect(found.rounding.text).toMatch(/right pieces as `my`/);
  });

  it('may do without them', () => {
    const found = graded('chain', ({ X, z1, h1, z2, h2, W2, W3 }: Net, dz3: Tensor) => {
      const dz2 = dz3.matmul(W3.T).mul(h2.gt(0)); // h > 0 where z > 0
      const dz1 = dz2.matmul(W2.T).mul(z1.gt(0));
      return {
        ...{ dW3: h2.T.matmul(dz3), dW2: h1.T.matmul(dz2), dW1: X.T.matmul(dz1) },
        ...{ db3: dz3.colSum(), db2: dz2.colSum(), db1: dz1.colSum(), dz2, extra: z2 },
      };
    });
    expect(found).toMatchObject({ verdict: 'correct', exact: { status: 'pass' } });
  });

  const calls: [string, (net: Net, dz3: Tensor, my: My) => unknown, RegExp][] = [
    ['an unknown function', (net, dz3, my) => my.dw(net.h2, dz3), /^my has no dw; it has dW, db, dX and dReLU$/],
    ['an unknown tensor', (net, dz3, my) => my.dW(net.h3, dz3), /^net has no h3; it has X, z1, h1, z2, h2, W2 and W3$/],
    [
      'a tensor of another layer',
      (net, dz3, my) => my.dReLU(my.dX(dz3, net.W3), net.z1),
      /^my\.dReLU\(dY, z\): dY is dh2 \(5, 3\), z is z1 \(5, 6\): the ReLU whose output is h2 has the input z2$/,
    ],
    [
      'a skipped step',
      (net, dz3, my) => my.dReLU(dz3, net.z2),
      /^my\.dReLU\(dY, z\): dY is dz3 \(5, 2\), z is z2 \(5, 3\): dz3 is not yet back through W3: my\.dX\(dz3, W3\) comes first$/,
    ],
    [
      'a missing argument',
      (_, dz3, my) => my.dX(dz3),
      /^my\.dX\(dY, W\): dY is dz3 \(5, 2\), W is missing: the arguments are tensors$/,
    ],
    ['a vector', (_, dz3, my) => my.db(dz3.colSum()), /^my\.db\(dY\): dY is db3 \(2\): the arguments are matrices$/],
    [
      'a write',
      (net) => {
        net.X = net.z1;
      },
      /^net\.X is not to be changed$/,
    ],
  ];
  for (const [what, f, message] of calls) {
    it(`says what is wrong with ${what}`, () => {
      const found = graded('chain', f);
      expect(found.verdict).toBe('error');
      expect(found.error!.message).toMatch(message);
    });
  }
});
