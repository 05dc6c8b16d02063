import {connect} from 'node:net';
import {expect, it} from 'vitest';
import ky from 'ky';
import {UsageError} from '../../src/base/errors.ts';
import {createSandbox, serveSandbox} from '../../src/sandbox/index.ts';
import {createTestClient, noon, withResolvers} from './client.ts';

const now = noon / 1000;

it('serves on loopback what it answers in process', async () => {
	const client = createTestClient();
	const served = await serveSandbox(createTestClient().sandbox, {port: 0});
	try {
		const request = {
			method: 'POST', headers: {'content-type': 'application/json'},
			body: JSON.stringify({app_id: client.sandbox.credentials.feishu.appId, app_secret: client.sandbox.credentials.feishu.appSecret}),
		};
		const path = '/open-apis/auth/v3/tenant_access_token/internal';
		const remote = await fetch(`${served.url}${path}`, request);
		expect(remote.headers.get('content-type')).toBe('application/json; charset=utf-8');
		expect(await remote.json()).toEqual((await client.send(path, request)).body);
	} finally {
		await served.close();
	}
});

it('names the port that is taken', async () => {
	const {sandbox} = createTestClient();
	const served = await serveSandbox(sandbox, {port: 0});
	try {
		const second = serveSandbox(sandbox, {port: served.port});
		await expect(second).rejects.toThrow(UsageError);
		await expect(second).rejects.toThrow(`port ${served.port} is already in use`);
	} finally {
		await served.close();
	}
});

it('closes although clients keep their connections and wait for answers', async () => {
	const held = withResolvers<void>();
	const arrived = withResolvers<void>();
	const sandbox = createSandbox({now: () => noon, latencyMs: 1, sleep: () => {
		arrived.resolve();
		return held.promise;
	}});
	const served = await serveSandbox(sandbox, {port: 0});
	const idle = connect(served.port, '127.0.0.1');
	const idleClosed = new Promise<void>(resolve => {
		idle.once('close', () => resolve());
	});
	const failure = fetch(`${served.url}/nowhere`).then(() => undefined, (error: unknown) => error);
	await arrived.promise;
	await served.close();
	expect(await failure).toBeInstanceOf(TypeError);
	await idleClosed;
	held.resolve();
});

it('can be injected as the fetch of an HTTP client', async () => {
	const client = createTestClient();
	const {appId: app_id, appSecret: app_secret} = client.sandbox.credentials.trae;
	const http = ky.create({fetch: client.sandbox.fetch, retry: 0, prefixUrl: 'https://console.enterprise.trae.cn'});
	const issued = await http.post('openapi/v1/auth/token', {json: {app_id, app_secret}}).json<{data: {access_token: string}}>();
	const answer = await http.get('openapi/v1/audit/openapi-logs', {
		searchParams: {start_time: now - 60, end_time: now}, headers: {authorization: `Bearer ${issued.data.access_token}`},
	}).json<{code: number}>();
	expect(answer.code).toBe(0);
});
