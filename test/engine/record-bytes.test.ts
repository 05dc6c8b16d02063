import fc from 'fast-check';
import {expect, it} from 'vitest';
import {RecordPark, type ParkedBatch} from '../../src/engine/waiting-room.ts';
import {endAt, mostBytesOf, putRecord, recordAt, timeAt} from '../../src/engine/record-bytes.ts';
import type {AuditRecord} from '../../src/base/record.ts';

const anyRecord: fc.Arbitrary<AuditRecord> = fc.record({
	redacted: fc.integer({min: 1, max: 2 ** 32 - 1}),
	text: fc.string({unit: fc.constantFrom('a', '"', '\n', 'é', '审', '\u2028', '\uffff', '😀'), maxLength: 20}),
	// An id was parsed: it may be any string, also one that no UTF-8 can hold.
	id: fc.option(fc.string({unit: fc.constantFrom('1', '\0', '审', '\ud800', '\udfff', '😀'), maxLength: 10}), {nil: undefined}),
	time: fc.option(fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constantFrom(0, -1, 1_772_582_400_000)), {nil: undefined}),
}, {noNullPrototype: true, requiredKeys: ['text', 'id', 'time']});

it('gives records back as they were put in, one after the other', () => {
	fc.assert(fc.property(fc.array(anyRecord, {maxLength: 10}), fc.nat({max: 20}), (records, before) => {
		const memory = Buffer.alloc(before + records.reduce((sum, record) => sum + mostBytesOf(record), 0), 0xff);
		const starts: number[] = [];
		let end = before;
		for (const record of records) {
			starts.push(end);
			const next = putRecord(record, memory, end);
			expect(next - end).toBeLessThanOrEqual(mostBytesOf(record));
			end = next;
		}
		expect(starts.map(start => recordAt(memory, start))).toStrictEqual(records);
		expect(starts.map(start => endAt(memory, start))).toStrictEqual([...starts.slice(1), ...records.length === 0 ? [] : [end]]);
		expect(starts.map(start => timeAt(memory, start))).toStrictEqual(records.map(({time}) => time ?? Infinity));
	}));
});

it('parks batches and gives them back, whatever was parked in the same memory before', () => {
	fc.assert(fc.property(fc.array(fc.tuple(fc.array(anyRecord, {maxLength: 8}), fc.boolean()), {maxLength: 12}), steps => {
		const park = new RecordPark();
		const waiting: Array<{records: AuditRecord[]; parked: ParkedBatch}> = [];
		for (const [records, takesFirst] of steps) {
			if (takesFirst) {
				const first = waiting.shift();
				if (first !== undefined) expect(first.parked.take()).toStrictEqual(first.records);
			}
			waiting.push({records, parked: park.park(records)});
		}
		for (const {records, parked} of waiting) expect(parked.take()).toStrictEqual(records);
	}));
});

it('parks batches that are too large for a copy as they are', () => {
	const records = [{text: 'x'.repeat(5_000_000), id: 'a', time: 1}];
	const parked = new RecordPark().park(records);
	expect(parked.bytes).toBeGreaterThan(4_000_000);
	expect(parked.take()).toStrictEqual(records);
});
