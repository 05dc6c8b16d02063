import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {DAY, HOUR} from '../../src/base/duration.ts';
import {formatUtc} from '../../src/base/timezone.ts';
import {earliestStart, leavesReachAt} from '../../src/sources/range.ts';
import {runCommand} from '../helpers/context.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';
import {baseUrl, eventProfile, fakeConsole, profileFile, searchLog, shapes, standIn, temporaryDirectory} from './consoles.ts';

const reach = {reachMs: 7 * DAY, reachZone: 'Asia/Shanghai'};
/** 2026-11-20 in Shanghai, 23:50. */
const late = Date.UTC(2026, 10, 20, 15, 50);
const horizon = Date.UTC(2026, 10, 13, 16);

describe('seven days', () => {
	it('are the last seven of the calendar, as the documentation says', () => {
		const [first, last] = [Date.UTC(2023, 6, 4, 16), Date.UTC(2023, 6, 5, 16) - 1];
		for (const now of [first, first + 9 * HOUR, last]) expect(earliestStart(reach, now)).toBe(Date.UTC(2023, 5, 28, 16));
	});

	it('are never more than a console allows that counts hours, and a start is good until it says so', () => {
		fc.assert(fc.property(fc.integer({min: Date.UTC(2026, 0), max: Date.UTC(2027, 0)}), fc.integer({min: 0, max: 8 * DAY}), fc.constantFrom('Asia/Shanghai', 'America/New_York', 'UTC', 'Australia/Lord_Howe'), (now, age, reachZone) => {
			const earliest = earliestStart({...reach, reachZone}, now);
			expect(earliest).toBeGreaterThanOrEqual(now - 7 * DAY - HOUR);
			expect(earliest).toBeLessThanOrEqual(now - 6 * DAY + HOUR);
			expect(leavesReachAt({...reach, reachZone}, now - age) > now).toBe(now - age >= earliest);
		}));
	});
});

describe.each(['days', 'hours'] as const)('of a console that counts %s', consoleReach => {
	const exported = async (args: readonly string[], now = late) => {
		const console = standIn('page', {clock: new VirtualClock(now), recordsPerDay: 40, consoleReach});
		const ran = await searchLog(['event', ...args], {...console, profile: shapes.page});
		return {...ran, starts: console.requests.map(({range}) => range?.from ?? Number.NaN), statuses: new Set(console.requests.map(({status}) => status))};
	};

	it('--since 7d is all that there is', async () => {
		const all = await exported(['--since', new Date(horizon).toISOString()]);
		const aged = await exported(['--since', '7d']);
		expect(aged).toMatchObject({code: 0, stdout: all.stdout, statuses: new Set([200])});
		expect(Math.min(...aged.starts)).toBe(horizon);
		expect(aged.stderr.match(/the export starts at 2026-11-13T16:00:00Z/g)).toHaveLength(1);
		expect(aged.records.length).toBeGreaterThan(240);
	});

	it('an earlier start is an error that names the earliest, unless it is clipped', async () => {
		for (const since of ['2026-11-13T15:59:00Z', '8d']) {
			const refused = await exported(['--since', since]);
			expect(refused).toMatchObject({code: 2, starts: []});
			expect(refused.stderr).toContain('2026-11-13T16:00:00Z is the earliest possible start');
			expect(Math.min(...(await exported(['--since', since, '--clip'])).starts)).toBe(horizon);
		}
	});
});

it('by the days of the zone that the profile names', async () => {
	const now = Date.UTC(2026, 10, 20, 12);
	const asked: string[] = [];
	const console = fakeConsole(({text}) => {
		asked.push((JSON.parse(text) as {from: string}).from);
		return {data: {list: [], total: 0}};
	});
	const profile = eventProfile({time: {as: 'YYYY-MM-DD HH:mm:ss', timezone: 'Asia/Tokyo', until: 'inclusive'}});
	expect((await searchLog(['event', '--since', '7d'], {...console, clock: new VirtualClock(now), profile})).code).toBe(0);
	expect(asked[0]).toBe('2026-11-14 00:00:00');
});

it('says that nothing came of the oldest day, and why client logs may be missing', async () => {
	const console = () => fakeConsole(() => ({code: 0, data: {list: [], total: 0}}));
	const aged = await searchLog(['event', '--since', '7d'], {...console(), profile: eventProfile()});
	expect(aged.stderr).toMatch(/nothing came of its oldest day, 2026-11-13T16:00:00Z to /);
	expect((await searchLog(['event', '--since', '2d'], {...console(), profile: eventProfile()})).stderr).toBe('');
	const client = await searchLog(['client', '--app-feature', 'widget', '--since', '2d'], {...console(), profile: shapes.page});
	expect(client).toMatchObject({code: 0, stderr: expect.stringContaining('nothing was found: clients older than 4.5 leave no logs, and logs arrive half an hour to a day late') as string});
});

it.each([late, Date.UTC(2026, 10, 20, 2, 30)])('a job with since 7d has all that the console gives out, and loses nothing between two runs: %i', async first => {
	const cwd = temporaryDirectory();
	const config = join(cwd, 'config.json');
	const job = {source: 'feishu-app-log event', since: '7d', dir: 'events', options: {base_url: baseUrl, request_profile: profileFile(shapes.page)}};
	writeFileSync(config, JSON.stringify({jobs: {events: job}}), {mode: 0o600});
	const command = async (now: number, args: readonly string[]) => {
		const clock = new VirtualClock(now);
		const {fetch, env, requests} = standIn('page', {clock, recordsPerDay: 24});
		const ran = await runCommand([...args, '--config', config], {fetch, clock, cwd, env: {...env, FEISHU_APP_ID: 'cli_sandbox', XDG_DATA_HOME: cwd}});
		return {...ran, statuses: [...new Set(requests.map(({status}) => status))]};
	};
	const began = await command(first, ['run']);
	expect(began).toMatchObject({code: 0, statuses: [200]});
	expect(began.stderr.match(/starts at/g)).toHaveLength(1);
	// What the first run ended with is on the last day that the second can still ask for.
	const second = first + 6 * DAY;
	expect(await command(second, ['run'])).toMatchObject({code: 0, statuses: [200]});
	const archived = new Set((await command(second, ['cat', 'events'])).stdout.split('\n').filter(line => line !== '').map(line => (JSON.parse(line) as {id: string}).id));
	const given = new Set<string>();
	for (const now of [first, second]) {
		const console = standIn('page', {clock: new VirtualClock(now), recordsPerDay: 24});
		const {records} = await searchLog(['event', '--since', '7d'], {...console, profile: shapes.page});
		for (const {id} of records) given.add(String(id));
	}
	expect(archived).toEqual(given);
	// Later more than that is gone, and said to be.
	const gone = await command(second + 8 * DAY, ['run']);
	expect(gone).toMatchObject({code: 6, statuses: [200]});
	expect(gone.stderr).toContain(`to ${formatUtc(earliestStart(reach, second + 8 * DAY))}`);
});
