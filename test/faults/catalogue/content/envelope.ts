import * as z from 'zod';
import type {AnswerShape} from '../../../../src/sandbox/answer-shape.ts';
import {defineFault} from '../fault.ts';
import {editPage, isPage, withText} from './answers.ts';
import {readAsked} from './asked-parameters.ts';
import {hostileText} from './hostile-text.ts';
import {editAt, removeAt, setAt} from './json-edit.ts';

const hows = [
	'code-as-string', 'code-missing', 'code-unknown', 'data-null', 'data-missing', 'data-array', 'message-hostile', 'success-with-error-status', 'error-with-200',
] as const;

type How = (typeof hows)[number];

/** No vendor documents this one. */
const unknownCode = '987654321';

/** What surrounds the rows is not as documented. */
export const envelope = defineFault({
	summary: 'what stands around the rows is not as documented: the code, the message, the HTTP status, the object that holds the rows',
	parameters: z.object({how: z.enum(hows).default('code-unknown').describe('message-hostile is an unknown code with 10 kB of control characters; error-with-200 refuses a parameter')}),
	create: ({how}) => async exchange => {
		const {shape} = exchange;
		if (shape === undefined) return exchange.answer();
		if (how === 'error-with-200') {
			const asked = await readAsked(exchange.request);
			// No API takes a page of no rows: what comes is a refusal in its own words.
			const refusal = await exchange.answer(asked.with({[shape.pagination.sizeParameter]: 0}));
			return withText(refusal, await refusal.text(), {status: 200});
		}
		if (how !== 'success-with-error-status') return editPage(exchange, shape, text => otherEnvelope(text, how, shape));
		const answer = await exchange.answer();
		const text = await answer.text();
		return withText(answer, text, isPage(text, shape.rows) ? {status: 500} : {});
	},
});

function otherEnvelope(text: string, how: Exclude<How, 'error-with-200' | 'success-with-error-status'>, {envelope: {code, message}, rows}: AnswerShape): string {
	const [data = ''] = rows;
	// Where there is a flag in place of a code, it is the only failure that can be told.
	const failing = (literal: string): string => literal === 'true' ? 'false' : unknownCode;
	switch (how) {
		case 'code-as-string': return editAt(text, code, literal => JSON.stringify(literal));
		case 'code-missing': return removeAt(text, code);
		case 'code-unknown': return editAt(text, code, failing);
		case 'data-null': return setAt(text, [data], 'null');
		case 'data-missing': return removeAt(text, [data]);
		case 'data-array': return setAt(text, [data], '[]');
		case 'message-hostile': return setAt(editAt(text, code, failing), message, JSON.stringify(hostileText('refused').repeat(200).slice(0, 10_000)));
	}
}
