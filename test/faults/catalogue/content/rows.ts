import * as z from 'zod';
import {defineFault} from '../fault.ts';
import {editPage} from './answers.ts';
import {readAsked} from './asked-parameters.ts';
import {editAt, editElements, removeAt} from './json-edit.ts';
import {contentEdits} from './row-contents.ts';
import type {RowsEdits} from './row-edits.ts';
import {idEdits} from './row-ids.ts';
import {orderEdits} from './row-order.ts';
import {timeEdits} from './row-times.ts';

const edits = {...orderEdits, ...idEdits, ...timeEdits, ...contentEdits} satisfies RowsEdits;
const editNames = Object.keys(edits).filter((name): name is keyof typeof edits => Object.hasOwn(edits, name));
const arrays = ['rows-null', 'rows-object', 'rows-missing'] as const;

const isArrayFault = (how: string): how is (typeof arrays)[number] => arrays.some(name => name === how);

/** Rows are not what they should be. */
export const rows = defineFault({
	summary: 'rows of a page are repeated, missing, in another order, or hold what they should not',
	parameters: z.object({
		how: z.enum([...editNames, ...arrays]).default('repeated').describe('arrives-late leaves a row out the first time that it would be served'),
		count: z.int().min(1).default(1).describe('how many rows of the page, drawn at random; the others stay as they are'),
	}),
	create({how, count}) {
		const edit = isArrayFault(how) ? undefined : edits[how]();
		return async exchange => {
			const {shape, random} = exchange;
			if (shape === undefined) return exchange.answer();
			const asked = await readAsked(exchange.request);
			return editPage(exchange, shape, text => {
				if (edit !== undefined) return editElements(text, shape.rows, all => edit(all, {shape, asked, count, random}));
				if (how === 'rows-missing') return removeAt(text, shape.rows);
				return editAt(text, shape.rows, () => how === 'rows-null' ? 'null' : '{"0":{"id":"1"}}');
			}, asked.with({}));
		};
	},
});
