import type {Context} from '../context.ts';

/** What ends an output's waiting for its reader. */
export type Interruption = Pick<Context, 'signal' | 'sleep'>;

/** How long, in milliseconds, a reader has for what is being written, once the run was asked to stop. */
export const graceMs = 500;
