import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { ErrorCard } from '../shell/error-card.tsx';
import { allCode, origin } from '../work/code.ts';
import { copied, labLink } from './address.ts';
import { AddressField, OwnMachine } from './address-field.tsx';
import { HuntDialog } from './hunt-dialog.tsx';

/** Copy a link to this code, or make a bug hunt of it. */
export function Share(): VNode {
  const [told, setTold] = useState('');
  const [address, setAddress] = useState('');
  const [error, setError] = useState<unknown>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  const huntable = origin.value !== 'hunt'; // it would say which function is wrong
  const copy = async (): Promise<void> => {
    setTold('');
    setAddress('');
    setError(null);
    try {
      const making = labLink(allCode.peek(), false);
      const [next, done] = await Promise.all([making, copied(making)]);
      setAddress(done ? '' : next);
      setTold(done ? 'Copied: the link carries your code, settings and seed.' : 'Copy it from here:');
    } catch (caught) {
      setError(caught);
    }
  };
  return (
    <section class="share" aria-label="Share">
      <div class="buttons">
        <button type="button" class="button small" onClick={() => void copy()}>
          Copy link
        </button>
        {huntable ? (
          <button type="button" class="button small" onClick={() => dialog.current?.showModal()}>
            Make a bug hunt
          </button>
        ) : null}
      </div>
      <p class="quiet" role="status">
        {told}
      </p>
      {told === '' ? null : <OwnMachine />}
      {address === '' ? null : <AddressField address={address} />}
      {error === null ? null : <ErrorCard error={error} title="No link could be made" />}
      {huntable ? <HuntDialog dialog={dialog} /> : null}
    </section>
  );
}
