/**
 * Closes what a worker's global scope offers towards network, storage and other contexts, so that whoever tries is told
 * at once and by name. The wall is the frame's policy and its opaque origin; these are the signs on it.
 */

/** What an attempt ends in. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden';
}

const network = [
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'WebSocketStream',
  'EventSource',
  'WebTransport',
  'importScripts',
];
const storage = ['indexedDB', 'caches', 'localStorage', 'sessionStorage', 'cookieStore', 'FileReaderSync'];
const page = ['window', 'document', 'parent', 'top', 'opener', 'frames', 'postMessage', 'close', 'BroadcastChannel'];
const text = ['eval', 'Function'];
const others = ['navigator', 'Worker', 'SharedWorker', 'Notification', 'fonts'];

const reasons: readonly (readonly [readonly string[], string])[] = [
  [network, 'your code runs without network'],
  [storage, 'your code runs without storage'],
  [page, 'your code cannot reach the page or other windows'],
  [text, 'text cannot be made into code here'],
  [others, 'your code has no need of it'],
];

/** Calls through these cannot be intercepted by code that changes prototypes later. */
export interface Primordials {
  readonly post: (port: MessagePort, message: unknown, transfer: Transferable[]) => void;
}

/** To be called before any line of the learner's can run. */
export function closeDoors(scope: typeof globalThis): Primordials {
  const bound = Function.prototype.call.bind(MessagePort.prototype.postMessage);
  for (const [names, reason] of reasons) {
    for (const name of names) close(scope, name, `${name} is closed: ${reason}`);
  }
  for (const make of [() => {}, async () => {}, function* () {}, async function* () {}]) {
    const { name } = make.constructor;
    Object.defineProperty(Object.getPrototypeOf(make), 'constructor', {
      configurable: false,
      get(): never {
        throw new Forbidden(`${name} is closed: text cannot be made into code here`);
      },
    });
  }
  return { post: bound as Primordials['post'] };
}

/** On the object that has it, too: what is deleted from the scope itself would appear again from its prototype. */
function close(scope: object, name: string, message: string): void {
  const refuse = (): never => {
    throw new Forbidden(message);
  };
  for (let owner: object | null = scope; owner && owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
    if (owner !== scope && !Object.hasOwn(owner, name)) continue;
    Object.defineProperty(owner, name, { configurable: false, get: refuse, set: refuse });
  }
}
