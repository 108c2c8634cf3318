import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, expect } from 'vitest';

export const main: string = resolve(process.env.NEUROFORGE_CLI ?? 'dist/cli/main.js');
if (!existsSync(main)) throw new Error(`${main} is not there: npm run build`);

// biome-ignore lint/suspicious/noExplicitAny: documents of every kind, held against their schemas
export type Json = Record<string, any>;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of its own, gone when the file's tests are over, and the command line in it, off a terminal. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'neuroforge-cli-'));

  constructor() {
    afterAll(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content);
    return name;
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** Runs to the end. `onStderr` may act on the process while it runs. */
  run(
    args: readonly string[],
    options: {
      env?: Record<string, string>;
      cwd?: string;
      onStderr?: (text: string, kill: NodeJS.Process['kill']) => void;
    } = {},
  ): Promise<Ended> {
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: this.folder,
      // Windows' name of it, and what no program starts without there.
      USERPROFILE: this.folder,
      ...(process.env.SystemRoot ? { SystemRoot: process.env.SystemRoot } : {}),
      NEUROFORGE_CACHE: join(this.folder, 'cache'),
      LANG: 'C.UTF-8',
      ...options.env,
    };
    return new Promise((done, failed) => {
      const child = spawn(process.execPath, [main, ...args], {
        cwd: options.cwd ?? this.folder,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text) => {
        stdout += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text) => {
        stderr += text;
        options.onStderr?.(stderr, ((_: number, signal: NodeJS.Signals) =>
          child.kill(signal)) as NodeJS.Process['kill']);
      });
      child.on('error', failed);
      child.on('close', (code) => done({ code, stdout, stderr }));
    });
  }

  /** Runs with --json: one document on stdout that its schema describes, and the exit code that is expected. */
  async json(args: readonly string[], code = 0, env: Record<string, string> = {}): Promise<Json> {
    const ended = await this.run([...args, '--json'], { env });
    expect(ended, args.join(' ')).toMatchObject({ code });
    const document = JSON.parse(ended.stdout);
    conforms(document);
    return document;
  }

  /** Runs into a refusal: exit 2, nothing on stdout, and an error that reads as `expected`; answers its text. */
  async refused(args: readonly string[], ...expected: (RegExp | string)[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    expect({ code, stdout, stderr }, args.join(' ')).toMatchObject({ code: 2, stdout: '' });
    expect(stderr, args.join(' ')).toMatch(/^error NF\d{4} {2}\S/m);
    expect(stderr).not.toMatch(/\bat .*\.js:\d+/);
    for (const part of expected) expect(stderr, args.join(' ')).toMatch(part);
    return stderr;
  }
}

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });

export function schemaOf(name: string): object {
  return JSON.parse(readFileSync(`schemas/${name}.schema.json`, 'utf8'));
}

/** What the document's own schema has against it; empty when all is well. */
export function violations(document: Record<string, unknown>): string[] {
  const name = /^neuroforge\/([a-z-]+)@1$/.exec(String(document.schema))?.[1];
  if (name === undefined) return [`no schema is called ${document.schema}`];
  const validate = ajv.getSchema(`neuroforge/${name}@1`) ?? ajv.compile(schemaOf(name));
  validate(document);
  return (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
}

export function conforms(document: Record<string, unknown>): void {
  expect(violations(document), JSON.stringify(document).slice(0, 400)).toEqual([]);
}

/** A CSV table of three kinds that a line can tell apart; the numbers are the same every time. */
export function kindsCsv(rows = 90, header = 'a,b,kind'): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const k = i % 3;
    const wobble = (((i * 7919) % 101) - 50) / 60;
    return `${(3 * k + wobble).toFixed(3)},${(-k - wobble / 2).toFixed(3)},${['red', 'green', 'blue'][k]}`;
  });
  return `${header === '' ? '' : `${header}\n`}${lines.join('\n')}\n`;
}
