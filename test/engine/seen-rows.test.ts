import fc from 'fast-check';
import {expect, it} from 'vitest';
import {digestOf, SeenRows, TimelessRows} from '../../src/engine/seen-rows.ts';

const row = (id: string | undefined, text: string, time: number | 'none' = 0) => ({id, text, time: time === 'none' ? undefined : time});

it('says of every row what lists of all rows would say', () => {
	const anyRow = fc.record({id: fc.constantFrom('', 'a', 'b', '审', '9007199254740993', 'none'), text: fc.constantFrom('', 'x', 'y', '审计', '😀'), time: fc.constant(0)});
	fc.assert(fc.property(fc.array(fc.array(anyRow, {maxLength: 30}), {minLength: 1, maxLength: 3}), readings => {
		const seen = new SeenRows();
		const kept: string[] = [];
		for (const reading of readings) {
			seen.begin();
			const earlier = [...kept];
			const now: string[] = [];
			for (const {id, text, time} of reading) {
				// The text of a row holds its id.
				const key = JSON.stringify([id, text]);
				const verdict = seen.add({id, time, text: key});
				const ofId = (keys: readonly string[]) => keys.some(other => (JSON.parse(other) as unknown[])[0] === id);
				const count = (keys: readonly string[]) => keys.filter(other => other === key).length;
				if (id === undefined) {
					expect(verdict).toBe(count(now) < count(earlier) ? 'known' : 'new');
				} else if (now.includes(key)) {
					expect(verdict).toBe('repeat');
				} else if (earlier.includes(key)) {
					expect(verdict).toBe(ofId(now) ? 'known-other' : 'known');
				} else {
					expect(verdict).toBe(ofId(now) ? 'other' : ofId(earlier) ? 'changed' : 'new');
				}
				now.push(key);
				if (verdict === 'new' || verdict === 'other' || verdict === 'changed') kept.push(key);
			}
		}
	}));
});

it('forgets nothing, however many came between', () => {
	const seen = new SeenRows();
	for (let id = 0; id < 120_000; id++) expect(seen.add(row(String(id), `text ${id}`))).toBe('new');
	for (let id = 0; id < 120_000; id += 119_999) expect(seen.add(row(String(id), `text ${id}`))).toBe('repeat');
});

it('takes a row for no known one that was only looked at, and belonged to another window', () => {
	const seen = new SeenRows();
	seen.begin();
	expect([seen.add(row('a', 'one'), false), seen.add(row('a', 'one'), false)]).toEqual(['new', 'repeat']);
	seen.begin();
	expect(seen.add(row('a', 'one'))).toBe('new');
	seen.begin();
	expect(seen.add(row('a', 'one'))).toBe('known');
});

it('takes equal rows without an id for others where readings stand apart, and for the same where not', () => {
	const seen = new SeenRows();
	seen.begin();
	seen.add(row(undefined, 'x'));
	seen.begin({apart: true});
	expect(seen.add(row(undefined, 'x'))).toBe('new');
	seen.begin();
	expect([0, 1, 2].map(() => seen.add(row(undefined, 'x')))).toEqual(['known', 'known', 'new']);
});

/** The text with bits of some units turned over: the sums of simple hashes take these for the same. */
function flipped(text: string, bits: Readonly<Record<number, number>>): string {
	return String.fromCharCode(...Array.from({length: text.length}, (_, index) => text.charCodeAt(index) ^ (bits[index] ?? 0)));
}

it('tells rows apart of which whoever wrote them turned bits over, wherever these are', () => {
	const bits = fc.dictionary(fc.integer({min: 0, max: 7}).map(String), fc.constantFrom(1, 0x2000, 0x4000, 0x8000, 0xc000), {minKeys: 1});
	fc.assert(fc.property(fc.constantFrom('000A0B0C', 'abcdefgh'), bits, (text, flips) => {
		const other = flipped(text, flips);
		const ids = new SeenRows();
		expect([text, other].map(id => ids.add(row(id, id)))).toEqual(['new', 'new']);
		const contents = new SeenRows();
		expect([text, other].map(content => contents.add(row('id', content)))).toEqual(['new', 'other']);
	}));
	const seen = new SeenRows();
	expect(['000A0B0C', flipped('000A0B0C', {3: 0x8000, 5: 0x8000, 7: 0x8000})].map(id => seen.add(row(id, id)))).toEqual(['new', 'new']);
});

it('tells ids apart that are halves of surrogate pairs', () => {
	const seen = new SeenRows();
	expect(['\ud800', '\ud801', '\ufffd', '\ud800'].map(id => seen.add(row(id, id)))).toEqual(['new', 'new', 'new', 'repeat']);
});

it('salts digests, so that nobody can know them', () => {
	expect(new Set(['', 'a', 'b'].map(salt => digestOf('text', salt))).size).toBe(3);
});

it('lets a row without a readable time through once', () => {
	const timeless = new TimelessRows();
	const rows = [row('a', 'one', 'none'), row('a', 'one', 'none'), row('a', 'two', 'none'), row('b', 'one'), row(undefined, 'x', 'none'), row(undefined, 'x', 'none')];
	expect(timeless.fresh(rows)).toEqual([rows[0], rows[2], rows[3], rows[4], rows[5]]);
	expect(timeless.fresh(rows.slice(2, 4))).toEqual([rows[3]]);
});
