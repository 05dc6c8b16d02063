import {columnsOf, type Answer, type ColumnFact, type ListFact} from './answer.ts';
import {findIds, type IdGuess} from './row-id.ts';
import {findTimes, type TimeGuess} from './row-time.ts';
import type {RangeGuess} from './time-range.ts';
import {flat} from './words.ts';

/** The list of an answer that most likely holds the rows of the search. */
export interface RowsGuess {
	readonly list: ListFact;
	readonly columns: readonly ColumnFact[];
	readonly time: TimeGuess | undefined;
	readonly id: IdGuess | undefined;
	/** Points of a chart rather than records. */
	readonly isSeries: boolean;
	readonly score: number;
}

const listName = /^(?:list|items?|rows?|records?|logs?|data|results?|hits|entries|events?|loglist|datalist|content|docs)$/;

/** The lists of an answer that can be the rows, the likeliest first; empty ones last. */
export function findRows(answer: Answer, range: RangeGuess | undefined): RowsGuess[] {
	return answer.lists.map(list => judgeList(list, range)).toSorted((a, b) => b.score - a.score);
}

/** What stands in a list, as rows of a search over the range. */
export function judgeList(list: ListFact, range: RangeGuess | undefined): RowsGuess {
	const columns = columnsOf(list.rows);
	const rowCount = list.rows.length;
	const times = findTimes(columns, rowCount, range);
	const time = times[0];
	const id = findIds(columns, rowCount, () => new Set())[0];
	// The points of a chart stand at equal distances and hold nothing but numbers.
	const isSeries = time?.isEven === true && id?.isNamed !== true && columns.every(({path, values}) => path === time.path || values.every(value => typeof value === 'number'));
	const isInRange = time !== undefined && time.share >= 0.9;
	const score = (isInRange ? 8 : time !== undefined && time.share > 0.5 ? 3 : 0)
		+ (id?.isNamed === true ? 3 : 0)
		+ (columns.length >= 4 ? 1 : 0)
		+ (rowCount >= 2 ? 1 : rowCount === 0 ? -2 : 0)
		+ (listName.test(flat(list.path.at(-1) ?? '')) ? 1 : 0)
		- (isSeries ? 10 : 0);
	return {list, columns, time, id, isSeries, score};
}
