import * as z from 'zod';
import {defineFault} from '../fault.ts';
import {editPage} from './answers.ts';
import {readAsked} from './asked-parameters.ts';
import {editAt, editElements, removeAt, setAt, textAt} from './json-edit.ts';

/** What leads to pages behind the end. */
const endless = 'for-ever-';

/** Whether there is more is not what the answer says. */
export const hasMore = defineFault({
	summary: 'whether there is more is not what the answer should say, where the API says it',
	parameters: z.object({
		how: z.enum(['missing', 'string', 'false-too-early', 'always-true']).default('missing')
			.describe('false-too-early keeps the token; always-true goes on with empty pages for ever'),
	}),
	create: ({how}) => async exchange => {
		const {shape} = exchange;
		if (shape === undefined || shape.pagination.style !== 'token' || shape.pagination.more === undefined) return exchange.answer();
		const {more, token, tokenParameter} = shape.pagination;
		if (how !== 'always-true') {
			return editPage(exchange, shape, text => {
				switch (how) {
					case 'missing': return removeAt(text, more);
					case 'string': return editAt(text, more, literal => JSON.stringify(literal));
					case 'false-too-early': return editAt(text, more, () => 'false');
				}
			});
		}
		const asked = await readAsked(exchange.request);
		const sent = asked.get(tokenParameter);
		const page = typeof sent === 'string' && sent.startsWith(endless) ? Number(sent.slice(endless.length)) : 0;
		const onwards = (text: string): string => setAt(editAt(text, more, () => 'true'), token, JSON.stringify(`${endless}${page + 1}`));
		return editPage(exchange, shape, text => {
			if (page > 0) return onwards(editElements(text, shape.rows, () => []));
			return textAt(text, more) === 'false' ? onwards(text) : text;
		}, asked.with(page > 0 ? {[tokenParameter]: undefined} : {}));
	},
});
