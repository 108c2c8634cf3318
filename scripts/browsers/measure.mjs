// Frames a second while both networks train, and the time of a step, as the page itself tells it: MNIST where
// NEUROFORGE_DATA has it, else the digits.
import { join } from 'node:path';
import { pause } from './tab.mjs';

const names = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'];

/** Milliseconds that the page says a step takes, of both sides. */
const steps = () =>
  ['learner', 'library'].map((side) => {
    const cells = [...document.querySelectorAll(`.side.${side} dd`)];
    return Number.parseFloat(cells.at(-1).textContent);
  });

/** Frames a second over five seconds, and the longest pause between two in milliseconds. */
const frames = () =>
  new Promise((done) => {
    const gaps = [];
    let last = performance.now();
    const start = last;
    const tick = (now) => {
      gaps.push(now - last);
      last = now;
      if (now - start < 5000) requestAnimationFrame(tick);
      else done({ perSecond: (1000 * gaps.length) / (now - start), longest: Math.max(...gaps) });
    };
    requestAnimationFrame(tick);
  });

/** One round in one browser. */
export async function measure(visitor, { exercises, data }) {
  await visitor.arrive();
  await visitor.writeAnswers(exercises);
  await visitor.go('train');
  if (data) {
    await visitor.run(() => document.querySelectorAll('input[name=lab-data]')[1].click());
    await visitor.see('.mnist');
    const files = names.map((name) => join(data, 'mnist', `${name}-ubyte.gz`));
    await visitor.tab.upload('input[type=file]', files);
    await visitor.see('.mnist-here');
  } else await visitor.fill('epochs', 900);
  await visitor.press('Start training');
  await visitor.see('.standing.equal');
  await pause(1000);
  const { perSecond, longest } = await visitor.run(frames);
  const [learner, library] = await visitor.run(steps);
  await visitor.press('Reset');
  return {
    framesPerSecond: Math.round(perSecond * 10) / 10,
    longestGapMs: Math.round(longest),
    msPerStep: { learner, library },
  };
}
