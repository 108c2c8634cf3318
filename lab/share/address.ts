import { encodeLink, type LinkState } from '../link.ts';
import { home } from '../shell/home.ts';
import { begun, type Code, pieceIds } from '../work/code.ts';
import { settings } from '../work/settings.ts';

/** The address of the lab with code, settings and seed in it; never data. */
export async function labLink(code: Code, hunt: boolean, note?: string): Promise<string> {
  const { data, hidden, lr, batch, epochs, seed } = settings.value;
  const state: LinkState = {
    code: Object.fromEntries(pieceIds.filter((id) => begun(id, code[id])).map((id) => [id, code[id]])),
    ...{ data, hidden, lr, batch, epochs, seed, hunt },
    ...(note ? { note } : {}),
  };
  const address = home();
  address.hash = (await encodeLink(state)).replace(/^#/, '');
  return address.href;
}

/**
 * Puts a text on the clipboard; false where the browser does not let us, or there is no text. To be called while a click
 * is answered, before anything is waited for: WebKit writes for nobody else, but does wait for the text.
 */
export async function copied(text: Promise<string>): Promise<boolean> {
  const blob = text.then((known) => new Blob([known], { type: 'text/plain' }));
  try {
    blob.catch(() => {});
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
    return true;
  } catch {
    return false;
  }
}
