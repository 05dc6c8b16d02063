import {describe, expect, it} from 'vitest';
import {sandboxUser, signInPaths, type SandboxOptions} from '../../src/sandbox/index.ts';
import {createSignInClient, scope} from './sign-in-client.ts';

const {deviceAuthorization, verification} = signInPaths;

function createDevice(options: Partial<SandboxOptions> = {}) {
	const client = createSignInClient(options);
	const basic = {authorization: `Basic ${Buffer.from(`${client.credentials.client_id}:${client.credentials.client_secret}`).toString('base64')}`};
	const {client_id} = client.credentials;
	return {
		...client,
		basic,
		begin: async () => (await client.form(deviceAuthorization, {client_id, scope: `${scope} offline_access`}, basic)).body,
		poll: (deviceCode: unknown) => client.form(signInPaths.token, {...client.credentials, grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: String(deviceCode)}),
		answer: async (userCode: unknown, decision: string) => client.post(verification, {user_code: String(userCode), decision}),
	};
}

describe('the device endpoint', () => {
	it('hands out codes and says where to enter them', async () => {
		const body = await createDevice().begin();
		expect(body).toEqual({
			device_code: expect.stringMatching(/^\w{64}$/), user_code: expect.stringMatching(/^[B-Z]{4}-[B-Z]{4}$/), verification_uri: `http://sandbox.test${verification}`,
			verification_uri_complete: `http://sandbox.test${verification}?user_code=${String(body['user_code'])}`, expires_in: 240, interval: 5,
		});
	});

	it.each([
		['no app', {}, 20001],
		['another app', {client_id: 'cli_other'}, 20048],
	])('refuses %s', async (_name, fields, code) => {
		const client = createDevice();
		expect((await client.form(deviceAuthorization, fields, client.basic)).body['code']).toBe(code);
	});

	it('refuses a wrong secret, a scope that the app has not, and JSON', async () => {
		const client = createDevice({scopes: []});
		expect((await client.form(deviceAuthorization, {client_id: 'cli_sandbox'}, {authorization: 'Basic Y2xpX3NhbmRib3g6eA=='})).body['code']).toBe(20002);
		expect((await client.begin())['code']).toBe(20068);
		expect((await client.exchange({}, deviceAuthorization)).body['code']).toBe(20063);
	});
});

describe('a device', () => {
	it('waits for its user, then gets tokens, once', async () => {
		const device = createDevice();
		const {device_code, user_code} = await device.begin();
		expect((await device.poll(device_code))).toEqual({status: 400, body: {error: 'authorization_pending', error_description: expect.any(String)}});
		expect((await device.answer(String(user_code).toLowerCase().replace('-', ' '), 'allow')).status).toBe(200);
		device.clock.now += 5000;
		expect((await device.poll(device_code)).body).toMatchObject({access_token: expect.stringMatching(/^u-/), refresh_token: expect.any(String), scope: `${scope} offline_access`});
		device.clock.now += 5000;
		expect((await device.poll(device_code)).body['error']).toBe('invalid_grant');
		expect(device.sandbox.stats()).toMatchObject({devices: 1, codes: 0});
	});

	it('is told to slow down, and then has to', async () => {
		const device = createDevice();
		const {device_code} = await device.begin();
		await device.poll(device_code);
		device.clock.now += 4999;
		expect((await device.poll(device_code)).body['error']).toBe('slow_down');
		device.clock.now += 9999;
		expect((await device.poll(device_code)).body['error']).toBe('slow_down');
		device.clock.now += 15_000;
		expect((await device.poll(device_code)).body['error']).toBe('authorization_pending');
	});

	it('is told of the denial', async () => {
		const device = createDevice();
		const {device_code, user_code} = await device.begin();
		await device.answer(user_code, 'deny');
		expect((await device.poll(device_code)).body['error']).toBe('access_denied');
	});

	it('gives up when its time is over', async () => {
		const device = createDevice({deviceCodeLifeSeconds: 30});
		const {device_code, user_code, expires_in} = await device.begin();
		expect(expires_in).toBe(30);
		device.clock.now += 30_000;
		expect((await device.answer(user_code, 'allow')).status).toBe(400);
		expect((await device.poll(device_code)).body['error']).toBe('expired_token');
	});

	it('with a code that was never issued gets nothing', async () => {
		expect((await createDevice().poll('made-up')).body['error']).toBe('invalid_grant');
	});
});

describe('the verification page', () => {
	it('asks for the code, then for consent', async () => {
		const device = createDevice();
		const {user_code, verification_uri_complete} = await device.begin();
		expect((await device.page(verification)).text).toContain('name="user_code"');
		const {text} = await device.page(new URL(String(verification_uri_complete)).pathname + new URL(String(verification_uri_complete)).search);
		for (const part of [scope, sandboxUser.name, '>Allow<', '>Deny<', String(user_code)]) expect(text).toContain(part);
	});

	it('does not take a code that is wrong or was answered', async () => {
		const device = createDevice();
		const {user_code} = await device.begin();
		const wrong = await device.page(`${verification}?user_code=BBBB-BBBB`);
		expect([wrong.status, wrong.text.includes('not known')]).toEqual([400, true]);
		expect(await (await device.answer(user_code, 'allow')).text()).toContain('Device connected');
		expect((await device.answer(user_code, 'deny')).status).toBe(400);
	});
});
