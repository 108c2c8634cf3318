// Frames a second while both networks train, and the time of a step, as the page itself tells it: MNIST where
// NEUROFORGE_DATA has it, else the digits.
import { join } from 'node:path';
import { idxNames } from '../../dist/data/catalog.js';
import { countFrames } from './frames.mjs';
import { pause } from './tab.mjs';

/** Milliseconds that the page says a step takes, of both sides. */
const steps = () =>
  ['learner', 'library'].map((side) => {
    const cells = [...document.querySelectorAll(`.side.${side} dd`)];
    return Number.parseFloat(cells.at(-1).textContent);
  });

/** One round in one browser. */
export async function measure(visitor, { exercises, data }) {
  await visitor.arrive();
  await visitor.writeAnswers(exercises);
  await visitor.go('train');
  if (data) {
    await visitor.run(() => document.querySelectorAll('input[name=lab-data]')[1].click());
    await visitor.see('.mnist');
    const files = idxNames.map((name) => join(data, 'mnist', `${name}.gz`));
    await visitor.tab.upload('input[type=file]', files);
    await visitor.see('.mnist-here');
  } else await visitor.fill('epochs', 900);
  await visitor.press('Start training');
  await visitor.see('.standing.equal');
  await pause(1000);
  const { perSecond, longest } = await visitor.run(countFrames);
  const [learner, library] = await visitor.run(steps);
  await visitor.press('Reset');
  return {
    framesPerSecond: Math.round(perSecond * 10) / 10,
    longestGapMs: Math.round(longest),
    msPerStep: { learner, library },
  };
}
