import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {UsageError} from '../../src/base/errors.ts';
import {decideResume, readIfThere, type Sidecar} from '../../src/output/partial.ts';
import {DAY} from '../../src/base/duration.ts';
import {since, temporaryDirectory, until} from './helpers.ts';

const wanted = {since, until, slidingSince: false, slidingUntil: false, fingerprint: 'query-1'};
const sidecar: Sidecar = {version: 1, ...wanted, startedAt: until, bytes: 7, checkpoint: {nextFrom: since + 1000, records: 3}};

const decide = (changes: Partial<Sidecar> = {}, wants: Partial<typeof wanted> = {}, partialBytes: number | undefined = 7) =>
	decideResume('out.partial', {sidecar: JSON.stringify({...sidecar, ...changes}), partialBytes}, {...wanted, ...wants});

const unreadable = {restart: 'its checkpoint cannot be read'};

describe('what an earlier run left', () => {
	it('is continued, also where the file is longer than its checkpoint says', () => {
		expect(decide()).toEqual({resume: sidecar, met: {account: {}}});
		expect(decide({}, {}, 8)).toEqual({resume: sidecar, met: {account: {}}});
		expect(decide({}, {}, 6)).toEqual({restart: 'it is shorter than its checkpoint says'});
	});

	it('is nothing to speak of where there is neither a checkpoint nor a byte', () => {
		expect(decideResume('out.partial', {sidecar: undefined, partialBytes: undefined}, wanted)).toEqual({restart: undefined});
		expect(decideResume('out.partial', {sidecar: undefined, partialBytes: 0}, wanted)).toEqual({restart: undefined});
		expect(decideResume('out.partial', {sidecar: undefined, partialBytes: 1}, wanted)).toEqual({restart: 'it has no checkpoint to continue from'});
	});

	it.each([since, until])('is continued from either end of its range', nextFrom => {
		expect(decide({checkpoint: {nextFrom, records: 0}})).toHaveProperty('resume');
	});

	it.each([since - 1, until + 1])('is not continued from outside of its range', nextFrom => {
		expect(decide({checkpoint: {nextFrom, records: 0}})).toEqual(unreadable);
	});

	it.each<[string, object]>([
		['a length below zero', {bytes: -1}], ['a length that is no whole number', {bytes: 1.5}], ['records below zero', {checkpoint: {nextFrom: since, records: -1}}],
		['another version', {version: 2}], ['no range', {since: undefined}],
	])('is not continued with %s', (_, changes) => {
		expect(decide(changes)).toEqual(unreadable);
	});

	it('of other options belongs to another export', () => {
		expect(() => decide({fingerprint: 'query-2'})).toThrow(UsageError);
		expect(() => decide({fingerprint: 'query-2'})).toThrow('out.partial belongs to a different export: other options wrote it');
	});
});

describe('a bound of the range', () => {
	it.each(['since', 'until'] as const)('may slide by a day where %s slides in both runs, and no further', bound => {
		const sliding = bound === 'since' ? {slidingSince: true} : {slidingUntil: true};
		for (const slide of [DAY, -DAY]) {
			expect(decide(sliding, {...sliding, [bound]: wanted[bound] + slide})).toHaveProperty('resume');
			expect(decide(sliding, {...sliding, [bound]: wanted[bound] + slide + Math.sign(slide)})).toMatchObject({
				restart: 'its range, 2026-11-01T00:00:00Z to 2026-11-02T00:00:00Z, is more than a day away from the one asked for',
			});
		}
	});

	it.each(['since', 'until'] as const)('may not move where %s slides in one run only', bound => {
		const sliding = bound === 'since' ? {slidingSince: true} : {slidingUntil: true};
		const moved = {[bound]: wanted[bound] + 1000};
		expect(() => decide(sliding, moved)).toThrow('its range is 2026-11-01T00:00:00Z to 2026-11-02T00:00:00Z');
		expect(() => decide({}, {...sliding, ...moved})).toThrow('belongs to a different export');
		expect(decide(sliding)).toHaveProperty('resume');
	});
});

it('tells a file that is not there from one that cannot be read', async () => {
	const directory = await temporaryDirectory();
	await mkdir(join(directory, 'sub'));
	await writeFile(join(directory, 'text'), '審計\n');
	expect(await readIfThere(join(directory, 'text'))).toBe('審計\n');
	expect(await readIfThere(join(directory, 'missing'))).toBeUndefined();
	await expect(readIfThere(join(directory, 'sub'))).rejects.toMatchObject({code: 'EISDIR'});
});
