import {expect, it} from 'vitest';
import type {Sleep} from '../../../src/base/context.ts';
import {InterruptedError} from '../../../src/base/errors.ts';
import {HOUR, MINUTE} from '../../../src/base/duration.ts';
import {fakeFeishu} from '../../helpers/fake-api.ts';
import type {VirtualClock} from '../../helpers/virtual-clock.ts';
import {clockAt, createWorkspace, rowsOf, start} from './workspace.ts';

const calls = {source: 'feishu-openapi', dir: 'calls', since: '6h', options: {window: '1h'}};

/** A clock that SIGTERM comes by, in the middle of the wait with this number, of those that are long enough to be between two runs. */
function terminatedIn(last: number, also?: (count: number) => void): {clock: VirtualClock; signal: AbortSignal} {
	const controller = new AbortController();
	const clock = clockAt();
	const {sleep} = clock;
	let count = 0;
	const watched: Sleep = async (ms, signal) => {
		if (ms < 10 * MINUTE) return sleep(ms, signal);
		count++;
		await sleep(ms / 2, signal);
		also?.(count);
		if (count === last) controller.abort(new InterruptedError('SIGTERM'));
		return sleep(ms - ms / 2, signal);
	};
	return {clock: Object.assign(clock, {sleep: watched}), signal: controller.signal};
}

it('runs again and again, from one start to the next, until SIGTERM ends it between two runs', async () => {
	const rows = rowsOf(6);
	rows.push({id: 'second', time: start / 1000 + 60}, {id: 'third', time: start / 1000 + 16 * 60});
	const workspace = await createWorkspace({calls}, {fetch: fakeFeishu(rows).fetch});
	const {clock, signal} = terminatedIn(3);
	const {code, stderr} = await workspace.run(['run', '--every', '15m'], {clock, signal});
	expect({code, stderr: stderr.split('\n')}).toEqual({code: 143, stderr: [
		'calls: 36 records; covered until 2026-11-20T12:00:00Z',
		'next run at 2026-11-20T12:15:00Z, every 15m',
		'calls: 1 record; covered until 2026-11-20T12:15:00Z',
		'next run at 2026-11-20T12:30:00Z, every 15m',
		'calls: 1 record; covered until 2026-11-20T12:30:00Z',
		'next run at 2026-11-20T12:45:00Z, every 15m',
		'',
	]});
	expect(await workspace.ids('calls')).toEqual(rows.map(({id}) => id));
	const {stdout} = await workspace.run(['status', '--format', 'json'], {clock});
	expect(JSON.parse(stdout)).toMatchObject({jobs: [{job: 'calls', running: false, status: 'complete', next_start_at: '2026-11-20T12:45:00Z'}]});
	expect((await workspace.run(['status'], {clock})).stdout).toMatch(/calls\s+complete\s+7m ago\s.*\sin 7m\s/);
});

it('starts the next run at once when one took longer', async () => {
	const {clock, signal} = terminatedIn(1);
	const {fetch} = fakeFeishu(rowsOf(6));
	let isFirst = true;
	const slow: typeof fetch = async (input, init) => {
		if (isFirst) for (let waited = 0; waited < 20; waited += 5) await clock.sleep(5 * MINUTE);
		isFirst = false;
		return fetch(input, init);
	};
	const workspace = await createWorkspace({calls: {...calls, options: {timeout: '30m'}}}, {fetch: slow});
	const {stderr} = await workspace.run(['run', '--every', '15m'], {clock, signal});
	expect(stderr.split('\n').filter(line => line.startsWith('next run'))).toEqual(['next run at 2026-11-20T12:20:00Z, every 15m', 'next run at 2026-11-20T12:35:00Z, every 15m']);
});

it('goes on after a run that failed, and tells of each', async () => {
	let isDown = true;
	const api = fakeFeishu(rowsOf(6), {intervene: () => isDown ? Response.json({code: 4321, msg: 'down'}) : undefined});
	const workspace = await createWorkspace({calls}, {fetch: api.fetch});
	const {clock, signal} = terminatedIn(3, count => {
		isDown = count < 2;
	});
	const {code, stderr} = await workspace.run(['run', '--every', '15m', '--on-failure', 'echo told >> told.txt'], {clock, signal, env: {PATH: process.env['PATH'] ?? ''}});
	expect(code).toBe(143);
	expect(stderr.match(/^error: calls: .*4321/gm)).toHaveLength(2);
	expect(stderr).toContain('calls: 36 records; covered until 2026-11-20T12:30:00Z\n');
	expect(await workspace.read('told.txt')).toBe('told\ntold\n');
});

it('ends a run under way in order, and the next run goes on from there', async () => {
	const rows = rowsOf(6);
	const clock = clockAt();
	const controller = new AbortController();
	const api = fakeFeishu(rows, {intervene: (_, index) => {
		if (index < 3) return undefined;
		controller.abort(new InterruptedError('SIGTERM'));
		return clock.sleep(HOUR).then(() => new Response());
	}});
	const workspace = await createWorkspace({calls: {...calls, options: {window: '1h', concurrency: 1}}, later: {...calls, dir: 'later'}}, {fetch: api.fetch});
	const {code, stderr} = await workspace.run(['run', '--jobs-at-once', '1', '--every', '15m', '--summary', 'summary.json'], {clock, signal: controller.signal});
	expect(code).toBe(143);
	expect(stderr).toMatch(/^calls: \d+ records; covered until .* before it ended\ncalls: interrupted by SIGTERM; the next run goes on from there\n/);
	expect(stderr).not.toContain('next run at');
	expect(JSON.parse(await workspace.read('summary.json'))).toMatchObject({status: 'interrupted', exit_code: 143, jobs: [
		{job: 'calls', status: 'interrupted', exit_code: 143},
		{job: 'later', status: 'interrupted', exit_code: 143, records: 0, requests: 0},
	]});
	expect(await workspace.files()).not.toContain('later/last-run.json');
	expect((await workspace.run(['run', 'calls'], {clock: clockAt(MINUTE), fetch: fakeFeishu(rows).fetch})).code).toBe(0);
	expect(await workspace.ids('calls')).toEqual(rows.map(({id}) => id));
});

it('keeps the budget from run to run', async () => {
	const clock = clockAt();
	const controller = new AbortController();
	const arrivals: number[] = [];
	const api = fakeFeishu(rowsOf(6), {intervene: () => {
		arrivals.push(clock.now());
		if (arrivals.length === 30) controller.abort(new InterruptedError('SIGTERM'));
		return undefined;
	}});
	const workspace = await createWorkspace({calls: {...calls, options: {rate: '3/20s'}}}, {fetch: api.fetch});
	await workspace.run(['run', '--every', '1s'], {clock, signal: controller.signal});
	expect(arrivals).toHaveLength(30);
	for (const at of arrivals) expect(arrivals.filter(other => other > at - 20_000 && other <= at).length).toBeLessThanOrEqual(3);
});
