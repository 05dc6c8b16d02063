import type {FilterName} from '../../../sources/app-log-kinds.ts';
import {BadParameter, readQuery} from '../../parameters.ts';
import type {ConsoleShape, WireNames} from './types.ts';
import {readFilters, requiredInteger, wireRow} from './wire.ts';

const pageSizes = [20, 100, 200];
const logNames = {server: 'openapi', event: 'event', client: 'client'};
const filterNames: Readonly<Partial<Record<FilterName, string>>> = {user_open_id: 'open_id', error_message: 'err_msg', keyword: 'keywords'};
const fieldNames: Readonly<Record<string, string>> = {id: 'record_id', time: 'ts', error_message: 'err_msg', duration_ms: 'cost'};
const refusals = {
	csrf: [403, 1403, 'bad csrf token'], rate: [429, 4290, 'too many requests'], parameter: [200, 4001, 'bad parameter'],
} as const;

const names: WireNames = {
	filter: name => filterNames[name] ?? name,
	choice: (choice, choices) => choices.indexOf(choice) + 1,
	field: field => fieldNames[field] ?? field,
	time: ms => Math.floor(ms / 1000),
};

/**
 * Offsets in a query string: seconds, unset filters left out, a total written as text, and ids that are integers beyond what
 * a JavaScript number holds. Without a session it answers with a page for people.
 * @param ends whether the second that ends a range is part of it.
 */
export function createOffsetShape(ends: 'inclusive' | 'exclusive'): ConsoleShape {
	return {
		method: 'GET',
		searchPath: (kind, appId) => `/developers/v1/logs/${logNames[kind]}/${appId}/records`,
		statisticsPath: (kind, appId) => `/developers/v1/logs/${logNames[kind]}/${appId}/count`,
		csrfHeader: 'x-xsrf-token',
		pageSizes,
		names,
		answer: kind => ({
			rows: ['result', 'records'],
			id: names.field('id', kind).split('.'),
			time: names.field('time', kind).split('.'),
			pagination: {
				style: 'numbered', pageParameter: 'offset', sizeParameter: 'limit', defaultSize: Math.min(...pageSizes),
				maxSize: Math.max(...pageSizes), counts: 'rows', total: ['result', 'count'],
			},
			range: {start: 'start_time', end: 'end_time'},
			envelope: {code: ['errno'], message: ['errmsg']},
		}),
		async accept(request) {
			const {searchParams} = new URL(request.url);
			const number = (name: string, limits: {min: number; max?: number | undefined}) => {
				const [text = '', ...others] = searchParams.getAll(name);
				if (others.length > 0) throw new BadParameter(name, 'must be given once');
				return requiredInteger(/^\d+$/.test(text) ? Number(text) : undefined, name, limits);
			};
			const range = () => {
				const start = number('start_time', {min: 0});
				const end = number('end_time', {min: start});
				return {from: start * 1000, to: (ends === 'inclusive' ? end + 1 : end) * 1000};
			};
			return {
				sent: readQuery(new URL(request.url)).values,
				range,
				read: search => ({
					range: range(),
					filters: readFilters(search, names, ({many, choices}, name) =>
						searchParams.getAll(name).flatMap(value => many === true && choices === undefined ? value.split(/\s+/) : [value])),
					size: number('limit', {min: 1, max: pageSizes.at(-1)}),
					start: {skip: number('offset', {min: 0})},
				}),
			};
		},
		page({rows, total}, search, kind) {
			const records = rows.map(row => {
				const {[names.field('id', kind)]: _text, ...rest} = wireRow(row, search, kind, names);
				return `{"${names.field('id', kind)}":${/^[1-9]\d*$/.test(row.id) ? row.id : JSON.stringify(row.id)},${JSON.stringify(rest).slice(1)}`;
			});
			return `{"errno":0,"errmsg":"ok","result":{"records":[${records.join(',')}],"count":"${total}"}}`;
		},
		success: result => ({errno: 0, errmsg: 'ok', result}),
		refusal(why, detail) {
			const [status, errno, message] = refusals[why];
			return {status, body: {errno, errmsg: detail === '' ? message : `${message}: ${detail}`}};
		},
		signedOut: () => new Response('<!doctype html><title>Sign in</title><h1>401 Unauthorized</h1><p>Please sign in.</p>\n', {
			status: 401, headers: {'content-type': 'text/html; charset=utf-8'},
		}),
		script: `
const wire = {
	request({path, statisticsPath, start, end, filters, index, size}) {
		const range = {start_time: Math.floor(start / 1000), end_time: Math.floor(end / 1000)};
		const query = new URLSearchParams({...range, offset: index * size, limit: size});
		for (const {name, split, values} of filters) {
			if (split && values.length > 0) query.append(name, values.join(' '));
			else for (const value of values) query.append(name, value);
		}
		return {search: {url: path + '?' + query}, statistics: {url: statisticsPath + '?' + new URLSearchParams(range)}};
	},
	read({errno, errmsg, result}) {
		if (errno !== 0) throw new Error(errmsg);
		return {rows: result.records, total: Number(result.count)};
	},
	time: value => value * 1000,
};`,
	};
}
