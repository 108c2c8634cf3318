/** The script of the trusted worker: our own network trains here. */
import { serveFit } from '../../src/worker/serve.ts';

serveFit();
