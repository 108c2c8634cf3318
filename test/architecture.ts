import { dirname, join, normalize } from 'node:path/posix';
import ts from 'typescript-api';

/** Data flow one way: a folder imports only folders of lower ranks. Two folders of one rank do not import each other. */
export const ranks: Readonly<Record<string, number>> = {
  'src/core': 0,
  'src/platform': 0,
  'src/backends': 1,
  'src/tensor': 2,
  'src/data': 3,
  'src/layers': 4,
  'src/losses': 4,
  'src/models': 5,
  'src/optim': 5,
  'src/io': 6,
  'src/verify': 7,
  'src/train': 8,
  'src/distill': 9,
  'src/moe': 9,
  'src/doctor': 9,
  'src/charts': 10,
  experiments: 10,
  course: 10,
  'src/cli': 11,
  'src/worker': 11,
  lab: 11,
  // Tools beside the product: they may import all of it, and nothing imports them.
  bench: 12,
};

/**
 * Imports within a rank: platforms fail with the error class of core; chapters and experiments draw with charts; the
 * lab trains through the worker that every page can have.
 */
export const within: Readonly<Record<string, readonly string[]>> = {
  'src/platform': ['src/core'],
  experiments: ['src/charts'],
  course: ['src/charts'],
  lab: ['src/worker'],
};

/** From this rank on, packages and `node:` may be imported and `Math` is free. */
const free = 10;
/** Packages that folders below that rank import. */
const packages: Readonly<Record<string, readonly string[]>> = {
  'src/data': ['csv-parse', 'fflate'],
  'src/platform': ['koffi'],
};
const nodeFolder = 'src/platform';
/** The public API on one page. */
const exempt = ['src/index.ts'];

/** What IEEE 754 or the language defines to the last bit. */
const exactMath = ['abs', 'sqrt', 'fround', 'imul', 'clz32', 'floor', 'min', 'max'];
const mathConstants = ['PI', 'E', 'SQRT2', 'SQRT1_2', 'LN2', 'LN10', 'LOG2E', 'LOG10E'];
/** Below this rank a result depends on its inputs alone: no clock, no chance. */
const clocked = 8;
const clocks = ['Date', 'performance'];
const chances = ['getRandomValues', 'randomUUID'];
/** How long threads wait for each other decides who computes, never what: these may read a clock. */
const waiting = ['src/backends/wasm/balance.ts', 'src/backends/wasm/pool.ts', 'src/backends/wasm/worker.ts'];

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly rule: 'rank' | 'node' | 'package' | 'cycle' | 'math' | 'clock' | 'folder';
  readonly text: string;
}

interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** Every breach of the table among `files`, given as path -> text. */
export function violations(files: ReadonlyMap<string, string>): Violation[] {
  const found: Violation[] = [];
  const graph = new Map<string, { to: string; line: number }[]>();
  for (const [file, text] of files) {
    if (isTest(file) || exempt.includes(file)) continue;
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const folder = folderOf(file);
    if (folder === null) {
      found.push({ file, line: 1, rule: 'folder', text: 'lies in no folder that has a rank' });
      continue;
    }
    const edges: { to: string; line: number }[] = [];
    for (const { specifier, line } of importsOf(source)) {
      if (specifier.startsWith('.')) {
        const to = normalize(join(dirname(file), specifier));
        edges.push({ to, line });
        const breach = againstRank(folder, to);
        if (breach) found.push({ file, line, rule: 'rank', text: breach });
      } else {
        const breach = outside(folder, specifier);
        if (breach) found.push({ file, line, ...breach });
      }
    }
    graph.set(file, edges);
    if (ranks[folder] < free && !file.startsWith('src/backends/wasm/kernels/'))
      found.push(...inexact(file, source, folder));
  }
  return [...found, ...cycles(graph)];
}

function isTest(file: string): boolean {
  return /\.test\.tsx?$/.test(file);
}

function folderOf(path: string): string | null {
  const parts = path.split('/');
  const folder = parts[0] === 'src' ? parts.slice(0, 2).join('/') : parts[0];
  return folder in ranks && folder !== path ? folder : null;
}

function againstRank(folder: string, to: string): string | null {
  const target = folderOf(to);
  if (isTest(to)) return `imports the test ${to}`;
  if (target === folder) return null;
  if (target === null) return ranks[folder] >= free ? null : `imports ${to}, which has no rank`;
  if (ranks[target] < ranks[folder] || within[folder]?.includes(target)) return null;
  return `rank ${ranks[folder]} imports ${to} of rank ${ranks[target]}`;
}

function outside(folder: string, specifier: string): Pick<Violation, 'rule' | 'text'> | null {
  if (ranks[folder] >= free) return null;
  if (specifier.startsWith('node:')) {
    return folder === nodeFolder ? null : { rule: 'node', text: `imports ${specifier} outside ${nodeFolder}` };
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  return packages[folder]?.includes(name) ? null : { rule: 'package', text: `imports the package ${specifier}` };
}

/** Static and dynamic imports, re-exports, `import('x').T`, `require`; type-only ones count. */
function importsOf(source: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node | undefined): void => {
    if (node && ts.isStringLiteralLike(node)) found.push({ specifier: node.text, line: lineOf(source, node) });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    else if (ts.isExternalModuleReference(node)) add(node.expression);
    else if (ts.isCallExpression(node)) {
      const { expression } = node;
      const loads = expression.kind === ts.SyntaxKind.ImportKeyword || expression.getText(source) === 'require';
      if (loads) add(node.arguments[0]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Uses of `Math` that engines may round differently, of `**`, and below rank 8 of clocks and chance. */
function inexact(file: string, source: ts.SourceFile, folder: string): Violation[] {
  const found: Violation[] = [];
  const report = (node: ts.Node, rule: 'math' | 'clock', text: string): void => {
    found.push({ file, line: lineOf(source, node), rule, text });
  };
  const clockless = ranks[folder] < clocked && !waiting.includes(file);
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && isReference(node)) {
      const { parent } = node;
      if (node.text === 'Math') {
        const member = ts.isPropertyAccessExpression(parent) && parent.expression === node ? parent.name.text : null;
        if (member === null) report(node, 'math', 'Math other than by its member, Math.name');
        else if (![...exactMath, ...mathConstants].includes(member)) report(node, 'math', `Math.${member}`);
      } else if (clockless && clocks.includes(node.text)) report(node, 'clock', node.text);
    }
    if (ts.isIdentifier(node) && ranks[folder] < clocked && chances.includes(node.text))
      report(node, 'clock', node.text);
    if (ts.isBinaryExpression(node) && isPower(node) && !(isInteger(node.left) && isInteger(node.right))) {
      report(node, 'math', '** of other than whole literals');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** A use of the global of that name: neither a member of something else, nor a key, nor declared here. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return isGlobalThis(parent.expression);
  if (ts.isQualifiedName(parent) || ts.isTypeReferenceNode(parent)) return false;
  return !('name' in parent && parent.name === node);
}

function isGlobalThis(node: ts.Expression): boolean {
  return ts.isIdentifier(node) && ['globalThis', 'window', 'self'].includes(node.text);
}

function isPower(node: ts.BinaryExpression): boolean {
  const { kind } = node.operatorToken;
  return kind === ts.SyntaxKind.AsteriskAsteriskToken || kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken;
}

/** 2 or -149 or 2n: whole literals, whose powers the tests compare with their digits where it matters. */
function isInteger(node: ts.Expression): boolean {
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) return isInteger(node.operand);
  return ts.isBigIntLiteral(node) || (ts.isNumericLiteral(node) && Number.isInteger(Number(node.text)));
}

function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

/** The edges that close a cycle in a depth-first walk, each with its cycle: none if and only if there is no cycle. */
function cycles(graph: ReadonlyMap<string, readonly { to: string; line: number }[]>): Violation[] {
  const found: Violation[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const path: string[] = [];
  const visit = (file: string): void => {
    state.set(file, 'open');
    path.push(file);
    for (const { to, line } of graph.get(file) ?? []) {
      if (!graph.has(to)) continue;
      if (state.get(to) === 'open') {
        const cycle = [...path.slice(path.indexOf(to)), to];
        found.push({ file, line, rule: 'cycle', text: cycle.join(' -> ') });
      } else if (!state.has(to)) visit(to);
    }
    path.pop();
    state.set(file, 'done');
  };
  for (const file of graph.keys()) if (!state.has(file)) visit(file);
  return found;
}
