import {createHash, randomBytes} from 'node:crypto';
import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {startChild} from './child.js';
import {must} from './failure.js';

/** What the marker of a kill says in the sandbox's log; no other fault waits so long. */
const markerWait = '3001ms';

/**
 * A rule of a faults file.
 * @typedef {Readonly<Record<string, unknown>> & {fault: string}} Rule
 */

/**
 * A sandbox in a process of its own.
 * @typedef {object} Sandbox
 * @property {string} url
 * @property {() => number} faults how many were done, markers aside
 * @property {(listener: (() => void) | undefined) => void} onMarker told when the request of a marker waits for its answer
 * @property {() => Promise<Record<string, string>>} signIn everything that signs in, as environment variables
 * @property {() => Promise<void>} stop
 */

/**
 * A rule that lets one request wait, so that its process can be killed just then.
 * @param {string} source
 * @param {number} request counted over the requests to this source
 * @param {'before' | 'headers' | 'body'} at
 * @returns {Rule}
 */
export function marker(source, request, at) {
	return {fault: 'hang', at, for: markerWait, source, requests: String(request)};
}

/**
 * Starts the sandbox with faults.
 * @param {{directory: string, seed: number, records: number, port?: number, console?: string, order?: string, offset?: string, rules?: readonly Rule[]}} options
 * @returns {Promise<Sandbox>}
 */
export async function startSandbox({directory, seed, records, port = 0, console = 'page', order = 'descending', offset = 'rows', rules = []}) {
	const program = join(directory, 'sandbox.cjs');
	if (!existsSync(program)) await bundle(program);
	writeFileSync(join(directory, 'sandbox.json'), JSON.stringify({port, seed, records, console, order, offset, rules}, undefined, '\t'));
	const child = startChild(program, ['sandbox.json'], {directory});
	let faults = 0;
	/** @type {(() => void) | undefined} */
	let onMarker;
	child.onLine(line => {
		if (!line.startsWith('fault: ')) return;
		if (line.includes(`for ${markerWait}`)) onMarker?.();
		else faults++;
	});
	const url = await listening(child);
	return {
		url,
		faults: () => faults,
		onMarker(listener) {
			onMarker = listener;
		},
		signIn: async () => ({
			FEISHU_APP_ID: 'cli_sandbox', FEISHU_APP_SECRET: 'sandbox-feishu-secret', TRAE_APP_ID: 'trae_sandbox', TRAE_APP_SECRET: 'sandbox-trae-secret',
			FEISHU_USER_ACCESS_TOKEN: await userToken(url), FEISHU_CONSOLE_COOKIE: await consoleCookie(url),
		}),
		async stop() {
			child.kill('SIGTERM');
			const {stderr} = await child.ended;
			must(!/^ {4}at |unexpected/m.test(stderr), `the sandbox itself fails: ${stderr}`);
		},
	};
}

/**
 * The sandbox and the faults as one file that Node.js runs.
 * @param {string} outfile
 */
async function bundle(outfile) {
	await build({
		entryPoints: [fileURLToPath(new URL('../faulty-sandbox.ts', import.meta.url))], outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'warning',
	});
}

/** @param {import('./child.js').Child} child */
async function listening(child) {
	for (let tries = 0; tries < 600; tries++) {
		const url = /stands in for the remote APIs at (\S+) /.exec(child.stdout())?.[1];
		if (url !== undefined) return url;
		const ended = await Promise.race([child.ended, new Promise(resolve => {
			setTimeout(resolve, 50);
		})]);
		must(ended === undefined, `the sandbox did not start: ${child.stderr()}`);
	}
	throw new Error('the sandbox does not say where it listens');
}

/**
 * The token of somebody who signed in, as a browser would do it.
 * @param {string} url
 */
async function userToken(url) {
	const client = {client_id: 'cli_sandbox', redirect_uri: 'http://127.0.0.1:1/callback'};
	const verifier = randomBytes(32).toString('base64url');
	const query = new URLSearchParams({
		...client, response_type: 'code', scope: 'app_engine:security.audit_log:read', state: 's',
		code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
	});
	const page = await (await fetch(`${url}/open-apis/authen/v1/authorize?${query}`)).text();
	const request = /name="request" value="(\w+)"/.exec(page)?.[1] ?? '';
	const allowed = await fetch(`${url}/open-apis/authen/v1/authorize`, {method: 'POST', body: new URLSearchParams({request, decision: 'allow'}), redirect: 'manual'});
	const code = new URL(allowed.headers.get('location') ?? '').searchParams.get('code');
	const issued = await fetch(`${url}/oauth/v3/token`, {
		method: 'POST', headers: {'content-type': 'application/json'},
		body: JSON.stringify({...client, client_secret: 'sandbox-feishu-secret', grant_type: 'authorization_code', code, code_verifier: verifier}),
	});
	const {access_token: token} = /** @type {{access_token?: string}} */ (await issued.json());
	must(token !== undefined, 'nobody can sign in to the sandbox');
	return token;
}

/** @param {string} url */
async function consoleCookie(url) {
	const answer = await fetch(`${url}/console/login`, {method: 'POST', body: new URLSearchParams({user: 'soak', password: 'sandbox-console-password'}), redirect: 'manual'});
	const cookies = answer.headers.getSetCookie().map(cookie => cookie.replace(/;.*/, ''));
	must(cookies.length > 0, 'nobody can sign in to the console');
	return cookies.join('; ');
}
