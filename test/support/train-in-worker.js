// The same run in a worker for Node and for pages, whoever built them: no import, no DOM.

/** Trains 64-16-10 on the digits in `worker` with `nf` (neuroforge and neuroforge/worker), and reports all numbers. */
export async function trainInWorker(nf, worker, layer) {
  const spec = {
    data: { name: 'digits' },
    layer: layer ?? nf.describeLayer(nf.mlp({ hidden: [16], outputs: 10 })),
    optimizer: { name: 'sgd', learningRate: 0.1 },
    epochs: 2,
    seed: 3,
    backend: 'wasm',
    stepEvents: 1,
    checkpoint: { steps: 50 },
  };
  const report = { types: [], losses: [], predicted: [] };
  const run = nf.fitInWorker(worker, spec);
  let state;
  for await (const event of run) {
    if (event.type === 'step') report.losses.push(event.loss);
    else report.types.push(event.type);
    if (event.type === 'step' && event.step === 5) {
      run.pause();
      run.step();
      run.resume();
    }
    if (event.type === 'checkpoint' && event.state.step === 50) state = event.state;
  }
  const { weights } = await run;
  report.weights = await run.weightsHash();
  report.predicted = Array.from((await run.predict(new Float32Array(64).fill(0.5))).values);
  run.close();
  const resumed = nf.fitInWorker(worker, { ...spec, resume: state });
  const again = await resumed;
  report.resumed = again.weights.values.every((v, i) => v === weights.values[i]);
  resumed.close();
  report.refused = await nf.fitInWorker(worker, { ...spec, batch: -1 }).then(
    () => 'fine',
    (error) => `${error instanceof nf.NeuroForgeError} ${error.code} ${error.got}`,
  );
  const endless = nf.fitInWorker(worker, { ...spec, epochs: 1e6, stepEvents: 0 });
  for await (const event of endless) if (event.type === 'epoch' && event.epoch === 1) endless.stop();
  report.stopped = (await endless).reason;
  endless.close();
  return report;
}
