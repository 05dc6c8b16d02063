import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {DAY, HOUR} from '../../src/base/duration.ts';
import {createSandbox, type SandboxRequest} from '../../src/sandbox/index.ts';
import {runCommand} from '../helpers/context.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';

const now = Date.UTC(2026, 10, 20, 12);
const horizon = now - 180 * DAY;
const utc = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');

function behavior() {
	const clock = new VirtualClock(now);
	const requests: SandboxRequest[] = [];
	const sandbox = createSandbox({now: clock.now, sleep: clock.sleep, recordsPerDay: 2, rate: 'off', onRequest: entry => requests.push(entry)});
	const {appId, appSecret} = sandbox.credentials.feishu;
	const run = async (args: readonly string[], cwd = '/') => runCommand(args, {clock, fetch: sandbox.fetch, cwd, env: {FEISHU_APP_ID: appId, FEISHU_APP_SECRET: appSecret}});
	return {run, starts: () => requests.flatMap(({params: {oldest}}) => typeof oldest === 'string' ? [Number(oldest) * 1000] : [])};
}

describe('the behaviour log reaches back 180 days', () => {
	it.each([['200d', horizon + 5000], [utc(horizon - HOUR), horizon + 5000]])('and --since %s is an error that names the earliest time, until it is clipped', async (since, earliest) => {
		const {run, starts} = behavior();
		const refused = await run(['feishu-behavior', '--since', since, '--until', utc(horizon + DAY)]);
		expect(refused).toMatchObject({code: 2, stdout: ''});
		expect(refused.stderr).toContain(`${utc(earliest)} is the earliest possible start`);
		expect(starts()).toEqual([]);
		const clipped = await run(['feishu-behavior', '--since', since, '--until', utc(horizon + DAY), '--clip']);
		expect(clipped).toMatchObject({code: 0});
		expect(clipped.records.length).toBeGreaterThan(0);
		expect(Math.min(...starts())).toBe(earliest - 1000);
	});

	it('and --since 180d is all that there is', async () => {
		const {run, starts} = behavior();
		const ran = await run(['feishu-behavior', '--since', '180d', '--until', utc(horizon + 2 * DAY)]);
		expect(ran).toMatchObject({code: 0});
		expect(Math.min(...starts())).toBeLessThan(horizon + 6000);
	});

	it('in a job too, which says what can no longer be had', async () => {
		const cwd = mkdtempSync(join(tmpdir(), 'behavior-'));
		try {
			writeFileSync(join(cwd, 'c.json'), JSON.stringify({jobs: {b: {source: 'feishu-behavior', dir: 'archive', since: utc(horizon - 10 * DAY)}}}));
			const {run, starts} = behavior();
			const ran = await run(['run', 'b', '--config', 'c.json'], cwd);
			expect(ran).toMatchObject({code: 0});
			expect(ran.stderr).toContain(`reaches back 180d: the export starts at ${utc(horizon + 5000)}`);
			expect(Math.min(...starts())).toBe(horizon + 4000);
		} finally {
			rmSync(cwd, {recursive: true});
		}
	});
});

it.each([
	[['--object-type', '106'], /--object-type needs --object beside it/],
	[['--object', 'x'], /--object needs --object-type beside it/],
	[['--operator-type', 'user'], /--operator-type needs --operator beside it/],
	[['--user-type', 'external'], /--user-type needs --operator-type beside it/],
])('%j is not asked, for the API would refuse it', async (args, message) => {
	const {run, starts} = behavior();
	const ran = await run(['feishu-behavior', ...args]);
	expect(ran).toMatchObject({code: 2});
	expect(ran.stderr).toMatch(message);
	expect(starts()).toEqual([]);
});
