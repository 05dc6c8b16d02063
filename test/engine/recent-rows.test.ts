import fc from 'fast-check';
import {expect, it} from 'vitest';
import {RecentRows} from '../../src/engine/recent-rows.ts';

it('knows exactly the ids added last, as many as its capacity', () => {
	fc.assert(fc.property(fc.integer({min: 1, max: 8}), fc.array(fc.integer({min: 0, max: 12}).map(String), {maxLength: 60}), (capacity, ids) => {
		const recent = new RecentRows(capacity);
		let known: string[] = [];
		for (const id of ids) {
			expect(recent.add(id, id)).toBe(known.includes(id) ? 'same' : 'new');
			if (!known.includes(id)) known = [...known, id].slice(-capacity);
		}
	}));
});

it('forgets nothing without a capacity', () => {
	const recent = new RecentRows(Infinity);
	for (let id = 0; id < 1000; id++) expect(recent.add(String(id), 'text')).toBe('new');
	for (let id = 0; id < 1000; id++) expect(recent.add(String(id), 'text')).toBe('same');
});

it('tells a repeat from another row under the same id', () => {
	const recent = new RecentRows(10);
	recent.add('a', '{"id":"a","what":"login"}');
	expect(recent.add('a', '{"id":"a","what":"login"}')).toBe('same');
	expect(recent.add('a', '{"id":"a","what":"DELETE ALL"}')).toBe('different');
});
