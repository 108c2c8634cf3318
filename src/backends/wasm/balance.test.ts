import { describe, expect, test } from 'vitest';
import { Balance } from './balance.ts';

function at(): { balance: Balance; pass: (ms: number) => void } {
  let now = 1000;
  return {
    balance: new Balance(() => now),
    pass: (ms) => {
      now += ms;
    },
  };
}

describe('whether threads pay', () => {
  test('while they do, one long wait is forgiven', () => {
    const { balance } = at();
    balance.add(2, 1, 15);
    expect(balance.alone()).toBe(false);
    balance.add(2, 1, 0.1);
    expect(balance.alone()).toBe(false);
  });

  test('when more is lost than was gained, main goes on alone for a while', () => {
    const { balance, pass } = at();
    balance.add(2, 0.5, 21);
    expect(balance.alone()).toBe(true);
    pass(3.9);
    expect(balance.alone()).toBe(true);
    pass(0.2);
    expect(balance.alone()).toBe(false);
  });

  test('for longer each time that a trial fails, up to 128 ms', () => {
    const { balance, pass } = at();
    balance.add(2, 0, 21);
    const pauses = [4, 8, 16, 32, 64, 128, 128].map((pause) => {
      pass(pause - 0.1);
      const still = balance.alone();
      pass(0.2);
      const over = !balance.alone();
      balance.add(2, 0.2, 3);
      return still && over;
    });
    expect(pauses).toEqual(new Array(7).fill(true));
  });

  test('a good time makes the pauses short again', () => {
    const { balance, pass } = at();
    for (let i = 0; i < 6; i++) {
      balance.add(2, 0, 21);
      pass(200);
      expect(balance.alone()).toBe(false);
    }
    for (let i = 0; i < 20; i++) balance.add(2, 1, 0);
    balance.add(2, 0, 21);
    expect(balance.alone()).toBe(true);
    pass(4.1);
    expect(balance.alone()).toBe(false);
  });

  test('more threads gain more', () => {
    const { balance } = at();
    for (let i = 0; i < 100; i++) balance.add(4, 1, 2.9);
    expect(balance.alone()).toBe(false);
    for (let i = 0; i < 100; i++) balance.add(2, 1, 2.9);
    expect(balance.alone()).toBe(true);
  });
});
