import {expect, it} from 'vitest';
import {createFaultPlan} from '../../faults/catalogue/plan.ts';
import {askedApi, askedSources} from '../../faults/catalogue/asked.ts';
import {parseFaults} from '../../faults/catalogue/schema.ts';
import {serveFaulty} from '../../faults/catalogue/serve.ts';
import {createSandbox} from '../../../src/sandbox/index.ts';
import {noon} from '../client.ts';
import {exchangePath, serveFaults, tracePath} from './served.ts';

it('leaves requests alone that no rule is for', async () => {
	const {ask, honest, injected} = await serveFaults([{fault: 'reset', source: 'feishu-openapi'}]);
	const {status, headers, body} = await ask();
	const {request_id: _, ...page} = JSON.parse(body.toString()) as {request_id: string};
	expect(status).toBe(200);
	expect(JSON.parse(await honest())).toMatchObject(page);
	expect(headers['date']).toBe(new Date(noon).toUTCString());
	expect(injected).toEqual([]);
});

it('gives the sandbox the body of a request that a fault is done to', async () => {
	const {ask, sandbox} = await serveFaults([{fault: 'bom'}]);
	const {appId: app_id, appSecret: app_secret} = sandbox.credentials.trae;
	const {body} = await ask({path: exchangePath, method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({app_id, app_secret})});
	expect(JSON.parse(body.toString().slice(1))).toMatchObject({code: 0});
});

it('moves the clock of the sandbox and the Date header with it', async () => {
	const plan = createFaultPlan(parseFaults({rules: [{fault: 'reset', times: 1}]}), {now: () => noon, sleep: async () => undefined});
	const seen: number[] = [];
	const served = await serveFaulty(createSandbox({now: plan.now, sleep: plan.sleep, onRequest: ({at}) => seen.push(at)}), plan);
	try {
		await expect(fetch(served.url)).rejects.toThrow('fetch failed');
		plan.shiftClock(-3_600_000);
		const answer = await fetch(served.url);
		expect(answer.headers.get('date')).toBe(new Date(noon - 3_600_000).toUTCString());
		expect(seen).toEqual([noon, noon - 3_600_000]);
	} finally {
		await served.close();
	}
});

it('dates also what faults write themselves', async () => {
	const {raw} = await serveFaults([{fault: 'over-long'}]);
	expect((await raw()).text).toContain(`\r\ndate: ${new Date(noon).toUTCString()}\r\n`);
});

it('counts requests in the order of their arrival, many at once', async () => {
	const {ask, injected} = await serveFaults([{fault: 'status', status: 418, every: 3}]);
	const statuses = (await Promise.all(Array.from({length: 30}, async () => ask()))).map(({status}) => status);
	expect(statuses.filter(status => status === 418)).toHaveLength(10);
	expect(injected.map(({request}) => request)).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
});

it('knows whose API a path is', () => {
	expect(askedSources).toEqual(expect.arrayContaining(['feishu-openapi', 'trae-openapi', 'feishu-apaas', 'feishu-behavior', 'feishu-app-log client']));
	expect(askedApi(tracePath)).toMatchObject({vendor: 'trae', source: 'trae-openapi', shape: {rows: ['data', 'items'], id: ['log_id']}});
	expect(askedApi('/open-apis/apaas/v1/applications/package_a/audit_log/audit_log_list')?.source).toBe('feishu-apaas');
	expect(askedApi('/developers/v1/logs/openapi/cli_sandbox/records')).toMatchObject({source: 'feishu-app-log server', shape: {rows: ['result', 'records'], id: ['record_id']}});
	expect(askedApi(exchangePath)).toEqual({vendor: 'trae'});
	expect(askedApi(`${tracePath}/more`)).toBeUndefined();
	expect(askedApi('/')).toBeUndefined();
});
