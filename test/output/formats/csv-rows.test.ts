import {expect, test, vi} from 'vitest';
import {defaults, format, record, textFormat} from './helpers.ts';

// Stands in for csv-stringify, and writes of each row only how many cells it was given.
vi.mock('csv-stringify/sync', () => ({stringify: (rows: ReadonlyArray<readonly unknown[]>) => rows.map(cells => `(${cells.length})`).join('')}));

test('every row is written by csv-stringify, the header and rows without a word to quote too', () => {
	const rows = [{}, {id: 'plain'}, {id: 'a,"b"'}, {id: -1}, {id: '=1'}].map(row => record(row));
	expect(format(textFormat('csv', defaults), rows, 2)).toBe('(7)(7)(7)(7)(7)(7)');
	expect(format(textFormat('csv', {...defaults, fields: ['id']}), rows)).toBe('(1)(1)(1)(1)(1)(1)');
	expect(format(textFormat('csv', {...defaults, bom: true, written: 1}), rows)).toBe('(7)(7)(7)(7)(7)');
});
