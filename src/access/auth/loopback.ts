import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {systemCode, UsageError} from '../../base/errors.ts';

/** How the sign-in went, as the browser tells the person. Nothing in a page comes from a request. */
const pages = {
	done: ['Signed in', 'audit-export has what it needs. You can close this tab.'],
	failed: ['Not signed in', 'Something went wrong; the terminal says what. You can close this tab.'],
	foreign: ['Not this sign-in', 'This answers no sign-in that is under way, and nothing has changed. Use the address in the terminal.'],
	answered: ['Answered already', 'This sign-in has its answer. You can close this tab.'],
} as const;

type PageName = keyof typeof pages;

/** One small page of plain HTML. */
function pageHtml(name: PageName): string {
	const [title, text] = pages[name];
	return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<h1>${title}</h1>
<p>${text}</p>
</html>
`;
}

/** What the browser brought back. */
export interface Callback {
	readonly parameters: URLSearchParams;
	/** Shows the person a page. Resolves when it is sent, or the browser is gone; never rejects. */
	answer(page: PageName): Promise<void>;
}

/** A listener that waits for one browser. */
export interface Loopback {
	/** What the consent page is to send the browser back to. */
	readonly redirectUri: string;
	/** The first request for the redirect URI that knows the state. Never rejects. */
	readonly callback: Promise<Callback>;
	/** Stops listening and drops what is open. */
	close(): Promise<void>;
}

/** Feishu sends browsers back only to registered addresses, so the port is always the same. */
export const defaultCallbackPort = 8789;

const callbackPath = '/callback';

/** The address to register for a port. */
export function redirectUriOf(port: number): string {
	return `http://127.0.0.1:${port}${callbackPath}`;
}

/**
 * Listens on 127.0.0.1 for the browser's return. One request for `/callback` with the state of this sign-in is handed over,
 * with whatever else it carries; others (an icon, a second return, what any page or user of this machine makes up) get an
 * answer and change nothing.
 * @param options.port 0 takes any free one
 * @param options.state only the consent page was told
 * @throws UsageError when the port cannot be had
 */
export async function listenForCallback({port, state}: {port: number; state: string}): Promise<Loopback> {
	const {promise: callback, resolve} = withResolver<Callback>();
	let answered = false;
	let ownHosts: readonly string[] = [];

	const server = createServer((request, response) => {
		// A request that a foreign page makes under another name of this address is not the browser's return.
		if (!ownHosts.includes(request.headers.host ?? '')) return void respond(response, 421);
		const url = parseUrl(request);
		if (url?.pathname !== callbackPath) return void respond(response, 404);
		if (request.method !== 'GET') return void respond(response, 405);
		const states = url.searchParams.getAll('state');
		if (states.length !== 1 || states[0] !== state) return void respond(response, 400, 'foreign');
		if (answered) return void respond(response, 410, 'answered');
		answered = true;
		resolve({
			parameters: url.searchParams,
			answer: async page => respond(response, page === 'done' ? 200 : 400, page),
		});
	});
	await new Promise<void>((listening, failed) => {
		server.once('error', error => {
			failed(portProblem(port, error));
		});
		server.listen({port, host: '127.0.0.1', exclusive: true}, listening);
	});
	const address = server.address();
	const boundPort = typeof address === 'object' && address !== null ? address.port : port;
	ownHosts = [`127.0.0.1:${boundPort}`, `localhost:${boundPort}`];
	return {
		redirectUri: redirectUriOf(boundPort),
		callback,
		close: async () => new Promise(closed => {
			server.close(() => {
				closed();
			});
			server.closeAllConnections();
		}),
	};
}

function portProblem(port: number, error: unknown): UsageError {
	const why = systemCode(error) === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${systemCode(error) ?? 'unknown reason'})`;
	return new UsageError(`port ${port} of 127.0.0.1 ${why}`, {
		hint: `end what uses it, or take another with --port <n> and register ${redirectUriOf(port).replace(String(port), '<n>')} in ` +
			'the developer console',
		cause: error,
	});
}

function parseUrl({url = ''}: IncomingMessage): URL | undefined {
	return URL.canParse(url, 'http://127.0.0.1') ? new URL(url, 'http://127.0.0.1') : undefined;
}

async function respond(response: ServerResponse, status: number, page?: PageName): Promise<void> {
	await new Promise<void>(resolve => {
		response.once('close', resolve);
		response.writeHead(status, {
			'content-type': 'text/html; charset=utf-8',
			'cache-control': 'no-store',
			// The address holds the code: it goes nowhere from here.
			'referrer-policy': 'no-referrer',
			'content-security-policy': "default-src 'none'",
			connection: 'close',
		});
		response.end(page === undefined ? '' : pageHtml(page));
	});
}

/** Promise.withResolvers, which Node 20 lacks. */
function withResolver<T>(): {promise: Promise<T>; resolve: (value: T) => void} {
	let resolve: (value: T) => void = () => undefined;
	const promise = new Promise<T>(resolvePromise => {
		resolve = resolvePromise;
	});
	return {promise, resolve};
}
