import type {ApiHandler} from './api-handler.ts';
import type {SourceDefinition, SourceFile} from '../sources/types.ts';
import {shownBy} from './filters.ts';
import type {UserTokens} from './oauth/user-tokens.ts';
import {hasScope, type SandboxOptions} from './options.ts';
import {createPageTokens} from './page-token.ts';
import {cutPage} from './pages.ts';
import {BadParameter, checkParameters, readBody, readQuery, type Parameters, type SentParameters} from './parameters.ts';
import {createReader, type Order} from './selection.ts';
import {selectorOf} from './selector.ts';
import {createSlidingWindow} from './sliding-window.ts';
import {generatedTimeline, listedTimeline} from './timeline.ts';
import type {TokenStore} from './tokens.ts';
import type {RefusalName, SandboxVendor} from './vendors/types.ts';

/** Whose requests an API takes. */
export interface Callers {
	/** Tokens of the app itself. */
	readonly app: TokenStore;
	/** Tokens of people who signed in. */
	readonly users: UserTokens;
}

/**
 * The API of one source. Checks in the order of the vendors' gateways: token, scope, request budget, parameters; so a
 * request without a valid token costs no budget, and one with bad parameters does.
 */
export function createSourceApi(
	file: SourceFile, options: SandboxOptions, {tokenPrefix, places}: SandboxVendor, {app, users}: Callers,
): ApiHandler {
	const {source: definition, sample} = file;
	const {seed = 1, recordsPerDay = 1000, rate = 'real', order = 'descending', ends = 'inclusive'} = options;
	const {budget, parameters: rules, scope, range: {unitMs, rowUnitMs = unitMs}} = definition;
	const offsets = {counts: options.offsetCounts ?? 'rows', largestPage: options.largestPage, cap: options.cap, totals: options.totals ?? 'honest'};
	const rows = options.rows?.[definition.name];
	const timeline = rows !== undefined ? listedTimeline(rows) : generatedTimeline({
		name: definition.name, unitMs,
		// Rows happen in the unit that is asked with, and say so in their own.
		sample: (random, {id, time}) => sample(random, {id, time: Math.floor(time * unitMs / rowUnitMs)}),
	}, {seed, recordsPerDay});
	const reader = createReader(timeline);
	const pageTokens = createPageTokens(JSON.stringify([seed, recordsPerDay, order]));
	const admit = createSlidingWindow(budget);

	function judgeToken(authorization: string | null, at: number): RefusalName | undefined {
		const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
		if (token === undefined) return 'missing-token';
		return definition.auth === 'user' ? judgeUserToken(token, at) : judgeAppToken(token, at);
	}

	function judgeAppToken(token: string, at: number): RefusalName | undefined {
		if (!token.startsWith(tokenPrefix)) return 'wrong-token-kind';
		if (!app.isValid(token, at)) return 'invalid-token';
		return hasScope(options, scope) ? undefined : 'missing-app-scope';
	}

	function judgeUserToken(token: string, at: number): RefusalName | undefined {
		if (token.startsWith(tokenPrefix)) return 'user-token-required';
		const granted = users.scopesOf(token, at);
		if (granted === undefined) return 'invalid-user-token';
		if (!hasScope(options, scope)) return 'missing-app-scope';
		return granted.includes(scope) ? undefined : 'missing-user-scope';
	}

	return async (request, {at, replies, seen}) => {
		const refusal = judgeToken(request.headers.get('authorization'), at);
		const admission = refusal === undefined && rate === 'real' ? admit(at) : undefined;
		const sent = await readParameters(request, definition.endpoint.path);
		if (!(sent instanceof BadParameter)) seen(sent.values);
		if (refusal !== undefined) return replies.refuse(refusal, refusal.endsWith('-scope') ? {scope} : {});
		if (admission?.admitted === false) return replies.refuseRate(budget.requests, admission.waitMs);
		if (sent instanceof BadParameter) return replies.refuseParameter(sent, definition.badParameter);
		try {
			const parameters = checkParameters(rules, sent);
			checkPlaces(parameters, places);
			const selection = selectorOf(file, parameters, {ends, nowMs: at, reach: timeline.reach});
			const {positions, facts} = cutPage({
				definition, parameters, selection, order: orderOf(definition, parameters) ?? order, reader, tokens: pageTokens, offsets,
			});
			const shown = shownBy(definition, parameters);
			return replies.success([[definition.rows, positions.map(position => shown(timeline.row(position)))], ...facts]);
		} catch (error) {
			if (error instanceof BadParameter) return replies.refuseParameter(error, definition.badParameter);
			throw error;
		}
	};
}

/** The order that a request asks for, where the API lets it choose: newest first unless told otherwise. */
function orderOf({order}: SourceDefinition, parameters: Parameters): Order | undefined {
	if (order === undefined) return undefined;
	return parameters[order.parameter] === order.ascending ? 'ascending' : 'descending';
}

/** @throws BadParameter for a place that the stand-in does not know. */
function checkPlaces(parameters: Parameters, places: SandboxVendor['places']): void {
	for (const [name, place] of Object.entries(places)) {
		if (parameters[name] !== undefined && parameters[name] !== place) throw new BadParameter(name, 'is not known');
	}
}

/** The parameters as sent; they may not be fit to read before the token has been judged. */
async function readParameters(request: Request, template: string): Promise<SentParameters | BadParameter> {
	if (request.method === 'GET') return readQuery(new URL(request.url), template);
	try {
		return readBody(request.headers.get('content-type'), await request.text());
	} catch (error) {
		if (error instanceof BadParameter) return error;
		throw error;
	}
}
