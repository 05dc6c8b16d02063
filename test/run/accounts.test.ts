import {readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {HOUR} from '../../src/base/duration.ts';
import {fakeFeishu} from '../helpers/fake-api.ts';
import {clockAt, createWorkspace, rowsOf, type Workspace} from './jobs/workspace.ts';

const token = (value: string) => ({tenant_access_token: value});
const app = (id: string) => ({app_id: id, app_secret: `secret-of-${id}`});

const profiles = {
	acme: {feishu: app('cli_acme')}, renamed: {feishu: app('cli_acme')}, beta: {feishu: app('cli_beta')},
	tokens: {feishu: token('token-of-acme')}, others: {feishu: token('token-of-beta')},
	labelled: {account: 'one', feishu: token('token-of-acme')}, renewed: {feishu: {account: 'one', ...token('token-of-acme-renewed')}}, foreign: {account: 'two', feishu: token('token-of-beta')},
};

const noVariables = {FEISHU_APP_ID: '', FEISHU_APP_SECRET: ''};
const variables = (name: string) => ({FEISHU_APP_ID: `cli_${name}`, FEISHU_APP_SECRET: `secret-of-${name}`});
const ready = (name: string) => ({...noVariables, FEISHU_TENANT_ACCESS_TOKEN: `token-of-${name}`});

/** How a run signs in: by a profile, or by variables. */
type Way = string | Record<string, string>;

const cases: ReadonlyArray<[what: string, begun: Way, continued: Way, verdict: 'same' | 'other' | 'doubt']> = [
	['a renamed profile of the same app', 'acme', 'renamed', 'same'],
	['a profile of another app', 'acme', 'beta', 'other'],
	['the same app by variables', 'acme', variables('acme'), 'same'],
	['another app by variables', variables('acme'), variables('beta'), 'other'],
	['another profile with a token', 'tokens', 'others', 'other'],
	['the same profile, whatever the variables say', 'tokens', 'tokens', 'same'],
	['a renewed token of one label', 'labelled', 'renewed', 'same'],
	['a token of another label', 'labelled', 'foreign', 'other'],
	['the same ready-made token', ready('acme'), ready('acme'), 'same'],
	['another ready-made token', ready('acme'), ready('beta'), 'doubt'],
	['a ready-made token after an app', variables('acme'), ready('beta'), 'doubt'],
];

const signedIn = (way: Way) => typeof way === 'string' ? {flags: ['--profile', way], env: ready('variables')} : {flags: [], env: way};

/** A workspace whose API fails for good from the third request on, until it is mended. */
async function setUp(): Promise<{workspace: Workspace; asked: () => number; mend: () => void}> {
	let isBroken = true;
	const api = fakeFeishu(rowsOf(6), {intervene: (_, index) => isBroken && index > 1 ? new Response('{"code":1780103,"msg":"Request Param Error"}', {status: 400}) : undefined});
	const workspace = await createWorkspace({calls: {source: 'feishu-openapi', dir: 'calls', since: '6h', overlap: '0s', options: {window: '1h'}}}, {fetch: api.fetch, profiles});
	return {workspace, asked: () => api.seen.length + api.exchanges.length, mend: () => {
		isBroken = false;
	}};
}

function expectVerdict({code, stderr}: {code: number; stderr: string}, verdict: 'same' | 'other' | 'doubt', asked: number): void {
	expect(code).toBe(verdict === 'other' ? 2 : 0);
	expect(asked > 0).toBe(verdict !== 'other');
	expect(/account: it is of .*, and this run is of |export: it is of .*, and this run is of /.test(stderr)).toBe(verdict === 'other');
	expect(/^warning: .*begun with .*, continued with .*: whether that is one account, nothing tells/m.test(stderr)).toBe(verdict === 'doubt');
}

const range = ['feishu-openapi', '--since', '2026-11-20T06:00:00Z', '--window', '1h', '--concurrency', '1'];

describe.each(cases)('%s', (_, begun, continued, verdict) => {
	it(`finds ${verdict === 'other' ? 'no' : 'its'} interrupted file`, async () => {
		const {workspace, asked, mend} = await setUp();
		const args = [...range, '--until', '2026-11-20T12:00:00Z', '-o', 'out.ndjson'];
		const run = async (way: Way) => workspace.run([...args, ...signedIn(way).flags], {clock: clockAt(), env: signedIn(way).env});
		expect((await run(begun)).code).toBe(1);
		mend();
		const partial = await workspace.read('out.ndjson.partial');
		const before = asked();
		const ended = await run(continued);
		expectVerdict(ended, verdict, asked() - before);
		if (verdict === 'other') expect(await workspace.read('out.ndjson.partial')).toBe(partial);
		else expect((await workspace.read('out.ndjson')).split('\n')).toHaveLength(37);
	});

	it(`finds ${verdict === 'other' ? 'no' : 'its'} state`, async () => {
		const {workspace, asked, mend} = await setUp();
		mend();
		const run = async (way: Way, until: string) => workspace.run([...range, '--until', until, '--state', 'state.json', ...signedIn(way).flags], {clock: clockAt(), env: signedIn(way).env});
		expect((await run(begun, '2026-11-20T08:00:00Z')).code).toBe(0);
		const state = await workspace.read('state.json');
		const before = asked();
		const ended = await run(continued, '2026-11-20T10:00:00Z');
		expectVerdict(ended, verdict, asked() - before);
		if (verdict === 'other') expect(await workspace.read('state.json')).toBe(state);
		// What was said once is not said again.
		else expect(await run(continued, '2026-11-20T12:00:00Z')).toMatchObject({code: 0, stderr: ''});
	});

	it(`finds ${verdict === 'other' ? 'no' : 'its'} archive, to go on and to repair`, async () => {
		const {workspace, asked, mend} = await setUp();
		mend();
		const run = async (way: Way, args: readonly string[], afterMs = 0) => workspace.run([...args, ...signedIn(way).flags], {clock: clockAt(afterMs), env: signedIn(way).env});
		expect((await run(begun, ['run'])).code).toBe(0);
		const dir = join(workspace.dir, 'calls');
		const segment = (await workspace.files()).find(file => file.startsWith('calls/data/dt=')) ?? '';
		const manifest = readFileSync(join(dir, 'manifest.ndjson'), 'utf8');
		rmSync(join(workspace.dir, segment));
		let before = asked();
		expectVerdict(await run(continued, ['verify', '--repair', dir]), verdict, asked() - before);
		if (verdict === 'other') expect(readFileSync(join(dir, 'manifest.ndjson'), 'utf8')).toBe(manifest);
		before = asked();
		const ended = await run(continued, ['run', '-q'], HOUR);
		const wentOn = asked() - before;
		expect(ended.code).toBe(verdict === 'other' ? 2 : 0);
		expect(wentOn > 0).toBe(verdict !== 'other');
	});
});

it('says of an archive once that tokens changed, and keeps to what it learns then', async () => {
	const {workspace, mend} = await setUp();
	mend();
	const run = async (way: Way, hours: number) => workspace.run(['run', ...signedIn(way).flags], {clock: clockAt(hours * HOUR), env: signedIn(way).env});
	await run(ready('acme'), 0);
	const doubt = 'whether that is one account, nothing tells';
	expect((await run(ready('acme-renewed'), 1)).stderr).toContain(doubt);
	expect((await run(ready('acme-again'), 2)).stderr).not.toContain(doubt);
	expect((await run('labelled', 3))).toMatchObject({code: 0, stderr: expect.not.stringContaining(doubt) as string});
	const foreign = await run('foreign', 4);
	expect(foreign.code).toBe(2);
	expect(foreign.stderr).toContain('is the archive of another account: ');
});
