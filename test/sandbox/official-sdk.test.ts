import {AppType, Client, defaultHttpInstance, LoggerLevel} from '@larksuiteoapi/node-sdk';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {createSandbox, serveSandbox, type ServedSandbox} from '../../src/sandbox/index.ts';
import {noon} from './client.ts';

const rows = Array.from({length: 23}, (_, index) => ({
	id: String(7_000_000_000_000_000_000n + BigInt(index)),
	time: noon / 1000 - index * 7,
	row: {
		id: String(7_000_000_000_000_000_000n + BigInt(index)),
		api_key: 'GET/open-apis/demo/v1/example',
		event_time: noon / 1000 - index * 7,
		app_id: 'cli_xxx',
		ip: '2001:db8::1',
		log_detail: {path: '/open-apis/demo/v1/example', method: 'GET', query_param: '{}', payload: '', status_code: 200, response: '{"code":0}'},
	},
}));
const sandbox = createSandbox({now: () => noon, sleep: async () => undefined, rows: {'feishu-openapi': rows}});
const silent = {error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined, trace: () => undefined};

let served: ServedSandbox;
beforeEach(async () => {
	served = await serveSandbox(sandbox, {port: 0});
	// A proxy of the machine must not be asked for loopback.
	defaultHttpInstance.defaults.proxy = false;
});
afterEach(() => served.close());

function createClient(appSecret = sandbox.credentials.feishu.appSecret): Client {
	return new Client({
		appId: sandbox.credentials.feishu.appId, appSecret, appType: AppType.SelfBuild, domain: served.url,
		logger: silent, loggerLevel: LoggerLevel.fatal,
		// The SDK otherwise shares tokens between clients.
		cache: {get: async () => undefined, set: async () => true},
	});
}

it('lets the official SDK read every row, page by page', async () => {
	const client = createClient();
	const items: unknown[] = [];
	let pages = 0;
	for (let pageToken: string | undefined; ;) {
		const answer = await client.security_and_compliance.openapiLog.listData({
			data: {start_time: noon / 1000 - 140, end_time: noon / 1000, page_size: 6, ...(pageToken === undefined ? {} : {page_token: pageToken})},
		});
		expect(answer.code).toBe(0);
		items.push(...answer.data?.items ?? []);
		pages++;
		pageToken = answer.data?.page_token;
		if (answer.data?.has_more !== true) break;
	}
	expect(pages).toBe(4);
	expect(items).toEqual(rows.slice(0, 21).map(({row}) => row));
});

it('refuses what the official SDK sends with wrong values', async () => {
	const refused = createClient().security_and_compliance.openapiLog.listData({data: {page_size: 101}});
	await expect(refused).rejects.toMatchObject({response: {status: 400, data: {code: 1780103, msg: 'Request Param Error'}}});
});

it('gives the official SDK no token for a wrong secret', async () => {
	const refused = createClient('wrong').security_and_compliance.openapiLog.listData({data: {}});
	await expect(refused).rejects.toThrow('10015');
});
