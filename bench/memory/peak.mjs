/**
 * Preloaded into the process that is measured (`node --import`): at its exit writes the peak resident size in bytes to
 * the file that NEUROFORGE_PEAK names. Linux counts it exactly (VmHWM); elsewhere `getrusage` has to do, which on some
 * systems includes what the process was before it was this program.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const status = '/proc/self/status';

process.on('exit', () => {
  const high = existsSync(status) ? /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(status, 'utf8')) : null;
  const kibibytes = high ? Number(high[1]) : process.resourceUsage().maxRSS;
  writeFileSync(process.env.NEUROFORGE_PEAK, String(1024 * kibibytes));
});
