import {expect, it} from 'vitest';
import type {RunSummary} from '../../../src/run/jobs/run-summary.ts';
import {DAY, HOUR, MINUTE} from '../../../src/base/duration.ts';
import {fakeFeishu, type FakeRow} from '../../helpers/fake-api.ts';
import {clockAt, createWorkspace, start} from './workspace.ts';

const server = {source: 'feishu-app-log server', dir: 'server', since: '30d', options: {rate: '1000/1s', window: '24h'}};

/** A row an hour of so many days from `start` on. */
function hourly(days: number): FakeRow[] {
	return Array.from({length: days * 24}, (_, index) => ({id: `row-${index}`, time: start / 1000 + index * 3600}));
}

it('starts a new archive where the source reaches, and says so', async () => {
	const workspace = await createWorkspace({server}, {fetch: fakeFeishu(hourly(8)).fetch});
	const {code, stderr} = await workspace.run(['run'], {clock: clockAt(8 * DAY)});
	expect(code).toBe(0);
	expect(stderr).toMatch(/^warning: server: feishu-app-log server reaches back 7 days by the calendar of Asia\/Shanghai, today included: the export starts at 2026-11-21T16:00:00Z, not 2026-10-29T12:00:00Z$/m);
	expect(await workspace.ids('server')).toHaveLength(7 * 24 - 4);
	const again = await workspace.run(['run'], {clock: clockAt(8 * DAY + MINUTE)});
	expect(again.stderr).toBe('server: nothing new; covered until 2026-11-28T12:01:00Z\n');
});

it('records what went out of reach between two runs as a gap that stays, and goes on', async () => {
	const rows = hourly(20);
	const workspace = await createWorkspace({server: {...server, since: '6h'}}, {fetch: fakeFeishu(rows).fetch});
	expect((await workspace.run(['run'], {clock: clockAt(6 * HOUR)})).code).toBe(0);
	const {code, stderr} = await workspace.run(['run', '--summary', 'summary.json'], {clock: clockAt(12 * DAY)});
	expect(code).toBe(6);
	expect(stderr).toMatch(/^error: server: gap from 2026-11-20T18:00:00Z to 2026-11-25T16:00:00Z: .*no longer gives out/m);
	const {jobs: [job]} = JSON.parse(await workspace.read('summary.json')) as RunSummary;
	expect(job).toMatchObject({status: 'incomplete', covered: {until: '2026-12-02T12:00:00Z'}, gaps: [{since: '2026-11-20T18:00:00Z', until: '2026-11-25T16:00:00Z', lost: true}]});
	expect(stderr).toMatch(/^hint: .*"accept_gaps_before": "2026-11-25T16:00:00Z" in the job$/m);
	const kept = await workspace.ids('server');
	expect(kept).toHaveLength(6 + 7 * 24 - 4);

	// Nothing can fill it: it is told every time, until the configuration accepts it.
	expect((await workspace.run(['run'], {clock: clockAt(12 * DAY + MINUTE)})).code).toBe(6);
	expect(await workspace.ids('server')).toHaveLength(kept.length + 1);
});

it('looks back for late rows as far as the source says they come late', async () => {
	const workspace = await createWorkspace({server: {...server, since: '6h'}}, {fetch: fakeFeishu(hourly(20)).fetch});
	await workspace.run(['run'], {clock: clockAt(6 * HOUR)});
	const {stdout} = await workspace.run(['run', '--dry-run', '--format', 'json'], {clock: clockAt(7 * HOUR)});
	expect(JSON.parse(stdout)).toMatchObject({jobs: [{again: [{since: '2026-11-20T17:00:00Z', until: '2026-11-20T18:00:00Z'}]}]});
});
