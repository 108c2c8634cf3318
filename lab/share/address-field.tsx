import type { VNode } from 'preact';

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
