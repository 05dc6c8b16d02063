import fc from 'fast-check';
import {expect, it} from 'vitest';
import {RecentRows, hashText} from '../../src/engine/recent-rows.ts';

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

/** Two texts of which one half of the hash is the same. */
function textsSharing(half: 0 | 1): [string, string] {
	const hash = new Int32Array(2);
	const seen = new Map<number | undefined, string>();
	for (let index = 0; ; index++) {
		const text = String(index);
		hashText(text, hash);
		const other = seen.get(hash[half]);
		if (other !== undefined) return [other, text];
		seen.set(hash[half], text);
	}
}

it.each([0, 1] as const)('tells rows apart that share half %i of a hash', half => {
	const [one, other] = textsSharing(half);
	const recent = new RecentRows(10);
	expect([one, other, one, other].map(id => recent.add(id, 'text'))).toEqual(['new', 'new', 'same', 'same']);
	expect([one, other, one].map(text => recent.add('id', text))).toEqual(['new', 'different', 'same']);
});
