import {setTimeout} from 'node:timers/promises';
import type {Sleep} from '../../src/base/context.ts';

/** Waits in real time, but never for long. */
export const realSleep: Sleep = async (ms, signal) => setTimeout(Math.min(ms, 20), undefined, signal === undefined ? {} : {signal});
