import type { VNode } from 'preact';
import { exerciseOf } from '../../src/verify/exercises.ts';
import type { LinkState } from '../link.ts';
import { ErrorCard } from '../shell/error-card.tsx';
import { origin, pieceIds } from '../work/code.ts';
import { ownCode } from '../work/keep.ts';
import { dismiss, note, opened, start } from './opened.ts';

/** What an opened link holds, before anything of it runs. */
export function LinkPanel(): VNode | null {
  const state = opened.value;
  if (state.name === 'none') return null;
  if (state.name === 'reading') return <p class="quiet">Reading the link …</p>;
  if (state.name === 'unreadable') {
    return (
      <section class="link-panel">
        <h1>This link cannot be read</h1>
        <ErrorCard error={state.error} />
        <p class="quiet">It may have been cut on its way. Ask for it again, in one piece.</p>
        <button type="button" class="button primary" onClick={dismiss}>
          To the lab
        </button>
      </section>
    );
  }
  return <Held link={state.link} />;
}

function Held({ link }: { link: LinkState }): VNode {
  const ids = pieceIds.filter((id) => link.code[id] !== undefined);
  return (
    <section class="link-panel" aria-labelledby="link-title">
      <h1 id="link-title">{link.hunt ? 'A bug hunt' : 'Somebody’s network'}</h1>
      <p class="link-lead">
        {link.hunt
          ? 'One of these functions is wrong. Nothing says which: read them, watch how training fails, and find it.'
          : 'A link with code that somebody wrote. It replays their training, to the same losses.'}
      </p>
      {link.note ? <blockquote>{link.note}</blockquote> : null}
      <dl class="facts">
        <div>
          <dt>data</dt>
          <dd>{link.data === 'mnist' ? 'MNIST, which you bring yourself' : 'the 8 × 8 digits, built in'}</dd>
        </div>
        <div>
          <dt>hidden units</dt>
          <dd>{link.hidden.join(' and ')}</dd>
        </div>
        <div>
          <dt>learning rate</dt>
          <dd>{link.lr}</dd>
        </div>
        <div>
          <dt>batch</dt>
          <dd>{link.batch}</dd>
        </div>
        <div>
          <dt>epochs</dt>
          <dd>{link.epochs}</dd>
        </div>
        <div>
          <dt>seed</dt>
          <dd>{link.seed}</dd>
        </div>
      </dl>
      <h2>
        {ids.length} function{ids.length === 1 ? '' : 's'}
      </h2>
      {ids.map((id) => (
        <details key={id} class="held-code">
          <summary>
            <code>{exerciseOf(id).functionName}</code> {exerciseOf(id).title}
          </summary>
          <pre tabIndex={0}>
            <code>{link.code[id]}</code>
          </pre>
        </details>
      ))}
      <p class="quiet">
        Nothing of it has run. It will run in a closed sandbox of this page, without network or storage; your own code
        is kept apart.
      </p>
      <div class="buttons">
        <button type="button" class="button primary" onClick={() => start(link)}>
          Start
        </button>
        <button type="button" class="button" onClick={dismiss}>
          Not now
        </button>
      </div>
    </section>
  );
}

/** While somebody else's code is in the editors, says so, and leads back. */
export function VisitBanner(): VNode | null {
  if (origin.value === 'own') return null;
  return (
    <div class="banner" role="note">
      <p>
        {origin.value === 'hunt' ? (
          <>
            <strong>Bug hunt:</strong> one of these six functions is wrong.
          </>
        ) : (
          <>This code came with a link; it is not kept.</>
        )}
        {note.value === '' ? null : <q>{note.value}</q>}
      </p>
      <button type="button" class="button small" onClick={() => void ownCode()}>
        Back to my own code
      </button>
    </div>
  );
}
