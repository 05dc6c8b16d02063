import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parse} from 'csv-parse/sync';
import {describe, expect, it, onTestFinished} from 'vitest';
import type {Fetch} from '../../src/base/context.ts';
import {feishuApaas} from '../../src/sources/feishu-apaas.ts';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';
import {isFailure} from '../../src/sources/outcome.ts';
import {traeOpenapi} from '../../src/sources/trae-openapi.ts';
import {runCommand} from '../helpers/context.ts';

const call = (status: unknown, response?: unknown) => ({log_detail: {status_code: status, ...(response === undefined ? {} : {response})}});

describe('a call failed', () => {
	it.each<[boolean, string, unknown]>([
		[false, 'not with HTTP 200 and code 0', call(200, '{"code":0,"msg":"ok"}')],
		[false, 'not with a code below code 0', call(200, '{"code":0,"data":{"code":7}}')],
		[true, 'with a second code, which is the one that counts', call(200, '{"code":0,"code":7}')],
		[true, 'with one in another spelling', call(200, '{"code":0,"\\u0063ode":7}')],
		[false, 'not with code 0 written as a text', call(200, '{"code":"0"}')],
		[false, 'not with HTTP 302', call(302, '')],
		[false, 'not with HTTP 399 and no code', call(399, '{"data":{"code":7}}')],
		[false, 'not with a code that is null', call(200, '{"code":null}')],
		[false, 'not with a response that is no JSON', call(200, '<html>code: 5</html>')],
		[false, 'not with a log that writes 0 for its status', call(0, '{"code": 0}')],
		[false, 'not with a row that says nothing', {}],
		[true, 'with HTTP 400', call(400, '{"code":0}')],
		[true, 'with HTTP 500 in a text', call('500')],
		[true, 'with HTTP 200 and another code', call(200, '{"code":99991672}')],
		[true, 'with another code in a text', call(200, ' {"msg":"no","code":"20005"}')],
		[true, 'with a negative code', call(200, '{"code":-1}')],
		[true, 'with another code in a response that is an object', call(200, {code: 1})],
	])('%s %s', (failed, _, row) => {
		expect(isFailure(row, feishuOpenapi.outcome)).toBe(failed);
	});

	it.each([[200, false], [401, true], ['404', true]])('with Trae by its HTTP status alone: %j', (status, failed) => {
		expect(isFailure({status_code: status}, traeOpenapi.outcome)).toBe(failed);
	});

	it.each([['18001', false], ['18002', true], [18_002, true]])('on the low-code platform by its code: %j', (status, failed) => {
		expect(isFailure({status}, feishuApaas.outcome)).toBe(failed);
	});
});

const since = Date.UTC(2026, 10, 19) / 1000;
const range = ['--since', '2026-11-19T00:00:00Z', '--until', '2026-11-19T02:00:00Z'];
const rows = [call(200, '{"code":0}'), call(403, '{"code":5}'), call(200, '{"code":99991672}'), call(200, '{"code":0}'), call(500, '')]
	.map((row, index) => ({id: String(index), event_time: since + index * 1500, ...row}));

/** Serves the rows; `fails` lets requests for this start, in Unix seconds, fail for good. */
const serve = ({fails}: {fails?: number} = {}): Fetch => async (input, init) => {
	const request = new Request(input, init);
	if (request.url.includes('tenant_access_token')) return Response.json({code: 0, msg: 'ok', tenant_access_token: 't-1', expire: 7200});
	const {start_time: start, end_time: end} = await request.json() as {start_time: number; end_time: number};
	if (fails !== undefined && end >= fails) return Response.json({code: 1_780_103, msg: 'bad parameter'}, {status: 400});
	const items = rows.filter(({event_time: time}) => time >= start && time <= end);
	return Response.json({code: 0, msg: 'success', data: {items, has_more: false}});
};

async function directory(): Promise<string> {
	const path = await mkdtemp(join(tmpdir(), 'outcome-'));
	onTestFinished(async () => rm(path, {recursive: true}));
	return path;
}

describe('--status', () => {
	it.each([['failed', ['1', '2', '4']], ['success', ['0', '3']]])('%s gives exactly these', async (status, ids) => {
		const {code, records} = await runCommand(['feishu-openapi', ...range, '--status', status], {fetch: serve()});
		expect({code, ids: records.map(({id}) => id)}).toEqual({code: 0, ids});
	});

	it('takes no other word', async () => {
		const {code, stderr} = await runCommand(['feishu-openapi', ...range, '--status', 'fail'], {fetch: serve()});
		expect({code, stderr}).toMatchObject({code: 2, stderr: expect.stringContaining('--status: "fail" is not one of success, failed') as string});
	});

	it('is counted in the summary, over an interruption, and with what is redacted', async () => {
		const cwd = await directory();
		const args = ['feishu-openapi', ...range, '--window', '1h', '--redact', 'log_detail.response', '-o', 'calls.ndjson', '--summary', 'summary.json', '--concurrency', '1'];
		const summary = async (): Promise<unknown> => JSON.parse(await readFile(join(cwd, 'summary.json'), 'utf8'));
		expect(await runCommand(args, {fetch: serve({fails: since + 4000}), cwd})).toMatchObject({code: 1});
		expect(await summary()).toMatchObject({records: 3, outcomes: {success: 1, failed: 2}});
		expect(await runCommand(args, {fetch: serve(), cwd})).toMatchObject({code: 0});
		expect(await summary()).toMatchObject({records: 5, outcomes: {success: 2, failed: 3}});
		expect(await runCommand([...args, '--order', 'time', '-o', 'sorted.ndjson'], {fetch: serve(), cwd})).toMatchObject({code: 0});
		expect(await summary()).toMatchObject({records: 5, outcomes: {success: 2, failed: 3}});
	});
});

it('CSV shows the code in the response in a column of its own', async () => {
	const {stdout} = await runCommand(['feishu-openapi', ...range, '--format', 'csv'], {fetch: serve()});
	const cells = parse(stdout, {columns: true, record_delimiter: '\r\n'}) as Array<Record<string, string>>;
	expect(cells.map(cell => [cell['log_detail.response.code'], cell['log_detail.response'], cell['extra']])).toEqual(
		rows.map(({log_detail: {response}}, index) => [['0', '5', '99991672', '0', ''][index], response, '']),
	);
});
