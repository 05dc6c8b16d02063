import {describe, expect, it} from 'vitest';
import {signInWithDevice} from '../../../src/access/auth/device-sign-in.ts';
import {signInEndpoints} from '../../../src/access/auth/endpoints.ts';
import {createOAuthClient} from '../../../src/access/auth/oauth-client.ts';
import {InterruptedError} from '../../../src/base/errors.ts';
import {app, baseUrl, createContext, FakeService, start} from './helpers.ts';

const state = (error: string, status = 400) => Response.json({code: 0, error, error_description: error}, {status});

function begin(service: FakeService, signal = new AbortController().signal) {
	const polls: number[] = [];
	const context = createContext({
		signal,
		fetch: async (input, init) => {
			if (new URL(input instanceof Request ? input.url : input).pathname.endsWith('/token')) polls.push((context.now() - start) / 1000);
			return service.fetch(input, init);
		},
	});
	const lines: string[] = [];
	const signedIn = signInWithDevice({
		context, app, scopes: ['offline_access', 'x'], endpoints: signInEndpoints(baseUrl),
		client: createOAuthClient({context, debug: () => undefined}),
		tell: line => lines.push(line),
	});
	return {context, lines, polls, outcome: context.clock.run(signedIn)};
}

describe('signing in with a device code', () => {
	it('shows the code, polls at the interval, and slows down by five seconds for good when told', async () => {
		const service = new FakeService();
		service.queue.push(undefined, state('authorization_pending'), state('slow_down'), state('authorization_pending', 200), state('slow_down'));
		const {outcome, polls, lines} = begin(service);
		expect((await outcome).ok).toBe(true);
		// Intervals of 5, 5, 10, 10 and 15 seconds.
		expect(polls).toEqual([5, 10, 20, 30, 45]);
		expect(lines.join('\n')).toContain('ABCD-EFGH');
		expect(lines.join('\n')).toContain('https://accounts.example/verify');
		expect(service.seen[0]).toMatchObject({path: '/oauth/v1/device_authorization', fields: {client_id: app.id, scope: 'offline_access x'}, authorization: `Basic ${Buffer.from(`${app.id}:${app.secret}`).toString('base64')}`});
		expect(service.seen[1]?.fields).toEqual({grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: app.id, client_secret: app.secret, device_code: 'device-code-secret'});
	});

	it('ends when the person refuses', async () => {
		const service = new FakeService();
		service.queue.push(undefined, state('access_denied'));
		await expect(begin(service).outcome).rejects.toMatchObject({exitCode: 3, message: expect.stringContaining('refused') as string});
	});

	it('ends when the server says that the code has expired', async () => {
		const service = new FakeService();
		service.queue.push(undefined, state('authorization_pending'), state('expired_token'));
		await expect(begin(service).outcome).rejects.toMatchObject({exitCode: 3, message: expect.stringContaining('expired') as string});
	});

	it('stops asking when the code has outlived its time', async () => {
		const service = new FakeService();
		service.queue.push(undefined, ...Array.from({length: 100}, () => state('authorization_pending')));
		const {outcome, polls} = begin(service);
		await expect(outcome).rejects.toThrow('the code has expired');
		expect(polls.at(-1)).toBe(235);
	});

	it('goes on after a failure of the network', async () => {
		const service = new FakeService();
		service.queue.push(undefined, new Response('', {status: 503}), state('authorization_pending'));
		expect((await begin(service).outcome).ok).toBe(true);
	});

	it('ends with the signal', async () => {
		const controller = new AbortController();
		const service = new FakeService();
		service.queue.push(undefined, state('authorization_pending'));
		const {outcome, context} = begin(service, controller.signal);
		void context.sleep(7000).finally(() => {
			controller.abort(new InterruptedError('SIGINT'));
		});
		await expect(outcome).rejects.toBeInstanceOf(InterruptedError);
	});

	it('shows no address that is none', async () => {
		const service = new FakeService();
		service.queue.push(Response.json({device_code: 'd', user_code: 'u', verification_uri: 'javascript:alert(1)'}));
		await expect(begin(service).outcome).rejects.toThrow('holds no code to sign in with');
	});
});
