/** Optimizers in the composed form, as links of a chain: written here to show that the form carries them. */
import type { Transform } from '../../src/optim/optimizer.ts';

/** g + decay theta: L2 when it comes first, decoupled weight decay when last. */
export function addDecayed(decay: number): Transform {
  return { name: 'decay', state: [], update: (g, { values }) => g.add(values.mul(decay)) };
}

/** v <- beta v + g; the direction is v, or g + beta v with Nesterov's look-ahead. */
export function momentum(beta: number, nesterov = false): Transform {
  return {
    name: 'momentum',
    state: ['v'],
    update(g, { state: { v } }) {
      v.set(v.mul(beta).add(g));
      return nesterov ? g.add(v.mul(beta)) : v;
    },
  };
}

/** s <- decay s + (1 - decay) g^2; the direction is g / (sqrt s + eps). */
export function scaleByRms(decay: number, eps: number): Transform {
  return {
    name: 'rms',
    state: ['s'],
    update(g, { state: { s } }) {
      s.set(s.mul(decay).add(g.square().mul(1 - decay)));
      return g.div(s.sqrt().add(eps));
    },
  };
}

/** s <- s + g^2; the direction is g / (sqrt s + eps). */
export function scaleBySum(eps: number): Transform {
  return {
    name: 'sum',
    state: ['s'],
    update(g, { state: { s } }) {
      s.axpy(1, g.square());
      return g.div(s.sqrt().add(eps));
    },
  };
}

/** Both moments with their bias correction: Kingma & Ba 2015, algorithm 1. */
export function scaleByAdam([beta1, beta2]: readonly number[], eps: number): Transform {
  return {
    name: 'adam',
    state: ['m', 'v'],
    update(g, { state: { m, v }, step }) {
      m.set(m.mul(beta1).add(g.mul(1 - beta1)));
      v.set(v.mul(beta2).add(g.square().mul(1 - beta2)));
      return m.div(1 - beta1 ** step).div(
        v
          .div(1 - beta2 ** step)
          .sqrt()
          .add(eps),
      );
    },
  };
}
