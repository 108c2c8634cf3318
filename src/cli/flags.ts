/** One flag of training: the key in config.json, and how it is written on the command line. */
export interface Flag {
  readonly key: string;
  readonly flag: string;
  readonly about: string;
  readonly type: 'string' | 'number' | 'batch' | 'flag';
  readonly group: 'data' | 'model' | 'training' | 'run';
}

/** The flags of `train` that are part of a configuration, in the order of the help. Defaults are in config.ts. */
export const trainFlags: readonly Flag[] = [
  {
    key: 'data',
    flag: '--data <name|file|folder>',
    type: 'string',
    group: 'data',
    about: 'digits, breast-cancer, iris, mnist, fashion-mnist, a CSV or npz file, or a folder (default: digits)',
  },
  { key: 'label', flag: '--label <name|index>', type: 'string', group: 'data', about: 'label column of a CSV file' },
  { key: 'header', flag: '--header <yes|no>', type: 'string', group: 'data', about: 'whether a CSV file has a header' },
  {
    key: 'task',
    flag: '--task <task>',
    type: 'string',
    group: 'data',
    about: 'classification or regression (default: classification)',
  },
  {
    key: 'positive',
    flag: '--positive <class>',
    type: 'string',
    group: 'data',
    about: 'this class against the rest: a binary task',
  },
  {
    key: 'threshold',
    flag: '--threshold <p>',
    type: 'number',
    group: 'data',
    about: 'probability from which a binary task says yes (default: 0.5)',
  },
  {
    key: 'scale',
    flag: '--scale <kind>',
    type: 'string',
    group: 'data',
    about: 'unit, signed, standard or none (default: by data set)',
  },
  {
    key: 'split',
    flag: '--split <kind>',
    type: 'string',
    group: 'data',
    about: 'standard, or original: validate on the test set as the original did (default: standard)',
  },
  {
    key: 'splitSeed',
    flag: '--split-seed <n>',
    type: 'number',
    group: 'data',
    about: 'draws the validation rows (default: 0)',
  },
  {
    key: 'testSplit',
    flag: '--test-split <kind>',
    type: 'string',
    group: 'data',
    about: 'fixed, or redrawn by --split-seed, for tables without test rows of their own (default: fixed)',
  },
  {
    key: 'val',
    flag: '--val <share>',
    type: 'number',
    group: 'data',
    about: 'share or number of training rows kept for validation (default: by data set)',
  },
  {
    key: 'model',
    flag: '--model <spec>',
    type: 'string',
    group: 'model',
    about: 'mlp:512,128 (widths of the hidden layers), or logistic (default: by data set)',
  },
  {
    key: 'init',
    flag: '--init <scheme>',
    type: 'string',
    group: 'model',
    about: 'he, xavier, lecun, torch, original, zero-output or prior (default: he)',
  },
  { key: 'optimizer', flag: '--optimizer <name>', type: 'string', group: 'training', about: 'sgd (default: sgd)' },
  { key: 'lr', flag: '--lr <rate>', type: 'number', group: 'training', about: 'learning rate (default: 0.1)' },
  {
    key: 'batch',
    flag: '--batch <n|full>',
    type: 'batch',
    group: 'training',
    about: 'rows an update (default: 32)',
  },
  {
    key: 'epochs',
    flag: '--epochs <n>',
    type: 'number',
    group: 'training',
    about: 'passes over the training set (default: by data set)',
  },
  { key: 'steps', flag: '--steps <n>', type: 'number', group: 'training', about: 'at most so many updates' },
  {
    key: 'until',
    flag: '--until <metric=value>',
    type: 'string',
    group: 'training',
    about: 'stop at the first epoch that reaches it, e.g. val.accuracy=0.97',
  },
  {
    key: 'patience',
    flag: '--patience <n>',
    type: 'number',
    group: 'training',
    about: 'stop after so many epochs without a lower validation loss',
  },
  {
    key: 'seed',
    flag: '--seed <n>',
    type: 'number',
    group: 'training',
    about: 'of parameters and batches (default: 0)',
  },
  {
    key: 'backend',
    flag: '--backend <name>',
    type: 'string',
    group: 'run',
    about: 'native (a system BLAS), wasm, js, or auto: the first of these that works here (default: auto)',
  },
  {
    key: 'threads',
    flag: '--threads <n>',
    type: 'number',
    group: 'run',
    about: 'threads that compute; wasm gives the same bits with any number (default: 1)',
  },
  {
    key: 'definitions',
    flag: '--definitions',
    type: 'flag',
    group: 'run',
    about: 'compute each operation as it is written: nothing fused, no update folded (default: false)',
  },
  {
    key: 'checkpointEvery',
    flag: '--checkpoint-every <n>',
    type: 'number',
    group: 'run',
    about: 'save a checkpoint every so many updates (default: every five seconds)',
  },
  {
    key: 'keepLast',
    flag: '--keep-last <n>',
    type: 'number',
    group: 'run',
    about: 'checkpoints that are kept, the best not counted (default: 1)',
  },
];

/** `splitSeed` -> `--split-seed`. */
export function flagName(key: string): string {
  return `--${key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;
}
