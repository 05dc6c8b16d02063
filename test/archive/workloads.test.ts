import {describe, expect, it} from 'vitest';
import {DAY, HOUR, MINUTE} from '../../src/base/duration.ts';
import {dialectOf} from '../pipeline/dialects.ts';
import {byDay, fewestOf, now, serve, type Workload} from '../pipeline/workloads.ts';
import {createWorkspace, type Workspace} from '../run/jobs/workspace.ts';
import {archiveDirectory, archiveRun, beginning, modelClock} from './archive-run.ts';
import {apiFailure, ModelServer} from './model-server.ts';
import {readArchive} from './read-archive.ts';

interface Kept {
	readonly workspace: Workspace;
	/** Runs the job so much later; the number of requests for rows that it takes, and what it says. */
	readonly run: (afterMs: number, ...args: string[]) => Promise<{requests: number; code: number; stderr: string}>;
	readonly served: ReturnType<typeof serve>;
}

async function keep(workload: Workload, job: Readonly<Record<string, unknown>> = {}): Promise<Kept> {
	const {source, days, at = now} = workload;
	const {args: [option, value], env} = dialectOf(source);
	const served = serve(workload);
	const options = {rate: '100000/1s', ...(option === undefined ? {} : {[option.slice(2)]: value})};
	const workspace = await createWorkspace({kept: {source, dir: 'kept', since: new Date(now - days * DAY).toISOString(), options, ...job}}, {fetch: served.server.fetch});
	return {
		workspace, served,
		async run(afterMs, ...more) {
			const before = served.server.arrivals.length;
			await served.clock.run(served.clock.sleep(at + afterMs - served.clock.now()));
			const {code, stderr} = await workspace.run(['run', ...more], {clock: served.clock, env: {...env}});
			expect(served.server.violations).toEqual([]);
			return {requests: served.server.arrivals.length - before, code, stderr};
		},
	};
}

const quiet: Workload[] = [
	{source: 'feishu-openapi', days: 180, rows: 500}, {source: 'feishu-openapi', days: 90, rows: 250}, {source: 'feishu-openapi', days: 30, rows: 0},
	{source: 'feishu-behavior', days: 170, rows: 300}, {source: 'feishu-apaas', days: 180, rows: 500}, {source: 'trae-openapi', days: 180, rows: 500},
	{source: 'feishu-dlp', days: 180, rows: 300},
];

describe.each(['descending', 'ascending', 'scrambled'] as const)('a first archive of an API that serves rows %s', order => {
	it.each(quiet)('of $days quiet days of $source and $rows rows costs few requests, and has one file for each day with rows', async workload => {
		const {run, workspace, served} = await keep({...workload, behaviour: {order}});
		const {requests, code} = await run(0);
		expect({code, rows: (await workspace.ids('kept')).length}).toEqual({code: 0, rows: workload.rows});
		expect(requests).toBeLessThanOrEqual(fewestOf(workload) + 30);
		const files = (await workspace.files()).filter(file => file.startsWith('kept/data/'));
		expect(files.length).toBe(new Set(files.map(file => file.split('/')[2])).size);
		expect(served.server.served.size).toBe(workload.rows);
	});
});

it.each<Workload>([
	{source: 'feishu-openapi', days: 3, rows: 60}, {source: 'feishu-behavior', days: 3, rows: 60}, {source: 'trae-openapi', days: 3, rows: 60}, {source: 'feishu-dlp', days: 3, rows: 60},
])('a run every 15 minutes into a quiet archive of $source takes two requests at most', async workload => {
	const {run, workspace} = await keep({...workload, at: now - DAY});
	await run(0);
	for (let afterMs = 15 * MINUTE; afterMs <= DAY; afterMs += 15 * MINUTE) expect(await run(afterMs)).toMatchObject({code: 0, requests: expect.toSatisfy((count: number) => count <= 2) as number});
	expect(await workspace.ids('kept')).toHaveLength(workload.rows);
});

describe('a run into a busy archive', () => {
	const busy: Workload = {source: 'feishu-openapi', days: 2, rows: 20_000, at: now - DAY + 10 * MINUTE};
	const job = {overlap: '24h'};

	it('looks for late rows in the newest pages, once a day in all of the overlap, and so with --thorough', async () => {
		const {run, workspace} = await keep(busy, job);
		expect((await run(0)).code).toBe(0);
		const requests: number[] = [];
		for (let hours = 1; hours < 24; hours++) requests.push((await run(hours * HOUR)).requests);
		expect(requests.filter(count => count > 18)).toHaveLength(1);
		expect((await run(23 * HOUR + MINUTE, '--thorough')).requests).toBeGreaterThan(100);
		await run(DAY - 10 * MINUTE);
		expect(await workspace.ids('kept')).toHaveLength(busy.rows);
	});

	it('right after another costs the newest pages', async () => {
		const {run} = await keep({source: 'feishu-openapi', days: 1, rows: 100_000, shape: byDay});
		expect((await run(0)).code).toBe(0);
		expect((await run(10_000)).requests).toBeLessThanOrEqual(17);
	});

	it('finds every row that came late by no more than the overlap, at the latest an overlap after it came', async () => {
		const lateMs = (index: number) => index % 97 === 0 ? 23 * HOUR * ((index * 7919) % 1000) / 1000 : 0;
		const timeOf = (index: number) => now - 3 * DAY + (index + 0.5) / 12_000 * 3 * DAY;
		const {run, workspace} = await keep({source: 'feishu-openapi', days: 3, rows: 12_000, at: now - 3 * DAY + HOUR, arrivesAt: index => timeOf(index) + lateMs(index)}, job);
		for (let afterMs = 0; afterMs <= 5 * DAY; afterMs += 97 * MINUTE) {
			expect((await run(afterMs)).code).toBe(0);
			const at = now - 3 * DAY + HOUR + afterMs;
			const ids = new Set(await workspace.ids('kept'));
			const missing = Array.from({length: 12_000}, (_, index) => index).filter(index => timeOf(index) + lateMs(index) <= at - DAY - 97 * MINUTE && !ids.has(`r${index}`));
			expect(missing).toEqual([]);
		}
		expect(await workspace.ids('kept')).toHaveLength(12_000);
	});
});

it('an hour that cannot be read becomes a gap of no more than that hour, however long the windows around it are', async () => {
	const clock = modelClock(beginning + 20 * DAY);
	let isBroken = true;
	const server = new ModelServer({now: clock.now, intervene: ({start, end}) => {
		const poisoned = (beginning + 9 * DAY + 30 * MINUTE) / 1000;
		if (isBroken && start <= poisoned && end > poisoned) throw apiFailure();
	}});
	for (let hour = 0; hour < 20 * 24; hour += 3) server.rows.push({id: `r${hour}`, time: beginning + hour * HOUR + 40 * MINUTE});
	const dir = archiveDirectory();
	const run = async () => archiveRun({dir, client: server.client, clock, query: {followsVolume: true, windowMs: HOUR}});
	const {result} = await run();
	expect(result.gaps).toEqual([expect.objectContaining({from: beginning + 9 * DAY, to: beginning + 9 * DAY + HOUR})]);
	expect(server.asked.length).toBeLessThan(70);
	isBroken = false;
	expect((await run()).result).toMatchObject({status: 'complete', gaps: []});
	expect(readArchive(dir)).toMatchObject({problems: []});
	expect(readArchive(dir).texts.toSorted()).toEqual(server.arrived().toSorted());
});
