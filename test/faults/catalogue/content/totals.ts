import * as z from 'zod';
import {wholeNumber} from '../../../../src/json/value.ts';
import {defineFault} from '../fault.ts';
import {editPage} from './answers.ts';
import {editAt, removeAt} from './json-edit.ts';

const hows = ['lies-more', 'lies-less', 'grows', 'shrinks', 'string', 'text', 'missing', 'negative', 'fraction', 'huge', 'null'] as const;

/** How many rows there are is not what the answer says. */
export const total = defineFault({
	summary: 'the number of all rows is not what it should be, where the API states one',
	parameters: z.object({
		how: z.enum(hows).default('lies-more').describe('grows and shrinks move it from answer to answer; string writes a number as a text of digits, text as a word'),
		by: z.int().min(1).default(1).describe('how many rows it lies, grows or shrinks by'),
	}),
	create({how, by}) {
		let answers = 0;
		return async exchange => {
			const {shape} = exchange;
			const path = shape === undefined || shape.pagination.style === 'token' ? undefined : shape.pagination.total;
			if (shape === undefined || path === undefined) return exchange.answer();
			return editPage(exchange, shape, text => {
				const moved = answers++ * by;
				return how === 'missing' ? removeAt(text, path) : editAt(text, path, literal => otherTotal(literal, how, {by, moved}));
			});
		};
	},
});

/** @param moved how far it has moved by now. */
function otherTotal(literal: string, how: Exclude<(typeof hows)[number], 'missing'>, {by, moved}: {by: number; moved: number}): string {
	const value: unknown = JSON.parse(literal);
	const count = wholeNumber(value);
	if (count === undefined) return literal;
	// Stays a text where it is one.
	const written = (number: number): string => typeof value === 'string' ? `"${number}"` : String(number);
	switch (how) {
		case 'lies-more': return written(count + by);
		case 'lies-less': return written(Math.max(0, count - by));
		case 'grows': return written(count + moved);
		case 'shrinks': return written(Math.max(0, count - moved));
		case 'string': return `"${count}"`;
		case 'text': return '"many"';
		case 'negative': return written(-1);
		case 'fraction': return written(count + 0.5);
		case 'huge': return written(Number.MAX_SAFE_INTEGER);
		case 'null': return 'null';
	}
}
