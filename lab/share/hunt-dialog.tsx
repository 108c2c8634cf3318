import type { RefObject, VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { type ExerciseId, exerciseOf, exercises } from '../../src/verify/exercises.ts';
import { ErrorCard } from '../shell/error-card.tsx';
import { goTo, places } from '../shell/route.ts';
import { useUniqueId } from '../shell/unique-id.ts';
import { allCode, begun, pieceIds } from '../work/code.ts';
import { gradeNoted } from '../work/grade-noted.ts';
import { standings } from '../work/grading.ts';
import { copied, labLink } from './address.ts';
import { AddressField, OwnMachine } from './address-field.tsx';

type Phase =
  | { readonly name: 'asking' | 'checking' }
  | { readonly name: 'refused'; readonly why: string; readonly open: ExerciseId }
  | { readonly name: 'made'; readonly address: string; readonly copied: boolean }
  | { readonly name: 'failed'; readonly error: unknown };

/** Sabotage is the author's: here it is checked that one function is wrong and five are right, and the link is made. */
export function HuntDialog({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }): VNode {
  const [picked, setPicked] = useState<ExerciseId | null>(null);
  const chosen = picked ?? likely();
  const [note, setNote] = useState('');
  const [phase, setPhase] = useState<Phase>({ name: 'asking' });
  const title = useUniqueId('hunt-title');
  /** The attempt that the dialog shows; one of a dialog that was closed meanwhile copies nothing and says nothing. */
  const latest = useRef(0);
  const make = async (): Promise<void> => {
    const mine = ++latest.current;
    setPhase({ name: 'checking' });
    const trying = attempt(chosen, note);
    const address = trying.then((tried) => {
      if (tried.name === 'made' && mine === latest.current) return tried.address;
      throw new Error('there is no link');
    });
    const [tried, onClipboard] = await Promise.all([trying, copied(address)]);
    if (mine === latest.current) setPhase(tried.name === 'made' ? { ...tried, copied: onClipboard } : tried);
  };
  const close = (): void => {
    latest.current++;
    setPhase({ name: 'asking' });
    setPicked(null);
  };
  const go = (id: ExerciseId): void => {
    dialog.current?.close();
    goTo('forge', id);
  };
  return (
    <dialog ref={dialog} class="hunt-dialog" aria-labelledby={title} onClose={close}>
      <h2 id={title}>Make a bug hunt</h2>
      <p>
        Put one mistake into one of your six functions, as you would make it yourself. Whoever opens the link is told
        that one of them is wrong, not which.
      </p>
      <label class="field">
        <span>The piece with the mistake</span>
        <select value={chosen} onChange={(event) => setPicked(event.currentTarget.value as ExerciseId)}>
          {exercises.map(({ id, title, functionName }) => (
            <option key={id} value={id}>
              {title} ({functionName})
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>A word to the hunter, if you like</span>
        <input type="text" maxLength={200} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
      <div aria-live="polite">
        <Outcome phase={phase} onOpen={go} />
      </div>
      <div class="buttons end">
        <button type="button" class="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
        <button type="button" class="button" onClick={() => go(chosen)}>
          Edit that piece
        </button>
        <button type="button" class="button primary" disabled={phase.name === 'checking'} onClick={() => void make()}>
          {phase.name === 'checking' ? 'Checking …' : 'Make the link'}
        </button>
      </div>
    </dialog>
  );
}

/** The one piece that is known to be wrong, or else the one that is open. */
function likely(): ExerciseId {
  const wrong = pieceIds.filter((id) => {
    const { grade, stale } = standings[id].value;
    return grade && !stale && grade.verdict !== 'correct';
  });
  return wrong.length === 1 ? wrong[0] : (pieceIds.find((id) => id === places.forge.value) ?? pieceIds[0]);
}

function Outcome({ phase, onOpen }: { phase: Phase; onOpen: (id: ExerciseId) => void }): VNode | null {
  switch (phase.name) {
    case 'refused':
      return (
        <p class="refusal">
          {phase.why}{' '}
          <button type="button" class="button small" onClick={() => onOpen(phase.open)}>
            Open {exerciseOf(phase.open).functionName}
          </button>
        </p>
      );
    case 'made':
      return (
        <>
          <p>{phase.copied ? 'The link is on your clipboard.' : 'Here is the link:'}</p>
          <OwnMachine />
          <AddressField address={phase.address} />
        </>
      );
    case 'failed':
      return <ErrorCard error={phase.error} title="No link could be made" />;
    default:
      return null;
  }
}

async function attempt(chosen: ExerciseId, note: string): Promise<Phase> {
  try {
    const code = allCode.peek();
    const empty = pieceIds.find((id) => !begun(id, code[id]));
    if (empty) {
      const name = exerciseOf(empty).functionName;
      return { name: 'refused', why: `${name} is not written yet: a hunt needs all six functions.`, open: empty };
    }
    for (const id of pieceIds) {
      const { verdict } = await gradeNoted(id, code); // the chain with right pieces: a mistake counts once
      const name = exerciseOf(id).functionName;
      if (id === chosen && verdict === 'correct') {
        return { name: 'refused', why: `${name} is still right: put a mistake into it first.`, open: id };
      }
      if (id !== chosen && verdict !== 'correct') {
        return { name: 'refused', why: `${name} is not right, and only one function may be wrong.`, open: id };
      }
    }
    return { name: 'made', address: await labLink(code, true, note.trim() || undefined), copied: false };
  } catch (error) {
    return { name: 'failed', error };
  }
}
