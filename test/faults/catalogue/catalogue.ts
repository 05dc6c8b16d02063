import {bodyFaults} from './body/index.ts';
import {connectionFaults} from './connection/index.ts';
import {contentFaults} from './content/index.ts';
import type {FaultDefinition} from './fault.ts';
import {httpFaults} from './http/index.ts';

/** Every fault, by the name that rules call it. */
export const catalogue = {...httpFaults, ...connectionFaults, ...bodyFaults, ...contentFaults} satisfies Record<string, FaultDefinition>;
