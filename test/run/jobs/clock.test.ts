import {expect, it} from 'vitest';
import {HOUR, MINUTE} from '../../../src/base/duration.ts';
import {fakeFeishu} from '../../helpers/fake-api.ts';
import {clockAt, createWorkspace, rowsOf, start} from './workspace.ts';

const calls = {source: 'feishu-openapi', dir: 'calls', since: '6h'};

it('looks for late rows while the clock here is behind what is covered, and reads on when that has passed', async () => {
	const rows = rowsOf(6);
	const workspace = await createWorkspace({calls}, {fetch: fakeFeishu(rows).fetch});
	await workspace.run(['run'], {clock: clockAt()});
	rows.push({id: 'late', time: start / 1000 - 600});
	// No clock stands on a whole second.
	const behind = await workspace.run(['run'], {clock: clockAt(-HOUR + 714)});
	expect(behind).toMatchObject({code: 0, stderr: expect.stringContaining('nothing new is read until that has passed') as string});
	expect((await workspace.ids('calls')).toSorted()).toEqual(rows.map(({id}) => id).toSorted());
	expect((await workspace.run(['run', '--dry-run'], {clock: clockAt(-HOUR + 714)})).code).toBe(0);
	rows.push({id: 'next', time: start / 1000 + 1});
	await workspace.run(['run'], {clock: clockAt(MINUTE + 1)});
	expect((await workspace.ids('calls')).toSorted()).toEqual(rows.map(({id}) => id).toSorted());
});

it('refuses a job that begins in the future, by its key', async () => {
	const workspace = await createWorkspace({calls: {...calls, since: '2030-01-01T00:00:00Z'}});
	const {code, stderr} = await workspace.run(['run'], {clock: clockAt()});
	expect(code).toBe(2);
	expect(stderr).toContain('jobs.calls.since: 2030-01-01T00:00:00Z is yet to come; the clock stands at 2026-11-20T12:00:00Z');
});

it('refuses a file where the archive should be', async () => {
	const workspace = await createWorkspace({calls: {...calls, dir: 'audit-export.config.json'}});
	const {code, stderr} = await workspace.run(['run'], {clock: clockAt()});
	expect(code).toBe(2);
	expect(stderr).toMatch(/^error: calls: \S+ is no directory\nhint: .+\n$/);
});
