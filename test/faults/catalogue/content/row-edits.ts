import type {AnswerShape} from '../../../../src/sandbox/answer-shape.ts';
import type {AskedParameters} from './asked-parameters.ts';
import {pickIndexes} from './row-picks.ts';

/** A page whose rows are changed. */
export interface RowsPage {
	readonly shape: AnswerShape;
	/** What was asked for. */
	readonly asked: AskedParameters;
	/** How many rows to change. */
	readonly count: number;
	readonly random: () => number;
}

/** Changes the rows of a page, each the JSON that the API wrote. */
export type RowsEdit = (rows: readonly string[], page: RowsPage) => readonly string[];

/** Changes one row. */
export type RowEdit = (row: string, page: RowsPage) => string;

/** Ways to change rows, by name; each is made once for a rule, with what it remembers. */
export type RowsEdits<Name extends string = string> = Readonly<Record<Name, () => RowsEdit>>;

/** Changes as many rows of a page as wanted, drawn at random. */
export function some(edit: RowEdit): () => RowsEdit {
	return () => (rows, page) => {
		const picked = pickIndexes(rows.length, page.count, page.random);
		return rows.map((row, index) => picked.has(index) ? edit(row, page) : row);
	};
}

/** Changes every row of a page. */
export function every(edit: RowEdit): () => RowsEdit {
	return () => (rows, page) => rows.map(row => edit(row, page));
}
