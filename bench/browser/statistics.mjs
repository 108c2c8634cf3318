/** From the measurements of all rounds to a document and a table. */
const lossTolerance = 1e-4;

function summary(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1) };
}

/** One row for each of whom there are measurements; `ms` of a measurement is the median of its means of ten steps. */
export function resultsOf(measurements) {
  const groups = new Map();
  for (const m of measurements) {
    const key = `${m.who}\n${m.page}`;
    groups.set(key, [...(groups.get(key) ?? []), m]);
  }
  return [...groups.values()].map((list) => {
    const { who, page, where, version, backend, threads } = list[0];
    const runs = list.map((m) => m.ms);
    return { who, page, where, version, backend, threads, msPerStep: summary(runs), runs, loss: list[0].loss };
  });
}

/**
 * Medians over the rounds of speed ratios within a round: of ours in a page to Node (Node's ms / the page's), and of
 * ours in a page to each peer in the same kind of page (the peer's ms / ours). `ofFastest` is the ratio of the fastest runs
 * of each: on a machine with other work it says more than the median.
 */
export function ratiosOf(measurements, bar) {
  const rows = new Map();
  for (const m of measurements) {
    if (m.who === 'Node') continue;
    const isOurs = m.who.startsWith('ours');
    const other = isOurs ? 'Node' : 'ours';
    const to = measurements.find((o) => o.round === m.round && o.page === m.page && o.who === other);
    if (to === undefined) continue;
    const [speedOf, against] = isOurs ? [m.who, 'Node'] : ['ours', m.who];
    const label = `${speedOf}\n${against}\n${m.page}`;
    const row = rows.get(label) ?? { speedOf, to: against, page: m.page, rounds: [], fastest: [Infinity, Infinity] };
    const [mine, others] = isOurs ? [m.ms, to.ms] : [to.ms, m.ms];
    row.rounds.push(others / mine);
    row.fastest = [Math.min(row.fastest[0], mine), Math.min(row.fastest[1], others)];
    rows.set(label, row);
  }
  return [...rows.values()].map(({ fastest: [mine, others], ...row }) => {
    const barred = bar !== null && row.to === 'Node' && row.speedOf === 'ours';
    const speed = summary(row.rounds);
    return {
      ...row,
      speed,
      ofFastest: others / mine,
      bar: barred ? bar : null,
      verdict: barred ? (speed.median >= bar ? 'pass' : 'fail') : null,
    };
  });
}

/** Those whose loss at the checked step is not everybody's. */
export function disagreeing(results) {
  const middle = summary(results.map((r) => r.loss)).median;
  return results
    .filter(({ loss }) => !(Math.abs(loss - middle) <= lossTolerance * middle))
    .map(({ who, page, loss }) => ({ who, page, loss }));
}

export function table({ case: name, results, ratios, absent, failed, disagree, chromium, machine, rounds }) {
  const lines = [
    `${name}, ${rounds} rounds, ${chromium}, Node ${machine.node}, ${machine.cpu}, ${machine.cores} cores`,
    '',
  ];
  lines.push(row(['', 'page', 'where', 'ms/step', 'min', 'max', 'threads', 'loss at step 20']));
  for (const { who, page, where, msPerStep, threads, loss } of results) {
    const ms = [msPerStep.median, msPerStep.min, msPerStep.max].map((t) => t.toFixed(3));
    lines.push(row([who, who === 'Node' ? `beside ${page}` : page, where, ...ms, String(threads), loss.toFixed(6)]));
  }
  lines.push('', row(['speed of', 'page', 'to', 'median', 'min', 'max', 'of least', 'bar']));
  for (const { speedOf, to, page, speed, ofFastest, bar, verdict } of ratios) {
    const figures = [speed.median, speed.min, speed.max, ofFastest].map((r) => r.toFixed(3));
    lines.push(row([speedOf, page, to, ...figures, bar === null ? '' : `${bar} ${verdict}`]));
  }
  for (const { who, page, reason } of absent) lines.push('', `absent: ${who} (${page}): ${reason}`);
  for (const { who, page, reason } of failed) lines.push('', `failed: ${who} (${page}): ${reason}`);
  for (const { who, page, loss } of disagree) lines.push('', `computes something else: ${who} (${page}), loss ${loss}`);
  return lines.join('\n');
}

const widths = [17, 15, 15, 9, 9, 9, 9, 0];

function row(cells) {
  return cells
    .map((cell, i) => (i < 3 || i === 7 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
    .join('  ')
    .trimEnd();
}
