/**
 * Runs a participant's script, which takes its arguments from the command line and prints one JSON line, where there
 * is neither: `argv` stands in for the arguments (see ../bundle.mjs), and the line is what comes back, parsed.
 */
export async function participate({ script, argv }) {
  const print = console.log;
  const lines = [];
  console.log = (line) => lines.push(line);
  globalThis.benchArgv = ['', '', ...argv];
  try {
    await import(script);
    return { ...JSON.parse(lines.at(-1)), isolated: globalThis.crossOriginIsolated };
  } finally {
    console.log = print;
  }
}

/** Which of `names` the module does not export: not every build of ours has all that a participant needs. */
export async function missing({ module, names }) {
  if (names.length === 0) return [];
  const found = await import(module);
  return names.filter((name) => !(name in found));
}
