import { watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { NeuroForgeError } from '../../core/errors.ts';

/** Editors write a file in several steps; the last one counts. */
const settle = 100;
/** Network folders report no changes, so look anyway. */
const often = 1000;

/**
 * Calls `look` after each change in the folder, however an editor makes it, until it answers true or the process is
 * interrupted. `ready` is called once it listens. Throws NF4156 when the folder goes away.
 */
export async function watchFolder(folder: string, look: () => Promise<boolean>, ready: () => void): Promise<void> {
  await new Promise<void>((done, failed) => {
    let busy = false;
    let again = false;
    let soon: NodeJS.Timeout;
    const end = (error?: unknown): void => {
      clearTimeout(soon);
      clearInterval(poll);
      watcher.close();
      process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt);
      if (error) failed(error);
      else done();
    };
    const onInterrupt = (): void => end();
    const run = async (): Promise<void> => {
      again = busy; // a change while looking: look once more
      if (busy) return;
      busy = true;
      try {
        await stat(folder).catch((cause) => {
          throw new NeuroForgeError('NF4156', 'the folder that was watched is gone', { where: folder, cause });
        });
        if (await look()) return end();
      } catch (error) {
        return end(error);
      }
      busy = false;
      if (again) await run();
    };
    const watcher = watch(folder, () => {
      clearTimeout(soon);
      soon = setTimeout(run, settle);
    });
    watcher.on('error', () => {}); // the folder is gone, or there is nothing to watch with: the look says so
    const poll = setInterval(run, often);
    process.on('SIGINT', onInterrupt).on('SIGTERM', onInterrupt);
    ready();
  });
}
