import { effect } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type ExerciseId, exerciseOf } from '../../src/verify/exercises.ts';
import { useSeen } from '../shell/seen.ts';
import { code } from '../work/code.ts';
import { standings } from '../work/grading.ts';
import { laidOut } from '../work/keep.ts';
import { type Visit, visited } from '../work/visit.ts';
import type { CodeEditor as Editor, EditorMemory } from './editor.ts';

/** What could be undone in each piece when its editor was left: of the visitor's own work, and of one visit. */
const own = new Map<ExerciseId, EditorMemory>();
const ofVisits = new WeakMap<Visit, Map<ExerciseId, EditorMemory>>();

function memoriesOf(visit: Visit | null): Map<ExerciseId, EditorMemory> {
  if (visit === null) return own;
  const found = ofVisits.get(visit) ?? new Map<ExerciseId, EditorMemory>();
  ofVisits.set(visit, found);
  return found;
}

/** The editor of one piece; until CodeMirror has come, and where it cannot, a plain text field. */
export function CodeEditor({ id }: { id: ExerciseId }): VNode {
  const frame = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const plain = useRef<HTMLTextAreaElement>(null);
  const editor = useRef<Editor | null>(null);
  const [ready, setReady] = useState(false);
  const open = useSeen(frame) && laidOut.value;
  const text = code[id].value;
  const visit = visited.value;
  const { grade, stale } = standings[id].value;
  const label = `${exerciseOf(id).functionName}, JavaScript. Escape and then Tab leaves the editor.`;

  useEffect(() => {
    if (!open) return;
    let gone = false;
    let stop = (): void => {};
    const memories = memoriesOf(visit);
    void import('./editor.ts').then(({ openEditor }) => {
      if (gone || !host.current) return;
      const opened = openEditor(host.current, {
        text: code[id].peek(),
        label,
        memory: memories.get(id),
        onChange: (next) => (code[id].value = next),
      });
      editor.current = opened;
      // At once, not with the next render: what was typed since would be lost. Another visit's text is another editor's.
      stop = effect(() => {
        const next = code[id].value;
        if (visited.value === visit) opened.setText(next);
      });
      const { current } = plain;
      const typing = current !== null && document.activeElement === current;
      host.current.hidden = false;
      if (typing) opened.focus(current.selectionStart, current.selectionEnd);
      setReady(true);
    });
    return () => {
      gone = true;
      stop();
      if (editor.current) memories.set(id, editor.current.memory());
      editor.current?.destroy();
      editor.current = null;
    };
  }, [id, label, open, visit]);

  useEffect(() => {
    if (!stale) editor.current?.setError(grade?.error ?? null);
  }, [grade, stale, ready]);

  return (
    <div ref={frame} class="editor">
      <div ref={host} class="editor-host" hidden={!ready} />
      {ready ? null : (
        <textarea
          ref={plain}
          class="editor-plain"
          aria-label={label}
          spellcheck={false}
          rows={10}
          readOnly={!laidOut.value}
          value={text}
          onInput={(event) => (code[id].value = event.currentTarget.value)}
        />
      )}
      {laidOut.value ? null : <p class="quiet late">Looking for what you wrote here …</p>}
    </div>
  );
}
