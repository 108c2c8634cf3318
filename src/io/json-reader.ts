import { NeuroForgeError } from '../core/errors.ts';

/** As deep as serde_json goes, which the reference reader of safetensors is built on. */
const deepest = 127;

const ascii = (text: string): number => text.charCodeAt(0);
const quote = ascii('"');
const backslash = ascii('\\');
const simpleEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * JSON (RFC 8259) read from UTF-8 bytes, one value at a time as the caller asks for it: what is skipped takes no
 * memory, duplicate keys are seen, integers stay exact, and every refusal names the byte. Throws NF2223 for what is
 * no JSON, NF2224 for JSON of another kind than was asked for, NF2227 for a key that comes twice in one object.
 */
export class JsonReader {
  readonly #bytes: Uint8Array;
  readonly #where: string;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #at = 0;
  #depth = 0;

  constructor(bytes: Uint8Array, where: string) {
    this.#bytes = bytes;
    this.#where = where;
  }

  /** Index of the next byte. */
  get position(): number {
    return this.#at;
  }

  /** What comes next, nothing taken: `{ [ " - 0 t f n`, a digit as `0`. */
  peek(): string {
    this.#space();
    const c = this.#bytes[this.#at];
    return c === undefined ? '' : c >= 48 && c <= 57 ? '0' : String.fromCharCode(c);
  }

  /** An object; `member` must take the value of each key. */
  object(what: string, member: (key: string) => void): void {
    this.#expect('{', what, 'an object');
    const seen = new Set<string>();
    this.#list('}', () => {
      if (this.peek() !== '"') this.#malformed('a key in double quotes');
      const start = this.#at;
      const key = this.string('a key');
      if (seen.has(key)) {
        throw new NeuroForgeError('NF2227', `the key ${brief(key)} comes twice in ${what}`, {
          where: `${this.#where}, byte ${start}`,
          hint: 'whoever reads it would have to guess which one is meant: save the file anew',
        });
      }
      seen.add(key);
      if (this.peek() !== ':') this.#malformed('":"');
      this.#at++;
      member(key);
    });
  }

  /** An array; `item` must take each value. */
  array(what: string, item: (index: number) => void): void {
    this.#expect('[', what, 'an array');
    let index = 0;
    this.#list(']', () => item(index++));
  }

  #list(end: string, next: () => void): void {
    if (++this.#depth > deepest) this.#malformed(`at most ${deepest} brackets within each other`);
    this.#at++;
    if (this.peek() !== end) {
      for (;;) {
        next();
        const c = this.peek();
        if (c === end) break;
        if (c !== ',') this.#malformed(`"," or "${end}"`);
        this.#at++;
      }
    }
    this.#at++;
    this.#depth--;
  }

  string(what: string): string {
    this.#expect('"', what, 'a string');
    let from = ++this.#at;
    let text = '';
    for (;;) {
      const c = this.#bytes[this.#at];
      if (c === undefined) this.#malformed('the end of a string');
      if (c === quote || c === backslash) {
        text += this.#decode(from, this.#at++);
        if (c === quote) return text;
        text += this.#escape();
        from = this.#at;
      } else if (c < 0x20) this.#malformed('no control characters in a string');
      else this.#at++;
    }
  }

  #decode(from: number, to: number): string {
    if (from === to) return '';
    try {
      return this.#utf8.decode(this.#bytes.slice(from, to)); // slice: a decoder refuses shared memory
    } catch {
      this.#at = from;
      return this.#malformed('UTF-8');
    }
  }

  #escape(): string {
    const c = String.fromCharCode(this.#bytes[this.#at++] ?? 0);
    if (c !== 'u') return simpleEscapes[c] ?? this.#malformed('an escape that JSON has');
    const high = this.#hex4();
    if (high < 0xd800 || high > 0xdfff) return String.fromCharCode(high);
    const follows = this.#bytes[this.#at] === backslash && this.#bytes[this.#at + 1] === ascii('u');
    this.#at += 2;
    const low = follows && high < 0xdc00 ? this.#hex4() : 0;
    if (low < 0xdc00 || low > 0xdfff) this.#malformed('both halves of a surrogate pair');
    return String.fromCharCode(high, low);
  }

  #hex4(): number {
    const digits = String.fromCharCode(...this.#bytes.subarray(this.#at, this.#at + 4));
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#malformed('four hexadecimal digits');
    this.#at += 4;
    return Number.parseInt(digits, 16);
  }

  /** A whole number from 0 to 2^64 - 1, written without sign, fraction and exponent. */
  unsigned(what: string): bigint {
    if (!'-0'.includes(this.peek() || ' ')) this.#wrongKind(what, 'a whole number');
    const start = this.#at;
    const text = this.#number();
    if (!/^\d+$/.test(text) || text.length > 20 || BigInt(text) >= 2n ** 64n) {
      this.#at = start;
      this.#wrongKind(what, 'a whole number from 0 to 2^64 - 1');
    }
    return BigInt(text);
  }

  #number(): string {
    const start = this.#at;
    while (this.#at < this.#bytes.length && '+-.0123456789eE'.includes(String.fromCharCode(this.#bytes[this.#at]))) {
      this.#at++;
    }
    let text = '';
    for (let i = start; i < this.#at; i += 1024) {
      text += String.fromCharCode(...this.#bytes.subarray(i, Math.min(i + 1024, this.#at)));
    }
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) || !Number.isFinite(Number(text))) {
      this.#at = start;
      this.#malformed('a number');
    }
    return text;
  }

  /** Takes `null`; false, nothing taken, if something else comes. */
  null(): boolean {
    if (this.peek() !== 'n') return false;
    this.#word('null');
    return true;
  }

  /** A value of any kind, as JSON.parse has it; objects have no prototype, so `__proto__` is a key like others. */
  value(): unknown {
    const next = this.peek();
    if (next === '"') return this.string('a string');
    if (next === '-' || next === '0') return Number(this.#number());
    if (next === '[') {
      const items: unknown[] = [];
      this.array('an array', () => items.push(this.value()));
      return items;
    }
    if (next === '{') {
      const members: Record<string, unknown> = Object.create(null);
      this.object('an object', (key) => {
        members[key] = this.value();
      });
      return members;
    }
    this.skip();
    return next === 'n' ? null : next === 't';
  }

  /** Passes over one value of any kind, checking that it is one. */
  skip(): void {
    const next = this.peek();
    if (next === '{') this.object('an object', () => this.skip());
    else if (next === '[') this.array('an array', () => this.skip());
    else if (next === '"') this.string('a string');
    else if (next === '-' || next === '0') this.#number();
    else this.#word(next === 't' ? 'true' : next === 'f' ? 'false' : 'null');
  }

  #word(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.#bytes[this.#at + i] !== word.charCodeAt(i)) this.#malformed('a value');
    }
    this.#at += word.length;
  }

  /** Nothing but white space may be left. */
  end(): void {
    if (this.peek() !== '') this.#malformed('nothing after the value');
  }

  #space(): void {
    for (;;) {
      const c = this.#bytes[this.#at];
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
      this.#at++;
    }
  }

  #expect(first: string, what: string, kind: string): void {
    if (this.peek() !== first) this.#wrongKind(what, kind);
  }

  #wrongKind(what: string, kind: string): never {
    if (this.peek() === '' || !'{["-0tfn'.includes(this.peek())) this.#malformed('a value');
    throw new NeuroForgeError('NF2224', `${what} should be ${kind}`, {
      where: `${this.#where}, byte ${this.#at}`,
      expected: kind,
      got: this.#shown(),
    });
  }

  #malformed(expected: string): never {
    throw new NeuroForgeError('NF2223', 'this is not valid JSON', {
      where: `${this.#where}, byte ${this.#at}`,
      expected,
      got: this.#shown(),
      hint: 'the file is damaged, or of another kind',
    });
  }

  #shown(): string {
    const next = this.#bytes.subarray(this.#at, this.#at + 12);
    return next.length === 0 ? 'the end' : brief(String.fromCharCode(...next));
  }
}

/** A name from a file as a message may show it: quoted, escaped, at most 60 characters. */
export function brief(name: string): string {
  const text = JSON.stringify(name.length > 60 ? name.slice(0, 60) + '…' : name);
  return text.replace(
    /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
