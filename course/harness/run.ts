import ts from 'typescript-api';
import * as library from '../../src/index.ts';
import type { Document } from './document.ts';

export interface Ran {
  /** What each code block printed. */
  readonly printed: readonly string[];
  /** Evaluates an expression where the document's own names are known, and `recorded`. */
  readonly evaluate: (expression: string) => unknown;
}

/** A document's code blocks as one module, with the places where they begin. */
export function moduleSource(document: Document, marked: boolean): string {
  const blocks = document.code.map(({ source }, i) => (marked ? `__block(${i});\n${source}` : source));
  return `${blocks.join('\n')}\n`;
}

/** Runs all blocks in order. They may import from 'neuroforge' and from nowhere else. */
export async function run(document: Document, recorded: unknown): Promise<Ran> {
  const printed: string[] = document.code.map(() => '');
  let current = 0;
  const console = {
    log: (...values: unknown[]) => {
      printed[current] += `${values.map(inspect).join(' ')}\n`;
    },
  };
  const code = ts
    .transpileModule(moduleSource(document, true), {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
    })
    .outputText.replace(/^import \{([^}]*)\} from 'neuroforge';$/gm, (_, names: string) => {
      for (const name of names.split(',').map((n) => n.trim())) {
        if (name !== '' && !(name in library)) throw new Error(`${document.path}: neuroforge exports no ${name}`);
      }
      return `const {${names}} = __library;`;
    })
    .replace(/^export \{\};$/gm, '');
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  const body = `${code}\nreturn (__expression) => eval(__expression);`;
  const started = new AsyncFunction('__library', '__block', 'console', 'recorded', body);
  const block = (i: number) => {
    current = i;
  };
  return { printed, evaluate: await started(library, block, console, recorded) };
}

/** As Node prints it, for the values that chapters print. */
function inspect(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(inspect).join(', ')} ]`;
  return Object.is(value, -0) ? '-0' : String(value);
}

/** What the type checker says of the documents' code, given the library's sources. */
export function typeErrors(documents: readonly Document[], root: string): string[] {
  const files = new Map(documents.map((d) => [`${root}/${d.path}.example.ts`, moduleSource(d, false)]));
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.esnext.disposable.d.ts'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    moduleDetection: ts.ModuleDetectionKind.Force,
    types: ['node'],
    paths: { neuroforge: [`${root}/src/index.ts`] },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, ...rest) => {
    const text = files.get(name);
    return text === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, text, rest[0]);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].flatMap((name) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(name)).map((d) => {
      const at = d.start === undefined ? 0 : (d.file?.getLineAndCharacterOfPosition(d.start).line ?? 0);
      const line = d.file?.text.split('\n')[at] ?? '';
      return `${name}: ${line.trim()}: ${ts.flattenDiagnosticMessageText(d.messageText, ' ')}`;
    }),
  );
}
