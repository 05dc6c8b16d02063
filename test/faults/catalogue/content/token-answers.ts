import * as z from 'zod';
import type {JsonPath} from '../../../../src/base/json-path.ts';
import {vendors} from '../../../../src/sources/vendors/index.ts';
import type {VendorDefinition} from '../../../../src/sources/vendors/types.ts';
import {defineFault, type Exchange} from '../fault.ts';
import {editJson} from './answers.ts';
import {editAt, removeAt, setAt, textAt} from './json-edit.ts';

/** Where token endpoints, those that users sign in at too, answer with a token and its life. */
const exchanges = Object.values<VendorDefinition>(vendors).map(({exchange}) => exchange);

const tokenPaths = exchanges.flatMap(exchange => exchange.tokenPaths);

const lifePaths = exchanges.flatMap(exchange => exchange.lifePaths);

/** Answers a token exchange with what `edit` makes of the answer; `token` is where the token stands. */
async function editIssued(exchange: Exchange, edit: (text: string, token: JsonPath) => string): Promise<Response> {
	if (exchange.source !== undefined) return exchange.answer();
	return editJson(exchange, text => {
		const token = tokenPaths.find(path => textAt(text, path) !== undefined);
		return token === undefined ? text : edit(text, token);
	});
}

/** A token does not live as long as it is said to. */
export const tokenExpiresEarly = defineFault({
	summary: 'the token endpoint claims another life of its token than it has',
	parameters: z.object({
		seconds: z.union([z.number(), z.string()], {error: 'expected a number, a text, or missing'}).default(1)
			.describe('the life that is claimed; a text is written as one, and "missing" leaves it out'),
	}),
	create: ({seconds}) => async exchange => editIssued(exchange, text => lifePaths
		.filter(path => textAt(text, path) !== undefined)
		.reduce((edited, path) => seconds === 'missing' ? removeAt(edited, path) : editAt(edited, path, () => JSON.stringify(seconds)), text)),
});

const garbage = ['missing', 'empty', 'number', 'null', 'line-break'] as const;

/** A token that nothing can be asked with. */
export const tokenGarbage = defineFault({
	summary: 'the token endpoint says that all is well, and gives no token that could be used',
	parameters: z.object({how: z.enum(garbage).default('missing').describe('what stands in the place of the token')}),
	create: ({how}) => async exchange => editIssued(exchange, (text, token) => {
		switch (how) {
			case 'missing': return removeAt(text, token);
			case 'empty': return setAt(text, token, '""');
			case 'number': return setAt(text, token, '20261120');
			case 'null': return setAt(text, token, 'null');
			case 'line-break': return editAt(text, token, literal => `${literal.slice(0, -1)}\\r\\nx-injected: yes"`);
		}
	}),
});
