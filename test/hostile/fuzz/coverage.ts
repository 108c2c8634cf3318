import type { Profiler, Session } from 'node:inspector';

/** Which characters of the bundle have run, by V8's own counters: how many blocks were reached, and whether more were. */
export class Coverage {
  readonly #session: Session;
  #reached = new Map<string, Uint8Array>();
  #before: Map<string, Uint8Array> | null = null;

  constructor(session: Session) {
    this.#session = session;
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Characters of code that have run. */
  get reached(): number {
    let n = 0;
    for (const bits of this.#reached.values()) for (const bit of bits) n += bit;
    return n;
  }

  /** Whether code ran since the last call that had never run before. */
  grew(): boolean {
    let more = false;
    this.#before = new Map(this.#reached);
    for (const script of this.#take()) {
      if (!script.url.includes('fuzz-bundle')) continue;
      for (const { ranges } of script.functions) if (this.#mark(script.url, ranges)) more = true;
    }
    return more;
  }

  /** Takes back what the last {@link grew} added, so that the input that did it can be found. */
  forget(): void {
    if (this.#before !== null) this.#reached = this.#before;
  }

  /** Ranges come outermost first; an inner one overrules what is around it. */
  #mark(url: string, ranges: readonly Profiler.CoverageRange[]): boolean {
    const { startOffset: from, endOffset: to, count } = ranges[0];
    if (count === 0) return false;
    const key = `${url}:${from}:${to}`;
    const old = this.#reached.get(key);
    const ran = new Uint8Array(to - from);
    for (const r of ranges) ran.fill(r.count > 0 ? 1 : 0, r.startOffset - from, r.endOffset - from);
    let more = old === undefined;
    if (old !== undefined) {
      for (let i = 0; i < ran.length; i++) {
        if (ran[i] > old[i]) more = true;
        ran[i] |= old[i];
      }
    }
    if (more) this.#reached.set(key, ran);
    return more;
  }

  #take(): readonly Profiler.ScriptCoverage[] {
    let result: readonly Profiler.ScriptCoverage[] = [];
    this.#session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error) throw error;
      result = taken.result;
    });
    return result;
  }
}
