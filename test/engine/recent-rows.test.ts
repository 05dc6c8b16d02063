import fc from 'fast-check';
import {expect, it} from 'vitest';
import {RecentRows} from '../../src/engine/recent-rows.ts';

it('knows the ids added last, at least as many as its capacity and at most twice as many', () => {
	fc.assert(fc.property(fc.integer({min: 1, max: 8}), fc.array(fc.integer({min: 0, max: 30}).map(String), {maxLength: 100}), (capacity, ids) => {
		const recent = new RecentRows(capacity);
		let added: string[] = [];
		for (const id of ids) {
			const known = recent.add(id, id);
			const possible = added.slice(-capacity).includes(id) ? ['same'] : added.slice(-2 * capacity).includes(id) ? ['same', 'new'] : ['new'];
			expect(possible).toContain(known);
			if (known === 'new') added = [...added, id];
		}
	}));
});

it('says of every row what a list of all rows would say', () => {
	const row = fc.record({id: fc.constantFrom('', 'a', 'b', 'c', '审', '9007199254740993'), text: fc.constantFrom('', 'x', 'y', '审计', '😀')});
	fc.assert(fc.property(fc.array(row, {maxLength: 40}), rows => {
		const recent = new RecentRows(Infinity);
		const all = new Map<string, string>();
		for (const {id, text} of rows) {
			const known = all.get(id);
			expect(recent.add(id, text)).toBe(known === undefined ? 'new' : known === text ? 'same' : 'different');
			if (known === undefined) all.set(id, text);
		}
	}));
});

it('forgets nothing without a capacity', () => {
	const recent = new RecentRows(Infinity);
	for (let id = 0; id < 5000; id++) expect(recent.add(String(id), 'text')).toBe('new');
	for (let id = 0; id < 5000; id++) expect(recent.add(String(id), 'text')).toBe('same');
});

it('tells a repeat from another row under the same id', () => {
	const recent = new RecentRows(10);
	recent.add('a', '{"id":"a","what":"login"}');
	expect(recent.add('a', '{"id":"a","what":"login"}')).toBe('same');
	expect(recent.add('a', '{"id":"a","what":"DELETE ALL"}')).toBe('different');
	// The first one stays what later rows are compared with.
	expect(recent.add('a', '{"id":"a","what":"login"}')).toBe('same');
});

/** The text with bits of some units turned over: the sums of simple hashes take these for the same. */
function flipped(text: string, bits: Readonly<Record<number, number>>): string {
	return String.fromCharCode(...Array.from({length: text.length}, (_, index) => text.charCodeAt(index) ^ (bits[index] ?? 0)));
}

it('tells rows apart of which whoever wrote them turned bits over, wherever these are', () => {
	const bits = fc.dictionary(fc.integer({min: 0, max: 7}).map(String), fc.constantFrom(1, 0x2000, 0x4000, 0x8000, 0xc000), {minKeys: 1});
	fc.assert(fc.property(fc.constantFrom('000A0B0C', 'abcdefgh'), bits, (text, flips) => {
		const recent = new RecentRows(10);
		const other = flipped(text, flips);
		expect([text, other].map(id => recent.add(id, 'text'))).toEqual(['new', 'new']);
		expect([text, other].map(content => recent.add('id', content))).toEqual(['new', 'different']);
	}));
	const recent = new RecentRows(10);
	expect(['000A0B0C', flipped('000A0B0C', {3: 0x8000, 5: 0x8000, 7: 0x8000})].map(id => recent.add(id, 'text'))).toEqual(['new', 'new']);
});

it('tells ids apart that are halves of surrogate pairs', () => {
	const recent = new RecentRows(10);
	expect(['\ud800', '\ud801', '\ufffd', '\ud800'].map(id => recent.add(id, 'text'))).toEqual(['new', 'new', 'new', 'same']);
});
