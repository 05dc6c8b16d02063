import type {ApiHandler} from './api-handler.ts';
import type {SourceDefinition} from '../sources/types.ts';
import type {SandboxOptions} from './options.ts';
import {createPageTokens} from './page-token.ts';
import {cutPage} from './pages.ts';
import {BadParameter, checkParameters, readBody, readQuery, type SentParameters} from './parameters.ts';
import {createReader} from './selection.ts';
import {selectorOf} from './selector.ts';
import {createSlidingWindow} from './sliding-window.ts';
import {generatedTimeline, listedTimeline, type ListedRow} from './timeline.ts';
import type {TokenStore} from './tokens.ts';
import type {RefusalName, SandboxVendor} from './vendors/types.ts';

/**
 * The API of one source. Checks in the order of the vendors' gateways: token, request budget, parameters; so a
 * request without a valid token costs no budget, and one with bad parameters does.
 */
export function createSourceApi(definition: SourceDefinition, options: SandboxOptions, {tokenPrefix}: SandboxVendor, tokens: TokenStore): ApiHandler {
	const {seed = 1, recordsPerDay = 1000, rate = 'real', order = 'descending', ends = 'inclusive'} = options;
	const {budget, parameters: rules} = definition;
	const rows = (options.rows as Readonly<Record<string, readonly ListedRow[]>> | undefined)?.[definition.name];
	const timeline = rows === undefined ? generatedTimeline(definition, {seed, recordsPerDay}) : listedTimeline(rows);
	const reader = createReader(timeline);
	const pageTokens = createPageTokens(JSON.stringify([seed, recordsPerDay, order]));
	const admit = createSlidingWindow(budget);

	function judgeToken(authorization: string | null, at: number): RefusalName | undefined {
		const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
		if (token === undefined) return 'missing-token';
		if (!token.startsWith(tokenPrefix)) return 'wrong-token-kind';
		return tokens.isValid(token, at) ? undefined : 'invalid-token';
	}

	return async (request, {at, replies, seen}) => {
		const refusal = judgeToken(request.headers.get('authorization'), at);
		const admission = refusal === undefined && rate === 'real' ? admit(at) : undefined;
		const sent = await readParameters(request);
		if (!(sent instanceof BadParameter)) seen(sent.values);
		if (refusal !== undefined) return replies.refuse(refusal);
		if (admission?.admitted === false) return replies.refuseRate(budget.requests, admission.waitMs);
		if (sent instanceof BadParameter) return replies.refuseParameter(sent);
		try {
			const parameters = checkParameters(rules, sent);
			const selection = selectorOf(definition, parameters, {ends, nowMs: at, reach: timeline.reach});
			const {positions, facts} = cutPage({definition, parameters, selection, order, reader, tokens: pageTokens});
			return replies.success([[definition.rows, positions.map(position => timeline.row(position))], ...facts]);
		} catch (error) {
			if (error instanceof BadParameter) return replies.refuseParameter(error);
			throw error;
		}
	};
}

/** The parameters as sent; they may not be fit to read before the token has been judged. */
async function readParameters(request: Request): Promise<SentParameters | BadParameter> {
	if (request.method === 'GET') return readQuery(new URL(request.url));
	try {
		return readBody(request.headers.get('content-type'), await request.text());
	} catch (error) {
		if (error instanceof BadParameter) return error;
		throw error;
	}
}
