import {expect, it} from 'vitest';
import {isMeaningHidden, meaningOf, offsetOf, telltaleOffset} from '../../src/engine/offset-meaning.ts';

it('counts the offset of a page in rows or in pages', () => {
	expect([0, 1, 3].map(index => offsetOf(index, 20, 'rows'))).toEqual([0, 20, 60]);
	expect([0, 1, 3].map(index => offsetOf(index, 20, 'pages'))).toEqual([0, 1, 3]);
});

it.each([[1, 1, 1], [2, 4, 2], [2, 5, 1], [99, 10_000, 1], [100, 10_000, 100], [101, 10_000, 101]])(
	'asks behind page 0 of %i rows, under a cap of %i, for offset %i to find out which', (size, cap, offset) => {
		expect(telltaleOffset(size, cap)).toBe(offset);
	},
);

it.each([
	[1, 10, 0, false], [1, 1, 0, false], [1, 10, 4, false], [1, 10, -4, false], [1, 10, 5, true], [1, 10, -5, true], [1, 11, 5, true], [1, 12, 5, false], [10, 10, 9, false],
])('cannot tell from offset %i, where page 0 had %i rows and the total moved by %i: %s', (asked, rows, moved, hidden) => {
	expect(isMeaningHidden(asked, {rows, moved})).toBe(hidden);
});

it('takes rows that so many pages on are still there for rows counted', () => {
	expect(meaningOf(20, {rows: 1, known: 0})).toBe('rows');
	expect(meaningOf(2, {rows: 1, known: 0})).toBe('rows');
	expect(meaningOf(20, {rows: 0, known: 0})).toBe('pages');
});

it.each([[10, 9, 'rows'], [10, 5, 'rows'], [10, 4, 'pages'], [10, 0, 'pages'], [0, 0, 'pages'], [1, 1, 'rows']] as const)('takes %i rows at offset 1, of which page 0 held %i, for %s counted', (rows, known, meaning) => {
	expect(meaningOf(1, {rows, known})).toBe(meaning);
});
