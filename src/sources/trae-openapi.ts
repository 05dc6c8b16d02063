import {DAY, SECOND} from '../base/duration.ts';
import {methodActivities} from './ocsf.ts';
import {statusOption} from './outcome.ts';
import {column, defineSource, timeColumn, type SampleRow} from './types.ts';

const outcome = {httpStatus: ['status_code']} as const;

/**
 * Trae OpenAPI call log (https://docs.trae.cn, "OpenAPI call logs").
 *
 * The documentation leaves open in which order rows come and whether the end of the range is part of it,
 * and names no request budget: two requests a second is safe by every public report.
 */
export const traeOpenapi = defineSource({
	name: 'trae-openapi',
	title: 'Trae OpenAPI call log: calls made to the Trae enterprise API',
	docs: 'https://docs.trae.cn',
	vendor: 'trae',
	scope: 'audit',
	endpoint: {method: 'GET', path: '/openapi/v1/audit/openapi-logs'},
	parameters: {
		start_time: {type: 'int', required: true},
		end_time: {type: 'int', required: true},
		page: {type: 'int', min: 1},
		page_size: {type: 'int', min: 1, max: 200},
		source_ip: {type: 'string'},
		api_path: {type: 'string'},
	},
	options: {
		sourceIp: {
			flags: '--source-ip <ip>',
			description: 'only calls from this address',
			parameter: 'source_ip',
			field: 'source_ip',
		},
		apiPath: {
			flags: '--api-path <path>',
			description: 'only calls of this path: /openapi/v1/users',
			parameter: 'api_path',
			field: 'api_path',
		},
		status: statusOption(outcome),
	},
	budget: {requests: 2, perMs: SECOND},
	concurrency: 2,
	pagination: {
		style: 'numbered',
		pageParameter: 'page',
		sizeParameter: 'page_size',
		defaultSize: 200,
		maxSize: 200,
		page: ['data', 'pagination', 'page'],
		size: ['data', 'pagination', 'page_size'],
		total: ['data', 'pagination', 'total'],
		totalPages: ['data', 'pagination', 'total_pages'],
	},
	window: {defaultMs: DAY, maxMs: 90 * DAY},
	range: {start: 'start_time', end: 'end_time', unitMs: SECOND, startBound: 'unknown', endBound: 'unknown'},
	rows: ['data', 'items'],
	id: 'log_id',
	time: 'operation_time',
	outcome,
	columns: [
		timeColumn,
		column('log_id', 'text', 'identity of the call'),
		column('operation_time', 'time', 'when the call was made', {unitMs: SECOND}),
		column('app_id', 'text', 'the app that called, masked by the API', {table: 6}),
		column('http_method', 'text', 'HTTP method', {table: 3, heading: 'method'}),
		column('api_path', 'text', 'HTTP path', {table: 4}),
		column('status_code', 'integer', 'HTTP status of the answer', {table: 2, heading: 'status'}),
		column('source_ip', 'text', 'the address that the call came from', {table: 5}),
	],
	ocsf: {
		events: [{
			class: 'API Activity',
			activity: {field: 'http_method', names: methodActivities},
			attributes: {
				'actor.app_uid': 'app_id',
				'api.operation': 'api_path',
				'src_endpoint.ip': 'source_ip',
				'http_request.http_method': 'http_method',
				'http_request.url.path': 'api_path',
				'http_response.code': 'status_code',
			},
		}],
	},
});

/** Rows for the sandbox. */
export const traeOpenapiSample: SampleRow = (random, {id, time}) => {
	return {
		log_id: id,
		app_id: random.pick(['AK1234****5678', 'AK9876****4321', 'AK0000****1111']),
		api_path: random.pick([
			'/openapi/v1/users', '/openapi/v1/audit/openapi-logs', '/openapi/v1/departments/研发中心', '/openapi/v1/usage/models',
		]),
		http_method: random.pick(['GET', 'GET', 'GET', 'POST', 'DELETE']),
		source_ip: random.pick(['203.0.113.7', '198.51.100.23', '2001:db8:85a3::8a2e:370:7334']),
		status_code: random.pick([200, 200, 200, 200, 400, 401, 403, 500]),
		operation_time: time,
	};
};
