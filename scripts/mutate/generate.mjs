/**
 * Mutants of one source file, from its syntax tree: each is one small mistake of the kind that is made when a backward
 * pass is written by hand. Types, imports, messages of errors and names for people are left alone.
 */
import ts from 'typescript-api';

/** Methods that are mistaken for each other. */
const confused = {
  add: ['sub'],
  sub: ['add', 'rsub'],
  rsub: ['sub'],
  mul: ['div', 'add'],
  div: ['mul', 'sub'],
  maximum: ['minimum'],
  minimum: ['maximum'],
  gt: ['ge', 'lt', 'le'],
  ge: ['gt', 'le'],
  rowSum: ['colSum', 'rowMean', 'rowMax'],
  colSum: ['rowSum', 'colMean', 'colMax'],
  sum: ['mean'],
  mean: ['sum'],
  square: ['abs', 'neg'],
  log: ['exp', 'neg'],
  exp: ['log'],
  relu: ['abs', 'sigmoid', 'neg', 'softplus'],
  sigmoid: ['tanh', 'softplus', 'exp'],
  tanh: ['sigmoid', 'sign', 'exp'],
  softmax: ['sigmoid', 'exp'],
  softplus: ['relu', 'sigmoid'],
  logSumExp: ['rowMax', 'rowSum'],
  axpy: ['set'],
  some: ['every'],
  every: ['some'],
};

/** Methods whose call, left out, leaves a value of the same kind: the forgotten factor or term. */
const droppable = new Set([
  ...['add', 'sub', 'rsub', 'mul', 'div', 'neg', 'square', 'log', 'exp', 'mean', 'sum', 'maximum', 'minimum', 'gt'],
  ...['relu', 'sigmoid', 'tanh', 'softmax', 'softplus', 'rowSum', 'colSum', 'within', 'reshape', 'keep'],
]);

const products = new Set(['matmul', 'addProduct', 'setProduct']);
const ordered = new Set(['matmul', 'sub', 'div', 'gt', 'ge']);

/** Properties that are mistaken for each other. */
const confusedProperties = { rows: ['cols', 'size'], cols: ['rows', 'size'], size: ['rows', 'cols'] };

const operators = {
  '+': ['-'],
  '-': ['+'],
  '*': ['/', '+'],
  '/': ['*'],
  '<': ['<=', '>'],
  '<=': ['<'],
  '>': ['>=', '<'],
  '>=': ['>'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
  '+=': ['-=', '='],
  '-=': ['+='],
};

/** Comparisons of guards, the other way round. */
const turned = { '<': '>', '>': '<', '<=': '>', '>=': '<', '===': '!==', '!==': '===' };

/** Parameters' names, swapped for each other. */
const names = { W: 'b', b: 'W' };

/**
 * @param {string} file name for messages
 * @param {string} source
 * @returns {{ file: string, line: number, operator: string, before: string, after: string, source: string }[]}
 */
export function mutantsOf(file, source) {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true);
  const found = new Map();

  const replace = (node, text, operator) => {
    const [from, to] = [node.getStart(tree), node.getEnd()];
    const mutated = source.slice(0, from) + text + source.slice(to);
    if (mutated === source || found.has(mutated)) return;
    const lineStart = source.lastIndexOf('\n', from) + 1;
    const lineEnd = source.indexOf('\n', to);
    found.set(mutated, {
      file,
      line: tree.getLineAndCharacterOfPosition(from).line + 1,
      operator,
      before: squeezed(source.slice(lineStart, lineEnd)),
      after: squeezed(source.slice(lineStart, from) + text + source.slice(to, lineEnd)),
      source: mutated,
    });
  };

  const checks = checksIn(tree);
  const visit = (node) => {
    if (leftAlone(node) || isCheckCall(node, checks)) return;
    if (ts.isIfStatement(node) && isGuard(node)) {
      guard(node, replace);
      return;
    }
    for (const mutate of mutators) mutate(node, replace);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return [...found.values()];
}

function squeezed(text) {
  return text.replace(/\s+/g, ' ').trim();
}

/** Types, imports, thrown errors and names for people change no number. */
function leftAlone(node) {
  return (
    ts.isImportDeclaration(node) ||
    ts.isTypeNode(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isThrowStatement(node) ||
    node.getText() === 'this.name = name;' ||
    (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && ['name', 'config'].includes(node.name.text))
  );
}

/** `if (...) throw`: a check of what a caller gave. */
function isGuard(node) {
  const body = ts.isBlock(node.thenStatement) ? node.thenStatement.statements : [node.thenStatement];
  return body.length === 1 && ts.isThrowStatement(body[0]);
}

/** Names of the functions that do nothing but guard. */
function checksIn(tree) {
  const names = new Set();
  const visit = (node) => {
    const isFunction = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node);
    if (
      isFunction &&
      node.body?.statements.length > 0 &&
      node.body.statements.every((s) => ts.isIfStatement(s) && isGuard(s))
    ) {
      names.add(node.name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return names;
}

/** `this.#check(...);`, alone or under an `if`: a guard too, whose condition is where it is written. */
function isCheckCall(node, checks) {
  if (ts.isIfStatement(node)) return !node.elseStatement && isCheckCall(node.thenStatement, checks);
  if (!ts.isExpressionStatement(node) || !ts.isCallExpression(node.expression)) return false;
  const called = node.expression.expression;
  return checks.has(ts.isPropertyAccessExpression(called) ? called.name.text : called.text);
}

/**
 * A guard that lets too much through changes no number on valid input; the tests of errors hold that. A guard that
 * refuses what is valid does: the whole condition negated, and each part of it.
 */
function guard(node, replace) {
  replace(node.expression, `!(${node.expression.getText()})`, 'guard inverted');
  const parts = (e) => {
    if (ts.isBinaryExpression(e) && ['&&', '||'].includes(e.operatorToken.getText())) {
      parts(e.left);
      parts(e.right);
    } else if (ts.isParenthesizedExpression(e)) parts(e.expression);
    else if (ts.isPrefixUnaryExpression(e) && e.getText().startsWith('!')) {
      if (ts.isParenthesizedExpression(e.operand)) parts(e.operand);
      else replace(e, e.operand.getText(), 'guard inverted');
    } else {
      if (e !== node.expression) replace(e, `!(${e.getText()})`, 'guard inverted');
      if (ts.isBinaryExpression(e) && Object.hasOwn(turned, e.operatorToken.getText())) {
        replace(e.operatorToken, turned[e.operatorToken.getText()], 'guard inverted');
      }
    }
  };
  parts(node.expression);
}

/** The method's name node if this is a call `receiver.method(...)`. */
function method(node) {
  return ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) ? node.expression.name : null;
}

const mutators = [
  function methodSwapped(node, replace) {
    const name = method(node);
    for (const other of (name && Object.hasOwn(confused, name.text) && confused[name.text]) || []) {
      replace(name, other, 'method swapped');
    }
  },

  function termDropped(node, replace) {
    const name = method(node);
    if (!name || !droppable.has(name.text)) return;
    const receiver = node.expression.expression.getText();
    replace(node, receiver, 'term dropped');
    const [first] = node.arguments;
    if (first && !ts.isNumericLiteral(first) && node.arguments.length === 1 && !receiver.includes('ctx.grad')) {
      replace(node, first.getText(), 'term dropped');
    }
  },

  function operandsSwapped(node, replace) {
    const name = method(node);
    if (!name || !ordered.has(name.text) || node.arguments.length !== 1) return;
    const [first] = node.arguments;
    if (ts.isNumericLiteral(first)) return;
    const receiver = node.expression.expression;
    replace(node, `(${first.getText()}).${name.text}(${receiver.getText()})`, 'operands swapped');
  },

  function argumentsSwapped(node, replace) {
    if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return;
    const made = ts.isNewExpression(node) ? 'new ' : '';
    for (let i = 0; i + 1 < (node.arguments?.length ?? 0); i++) {
      const texts = node.arguments.map((a) => a.getText());
      [texts[i], texts[i + 1]] = [texts[i + 1], texts[i]];
      replace(node, `${made}${node.expression.getText()}(${texts.join(', ')})`, 'arguments swapped');
    }
  },

  function transposeToggled(node, replace) {
    if (ts.isPropertyAccessExpression(node) && node.name.text === 'T') {
      replace(node, node.expression.getText(), 'transpose dropped');
    }
    const name = method(node);
    if (!name || !products.has(name.text)) return;
    const isTransposed = (e) => ts.isPropertyAccessExpression(e) && e.name.text === 'T';
    for (const a of node.arguments.slice(0, 2)) {
      if (!isTransposed(a) && !ts.isNumericLiteral(a)) replace(a, `${a.getText()}.T`, 'transpose added');
    }
    const receiver = node.expression.expression;
    if (name.text === 'matmul' && !isTransposed(receiver))
      replace(receiver, `${receiver.getText()}.T`, 'transpose added');
  },

  function operatorSwapped(node, replace) {
    if (!ts.isBinaryExpression(node)) return;
    const token = node.operatorToken;
    for (const other of operators[token.getText()] ?? []) replace(token, other, 'operator swapped');
    if (['-', '/'].includes(token.getText())) {
      replace(node, `${node.right.getText()} ${token.getText()} ${node.left.getText()}`, 'operands swapped');
    }
    if (['+', '-', '*', '/'].includes(token.getText())) replace(node, node.left.getText(), 'term dropped');
    if (token.getText() === '??') {
      replace(node, node.left.getText(), 'default dropped');
      replace(node, node.right.getText(), 'default always');
    }
    if (token.getText() === 'instanceof') replace(node, `!(${node.getText()})`, 'condition inverted');
  },

  function signFlipped(node, replace) {
    if (!ts.isPrefixUnaryExpression(node)) return;
    if (node.operator === ts.SyntaxKind.MinusToken || node.operator === ts.SyntaxKind.ExclamationToken) {
      replace(
        node,
        node.operand.getText(),
        node.operator === ts.SyntaxKind.MinusToken ? 'sign flipped' : 'condition inverted',
      );
    }
  },

  function constantChanged(node, replace) {
    if (!ts.isNumericLiteral(node)) return;
    const value = Number(node.text);
    const changed = value === 0 ? ['1', '-1'] : value === 1 ? ['2', '0'] : [String(value + 1), String(value / 2)];
    for (const other of changed) replace(node, other, 'constant changed');
  },

  function flagFlipped(node, replace) {
    if (node.kind === ts.SyntaxKind.TrueKeyword) replace(node, 'false', 'flag flipped');
    if (node.kind === ts.SyntaxKind.FalseKeyword) replace(node, 'true', 'flag flipped');
  },

  function propertySwapped(node, replace) {
    if (!ts.isPropertyAccessExpression(node) || (ts.isCallExpression(node.parent) && node.parent.expression === node))
      return;
    const { text } = node.name;
    for (const other of (Object.hasOwn(confusedProperties, text) && confusedProperties[text]) || []) {
      replace(node.name, other, 'property swapped');
    }
  },

  function branchTaken(node, replace) {
    if (ts.isConditionalExpression(node)) {
      const [c, a, b] = [node.condition, node.whenTrue, node.whenFalse].map((n) => n.getText());
      replace(node, `${c} ? ${b} : ${a}`, 'branches swapped');
      replace(node, a, 'branch always');
      replace(node, b, 'branch never');
    }
    if (ts.isIfStatement(node)) {
      replace(node.expression, `!(${node.expression.getText()})`, 'condition inverted');
      replace(node.expression, 'true', 'branch always');
      replace(node.expression, 'false', 'branch never');
    }
  },

  function statementDropped(node, replace) {
    if (ts.isExpressionStatement(node)) replace(node, ';', 'statement dropped');
  },

  function increment(node, replace) {
    if (ts.isPostfixUnaryExpression(node) && !ts.isForStatement(node.parent)) {
      const up = node.operator === ts.SyntaxKind.PlusPlusToken;
      replace(node, `${node.operand.getText()}${up ? '--' : '++'}`, 'operator swapped');
    }
  },

  function nothingReturned(node, replace) {
    const returned = ts.isReturnStatement(node) ? node.expression : ts.isArrowFunction(node) ? node.body : undefined;
    if (!returned || ts.isBlock(returned) || returned.getText() === 'null') return;
    replace(returned, 'null', 'null returned');
  },

  function nameSwapped(node, replace) {
    if (!ts.isStringLiteral(node) || !ts.isCallExpression(node.parent)) return;
    const other = Object.hasOwn(names, node.text) ? names[node.text] : null;
    if (other) replace(node, `'${other}'`, 'parameter swapped');
  },

  function textDropped(node, replace) {
    if (!ts.isTemplateExpression(node)) return;
    const spans = node.templateSpans.map((s) => `\${${s.expression.getText()}}`);
    replace(node, `\`${spans.join('')}\``, 'text dropped');
    spans.forEach((_, i) => replace(node, `\`${spans.filter((_, j) => j !== i).join('/')}x\``, 'text dropped'));
  },

  function entryDropped(node, replace) {
    if (!ts.isObjectLiteralExpression(node) || !ts.isCallExpression(node.parent)) return;
    node.properties.forEach((_, i) => {
      const kept = node.properties.filter((_, j) => j !== i).map((p) => p.getText());
      replace(node, `{ ${kept.join(', ')} }`, 'entry dropped');
    });
  },

  function entriesSwapped(node, replace) {
    if (!ts.isObjectLiteralExpression(node) || node.properties.length < 2) return;
    const values = node.properties.map((p) => (ts.isPropertyAssignment(p) ? p.initializer : null));
    if (!values.every((v) => v && (ts.isIdentifier(v) || ts.isArrowFunction(v) || ts.isCallExpression(v)))) return;
    values.forEach((v, i) => {
      for (const by of [1, 2]) replace(v, values[(i + by) % values.length].getText(), 'entries swapped');
    });
  },
];
