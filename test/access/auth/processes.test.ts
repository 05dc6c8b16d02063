import {spawn, type ChildProcess} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {build} from 'esbuild';
import {afterAll, beforeAll, describe, expect, it, onTestFinished} from 'vitest';
import {app, createContext, FakeService, put, serveService, sessionOf, storeOf} from './helpers.ts';

/** A run that takes the user's token once and says which it got. */
const program = `
	import {createUserTokenSource} from './access/auth/user-token.ts';
	import {createProcessContext} from './process-context.ts';

	const setting = (value: string) => Object.assign(async () => value, {origin: 'test', secret: true as const});
	const source = createUserTokenSource({
		name: 'child',
		context: createProcessContext(),
		connection: {baseUrl: process.env.BASE_URL, appId: setting('${app.id}'), appSecret: setting('${app.secret}'), profile: undefined},
		warn: message => console.error(message),
		debug: () => undefined,
	});
	source.get().then(
		token => console.log(token.value),
		error => {
			console.error(error.name + ': ' + error.message + ' / ' + error.hint);
			process.exitCode = error.exitCode ?? 5;
		},
	);
`;

let directory = '';
let bundle = '';

beforeAll(async () => {
	directory = mkdtempSync(join(tmpdir(), 'audit-export-auth-'));
	bundle = join(directory, 'child.cjs');
	await build({
		stdin: {contents: program, loader: 'ts', resolveDir: join(import.meta.dirname, '../../../src')},
		outfile: bundle, bundle: true, platform: 'node', target: 'node20.19', format: 'cjs', logLevel: 'error',
	});
});

afterAll(() => {
	rmSync(directory, {recursive: true, force: true});
});

interface Child {
	readonly process: ChildProcess;
	readonly ended: Promise<{status: number | null; stdout: string; stderr: string}>;
}

function start(baseUrl: string, data: string): Child {
	const child = spawn(process.execPath, [bundle], {env: {PATH: process.env['PATH'], HOME: data, XDG_DATA_HOME: data, BASE_URL: baseUrl}});
	let stdout = '';
	let stderr = '';
	child.stdout.on('data', (chunk: Buffer) => {
		stdout += chunk.toString();
	});
	child.stderr.on('data', (chunk: Buffer) => {
		stderr += chunk.toString();
	});
	const ended = new Promise<{status: number | null; stdout: string; stderr: string}>(resolve => {
		child.on('close', status => {
			resolve({status, stdout, stderr});
		});
	});
	onTestFinished(async () => {
		child.kill('SIGKILL');
		await ended;
	});
	return {process: child, ended};
}

/** A service over loopback, and a store with a session whose access token is over. */
async function setUp(service: FakeService, served: Pick<FakeService, 'fetch'> = service) {
	const baseUrl = await serveService(served);
	const context = createContext();
	const store = storeOf(context);
	const key = {baseUrl, appId: app.id, profile: undefined};
	const now = Date.now();
	await put(store, sessionOf(service.issue(), {now, base_url: baseUrl}), key);
	return {baseUrl, store, key, data: context.env['XDG_DATA_HOME'] ?? ''};
}

describe('processes of one user', () => {
	it('that start together perform one refresh, and all of them get its token', async () => {
		const service = new FakeService();
		const {baseUrl, data, store} = await setUp(service);
		const outcomes = await Promise.all(Array.from({length: 10}, async () => start(baseUrl, data).ended));
		expect(outcomes).toEqual(outcomes.map(() => ({status: 0, stdout: `${service.issued[2]}\n`, stderr: ''})));
		expect(service.refreshes).toHaveLength(1);
		expect(await readdir(dirname(store.place))).toEqual(['tokens.json']);
	});

	it('learn that the session was lost when one was killed after the answer left, before it was stored', async () => {
		const service = new FakeService();
		const {baseUrl, data, store, key} = await setUp(service);
		const before = await store.read(key);
		const answered = new Promise<void>(resolve => {
			service.beforeRefreshAnswer = async () => {
				// It stands still while its answer arrives, and never wakes up again.
				victim.process.kill('SIGSTOP');
				resolve();
			};
		});
		const victim = start(baseUrl, data);
		await answered;
		victim.process.kill('SIGKILL');
		await victim.ended;
		expect(await store.read(key)).toMatchObject({access_token: before?.access_token, refresh_token: before?.refresh_token, refreshing_since: expect.any(String) as string});

		service.beforeRefreshAnswer = undefined;
		const next = await start(baseUrl, data).ended;
		expect(next.status).toBe(3);
		expect(next.stderr).toContain('the session is over: the refresh token was used already; a run ended in the middle of a refresh');
		expect(next.stderr).toContain(`sign in again with: audit-export auth login feishu --base-url ${baseUrl}`);
		expect(service.refreshes).toHaveLength(2);
	});

	it('lose nothing when one was killed before its refresh arrived', async () => {
		const service = new FakeService();
		let victim: Child | undefined;
		const {baseUrl, data} = await setUp(service, {
			fetch: async (input, init) => {
				if (victim === undefined || victim.process.killed) return service.fetch(input, init);
				victim.process.kill('SIGKILL');
				return new Response('', {status: 503});
			},
		});
		victim = start(baseUrl, data);
		await victim.ended;
		expect(service.refreshes).toHaveLength(0);
		expect(await start(baseUrl, data).ended).toEqual({status: 0, stdout: `${service.issued[2]}\n`, stderr: ''});
	});

	it('finish a refresh that SIGINT came in the middle of', async () => {
		const service = new FakeService();
		const {baseUrl, data, store, key} = await setUp(service);
		service.beforeRefreshAnswer = async () => {
			child.process.kill('SIGINT');
		};
		const child = start(baseUrl, data);
		expect((await child.ended).status).toBe(0);
		expect((await store.read(key))?.refresh_token).toBe(service.issued[3]);
	});
});
