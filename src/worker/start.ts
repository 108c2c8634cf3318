/** The script of a worker that has the library's layers and losses. */
import { serveFit } from './serve.ts';

serveFit();
