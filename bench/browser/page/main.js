/** `measure` is what ../run.mjs calls in the page; `where` is `worker` or `main`. */
import { missing, participate } from './participant.js';

globalThis.measure = async ({ where, needs, ...task }) => {
  const absent = await missing(needs);
  if (absent.length > 0) return { absent: `${needs.module} does not export ${absent.join(', ')}` };
  return where === 'main' ? participate(task) : inWorker(task);
};

function inWorker(task) {
  const worker = new Worker('/page/worker.js', { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.error === undefined ? resolve(data.line) : reject(new Error(data.error)));
    worker.onerror = (event) => reject(new Error(event.message || 'the worker could not be started'));
    worker.postMessage(task);
  }).finally(() => worker.terminate());
}
