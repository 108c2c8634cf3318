import type { Sandbox } from '../sandbox/sandbox.ts';

let opening: Promise<Sandbox> | undefined;

/** The one sandbox of this page, opened at first use; after a failure the next call tries again. */
export function sandbox(): Promise<Sandbox> {
  opening ??= open().catch((error: unknown) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

async function open(): Promise<Sandbox> {
  const { openSandbox } = await import('../sandbox/sandbox.ts');
  const container = document.createElement('div'); // hides the frame from pages whose style shows every iframe
  container.hidden = true;
  document.body.append(container);
  return openSandbox(container).catch((error: unknown) => {
    container.remove();
    throw error;
  });
}
