import type {FaultDefinition} from '../fault.ts';
import {contentLength} from './content-length.ts';
import {cutOff} from './cut-off.ts';
import {drip} from './drip.ts';
import {garbage} from './garbage.ts';
import {hang} from './hang.ts';
import {overLong} from './over-long.ts';
import {refuse} from './refuse.ts';
import {reset} from './reset.ts';

/** What happens to connections, and to answers on them. */
export const connectionFaults = {
	refuse, reset, hang, drip, 'cut-off': cutOff, 'over-long': overLong, 'content-length': contentLength, garbage,
} satisfies Record<string, FaultDefinition>;
