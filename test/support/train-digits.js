// The same short training run for Node, for a page, and for what a bundler made of it: no import, no node:, no DOM.

/**
 * Trains 64-32-10 (or with another hidden layer) on the embedded digits with `nf` (the library's namespace), saves the
 * model and loads it again, and reports every number in its bits.
 */
export async function trainDigits(nf, backendName, hidden = 32) {
  const { train, val } = nf.splitData(nf.digits(), null);
  const backend = nf.backend(backendName);
  const kernels = countKernels(backend);
  const scaling = nf.fitScaling('unit', train);
  const on = (part) => new nf.Loader(part, { backend, scaling });
  const layer = nf.mlp({ hidden: [hidden], outputs: 10 });
  const model = nf.build(layer, { input: [64], loss: nf.crossEntropy(), backend, seed: 1 });
  const run = nf.fit(
    model,
    { train: on(train), val: on(val) },
    { optimizer: nf.sgd(0.1), epochs: 3, batch: 32, seed: 1, stepEvents: 1 },
  );
  const [steps, epochs] = [[], []];
  for await (const event of run) {
    if (event.type === 'step') steps.push(event.loss);
    if (event.type === 'epoch') epochs.push({ trainLoss: event.trainLoss, ...numbersOf(event.val) });
  }
  const result = await run;
  const file = await nf.saveModel(model);
  const { model: loaded } = await nf.loadModel(file, { backend });
  return {
    backend: backend.name,
    status: result.status,
    steps: steps.map(bits),
    epochs: epochs.map((epoch) => Object.fromEntries(Object.entries(epoch).map(([name, x]) => [name, bits(x)]))),
    accuracy: result.val.accuracy,
    firstLoss: steps[0],
    lastLoss: result.trainRunning.loss,
    weights: await nf.weightsHash(model.parameters, result.weights),
    weightsBest: await nf.weightsHash(model.parameters, result.weightsBest),
    file: await sha256(file),
    loaded: bits(nf.evaluate(loaded, on(val)).metrics.loss),
    kernels: kernels(),
  };
}

/** How many kernels the backend makes of fused functions from now on. */
function countKernels(backend) {
  let made = 0;
  const { compile } = backend;
  if (compile) {
    backend.compile = (program) => {
      const kernel = compile.call(backend, program);
      if (kernel) made++;
      return kernel;
    };
  }
  return () => made;
}

function numbersOf(metrics) {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => typeof value === 'number'));
}

/** The 64 bits of a number, in hex; one pattern for all NaN. */
function bits(x) {
  if (Number.isNaN(x)) return 'NaN';
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

async function sha256(bytes) {
  const hash = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
