import type { Loader } from '../../data/loader.ts';
import type { Model } from '../../models/model.ts';
import type { Autopsy } from './autopsy.ts';
import { dataFacts } from './data.ts';
import { short } from './evidence.ts';
import type { Origin } from './origin.ts';
import { examineEvaluation } from './replay.ts';

/** The operation, layer and part of the step where it began, e.g. `matmul in layer 2 linear, forward (up to 8.9e+4)`. */
export function originText({ source, operation, place, operands, parameter, result }: Origin): string {
  const { phase, path, name } = place;
  const layer = path === '' ? name : `layer ${path} ${name}`;
  if (source === 'input') return `the input of ${layer}`;
  if (source === 'target') return 'the values to predict';
  if (source === 'parameters') return `the parameter ${parameter}`;
  const part = {
    forward: `${layer}, forward`,
    backward: `${layer}, backward`,
    loss: `the loss ${name}`,
    update: `the update of ${parameter ?? 'the parameters'}`,
  };
  const most = Math.max(...operands.map(({ min, max }) => Math.max(-min, max)).filter(Number.isFinite), 0);
  const became = result.nan > 0 ? 'NaN' : 'Infinity';
  return `${operation} in ${part[phase]} (operands up to ${short(most)}, result ${became})`;
}

/** What the warning of a diverged run says: what, when and where; then what to try. */
export function autopsyText(a: Autopsy): { message: string; hint: string } {
  const { seen, origin, step, causes } = a;
  const what =
    seen.what === 'loss'
      ? `loss became ${seen.value} at step ${seen.step}`
      : seen.what === 'parameters'
        ? `parameters became non-finite by step ${seen.step}`
        : `the loss of the training set is ${seen.value} after step ${seen.step}`;
  const where = origin ? `, first at ${originText(origin)}` : '';
  const earlier = step < seen.step ? ` of step ${step}` : '';
  const rows = origin && origin.rows.length > 0 ? `, rows ${origin.rows.slice(0, 4).join(', ')}` : '';
  const close = causes[1] && causes[1].likelihood > causes[0].likelihood - 0.3;
  const second = close ? `, or ${causes[1].change}` : '';
  return {
    message: `${what}${where}${earlier}${rows}; lr ${short(a.learningRate)}`,
    hint: `${causes[0].cause}: ${a.change}${second}`,
  };
}

/** Why the loss of a set is no number though the parameters are all fine: most often one of its rows. */
export function validationText(model: Model, val: Loader, loss: number): { message: string; hint: string } {
  const { bad } = dataFacts(val);
  const { origin } = examineEvaluation(model, val);
  const rows = origin && origin.rows.length > 0 ? `, rows ${origin.rows.slice(0, 4).join(', ')}` : '';
  const where = origin ? `, first at ${originText(origin)}${rows}` : '';
  const [point] = bad;
  const row = point?.row ?? origin?.rows[0];
  return {
    message: `the validation loss is ${loss}${where}`,
    hint: point
      ? `${point.feature === null ? 'the value to predict' : `feature ${point.feature}`} of row ${row} is ${point.value}: repair it, or leave the row out`
      : `the parameters are fine; look at ${row === undefined ? 'the validation rows' : `row ${row}`}`,
  };
}
