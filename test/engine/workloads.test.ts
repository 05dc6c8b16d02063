import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {DAY, HOUR} from '../../src/base/duration.ts';
import {InterruptedError} from '../../src/base/errors.ts';
import {sources} from '../../src/sources/index.ts';
import {runCommand, type Ran} from '../helpers/context.ts';
import {dialectOf} from '../pipeline/dialects.ts';
import {inTemporaryDirectory} from '../pipeline/temporary-directory.ts';
import {byDay, fewestOf, inBurst, now, serve, type Workload} from '../pipeline/workloads.ts';

async function exportOf({source, days}: Workload, {server, clock}: ReturnType<typeof serve>, options: {args?: string[]; cwd?: string; signal?: AbortSignal} = {}): Promise<Ran> {
	const {args: needed, env} = dialectOf(source);
	const {args = [], ...others} = options;
	return runCommand([source, ...needed, '--since', new Date(now - days * DAY).toISOString(), '--until', new Date(now).toISOString(), '--rate', '100000/1s', ...args], {
		fetch: server.fetch, clock, env: {...env}, ...others,
	});
}

const quiet: Workload[] = [
	{source: 'feishu-openapi', days: 7, rows: 19}, {source: 'feishu-openapi', days: 7, rows: 141}, {source: 'feishu-openapi', days: 30, rows: 12},
	{source: 'feishu-openapi', days: 30, rows: 83}, {source: 'feishu-openapi', days: 30, rows: 0}, {source: 'feishu-openapi', days: 90, rows: 700},
	{source: 'feishu-openapi', days: 180, rows: 500}, {source: 'feishu-behavior', days: 170, rows: 500}, {source: 'feishu-apaas', days: 180, rows: 500},
	{source: 'trae-openapi', days: 180, rows: 500}, {source: 'feishu-dlp', days: 180, rows: 300},
];

describe.each(['descending', 'ascending', 'scrambled'] as const)('of an API that serves rows %s', order => {
	it.each(quiet)('a quiet $source of $days days and $rows rows costs hardly more than its pages', async workload => {
		const served = serve({...workload, behaviour: {order}});
		const {code, stderr, records} = await exportOf(workload, served);
		const {server} = served;
		expect({code, stderr, violations: server.violations}).toEqual({code: 0, stderr: '', violations: []});
		expect(records).toHaveLength(workload.rows);
		expect(server.arrivals.length).toBeLessThanOrEqual(fewestOf(workload) + 16);
	});
});

describe.each<[Workload, number]>([
	[{source: 'feishu-openapi', days: 7, rows: 3000}, 1.1],
	[{source: 'feishu-openapi', days: 7, rows: 3000, shape: byDay}, 1.4],
	[{source: 'feishu-openapi', days: 7, rows: 700, shape: byDay}, 1.3],
	[{source: 'feishu-openapi', days: 30, rows: 300}, 1.3],
	[{source: 'feishu-openapi', days: 30, rows: 2000, shape: inBurst}, 2.2],
	[{source: 'feishu-behavior', days: 30, rows: 3000}, 1.1],
	[{source: 'trae-openapi', days: 30, rows: 2000}, 1.1],
	[{source: 'trae-openapi', days: 7, rows: 2000, shape: byDay}, 1.1],
	[{source: 'feishu-apaas', days: 30, rows: 3000}, 1.2],
])('%j in pages of ten', (workload, most) => {
	it.each(['descending', 'ascending', 'scrambled'] as const)(`costs at most ${most} times its pages, and no more than windows of the default length, served %s`, async order => {
		const [served, fixed] = [serve({...workload, behaviour: {order}}), serve({...workload, behaviour: {order}})];
		const {code, records} = await exportOf(workload, served, {args: ['--page-size', '10']});
		expect({code, violations: served.server.violations, records: records.length}).toEqual({code: 0, violations: [], records: workload.rows});
		const {[workload.source]: {window: {defaultMs}}} = sources;
		await exportOf(workload, fixed, {args: ['--page-size', '10', '--window', `${defaultMs / HOUR}h`]});
		expect(served.server.arrivals.length).toBeLessThanOrEqual(Math.max(fixed.server.arrivals.length + 2, fewestOf({...workload, rows: 0}) + workload.rows / 10 + 4));
		expect(served.server.arrivals.length / workload.rows * 10).toBeLessThanOrEqual(most);
	});
});

it.each<Workload>([
	{source: 'feishu-openapi', days: 90, rows: 70},
	{source: 'feishu-openapi', days: 7, rows: 300, shape: byDay},
	{source: 'feishu-openapi', days: 30, rows: 800, shape: inBurst},
	{source: 'feishu-behavior', days: 60, rows: 300},
	{source: 'trae-openapi', days: 100, rows: 1500, shape: inBurst},
	{source: 'feishu-apaas', days: 60, rows: 500},
])('%j is the same bytes whatever the concurrency, and however often it was interrupted', async workload => inTemporaryDirectory(async directory => {
	const whole = await exportOf(workload, serve(workload), {args: ['--page-size', '10']});
	for (const concurrency of ['1', '3', '16']) {
		expect((await exportOf(workload, serve(workload), {args: ['--page-size', '10', '--concurrency', concurrency]})).stdout).toBe(whole.stdout);
	}
	let ended: Ran | undefined;
	for (let runs = 0; ended?.code !== 0; runs++) {
		expect(runs).toBeLessThan(30);
		const interruption = new AbortController();
		const served = serve(workload);
		served.server.onRequest = index => {
			if (index === 3 + 5 * runs) interruption.abort(new InterruptedError('SIGTERM'));
		};
		const args = ['-o', 'out.ndjson', '--page-size', '10', '--concurrency', String(1 + runs % 4)];
		ended = await exportOf(workload, served, {args, cwd: directory, signal: interruption.signal});
	}
	expect(await readFile(join(directory, 'out.ndjson'), 'utf8')).toBe(whole.stdout);
}));

it('asks for shorter windows where the API does not accept long ones', async () => {
	const workload: Workload = {source: 'feishu-openapi', days: 30, rows: 50, behaviour: {longestMs: 9 * HOUR}};
	const served = serve(workload);
	const {code, records} = await exportOf(workload, served);
	expect({code, records: records.length}).toEqual({code: 0, records: 50});
	expect(served.server.arrivals.length).toBeLessThanOrEqual(30 * 24 / 8 + 20);
});
