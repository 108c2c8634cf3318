import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
  syntaxTree,
} from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** Text, place and what can be undone, of an editor that was left. */
export type EditorMemory = EditorState;

export interface EditorOptions {
  readonly text: string;
  readonly label: string;
  /** Goes on from there; `text` goes before its text. */
  readonly memory?: EditorMemory | undefined;
  readonly onChange: (text: string) => void;
}

export interface CodeEditor {
  setText(text: string): void;
  /** Marks a line; without one, the first place that is no JavaScript, else nothing. */
  setError(error: { readonly message: string; readonly line: number | null } | null): void;
  /** Selects from one place to another, and takes the keyboard. */
  focus(from: number, to: number): void;
  memory(): EditorMemory;
  destroy(): void;
}

/**
 * An editor in a shadow root of `host`: there CodeMirror's styles are constructable style sheets, which a policy
 * without inline styles allows. Tab indents; Escape and then Tab leaves.
 */
export function openEditor(host: HTMLElement, { text, label, memory, onChange }: EditorOptions): CodeEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const view = new EditorView({
    root,
    parent: root,
    state:
      memory ??
      EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          history(),
          indentOnInput(),
          indentUnit.of('  '),
          bracketMatching(),
          highlightActiveLine(),
          lintGutter(),
          javascript(),
          syntaxHighlighting(colors),
          look,
          EditorView.lineWrapping,
          keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap, indentWithTab]),
          EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', autocapitalize: 'off' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) onChange(update.state.doc.toString());
          }),
        ],
      }),
  });
  const setText = (next: string): void => {
    if (next === view.state.doc.toString()) return;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
  };
  setText(text);
  return {
    setText,
    setError(error) {
      view.dispatch(setDiagnostics(view.state, error === null ? [] : diagnosticsOf(view.state, error)));
    },
    focus(from, to) {
      const within = (at: number): number => Math.min(at, view.state.doc.length);
      view.dispatch({ selection: { anchor: within(from), head: within(to) } });
      view.focus();
    },
    memory: () => view.state,
    destroy: () => view.destroy(),
  };
}

function diagnosticsOf(state: EditorState, error: { message: string; line: number | null }): Diagnostic[] {
  const at = (from: number, to: number): Diagnostic[] => [{ from, to, severity: 'error', message: error.message }];
  if (error.line !== null && error.line >= 1 && error.line <= state.doc.lines) {
    const line = state.doc.line(error.line);
    const indent = line.text.length - line.text.trimStart().length;
    return at(line.from + indent, line.to);
  }
  let found: Diagnostic[] = [];
  syntaxTree(state).iterate({
    enter: ({ type, from, to }) => {
      if (!type.isError || found.length > 0) return;
      found = at(from, Math.min(state.doc.length, Math.max(to, from + 1)));
    },
  });
  return found;
}

const colors = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], color: 'var(--code-keyword)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: tags.comment, color: 'var(--quiet)' },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: 'var(--code-function)' },
]);

const look = EditorView.theme({
  '&': { backgroundColor: 'var(--surface)', color: 'var(--ink)', fontSize: '0.9375rem', maxHeight: 'min(36rem, 75vh)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '1px', borderRadius: '10px' },
  '.cm-scroller': {
    fontFamily: 'var(--mono)',
    lineHeight: '1.65',
    minHeight: '12.5rem',
    padding: '0.6rem 0',
    overflow: 'auto',
  },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--quiet)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { paddingLeft: '0.9rem', fontSize: '0.8125rem' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in oklab, var(--sunken) 70%, transparent)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-wash)', color: 'var(--accent)' },
  '.cm-tooltip': {
    maxWidth: '28rem',
    border: '1px solid var(--line)',
    borderRadius: '8px',
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    fontFamily: 'var(--sans)',
  },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
});
