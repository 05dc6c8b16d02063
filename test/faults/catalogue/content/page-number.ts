import * as z from 'zod';
import {wholeNumber} from '../../../../src/json/value.ts';
import type {NumberedPagination, OffsetPagination} from '../../../../src/sources/pagination.ts';
import {defineFault} from '../fault.ts';
import {editPage} from './answers.ts';
import {readAsked} from './asked-parameters.ts';
import {editAt} from './json-edit.ts';

/** Counted pages come differently from how they were asked for. */
export const pageNumber = defineFault({
	summary: 'another page than asked for, where pages are counted by number or offset',
	parameters: z.object({
		how: z.enum(['repeats-the-page', 'skips-a-page', 'reports-another-page', 'size-ignored']).default('repeats-the-page')
			.describe('the page before comes again, the page after comes instead, the right page calls itself the next, or it has another number of rows than asked for'),
		rows: z.int().min(1).optional().describe('how many rows a page has for size-ignored. Default: half of those asked for'),
	}),
	create: ({how, rows}) => async exchange => {
		const {shape} = exchange;
		if (shape === undefined || shape.pagination.style === 'token') return exchange.answer();
		const {pagination} = shape;
		const asked = await readAsked(exchange.request);
		const {parameter, page} = placesOf(pagination);
		const size = wholeNumber(asked.get(pagination.sizeParameter)) ?? pagination.defaultSize;
		const step = countsPages(pagination) ? 1 : size;
		const first = pagination.style === 'numbered' ? pagination.first ?? (countsPages(pagination) ? 1 : 0) : 0;
		const number = wholeNumber(asked.get(parameter)) ?? first;
		const says = (other: number) => (text: string): string => page === undefined ? text : editAt(text, page, () => String(other));
		switch (how) {
			case 'repeats-the-page': return editPage(exchange, shape, says(number), asked.with({[parameter]: Math.max(first, number - step)}));
			case 'skips-a-page': return editPage(exchange, shape, says(number), asked.with({[parameter]: number + step}));
			case 'reports-another-page': return editPage(exchange, shape, says(number + 1), asked.with({}));
			case 'size-ignored': return exchange.answer(asked.with({[pagination.sizeParameter]: Math.min(pagination.maxSize, rows ?? Math.ceil(size / 2))}));
		}
	},
});

type Counted = NumberedPagination | OffsetPagination;

function placesOf(pagination: Counted): {parameter: string; page: NumberedPagination['page']} {
	return pagination.style === 'offset' ? {parameter: pagination.offsetParameter, page: undefined} : {parameter: pagination.pageParameter, page: pagination.page};
}

/** Where it is not known what is counted, the sandbox counts rows unless told otherwise. */
function countsPages(pagination: Counted): boolean {
	return pagination.style === 'offset' ? pagination.counts === 'pages' : pagination.counts !== 'rows';
}
