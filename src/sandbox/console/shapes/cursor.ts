import type {FilterName} from '../../../sources/app-log-kinds.ts';
import {BadParameter, readBody} from '../../parameters.ts';
import type {ConsoleShape, WireNames} from './types.ts';
import {camelCase, jsonValues, readFilters, requiredInteger, wireRow} from './wire.ts';

const pageSizes = [20, 50];
const filterNames: Readonly<Partial<Record<FilterName, string>>> = {status: 'statuses', keyword: 'keywords'};
const fieldNames: Readonly<Record<string, string>> = {
	time: 'occurredAt', error_code: 'error.code', error_message: 'error.message',
	device: 'client.device', feishu_version: 'client.feishuVersion', package_version: 'client.packageVersion',
};
const refusals = {
	csrf: [403, 'CSRF_TOKEN_INVALID', 'The CSRF token is missing or wrong.'],
	rate: [429, 'TOO_MANY_REQUESTS', 'Slow down.'],
	parameter: [400, 'INVALID_ARGUMENT', 'The request is not valid.'],
} as const;

const names: WireNames = {
	filter: name => filterNames[name] ?? camelCase(name),
	choice: choice => choice.replaceAll('-', '_').toUpperCase(),
	field: field => fieldNames[field] ?? camelCase(field),
	time: ms => new Date(ms).toISOString(),
};

/**
 * Cursors in a flat JSON body: ISO times with milliseconds, the end not part of the range, unset filters null, and no total. Without a
 * session it answers with HTTP 200 and a code.
 */
export const cursorShape: ConsoleShape = {
	method: 'POST',
	searchPath: (kind, appId) => `/developers/v1/monitor/${appId}/${kind}-logs/query`,
	statisticsPath: (kind, appId) => `/developers/v1/monitor/${appId}/${kind}-logs/summary`,
	csrfHeader: 'x-csrf-token',
	pageSizes,
	names,
	answer: kind => ({
		rows: ['payload', 'nodes'],
		id: names.field('id', kind).split('.'),
		time: names.field('time', kind).split('.'),
		pagination: {
			style: 'token', tokenParameter: 'after', sizeParameter: 'first', defaultSize: Math.min(...pageSizes), maxSize: Math.max(...pageSizes),
			token: ['payload', 'pageInfo', 'endCursor'], more: ['payload', 'pageInfo', 'hasNext'], tokenAtEnd: true, loose: true,
		},
		range: {start: 'begin', end: 'finish'},
		envelope: {code: ['success'], message: ['error', 'message']},
	}),
	async accept(request) {
		const {values: sent} = readBody(request.headers.get('content-type'), await request.text());
		const range = () => {
			const from = instant(sent['begin'], 'begin');
			const to = instant(sent['finish'], 'finish');
			if (to < from) throw new BadParameter('finish', 'must not be earlier than begin');
			return {from, to};
		};
		return {
			sent,
			range,
			read(search) {
				const after = sent['after'] ?? undefined;
				if (after !== undefined && typeof after !== 'string') throw new BadParameter('after', 'must be a text');
				return {
					range: range(),
					filters: readFilters(search, names, (filter, name) => (sent[name] ?? null) === null ? [] : jsonValues(sent[name], filter, name)),
					size: requiredInteger(sent['first'], 'first', {min: 1, max: pageSizes.at(-1)}),
					start: {after},
				};
			},
		};
	},
	page: ({rows, hasNext, cursor}, search, kind) => JSON.stringify(cursorShape.success({
		nodes: rows.map(row => ({...wireRow(row, search, kind, names), id: `log_${row.id}`})),
		// As elsewhere, the last page has a cursor too: only `hasNext` says that it is the last.
		pageInfo: {hasNext, endCursor: cursor ?? null},
	})),
	success: payload => ({success: true, payload}),
	refusal(why, detail) {
		const [status, code, message] = refusals[why];
		return {status, body: {success: false, error: {code, message: detail === '' ? message : `${message} ${detail}`}}};
	},
	signedOut: () => new Response(JSON.stringify({success: false, error: {code: 'NOT_SIGNED_IN', message: 'Please sign in.'}}), {
		headers: {'content-type': 'application/json; charset=utf-8'},
	}),
	script: `
const wire = {
	request({path, statisticsPath, start, end, filters, size, cursor}) {
		const range = {begin: new Date(start).toISOString(), finish: new Date(end).toISOString()};
		const body = {...range, after: cursor ?? null, first: size};
		for (const {name, many, values} of filters) body[name] = values.length === 0 ? null : many ? values : values[0];
		return {search: {url: path, body}, statistics: {url: statisticsPath, body: range}};
	},
	read({success, payload, error}) {
		if (!success) throw Object.assign(new Error(error.message), {signedOut: error.code === 'NOT_SIGNED_IN'});
		return {rows: payload.nodes, hasNext: payload.pageInfo.hasNext, cursor: payload.pageInfo.endCursor};
	},
	time: value => Date.parse(value),
};`,
};

function instant(value: unknown, name: string): number {
	const ms = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) ? Date.parse(value) : Number.NaN;
	if (Number.isNaN(ms)) throw new BadParameter(name, 'must be a time as in 2026-11-20T00:00:00.000Z');
	return ms;
}
