import type {FaultDefinition} from '../fault.ts';
import {header} from './header.ts';
import {informational} from './informational.ts';
import {rateLimit} from './rate-limit.ts';
import {redirect} from './redirect.ts';
import {status} from './status.ts';

/** Other answers than the one that was asked for. */
export const httpFaults = {status, 'rate-limit': rateLimit, redirect, header, informational} satisfies Record<string, FaultDefinition>;
