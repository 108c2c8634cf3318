import type * as link from '../../lab/link.ts';
import type { Frame } from '../../lab/sandbox/frame.ts';
import type * as page from '../../lab/sandbox/sandbox.ts';
import type { Exercise } from '../../src/verify/exercises.ts';

/** What test pages of the lab keep between two calls. */
declare global {
  var lab: typeof page & typeof link & { exercises: readonly Exercise[]; Frame: typeof Frame };
  var sandbox: page.Sandbox;
  var answers: page.Code;
  var bare: Frame;
  var bareOpen: Promise<void>;
  var afterCrash: () => Promise<void>;
}
