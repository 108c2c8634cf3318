/**
 * oneDNN before 3.11.2 points the stack register at heap memory inside its matrix products on x64
 * (uxlfoundation/oneDNN#4845): a signal that is handled there, Ctrl-C or a resized terminal, corrupts the heap. So the
 * thread that calls it takes no signals that may come at any time; Node's other threads take them, and its handlers
 * may run on any. A profiler samples by signals to this very thread: under one they are held back call by call.
 */

type Call = (...args: (number | bigint | string | null)[]) => number;
/** The part of koffi that this needs. */
interface Native {
  load(file: string | null): { func(declaration: string): unknown };
  address(value: Uint8Array): bigint | null;
}

/** Raised by what a thread itself does: holding them back helps nobody. ILL TRAP ABRT BUS FPE SEGV SYS. */
const synchronous = [4, 5, 6, 7, 8, 11, 31];
const [BLOCK, SET] = [0, 2]; // SIG_BLOCK, SIG_SETMASK on Linux

/** True for what samples this thread by signals, as Node's own flags and the inspector do. */
export function underProfiler(
  flags: readonly string[] = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)],
): boolean {
  return flags.some((flag) => /^--(cpu-prof|prof|inspect)/.test(flag));
}

/** Linux: all signals that may come at any time, as a sigset_t. */
function asynchronous(): Uint8Array {
  const set = new Uint8Array(128).fill(255);
  for (const signal of synchronous) set[(signal - 1) >> 3] &= ~(1 << ((signal - 1) & 7));
  return set;
}

/**
 * Wraps the products of a library that signals would break: holds signals back for good, or, under a profiler, for the
 * length of each call (1 to 2 microseconds more). Threads that the library starts inherit it.
 */
export function withoutSignals<A extends unknown[]>(
  koffi: Native,
  call: (...args: A) => void,
  eachCall: boolean = underProfiler(),
): (...args: A) => void {
  const declaration = 'int pthread_sigmask(int how, uintptr_t set, uintptr_t old)';
  const mask = koffi.load(null).func(declaration) as Call;
  const [set, before] = [asynchronous(), new Uint8Array(128)];
  const [setAt, beforeAt] = [Number(koffi.address(set)), Number(koffi.address(before))];
  if (!eachCall) {
    mask(BLOCK, setAt, 0);
    return call;
  }
  held.push(set, before);
  return (...args) => {
    mask(BLOCK, setAt, beforeAt);
    try {
      call(...args);
    } finally {
      mask(SET, beforeAt, 0);
    }
  };
}

/** Memory whose address C code keeps is not to be collected. */
const held: Uint8Array[] = [];
