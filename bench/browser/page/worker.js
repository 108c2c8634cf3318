/** A dedicated worker, where an application trains: one participant, one answer. */
import { participate } from './participant.js';

globalThis.onmessage = ({ data }) => {
  participate(data).then(
    (line) => postMessage({ line }),
    (error) => postMessage({ error: String(error?.stack ?? error) }),
  );
};
