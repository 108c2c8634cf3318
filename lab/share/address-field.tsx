import type { VNode } from 'preact';
import { home } from '../shell/home.ts';

/** A link to copy by hand. */
export function AddressField({ address }: { address: string }): VNode {
  return (
    <input
      class="address"
      aria-label="Link"
      readOnly
      value={address}
      onFocus={(event) => event.currentTarget.select()}
    />
  );
}

/** Beside a link of a lab that runs on the visitor's own machine: nobody else can open it as it is. */
export function OwnMachine(): VNode | null {
  if (!/^(127\.\d+\.\d+\.\d+|\[::1\]|localhost|.+\.localhost)$/.test(home().hostname)) return null;
  return (
    <p class="quiet own-machine">
      This address is your own machine’s. On a lab that others can reach, the part from # on says the same.
    </p>
  );
}
