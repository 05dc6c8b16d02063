import {expect, it} from 'vitest';
import {caseTimeoutMs, matrixPart} from './matrix.ts';

const part = matrixPart('event (offset)', 'event (cursor)');

it.concurrent.each(part.cases)('%s', async (_, examine) => {
	expect(await examine()).toEqual([]);
}, caseTimeoutMs);

it('has the figures that MATRIX.md states', async () => {
	expect(await part.differing()).toEqual([]);
});
