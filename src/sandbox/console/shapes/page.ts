import type {FilterName} from '../../../sources/app-log-kinds.ts';
import {isJsonObject} from '../../json-object.ts';
import {BadParameter, readBody} from '../../parameters.ts';
import type {ConsoleShape, WireNames} from './types.ts';
import {camelCase, jsonValues, readFilters, requiredInteger, wireRow} from './wire.ts';

const pageSizes = [20, 50, 100];
const timeFields = {server: 'requestTime', event: 'pushTime', client: 'logTime'};
const filterNames: Readonly<Partial<Record<FilterName, string>>> = {user_open_id: 'openId', keyword: 'keywords'};
const refusals = {
	csrf: [403, 4031, 'csrf token invalid'], rate: [429, 99991400, 'request trigger frequency limit'],
	parameter: [200, 10003, 'invalid param'],
} as const;

const names: WireNames = {
	filter: name => filterNames[name] ?? camelCase(name),
	choice: choice => choice.replaceAll('-', '_'),
	field: (field, kind) => field === 'time' ? timeFields[kind] : camelCase(field),
	time: ms => ms,
};

/**
 * Numbered pages of a nested JSON body: milliseconds, the end part of the range, unset filters sent empty, and a total. Without a
 * session the browser is sent to the sign-in page.
 */
export const pageShape: ConsoleShape = {
	method: 'POST',
	searchPath: (kind, appId) => `/developers/v1/log_search/${appId}/${kind}`,
	statisticsPath: (kind, appId) => `/developers/v1/log_search/${appId}/${kind}/statistics`,
	csrfHeader: 'x-csrf-token',
	pageSizes,
	names,
	answer: kind => ({
		rows: ['data', 'list'],
		id: names.field('id', kind).split('.'),
		time: names.field('time', kind).split('.'),
		pagination: {
			style: 'numbered', pageParameter: 'page.no', sizeParameter: 'page.size', defaultSize: Math.min(...pageSizes),
			maxSize: Math.max(...pageSizes), total: ['data', 'total'],
		},
		range: {start: 'filter.timeRange.start', end: 'filter.timeRange.end'},
		envelope: {code: ['code'], message: ['msg']},
	}),
	async accept(request) {
		const {values: sent} = readBody(request.headers.get('content-type'), await request.text());
		const filter = member(sent, 'filter');
		const range = () => {
			const timeRange = member(filter, 'timeRange');
			const from = requiredInteger(timeRange['start'], 'timeRange.start', {min: 0});
			return {from, to: requiredInteger(timeRange['end'], 'timeRange.end', {min: from}) + 1};
		};
		return {
			sent,
			range,
			read(search) {
				const page = member(sent, 'page');
				const size = requiredInteger(page['size'], 'page.size', {min: 1, max: pageSizes.at(-1)});
				const number = requiredInteger(page['no'], 'page.no', {min: 1});
				const filters = readFilters(search, names, (one, name) => filter[name] === undefined ? [] : jsonValues(filter[name], one, name));
				return {range: range(), filters, size, start: {skip: (number - 1) * size}};
			},
		};
	},
	page: ({rows, total}, search, kind) =>
		JSON.stringify(pageShape.success({total, list: rows.map(row => wireRow(row, search, kind, names))})),
	success: data => ({code: 0, msg: 'success', data}),
	refusal(why, detail) {
		const [status, code, message] = refusals[why];
		return {status, body: {code, msg: detail === '' ? message : `${message}: ${detail}`}};
	},
	signedOut: location => new Response(null, {status: 302, headers: {location}}),
	script: `
const wire = {
	request({path, statisticsPath, start, end, filters, index, size}) {
		const filter = {timeRange: {start, end}};
		for (const {name, many, values} of filters) filter[name] = many ? values : values[0] ?? '';
		return {search: {url: path, body: {filter, page: {no: index + 1, size}}}, statistics: {url: statisticsPath, body: {filter: {timeRange: {start, end}}}}};
	},
	read({code, msg, data}) {
		if (code !== 0) throw new Error(msg);
		return {rows: data.list, total: data.total};
	},
	time: value => value,
};`,
};

function member(values: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
	const value = values[name];
	if (!isJsonObject(value)) throw new BadParameter(name, 'must be an object');
	return value;
}
