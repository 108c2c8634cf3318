import type { VNode } from 'preact';
import { exerciseOf } from '../../src/verify/exercises.ts';
import type { LinkState } from '../link.ts';
import { ErrorCard } from '../shell/error-card.tsx';
import { focusSoon } from '../shell/focus.ts';
import { part } from '../shell/route.ts';
import { origin, pieceIds } from '../work/code.ts';
import { hunt } from '../work/hunt.ts';
import { ownCode } from '../work/keep.ts';
import { visited, wasBegun } from '../work/visit.ts';
import { dismiss, opened, start } from './opened.ts';

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
  return <Held hash={state.link} link={state.state} />;
}

function Held({ hash, link }: { hash: string; link: LinkState }): VNode {
  const begun = wasBegun(hash);
  const ids = pieceIds.filter((id) => link.code[id] !== undefined);
  return (
    <section class="link-panel" aria-labelledby="link-title">
      <h1 id="link-title">{link.hunt ? 'A bug hunt' : 'Somebody’s network'}</h1>
      <p class="link-lead">
        {link.hunt
          ? 'One of these functions is wrong. Nothing says which: read them, watch how training fails, and find it.'
          : 'A link with code that somebody wrote. Trained here it gives their losses again, to the last bit.'}
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
        {begun ? (
          <button type="button" class="button primary" onClick={() => start(hash, link, true)}>
            Go on where you left it
          </button>
        ) : null}
        <button type="button" class={`button ${begun ? '' : 'primary'}`} onClick={() => start(hash, link)}>
          {begun ? 'Start anew' : 'Start'}
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
  const note = visited.value?.state.note ?? '';
  const leave = (): void => {
    void ownCode();
    focusSoon(() => document.getElementById(`${part.peek()}-title`));
  };
  return (
    <div class="banner" role="note">
      <p aria-live="polite">
        {origin.value === 'hunt' ? <HuntStanding /> : <>This code came with a link; it is not kept.</>}
        {note === '' ? null : <q>{note}</q>}
      </p>
      <button type="button" class="button small" onClick={leave}>
        Back to my own code
      </button>
    </div>
  );
}

function HuntStanding(): VNode {
  const { name, wrong } = hunt.value;
  const functions = wrong.map((id, i) => (
    <span key={id}>
      {i > 0 ? ' and ' : ''}
      <code>{exerciseOf(id).functionName}</code>
    </span>
  ));
  switch (name) {
    case 'found':
      return (
        <>
          <strong>Found:</strong> {functions} {wrong.length > 1 ? 'are' : 'is'} wrong. Now mend it.
        </>
      );
    case 'mended':
      return (
        <>
          <strong>Mended:</strong> {functions} {wrong.length > 1 ? 'were' : 'was'} wrong, and all that you had checked
          is right now.
        </>
      );
    case 'clean':
      return (
        <>
          <strong>Bug hunt:</strong> all six were checked, and none of them is wrong. Whoever sent it has forgotten the
          mistake.
        </>
      );
    case 'open':
      return (
        <>
          <strong>Bug hunt:</strong> one of these six functions is wrong.
        </>
      );
  }
}
