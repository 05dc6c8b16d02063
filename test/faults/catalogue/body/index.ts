import type {FaultDefinition} from '../fault.ts';
import {bom, charset} from './charset.ts';
import {gzipBomb, gzipCut, gzipGarbage} from './gzip.ts';
import {deepNesting, duplicateKeys, notJson} from './json.ts';
import {endless, hugePage} from './large.ts';

/** Bodies that are hard to read, or not to be read at all. */
export const bodyFaults = {
	'gzip-garbage': gzipGarbage, 'gzip-cut': gzipCut, 'gzip-bomb': gzipBomb,
	charset, bom, 'not-json': notJson, 'duplicate-keys': duplicateKeys, 'deep-nesting': deepNesting,
	'huge-page': hugePage, endless,
} satisfies Record<string, FaultDefinition>;
