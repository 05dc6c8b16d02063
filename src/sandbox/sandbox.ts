import {Hono, type Context as HonoContext} from 'hono';
import {sourceFiles} from '../sources/index.ts';
import type {SourceFile} from '../sources/types.ts';
import {vendors} from '../sources/vendors/index.ts';
import type {ConsoleRoute} from './console/handler.ts';
import {createConsole} from './console/index.ts';
import type {ConsoleRange} from './console/log.ts';
import {createSignIn} from './oauth/index.ts';
import type {Sandbox, SandboxOptions} from './options.ts';
import {createSourceApi} from './source-api.ts';
import {createTokenApi} from './token-api.ts';
import {createTokenStore, hexDigits, type TokenStore} from './tokens.ts';
import {mulberry32, seedOf} from './random.ts';
import {repliesOf} from './replies.ts';
import {sandboxVendors} from './vendors/index.ts';
import type {SandboxVendor} from './vendors/types.ts';

interface Notes {
	Variables: {at: number; source: string | undefined; params: Readonly<Record<string, unknown>>; range: ConsoleRange | undefined};
}

/**
 * The stand-in for the remote APIs: the token endpoint of every vendor, signing in as a user, and the API of every source, as strict about
 * types, limits, tokens, page tokens and request budgets as the documentation says the real ones are. Everything
 * about a source is read from its definition.
 */
export function createSandbox(options: SandboxOptions, files: readonly SourceFile[] = Object.values(sourceFiles)): Sandbox {
	const {seed = 1, latencyMs = 0, tokenLifeSeconds = 7200, now, sleep, onRequest} = options;
	const random = mulberry32(seedOf(seed, 'requests'));
	const app = new Hono<Notes>();
	app.use(async (c, next) => {
		c.set('at', now());
		c.set('params', {});
		await next();
		const source = c.get('source');
		const range = c.get('range');
		onRequest?.({
			...(source === undefined ? {} : {source}),
			path: c.req.path,
			status: c.res.status,
			at: c.get('at'),
			params: c.get('params'),
			...(range === undefined ? {} : {range}),
			authorization: c.req.raw.headers.has('authorization'),
		});
	});

	function mount(vendor: SandboxVendor, {path, handlers, source}: ConsoleRoute): void {
		app.all(path, async (c: HonoContext<Notes>) => {
			const handler = Object.entries(handlers).find(([method]) => method === c.req.raw.method)?.[1];
			if (handler === undefined) return gatewayError(405, 'Method Not Allowed', {allow: Object.keys(handlers).join(', ')});
			c.set('source', source);
			const at = c.get('at');
			const stamp = new Date(at).toISOString().replaceAll(/\D/g, '').slice(0, 14);
			return handler(c.req.raw, {
				at,
				replies: repliesOf(vendor, vendor.traceId(stamp, hexDigits(random, 20))),
				seen: params => c.set('params', params),
				ranged: range => c.set('range', range),
			});
		});
	}

	const signIn = createSignIn(sandboxVendors.feishu, options, files.map(({source}) => source));
	for (const route of signIn.routes) mount(sandboxVendors.feishu, route);
	const developerConsole = createConsole(sandboxVendors.feishu.credentials.appId, options);
	for (const route of developerConsole.routes) mount(sandboxVendors.feishu, route);
	const stores: TokenStore[] = [];
	for (const vendor of Object.values(sandboxVendors)) {
		const store = createTokenStore({seed: seedOf(seed, vendor.name), lifeSeconds: tokenLifeSeconds, ...vendor});
		stores.push(store);
		mount(vendor, {path: vendors[vendor.name].exchange.path, handlers: {POST: createTokenApi(vendor, store)}});
		for (const file of files) {
			const {name, vendor: vendorName, endpoint: {method, path}} = file.source;
			if (vendorName !== vendor.name) continue;
			mount(vendor, {
				path, source: name, handlers: {[method]: createSourceApi(file, options, vendor, {app: store, users: signIn.tokens})},
			});
		}
	}
	app.notFound(() => gatewayError(404, 'Not Found'));
	app.onError(error => {
		throw error;
	});

	return {
		async fetch(input, init) {
			const request = input instanceof Request && init === undefined ? input : new Request(input, init);
			request.signal.throwIfAborted();
			// The answer is decided on arrival and then held back, as the budget counts arrivals.
			const response = await app.fetch(request);
			const wait = typeof latencyMs === 'number' ? latencyMs : latencyMs[0] + random() * (latencyMs[1] - latencyMs[0]);
			if (wait > 0) await sleep(wait, request.signal);
			return response;
		},
		credentials: {feishu: sandboxVendors.feishu.credentials, trae: sandboxVendors.trae.credentials},
		places: {feishu: sandboxVendors.feishu.places, trae: sandboxVendors.trae.places},
		revokeTokens() {
			for (const store of stores) store.revokeAll();
			signIn.tokens.revokeAccess();
		},
		signIn: scopes => signIn.tokens.issue(scopes, now()),
		stats: () => ({...signIn.stats}),
		consolePassword: developerConsole.password,
		consoleSession() {
			const {cookie, csrfToken} = developerConsole.sessions.start();
			return {cookie, csrfToken, csrfHeader: developerConsole.csrfHeader};
		},
		revokeConsoleSessions: () => developerConsole.sessions.revokeAll(),
	};
}

/** What a gateway in front of the APIs answers: a page for people, not the vendor's envelope. */
function gatewayError(status: number, title: string, headers: Readonly<Record<string, string>> = {}): Response {
	return new Response(`<html><head><title>${status} ${title}</title></head><body><h1>${status} ${title}</h1></body></html>\n`, {
		status,
		headers: {'content-type': 'text/html; charset=utf-8', ...headers},
	});
}
