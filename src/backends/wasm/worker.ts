/**
 * What a thread of the pool does: waits for its command, runs one function over the shared memory, says that it is
 * done. This file reaches the thread as text (worker.generated.ts), so it imports nothing.
 *
 * Each thread has a slot in `control`; main's is unused. Main writes a command and then its number; the thread spins
 * on that number for `spinTime` milliseconds, then sleeps until main, which sees `parked`, wakes it. Where main has to
 * wait for long it sets `awaited` and sleeps until the thread wakes it.
 */
export const slotLayout = {
  /** A slot in bytes: six cache lines that main writes, then one that the thread writes. */
  bytes: 512,
  // In 32-bit words from the slot's start.
  sequence: 0,
  function: 1,
  count: 2,
  done: 96,
  parked: 97,
  awaited: 98,
  /** The first argument, in 64-bit words from the slot's start. */
  argument: 2,
  arguments: 46,
  /** After all slots, in bytes: parts of a module on their way to the threads, or the words of a failed one. */
  mailbox: 16384,
};

/** In place of a function: a part of a module, (length, total), lies in the mailbox. */
export const loadModule = -1;
/** In place of the number of the last command done. */
export const failed = -1;

export interface WorkerStart {
  readonly control: SharedArrayBuffer;
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  /** The kernels' exports in the order of the pool's numbers. */
  readonly names: readonly string[];
  readonly index: number;
  readonly threads: number;
  readonly spinTime: number;
}

type Call = (...args: unknown[]) => void;

export function serve(start: WorkerStart, ready: () => void): void {
  const { control, memory, module, names, index, threads, spinTime } = start;
  const words = new Int32Array(control);
  const numbers = new Float64Array(control);
  const mailbox = new Uint8Array(control, threads * slotLayout.bytes, slotLayout.mailbox);
  const slot = (index * slotLayout.bytes) / 4;
  const firstArgument = (index * slotLayout.bytes) / 8 + slotLayout.argument;
  const [parked, awaited, done] = [slot + slotLayout.parked, slot + slotLayout.awaited, slot + slotLayout.done];

  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const functions = names.map((name) => kernels[name] as Call);
  // A list for each number of arguments, used again and again; strings keep it a list of any values, whose whole
  // numbers need no memory of their own.
  const lists = Array.from({ length: slotLayout.arguments + 1 }, (_, n) => new Array<unknown>(n).fill(''));
  let loading = new Uint8Array(0);
  let loaded = 0;

  function awaitCommand(seen: number): number {
    for (;;) {
      const end = performance.now() + spinTime;
      do {
        for (let i = 0; i < 64; i++) {
          const now = Atomics.load(words, slot);
          if (now !== seen) return now;
        }
      } while (performance.now() < end);
      Atomics.store(words, parked, 1);
      if (Atomics.load(words, slot) === seen) Atomics.wait(words, parked, 1);
      Atomics.store(words, parked, 0);
    }
  }

  function run(id: number): void {
    const count = words[slot + slotLayout.count];
    const args = lists[count];
    for (let i = 0; i < count; i++) {
      const x = numbers[firstArgument + i];
      const whole = x | 0;
      args[i] = Object.is(x, whole) ? whole : x;
    }
    functions[id].apply(undefined, args);
  }

  function load(): void {
    const length = numbers[firstArgument];
    if (loaded === 0) loading = new Uint8Array(numbers[firstArgument + 1]);
    loading.set(mailbox.subarray(0, length), loaded);
    loaded += length;
    if (loaded < loading.length) return;
    loaded = 0;
    const made = new WebAssembly.Instance(new WebAssembly.Module(loading), { env: { memory }, kernels }).exports;
    for (const value of Object.values(made)) if (typeof value === 'function') functions.push(value as Call);
  }

  ready();
  for (let seen = 0; ; ) {
    seen = awaitCommand(seen);
    try {
      const id = words[slot + slotLayout.function];
      if (id === loadModule) load();
      else run(id);
    } catch (error) {
      const text = String(error).slice(0, 200);
      for (let i = 0; i <= text.length; i++) mailbox[i] = i < text.length ? text.charCodeAt(i) : 0;
      seen = failed;
    }
    Atomics.store(words, done, seen);
    if (Atomics.load(words, awaited) !== 0) Atomics.notify(words, done);
    if (seen === failed) return;
  }
}
