import {expect, it} from 'vitest';
import {newReport, noOddities, problemsOf, type Problem} from '../../src/engine/problems.ts';

const window = {from: 1000, to: 2000};
const detailsOf = (changes: Partial<ReturnType<typeof noOddities>>) => problemsOf({...newReport(), oddities: {...noOddities(), ...changes}}, window);

it('has nothing to tell of a window of which nothing strange is known', () => {
	expect(newReport()).toMatchObject({problems: [], duplicates: 0, changed: 0, inside: 0, written: 0, oddities: {unreadable: 0, noRows: 0, outOfRange: 0, ambiguous: 0, altered: 0}, total: undefined});
	expect(problemsOf(newReport(), window)).toEqual([]);
	expect(problemsOf({...newReport(), duplicates: 7, total: 7}, window)).toEqual([]);
});

it.each([
	[{unreadable: 1}, 'unreadable', '1 row without a readable id or time, written as they are'],
	[{unreadable: 2}, 'unreadable', '2 rows without a readable id or time, written as they are'],
	[{noRows: 1}, 'unreadable', "1 entry of the API's pages that is no row, not written"],
	[{noRows: 2}, 'unreadable', "2 entries of the API's pages that are no rows, not written"],
	[{outOfRange: 1}, 'out_of_range', '1 row of other times than asked for, delivered here and not written'],
	[{outOfRange: 3}, 'out_of_range', '3 rows of other times than asked for, delivered here and not written'],
	[{ambiguous: 1}, 'ambiguous', '1 row with the id of another row but other content, written too'],
	[{ambiguous: 4}, 'ambiguous', '4 rows with the id of another row but other content, written too'],
	[{altered: 1}, 'altered', '1 page with bytes that are not UTF-8, which are now U+FFFD'],
	[{altered: 5}, 'altered', '5 pages with bytes that are not UTF-8, which are now U+FFFD'],
])('tells of %j by its window', (oddities, kind, detail) => {
	expect(detailsOf(oddities)).toEqual([{kind, since: 1000, until: 2000, detail}]);
});

it('tells of everything, what is missing first', () => {
	const capped: Problem = {kind: 'capped', since: 1500, until: 1501, detail: 'too many'};
	const report = {...newReport(), problems: [capped], oddities: {unreadable: 1, noRows: 0, outOfRange: 1, ambiguous: 1, altered: 1}};
	expect(problemsOf(report, window).map(({kind}) => kind)).toEqual(['capped', 'unreadable', 'out_of_range', 'ambiguous', 'altered']);
	expect(problemsOf(report, window)[0]).toBe(capped);
});
