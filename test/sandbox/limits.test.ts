import {describe, expect, it} from 'vitest';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';
import {traeOpenapi} from '../../src/sources/trae-openapi.ts';
import {createTestClient, noon} from './client.ts';

const now = noon / 1000;
const day = 86_400;

describe('the documented example requests', () => {
	it('accepts that of the Feishu OpenAPI audit log', async () => {
		const example = {api_keys: ['POST/open-apis/authen/v1/access_token'], start_time: 1610613336, end_time: 1610613336, app_id: 'cli_xxx', page_size: 20};
		const {status, headers, body} = await createTestClient().feishu(example);
		expect(status).toBe(200);
		expect(body).toEqual({code: 0, msg: 'success', data: {items: [], has_more: false}});
		expect(headers.get('x-tt-logid')).toMatch(/^20260304120000[0-9A-F]{18}$/);
	});

	it('answers it with rows that have exactly the documented fields', async () => {
		const {body} = await createTestClient().feishu({start_time: now - day, end_time: now, page_size: 1});
		expect(body.data?.items[0]).toEqual({
			id: expect.stringMatching(/^\d{19}$/),
			api_key: expect.stringMatching(/^[A-Z]+\/open-apis\//),
			event_time: expect.any(Number),
			app_id: expect.stringMatching(/^cli_/),
			ip: expect.any(String),
			log_detail: {
				path: expect.stringMatching(/^\//), method: expect.any(String), query_param: expect.any(String),
				payload: expect.any(String), status_code: expect.any(Number), response: expect.any(String),
			},
		});
	});

	it('accepts that of the Trae OpenAPI call log', async () => {
		const client = createTestClient();
		const token = await client.token('trae');
		const {status, body} = await client.send('/openapi/v1/audit/openapi-logs?start_time=1700000000&end_time=1700086400&page=1&page_size=50', {
			headers: {authorization: `Bearer ${token}`},
		});
		expect(status).toBe(200);
		expect(body).toMatchObject({code: 0, message: 'success', request_id: expect.stringMatching(/^req_/), data: {pagination: {page: 1, page_size: 50}}});
		expect(body.data?.items).toHaveLength(50);
		expect(body.data?.items[0]).toEqual({
			log_id: expect.stringMatching(/^\d{19}$/), app_id: expect.stringContaining('****'), api_path: expect.stringMatching(/^\//),
			http_method: expect.any(String), source_ip: expect.any(String), status_code: expect.any(Number), operation_time: expect.any(Number),
		});
	});
});

describe('Feishu', () => {
	it.each([
		['a start that is a string', {start_time: '1610613336'}],
		['a start that is no whole number', {start_time: 1610613336.5}],
		['a start that is null', {start_time: null}],
		['an end that is a boolean', {end_time: true}],
		['a start after the end', {start_time: now, end_time: now - 1}],
		['a page size of 0', {page_size: 0}],
		['a page size of 101', {page_size: 101}],
		['a page size that is a string', {page_size: '20'}],
		['api_keys as one string', {api_keys: 'POST/open-apis/authen/v1/access_token'}],
		['api_keys with a number', {api_keys: [1]}],
		['101 api_keys', {api_keys: Array.from({length: 101}, (_, index) => `GET/${index}`)}],
		['an app id that is a number', {app_id: 1}],
		['a made-up page token', {page_token: 'xxx'}],
		['an empty page token', {page_token: ''}],
	])('refuses %s', async (_name, parameters) => {
		const {status, body} = await createTestClient().feishu(parameters);
		expect([status, body.code, body.msg]).toEqual([400, 1780103, 'Request Param Error']);
	});

	it.each([
		['no parameters at all', {}],
		['100 api_keys', {api_keys: Array.from({length: 100}, (_, index) => `GET/${index}`)}],
		['a range of one second', {start_time: now, end_time: now}],
		['a start alone', {start_time: now - 60}],
		['an end alone', {end_time: now}],
		['a range of a year', {start_time: now - 365 * day, end_time: now}],
		['parameters it does not know', {page_siez: 'many', start: -1}],
		['page sizes up to 100', {page_size: 100}],
	])('accepts %s', async (_name, parameters) => {
		const {status, body} = await createTestClient().feishu(parameters);
		expect([status, body.code]).toEqual([200, 0]);
	});

	it.each([
		['another content type', 'text/plain', '{}'],
		['another charset', 'application/json; charset=gbk', '{}'],
		['a body that is not JSON', 'application/json', '{'],
		['an empty body', 'application/json', ''],
		['a body that is an array', 'application/json', '[]'],
	])('refuses %s', async (_name, contentType, body) => {
		const client = createTestClient();
		const answer = await client.send(feishuOpenapi.endpoint.path, {
			method: 'POST', body, headers: {authorization: `Bearer ${await client.token('feishu')}`, 'content-type': contentType},
		});
		expect([answer.status, answer.body.code]).toEqual([400, 1780103]);
	});
});

describe('Trae', () => {
	const range = {start_time: now - day, end_time: now};

	it.each([
		['no start', {end_time: now}],
		['no end', {start_time: now}],
		['a start that is no number', {...range, start_time: 'yesterday'}],
		['a start in exponent form', {...range, start_time: '1e9'}],
		['a negative start', {...range, start_time: -1}],
		['an empty end', {...range, end_time: ''}],
		['a start given twice', {...range, start_time: [now - 2, now - 1]}],
		['a start after the end', {start_time: now, end_time: now - 1}],
		['page 0', {...range, page: 0}],
		['page -1', {...range, page: -1}],
		['a page size of 0', {...range, page_size: 0}],
		['a page size of 201', {...range, page_size: 201}],
		['90 days and the second that the end names', {start_time: now - 90 * day, end_time: now}],
	])('refuses %s', async (_name, parameters) => {
		const {status, body} = await createTestClient().trae(parameters);
		expect([status, body.code, body.data]).toEqual([400, 4001, undefined]);
	});

	it.each([
		['90 days, the last second included', {start_time: now - 90 * day + 1, end_time: now}],
		['a page size of 200', {...range, page_size: 200}],
		['parameters it does not know', {...range, pagesize: 'many'}],
	])('accepts %s', async (_name, parameters) => {
		expect((await createTestClient().trae(parameters)).body.code).toBe(0);
	});

	it('lets 90 days pass when the end is not part of the range', async () => {
		const client = createTestClient({ends: 'exclusive'});
		expect((await client.trae({start_time: now - 90 * day, end_time: now})).body.code).toBe(0);
		expect((await client.trae({start_time: now - 90 * day - 1, end_time: now})).body.code).toBe(4001);
	});

	it('names the parameter that it refuses, but not the value', async () => {
		const {body} = await createTestClient().trae({...range, start_time: 's3cr3t'});
		expect(body.message).toContain('start_time');
		expect(JSON.stringify(body)).not.toContain('s3cr3t');
	});

	it('serves 50 rows a page unless told otherwise', async () => {
		const {body} = await createTestClient().trae(range);
		expect(body.data?.pagination).toEqual({page: 1, page_size: 50, total: expect.any(Number), total_pages: expect.any(Number)});
		expect(body.data?.items).toHaveLength(50);
	});
});

describe('the gateway', () => {
	it.each([
		['an unknown path', '/open-apis/nothing', 'GET', 404],
		['a slash too many', `${feishuOpenapi.endpoint.path}/`, 'POST', 404],
		['GET of an API that takes POST', feishuOpenapi.endpoint.path, 'GET', 405],
		['POST to an API that takes GET', traeOpenapi.endpoint.path, 'POST', 405],
		['HEAD of an API that takes GET', traeOpenapi.endpoint.path, 'HEAD', 405],
	])('answers %s with a page, not with the envelope', async (_name, path, method, status) => {
		const answer = await createTestClient().send(path, {method});
		expect(answer.status).toBe(status);
		expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
	});
});
