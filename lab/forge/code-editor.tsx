import { effect } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type ExerciseId, exerciseOf } from '../../src/verify/exercises.ts';
import { code } from '../work/code.ts';
import { standings } from '../work/grading.ts';
import type { CodeEditor as Editor } from './editor.ts';

/** The editor of one piece; until CodeMirror has come, and where it cannot, a plain text field. */
export function CodeEditor({ id }: { id: ExerciseId }): VNode {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | null>(null);
  const [ready, setReady] = useState(false);
  const text = code[id].value;
  const { grade, stale } = standings[id].value;
  const label = `${exerciseOf(id).functionName}, JavaScript. Escape and then Tab leaves the editor.`;

  useEffect(() => {
    let gone = false;
    let stop = (): void => {};
    void import('./editor.ts').then(({ openEditor }) => {
      if (gone || !host.current) return;
      editor.current = openEditor(host.current, {
        text: code[id].peek(),
        label,
        onChange: (next) => (code[id].value = next),
      });
      // At once, not with the next render: what was typed since would be lost.
      stop = effect(() => editor.current?.setText(code[id].value));
      setReady(true);
    });
    return () => {
      gone = true;
      stop();
      editor.current?.destroy();
      editor.current = null;
    };
  }, [id, label]);

  useEffect(() => {
    if (!stale) editor.current?.setError(grade?.error ?? null);
  }, [grade, stale, ready]);

  return (
    <div class="editor">
      <div ref={host} class="editor-host" hidden={!ready} />
      {ready ? null : (
        <textarea
          class="editor-plain"
          aria-label={label}
          spellcheck={false}
          rows={10}
          value={text}
          onInput={(event) => (code[id].value = event.currentTarget.value)}
        />
      )}
    </div>
  );
}
