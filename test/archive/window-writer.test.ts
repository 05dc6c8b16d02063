import fc from 'fast-check';
import {expect, it} from 'vitest';
import type {SegmentDraft} from '../../src/archive/segment-draft.ts';
import {WindowWriter} from '../../src/archive/window-writer.ts';
import type {Window} from '../../src/engine/windows.ts';
import type {AuditRecord} from '../../src/base/record.ts';

interface Part extends Window {
	readonly lines: string[];
	readonly oldest: number | undefined;
}

/** The segments that a window's rows come to. */
async function partsOf(records: readonly AuditRecord[], {maxRecords, batch}: {maxRecords: number; batch: number}): Promise<{parts: Part[]; hadRows: boolean}> {
	const parts: Part[] = [];
	const lines = new Map<SegmentDraft, string[]>();
	const writer = new WindowWriter({
		window: {from: 0, to: 1000},
		maxRecords,
		draft: async from => {
			expect(from).toBe(parts.at(-1)?.to ?? 0);
			const taken: string[] = [];
			const draft: SegmentDraft = {
				get records() {
					return taken.length;
				},
				write: async more => {
					taken.push(...more);
				},
				commit: async () => Promise.reject(new Error('not the matter of this test')),
				discard: async () => true,
			};
			lines.set(draft, taken);
			return draft;
		},
		commit: async ({from, to}, draft, oldest) => {
			parts.push({from, to, oldest, lines: lines.get(draft) ?? []});
		},
	});
	for (let start = 0; start < records.length; start += batch) await writer.take(records.slice(start, start + batch));
	return {hadRows: await writer.end(), parts};
}

const times = fc.array(fc.oneof({weight: 6, arbitrary: fc.integer({min: 0, max: 40})}, {weight: 1, arbitrary: fc.constant(undefined)}), {maxLength: 60})
	.map(all => all.toSorted((a, b) => (a ?? Infinity) - (b ?? Infinity)));

it('cuts a window into segments that tile it, with the rows of an instant together', async () => {
	await fc.assert(fc.asyncProperty(times, fc.integer({min: 1, max: 8}), fc.integer({min: 1, max: 20}), async (all, maxRecords, batch) => {
		const records = all.map((time, index): AuditRecord => ({text: `${index}`, id: `${index}`, time}));
		const {parts, hadRows} = await partsOf(records, {maxRecords, batch});
		expect(hadRows).toBe(records.length > 0);
		expect(parts.flatMap(({lines}) => lines)).toEqual(records.map(({text}) => text));
		if (!hadRows) return;
		expect(parts[0]?.from).toBe(0);
		expect(parts.at(-1)?.to).toBe(1000);
		for (const [index, {from, to, lines, oldest}] of parts.entries()) {
			if (index > 0) expect(from).toBe(parts[index - 1]?.to);
			const own = lines.map(line => records[Number(line)]?.time);
			const timed = own.filter(time => time !== undefined);
			expect(oldest).toBe(own[0]);
			expect(timed.every(time => time >= from && time < to)).toBe(true);
			if (timed.length > maxRecords) expect(new Set(timed).size).toBe(1);
			if (own.length > timed.length) expect(index).toBe(parts.length - 1);
		}
	}));
});

it('does not wait for the end of an instant that would not fit anyway', async () => {
	const record = (time: number): AuditRecord => ({text: `${time}`, id: undefined, time});
	const {parts} = await partsOf([record(1), record(5), record(5), record(5), record(5), record(6)], {maxRecords: 3, batch: 1});
	expect(parts.map(({from, to, lines}) => [from, to, lines.length])).toEqual([[0, 5, 1], [5, 6, 4], [6, 1000, 1]]);
});
