import {createServer, get} from 'node:http';
import type {AddressInfo} from 'node:net';
import {describe, expect, it, onTestFinished} from 'vitest';
import {signInWithBrowser} from '../../../src/access/auth/browser-sign-in.ts';
import {signInEndpoints} from '../../../src/access/auth/endpoints.ts';
import {createOAuthClient} from '../../../src/access/auth/oauth-client.ts';
import {InterruptedError} from '../../../src/base/errors.ts';
import {app, baseUrl, createContext, FakeService, realTime} from './helpers.ts';

/** What a person's browser does with the consent page's address; resolves when it has shown the last page. */
type Browse = (url: URL) => Promise<void>;

interface Visit {
	readonly status: number;
	readonly text: string;
}

async function visit(url: string | URL): Promise<Visit> {
	const response = await fetch(url);
	return {status: response.status, text: await response.text()};
}

/** Agrees on the consent page: the service remembers the challenge, the browser goes back with the code. */
function agree(service: FakeService, changes: Record<string, string> = {}): (url: URL) => URL {
	return url => {
		service.codes.set('code-secret-1', url.searchParams.get('code_challenge') ?? '');
		const back = new URL(url.searchParams.get('redirect_uri') ?? '');
		for (const [name, value] of Object.entries({code: 'code-secret-1', state: url.searchParams.get('state') ?? '', ...changes})) back.searchParams.set(name, value);
		return back;
	};
}

async function signIn(service: FakeService, browse: Browse, {signal = new AbortController().signal, port = 0}: {signal?: AbortSignal; port?: number} = {}) {
	const context = createContext({fetch: service.fetch, signal, ...realTime});
	const lines: string[] = [];
	let browsing: Promise<void> | undefined;
	const outcome = await signInWithBrowser({
		context, app, port, scopes: ['offline_access', 'x:y'], endpoints: signInEndpoints(baseUrl),
		client: createOAuthClient({context, debug: () => undefined}),
		tell: line => lines.push(line),
		openBrowser: async url => {
			browsing = browse(new URL(url));
		},
	}).then(answer => ({answer, error: undefined}), (error: unknown) => ({answer: undefined, error}));
	await browsing;
	return {...outcome, lines, context};
}

describe('signing in with the browser', () => {
	it('exchanges the code with the verifier of the challenge, and shows that it is done', async () => {
		const service = new FakeService();
		const visits: Visit[] = [];
		let asked: URL | undefined;
		const {answer, lines} = await signIn(service, async url => {
			asked = url;
			visits.push(await visit(agree(service)(url)));
		});
		expect(answer?.ok).toBe(true);
		expect(asked?.href.startsWith(`${baseUrl}/open-apis/authen/v1/authorize?`)).toBe(true);
		expect(Object.fromEntries(asked?.searchParams ?? [])).toMatchObject({client_id: app.id, scope: 'offline_access x:y', code_challenge_method: 'S256', response_type: 'code'});
		const redirectUri = asked?.searchParams.get('redirect_uri') ?? '';
		expect(redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
		expect(lines[0]).toContain(asked?.href);
		expect(lines[1]).toContain(redirectUri);
		expect(visits).toMatchObject([{status: 200, text: expect.stringContaining('You can close this tab') as string}]);
		expect(service.seen).toHaveLength(1);
		expect(service.seen[0]?.fields).toMatchObject({grant_type: 'authorization_code', redirect_uri: redirectUri, code: 'code-secret-1'});
		await expect(visit(redirectUri)).rejects.toThrow('fetch failed');
	});

	it('is not ended by an icon, another path, another method or a foreign host name', async () => {
		const service = new FakeService();
		const statuses: number[] = [];
		const {answer} = await signIn(service, async url => {
			const back = agree(service)(url);
			statuses.push((await visit(new URL('/favicon.ico', back))).status, (await visit(new URL('/', back))).status, (await fetch(back, {method: 'HEAD'})).status);
			statuses.push(await new Promise<number>(resolve => {
				get(back, {headers: {host: `attacker.example:${back.port}`}}, response => {
					response.resume();
					resolve(response.statusCode ?? 0);
				});
			}));
			await visit(back);
		});
		expect(statuses).toEqual([404, 404, 405, 421]);
		expect(answer?.ok).toBe(true);
	});

	it.each([
		['another state', {state: 'forged'}],
		['an empty state', {state: ''}],
		['another state and an error', {state: 'forged', error: 'access_denied'}],
	])('goes on after %s, shows an error page and never uses the code', async (_, changes) => {
		const service = new FakeService();
		const visits: Visit[] = [];
		const {answer} = await signIn(service, async url => {
			visits.push(await visit(agree(service, {code: 'forged-code', ...changes})(url)), await visit(agree(service)(url)));
		});
		expect(answer?.ok).toBe(true);
		expect(visits).toMatchObject([{status: 400, text: expect.stringContaining('Not this sign-in') as string}, {status: 200}]);
		expect(service.seen.map(({fields}) => fields['code'])).toEqual(['code-secret-1']);
	});

	it('goes on after a return without a state, or with two', async () => {
		const service = new FakeService();
		const statuses: number[] = [];
		const {answer} = await signIn(service, async url => {
			const back = agree(service)(url);
			const [none, two] = [new URL(back), new URL(back)];
			none.searchParams.delete('state');
			two.searchParams.append('state', 'forged');
			for (const each of [none, two, new URL('/callback', back), back]) statuses.push((await visit(each)).status);
		});
		expect(statuses).toEqual([400, 400, 400, 200]);
		expect(answer?.ok).toBe(true);
	});

	it('ends by its own time when nobody knew the state', async () => {
		const context = createContext();
		const began = context.now();
		let status = 0;
		await expect(context.clock.run(signInWithBrowser({
			context, app, port: 0, scopes: [], endpoints: signInEndpoints(baseUrl),
			client: createOAuthClient({context, debug: () => undefined}), tell: () => undefined,
			openBrowser: async url => {
				({status} = await visit(`${new URL(url).searchParams.get('redirect_uri')}?code=a&state=b`));
			},
		}))).rejects.toMatchObject({exitCode: 3, message: 'nobody signed in within 5 minutes'});
		expect(status).toBe(400);
		expect(context.now() - began).toBe(300_000);
	});

	it('serves exactly one return', async () => {
		const service = new FakeService();
		const statuses: number[] = [];
		let release: () => void = () => undefined;
		const held = new Promise<void>(resolve => {
			release = resolve;
		});
		const fetchTokens = service.fetch;
		const slow = Object.assign(service, {fetch: async (...input: Parameters<typeof fetchTokens>) => {
			await held;
			return fetchTokens(...input);
		}});
		const {answer} = await signIn(slow, async url => {
			const back = agree(service)(url);
			const first = visit(back);
			// It must have arrived before the second sets out.
			while ((await visit(back)).status !== 410) await realTime.sleep(1);
			statuses.push(410);
			release();
			statuses.push((await first).status);
		});
		expect(statuses).toEqual([410, 200]);
		expect(answer?.ok).toBe(true);
		expect(service.seen).toHaveLength(1);
	});

	it('says that the person refused, in words that nothing from the address gets into', async () => {
		const service = new FakeService();
		const visits: Visit[] = [];
		const {error} = await signIn(service, async url => {
			const back = agree(service, {error: 'access_denied', error_description: '<script>'})(url);
			back.searchParams.delete('code');
			visits.push(await visit(back));
		});
		expect(error).toMatchObject({exitCode: 3, message: 'the sign-in was refused in the browser'});
		expect(visits[0]?.status).toBe(400);
		expect(visits[0]?.text).not.toContain('script');
	});

	it('shows an error page when the code is not accepted', async () => {
		const service = new FakeService();
		const visits: Visit[] = [];
		const {error} = await signIn(service, async url => {
			visits.push(await visit(agree(service, {code: 'other'})(url)));
		});
		expect(error).toMatchObject({exitCode: 3, message: expect.stringContaining('20003') as string});
		expect(visits[0]?.status).toBe(400);
	});

	it('ends with the signal, and frees its port', async () => {
		const controller = new AbortController();
		const {error, lines} = await signIn(new FakeService(), async () => {
			controller.abort(new InterruptedError('SIGINT'));
		}, {signal: controller.signal});
		expect(error).toBeInstanceOf(InterruptedError);
		await expect(visit(/http:\/\/127\S+callback/.exec(lines[1] ?? '')?.[0] ?? '')).rejects.toThrow('fetch failed');
	});

	it('waits five minutes, not longer', async () => {
		const context = createContext();
		const began = context.now();
		await expect(context.clock.run(signInWithBrowser({
			context, app, port: 0, scopes: [], endpoints: signInEndpoints(baseUrl),
			client: createOAuthClient({context, debug: () => undefined}), tell: () => undefined,
		}))).rejects.toMatchObject({exitCode: 3, message: 'nobody signed in within 5 minutes'});
		expect(context.now() - began).toBe(300_000);
	});

	it('says which address to register when the port is taken', async () => {
		const other = createServer();
		await new Promise<void>(resolve => {
			other.listen(0, '127.0.0.1', resolve);
		});
		onTestFinished(() => {
			other.close();
		});
		const {port} = other.address() as AddressInfo;
		const {error} = await signIn(new FakeService(), async () => undefined, {port});
		expect(error).toMatchObject({exitCode: 2, message: `port ${port} of 127.0.0.1 is in use`, hint: expect.stringContaining('http://127.0.0.1:<n>/callback') as string});
	});
});
