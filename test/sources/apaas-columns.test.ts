import {describe, expect, it} from 'vitest';
import {createSandbox, type SandboxOptions, type SandboxRequest} from '../../src/sandbox/index.ts';
import {feishuApaas} from '../../src/sources/feishu-apaas.ts';
import {runCommand} from '../helpers/context.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';

const now = Date.UTC(2026, 10, 20, 12);
/** The example of the documentation: it names neither an id nor the time as rows have it. */
const example = ['opTime', 'appName', 'eventName', 'clientIP', 'operator', 'status'];
const picked = ['op_time', 'app_name', 'op_type', 'client_ip', 'operator', 'status'];

async function apaas(args: readonly string[], options: Partial<SandboxOptions> = {}) {
	const clock = new VirtualClock(now);
	const requests: SandboxRequest[] = [];
	const sandbox = createSandbox({now: clock.now, sleep: clock.sleep, recordsPerDay: 700, rate: 'off', onRequest: entry => requests.push(entry), ...options});
	const {code, stdout, stderr} = await runCommand(['feishu-apaas', '--namespace', 'package_sandbox', '--since', '24h', ...args], {
		clock, fetch: sandbox.fetch, env: {FEISHU_USER_ACCESS_TOKEN: sandbox.signIn([feishuApaas.scope]).accessToken},
	});
	return {code, stdout, stderr, requests, records: () => stdout.trimEnd().split('\n').map(line => JSON.parse(line) as Record<string, unknown>)};
}

describe('--column', () => {
	const args = example.flatMap(name => ['--column', name]);

	it.each([{}, {offsetCounts: 'pages', ends: 'exclusive'}] as const)('of the documented example loses no row and keeps nothing else (%j)', async options => {
		const whole = await apaas([], options);
		const ran = await apaas(args, options);
		expect(ran).toMatchObject({code: 0, stderr: ''});
		expect(ran.records()).toEqual(whole.records().map(record => Object.fromEntries(picked.map(name => [name, record[name]]))));
		expect(ran.records().length).toBeGreaterThan(600);
		// Asked of the API, they would leave out what tells rows apart.
		for (const {params} of ran.requests) expect(params).not.toHaveProperty('columns');
	});

	it('chooses the columns of CSV, by the names of rows too', async () => {
		expect((await apaas(['--column', 'operator', '--column', 'log_id', '--column', 'opDetail', '-f', 'csv'])).stdout).toMatch(/^operator,log_id,op_detail\r?\n/);
	});

	it.each([
		[['--column', 'opTim'], /--column opTim: there is no such field, did you mean "opTime"\?/],
		[['--column', 'opTime', '--fields', 'status'], /--column and --fields both pick fields/],
	])('with %j is a usage error', async (wrong, message) => {
		const {code, stderr, requests} = await apaas(wrong);
		expect({code, requests}).toEqual({code: 2, requests: []});
		expect(stderr).toMatch(message);
	});
});

it('a page that the server finds too large is refused with a hint that names --page-size', async () => {
	const refused = await apaas([], {largestPage: 50});
	expect(refused).toMatchObject({code: 1, stdout: ''});
	expect(refused.stderr).toContain('hint: the API does not accept --page-size (page_size) must be between 1 and 50');
	expect(await apaas(['--page-size', '50'], {largestPage: 50})).toMatchObject({code: 0});
});

it('--app-type finds the apps of a type, and together they are all', async () => {
	const [all, apps, assistants] = [await apaas([]), await apaas(['--app-type', 'apaas']), await apaas(['--app-type', 'aily'])];
	expect(assistants.records().length).toBeGreaterThan(0);
	expect(apps.records().length + assistants.records().length).toBe(all.records().length);
});
