import {bodyFaults} from './body.ts';
import {connectionFaults} from './connection.ts';
import {contentFaults} from './content/index.ts';
import type {FaultDefinition} from './fault.ts';
import {httpFaults} from './http.ts';

/** Every fault, by the name that rules call it. */
export const catalogue = {...httpFaults, ...connectionFaults, ...bodyFaults, ...contentFaults} satisfies Record<string, FaultDefinition>;
