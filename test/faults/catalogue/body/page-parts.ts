import {elements, endOfValue, kindAt, locate, skipSpace, type Span} from '../../../../src/json/text.ts';
import type {AnswerShape} from '../../../../src/sandbox/answer-shape.ts';

/** Where the first row of an answer stands in its text; undefined where there is none. */
export function firstRow(text: string, shape: AnswerShape | undefined): Span | undefined {
	const rows = shape === undefined ? undefined : locate(text, shape.rows);
	if (rows === undefined || kindAt(text, rows.start) !== 'array') return undefined;
	let found: Span | undefined;
	elements(text, rows.start, start => {
		const end = endOfValue(text, start);
		found ??= {start, end};
		return end;
	});
	return found !== undefined && kindAt(text, found.start) === 'object' ? found : undefined;
}

/** With a member before the others of the object that starts there. */
export function withMember(text: string, objectStart: number, member: string): string {
	const inside = objectStart + 1;
	const isEmpty = text[skipSpace(text, inside)] === '}';
	return `${text.slice(0, inside)}${member}${isEmpty ? '' : ','}${text.slice(inside)}`;
}

/** Where an answer can be made longer and stay the page that it is: `before`, any number of fillers, `after`. */
export interface StretchedPage {
	readonly before: string;
	readonly filler: string;
	readonly after: string;
}

/** What a page is made longer with: a row's text, more rows, or whitespace; the latter also where there is no row. */
export type Stretch = 'text' | 'rows' | 'space';

export function stretchPage(text: string, shape: AnswerShape | undefined, by: Stretch): StretchedPage {
	const row = firstRow(text, shape);
	if (row === undefined || by === 'space') {
		const end = text.trimEnd().length - 1;
		return {before: text.slice(0, end), filler: ' ', after: text.slice(end)};
	}
	if (by === 'rows') return {before: text.slice(0, row.end), filler: `,${text.slice(row.start, row.end)}`, after: text.slice(row.end)};
	const mark = '"padding":"';
	const padded = withMember(text, row.start, `${mark}"`);
	const start = row.start + 1 + mark.length;
	return {before: padded.slice(0, start), filler: 'x', after: padded.slice(start)};
}
