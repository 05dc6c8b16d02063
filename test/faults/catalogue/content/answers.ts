import type {JsonPath} from '../../../../src/base/json-path.ts';
import {parseJson} from '../../../../src/json/value.ts';
import {locate} from '../../../../src/json/text.ts';
import type {AnswerShape} from '../../../../src/sandbox/answer-shape.ts';
import type {Exchange} from '../fault.ts';

/** How a fault changes the text of an answer. */
export type Edit = (text: string) => string;

/**
 * Answers with what `edit` makes of the sandbox's answer. Leaves alone what is no JSON.
 * @param asked what the sandbox is asked instead.
 */
export async function editJson(exchange: Pick<Exchange, 'answer'>, edit: Edit, asked?: Request): Promise<Response> {
	const response = await exchange.answer(asked);
	if (response.headers.get('content-type')?.startsWith('application/json') !== true) return response;
	const text = await response.text();
	return withText(response, parseJson(text) === undefined ? text : edit(text));
}

/** As `editJson`, for pages of rows only: refusals stay as they are. */
export async function editPage(exchange: Pick<Exchange, 'answer'>, {rows}: AnswerShape, edit: Edit, asked?: Request): Promise<Response> {
	return editJson(exchange, text => isPage(text, rows) ? edit(text) : text, asked);
}

/** Whether an answer that is JSON holds rows. */
export function isPage(text: string, rows: JsonPath): boolean {
	return locate(text, rows) !== undefined;
}

/** The answer with another body. */
export function withText({headers, status}: Response, text: string, {status: other = status}: {status?: number} = {}): Response {
	const kept = new Headers(headers);
	kept.delete('content-length');
	return new Response(text, {status: other, headers: kept});
}
