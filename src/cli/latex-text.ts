/** A wide space that survives until the formula is done. */
const gap = '\u0001';
/** Signs that stand between two things. */
const infix = /^[·×⊙⊗⊕±≤≥<>≠≈~≡∝∈→←⇒↦]$/;

/** Commands of LaTeX that are one sign or one word in a line of text. */
const signs: Readonly<Record<string, string>> = {
  ...{ alpha: 'α', beta: 'β', gamma: 'γ', delta: 'δ', epsilon: 'ε', varepsilon: 'ε', zeta: 'ζ', eta: 'η', theta: 'θ' },
  ...{ kappa: 'κ', lambda: 'λ', mu: 'μ', nu: 'ν', xi: 'ξ', pi: 'π', rho: 'ρ', sigma: 'σ', tau: 'τ', phi: 'φ' },
  ...{ varphi: 'φ', chi: 'χ', psi: 'ψ', omega: 'ω', Gamma: 'Γ', Delta: 'Δ', Theta: 'Θ', Lambda: 'Λ', Sigma: 'Σ' },
  ...{ Phi: 'Φ', Psi: 'Ψ', Omega: 'Ω', ell: 'ℓ', partial: '∂', nabla: '∇', infty: '∞', sum: 'Σ', prod: 'Π' },
  ...{ cdot: '·', times: '×', odot: '⊙', otimes: '⊗', oplus: '⊕', pm: '±', le: '≤', leq: '≤', ge: '≥', geq: '≥' },
  ...{ lt: '<', gt: '>', ne: '≠', neq: '≠', approx: '≈', sim: '~', equiv: '≡', propto: '∝', in: '∈', to: '→' },
  ...{ rightarrow: '→', leftarrow: '←', Rightarrow: '⇒', mapsto: '↦', langle: '⟨', rangle: '⟩', lvert: '|' },
  ...{ rvert: '|', lVert: '‖', rVert: '‖', lfloor: '⌊', rfloor: '⌋', ldots: '…', dots: '…', cdots: '…', vdots: '⋮' },
  ...{ top: 'ᵀ', ast: '*', star: '*', circ: '∘', quad: gap, qquad: gap, thinspace: ' ', left: '', right: '' },
  ...{ limits: '', displaystyle: '', textstyle: '', big: '', Big: '', bigl: '', bigr: '', Bigl: '', Bigr: '' },
};
/** Commands whose argument stands for itself. */
const plain = ['text', 'mathrm', 'mathbf', 'mathit', 'boldsymbol', 'operatorname', 'mathcal', 'mathbb'];
const accents: Readonly<Record<string, string>> = { hat: '\u0302', bar: '\u0304', tilde: '\u0303', dot: '\u0307' };
const superscripts = new Map([...'0123456789+-=()nijkTx'].map((c, i) => [c, [...'⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱʲᵏᵀˣ'][i]]));
const subscripts = new Map(
  [...'0123456789+-=()aehijklmnoprstuvx'].map((c, i) => [c, [...'₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ'][i]]),
);

/** One token of a formula: a command without its backslash, a brace group's text, or one character. */
type Token = { readonly kind: 'command' | 'group' | 'text'; readonly text: string; readonly spaced?: boolean };

/**
 * A formula as people would type it: `\frac{\partial L}{\partial w}` is `∂L/∂w`, `x_{ij}` is `xᵢⱼ` where such signs
 * exist, else `x_(i+1)`. Several lines where the formula has rows (`\cr`, `\\`). What is not known stays as it is.
 */
export function latexToText(latex: string): string {
  const matrices = latex.replace(
    /\\begin\{([a-z]*)(matrix|array)\}(?:\{[^}]*\})?([\s\S]*?)\\end\{\1\2\}/g,
    (_, _kind, _name, body: string) => `{${matrix(body)}}`,
  );
  const rows = matrices
    .replace(/\\(begin|end)\{[a-z*]+\}/g, '')
    .split(/\\\\|\\cr/)
    .map((row) => {
      const tag = /\\tag\{([^}]*)\}/.exec(row);
      const text = convert(row.replace(/\\tag\{[^}]*\}/, '').replace(/&/g, ' '));
      return tidy(text) + (tag ? `    (${tag[1]})` : '');
    });
  return rows
    .filter((row) => row !== '')
    .join('\n')
    .replaceAll(gap, '    ');
}

/** `[1, 2 ; 3, -1]`. */
function matrix(body: string): string {
  const rows = body.split(/\\\\|\\cr/).map((row) =>
    row
      .split('&')
      .map((cell) => tidy(convert(cell)))
      .join(', '),
  );
  return `[${rows.filter((row) => row.trim() !== '').join(' ; ')}]`;
}

function tidy(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/ ?\u0001[ \u0001]*/g, gap)
    .replace(/([([⟨]) /g, '$1')
    .replace(/ ([)\]⟩,])/g, '$1')
    .replace(/ᵀ(?=[\p{L}])/gu, 'ᵀ ')
    .trim();
}

function convert(latex: string): string {
  const tokens = tokenize(latex);
  let out = '';
  for (let i = 0; i < tokens.length; i++) {
    const { kind, text, spaced } = tokens[i];
    if (text === '_' || text === '^') {
      const apart = out.endsWith(' ');
      out = out.trimEnd() + script(argument(tokens[++i]), text) + (apart ? ' ' : '');
    } else if (kind === 'command') {
      if (text === 'frac' || text === 'dfrac' || text === 'tfrac') {
        out += `${wrapped(argument(tokens[++i]))}/${wrapped(argument(tokens[++i]))}`;
      } else if (text === 'sqrt') out += `√${wrapped(argument(tokens[++i]))}`;
      else if (plain.includes(text)) out += tokens[++i]?.text ?? '';
      else if (text in accents) out += argument(tokens[++i]) + accents[text];
      else if (text in signs) out = withSign(out, text, spaced);
      else if (/^[a-zA-Z]/.test(text)) out += `${space(out)}${text} `;
      else out += text === ',' || text === ';' ? ' ' : text;
    } else out += kind === 'group' ? convert(text) : text;
  }
  return out;
}

/** Signs that hold on to what follows them. */
const opening = ['partial', 'nabla', 'Delta', 'langle', 'lvert', 'lVert', 'lfloor'];

function withSign(before: string, name: string, spaced = false): string {
  const sign = signs[name];
  if (infix.test(sign)) return `${before} ${sign} `;
  if (name === 'rvert' || name === 'rVert' || name === 'rangle') before = before.trimEnd();
  return before + sign + (spaced && sign !== '' && sign !== gap && !opening.includes(name) ? ' ' : '');
}

/** A function's name stands apart from a letter before it. */
function space(before: string): string {
  return /[a-zA-Z0-9)]$/.test(before) ? ' ' : '';
}

function tokenize(latex: string): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < latex.length; ) {
    const command = /^\\([a-zA-Z]+) ?|^\\(.)/.exec(latex.slice(i));
    if (command) {
      tokens.push({ kind: 'command', text: command[1] ?? command[2], spaced: command[0].endsWith(' ') });
      i += command[0].length;
    } else if (latex[i] === '{') {
      const end = closing(latex, i);
      tokens.push({ kind: 'group', text: latex.slice(i + 1, end) });
      i = end + 1;
    } else tokens.push({ kind: 'text', text: latex[i++] });
  }
  return tokens;
}

function closing(latex: string, open: number): number {
  let depth = 0;
  for (let i = open; i < latex.length; i++) {
    if (latex[i] === '{') depth++;
    else if (latex[i] === '}' && --depth === 0) return i;
  }
  return latex.length;
}

function argument(token: Token | undefined): string {
  if (token === undefined) return '';
  return tidy(
    token.kind === 'group' ? convert(token.text) : token.kind === 'command' ? convert(`\\${token.text}`) : token.text,
  );
}

/** Brackets around what would be read wrongly beside a slash or a root. */
function wrapped(text: string): string {
  return /^[^\s+\-−*/·×⊙=]+$/.test(text) || /^∂\S+$|^\([^()]*\)$/.test(text.replace(/ /g, '')) ? text : `(${text})`;
}

function script(text: string, mark: '_' | '^'): string {
  const known = mark === '_' ? subscripts : superscripts;
  if (text === 'ᵀ') return 'ᵀ';
  const letters = [...text.replace(/\s+/g, '')];
  if (letters.every((c) => known.has(c))) return letters.map((c) => known.get(c)).join('');
  return text.length === 1 ? `${mark}${text}` : `${mark}(${text})`;
}
