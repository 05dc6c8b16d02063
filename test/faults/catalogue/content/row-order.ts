import type {AnswerShape} from '../../../../src/sandbox/answer-shape.ts';
import {textAt} from './json-edit.ts';
import type {RowsEdits, RowsPage} from './row-edits.ts';
import {pickIndexes, shuffled} from './row-picks.ts';

/** Which rows a page has, how often, and in which order. */
export const orderEdits = {
	'repeated': () => (rows, {count, random}) => {
		const picked = pickIndexes(rows.length, count, random);
		return [...rows, ...rows.filter((_, index) => picked.has(index))];
	},
	'repeated-across-pages': () => {
		/** The last rows of the page before, by query. */
		const before = new Map<string, readonly string[]>();
		return (rows, page) => {
			const query = page.asked.without(pagingParameters(page.shape));
			const repeated = isFirst(page) || rows.length === 0 ? [] : before.get(query) ?? [];
			before.set(query, rows.slice(-page.count));
			return [...repeated, ...rows];
		};
	},
	'reordered': () => (rows, {random}) => shuffled(rows, random),
	'dropped': () => (rows, {count, random}) => {
		const picked = pickIndexes(rows.length, count, random);
		return rows.filter((_, index) => !picked.has(index));
	},
	'arrives-late': () => {
		/** The rows that were there once, or would have been. */
		const known = new Set<string>();
		return (rows, {shape, count, random}) => {
			const ids = rows.map(row => textAt(row, shape.id) ?? '');
			const unknown = [...rows.keys()].filter(index => !known.has(ids[index] ?? ''));
			const withheld = new Set([...pickIndexes(unknown.length, count, random)].map(nth => unknown[nth]));
			for (const id of ids) known.add(id);
			return rows.filter((_, index) => !withheld.has(index));
		};
	},
} satisfies RowsEdits;

function pagingParameters({pagination}: AnswerShape): string[] {
	return [pageParameter(pagination), pagination.sizeParameter];
}

function pageParameter(pagination: AnswerShape['pagination']): string {
	switch (pagination.style) {
		case 'token': return pagination.tokenParameter;
		case 'numbered': return pagination.pageParameter;
		case 'offset': return pagination.offsetParameter;
	}
}

function isFirst({shape: {pagination}, asked}: RowsPage): boolean {
	const value = asked.get(pageParameter(pagination)) ?? null;
	if (pagination.style === 'token') return value === null || value === '';
	const first = pagination.style === 'numbered' ? pagination.first ?? (pagination.counts === 'rows' ? 0 : 1) : 0;
	return value === null || Number(value) === first;
}
