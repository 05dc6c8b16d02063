import {existsSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {HOUR, MINUTE, SECOND} from '../../src/base/duration.ts';
import {fakeFeishu, type FakeRow} from '../helpers/fake-api.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';
import {createWorkspace, start, type Workspace} from './jobs/workspace.ts';

/** A world whose true time is the server's, and a machine whose clock is ahead of it by so much, or behind. */
interface World {
	readonly workspace: Workspace;
	/** Moves the time on. */
	readonly pass: (ms: number) => void;
	/** Runs a command line when it is now. */
	readonly run: (args: readonly string[]) => Promise<{code: number; stdout: string; stderr: string}>;
	/** Ids of all rows that the server gave out a time for by now. */
	readonly due: (until?: number) => string[];
}

/** A row every second, there as soon as its second begins. @param dates what each of several servers behind one name adds to its clock; null where it says nothing */
async function world(aheadMs: number, {dates = [0], startMs = start + 637}: {dates?: ReadonlyArray<number | null>; startMs?: number} = {}): Promise<World> {
	let nowMs = startMs;
	const rows: FakeRow[] = [];
	const arrive = () => {
		for (let time = start / 1000 - 120 + rows.length; time * 1000 <= nowMs; time++) rows.push({id: `row-${time}`, time});
	};
	let asked = 0;
	const api = fakeFeishu(rows, {intervene: () => {
		arrive();
		return undefined;
	}});
	const workspace = await createWorkspace({calls: {source: 'feishu-openapi', dir: 'calls', since: '90m', overlap: '0s'}}, {fetch: async (input, init) => {
		const answer = await api.fetch(input, init);
		const date = dates[asked++ % dates.length] ?? null;
		if (date !== null) answer.headers.set('date', new Date(nowMs + date).toUTCString());
		return answer;
	}});
	return {
		workspace,
		pass(ms) {
			nowMs += ms;
		},
		run: async args => workspace.run(args, {clock: new VirtualClock(nowMs + aheadMs)}),
		due: (until = nowMs) => rows.filter(({time}) => time * 1000 < Math.floor(until / 1000) * 1000).map(({id}) => id),
	};
}

const first = new Date(start - 120_000).toISOString();
const state = ['feishu-openapi', '--since', first, '--state', 'state.json', '--window', '50s', '--page-size', '100'];
const idsOf = (text: string) => text.split('\n').filter(line => line !== '').map(line => (JSON.parse(line) as {id: string}).id);
const endOf = async (workspace: Workspace) => Date.parse((JSON.parse(await workspace.read('state.json')) as {until: string}).until);

describe.each([-HOUR, -5 * SECOND, -SECOND, 0, 400, SECOND, 5 * SECOND, HOUR])('a clock that is %i ms ahead of the server', aheadMs => {
	it.each([['now'], ['2026-11-21T00:00:00Z']])('loses and repeats no row over runs with --state --until %s, and names 5 s and more once', async until => {
		const {workspace, pass, run, due} = await world(aheadMs);
		const ids: string[] = [];
		const said: boolean[] = [];
		let nowMs = start + 637;
		for (const passedMs of [0, 20_100, 400, 31_000, 3 * MINUTE]) {
			pass(passedMs);
			nowMs += passedMs;
			const {code, stdout, stderr} = await run([...state, '--until', until]);
			// Behind, this clock has yet to reach where the first run is to begin.
			if (code === 2 && aheadMs < -120_000) continue;
			expect(code).toBe(0);
			ids.push(...idsOf(stdout));
			said.push(/state\.json: the clock here is \d+\w+ (?:ahead of|behind) the server's/m.test(stderr));
			expect(await endOf(workspace)).toBeLessThanOrEqual(Math.floor(nowMs / 1000) * 1000);
			expect(ids.toSorted()).toEqual(due(await endOf(workspace)).toSorted());
		}
		// Until it stands behind it as far, a clock that is ahead reads up to what has passed over there.
		if (aheadMs >= 0 || until !== 'now') expect(ids.toSorted()).toEqual(due().toSorted());
		expect(said).toEqual(said.map((_, index) => index === 0 && Math.abs(aheadMs) >= 5 * SECOND));
	}, 30_000);

	it('names 5 s and more when an archive begins, once', async () => {
		const {pass, run} = await world(aheadMs);
		const said: boolean[] = [];
		for (const passedMs of [0, 60_000, 60_000]) {
			pass(passedMs);
			const {code, stderr} = await run(['run']);
			expect(code).toBe(0);
			said.push(/the clock here is \d+\w+ (?:ahead of|behind) the server's/.test(stderr));
		}
		expect(said.filter(Boolean)).toHaveLength(Math.abs(aheadMs) >= 5 * SECOND ? 1 : 0);
	});
});

it('goes by the clock here where the server does not say', async () => {
	const {workspace, run} = await world(0, {dates: [null]});
	for (const until of ['now', '2026-11-21T00:00:00Z']) {
		expect(await run([...state, '--until', until])).toMatchObject({code: 0, stderr: ''});
		expect(await endOf(workspace)).toBe(start);
	}
});

it('goes by what each of several servers says of its own answers', async () => {
	const {workspace, pass, run, due} = await world(0, {dates: [0, -90_000, 0, null]});
	const ids: string[] = [];
	for (let count = 0; count < 6; count++) {
		const {code, stdout} = await run(state);
		expect(code).toBe(0);
		ids.push(...idsOf(stdout));
		expect(ids.toSorted()).toEqual(due(await endOf(workspace)).toSorted());
		pass(30_000);
	}
});

it('continues a file that was cut at the server\'s clock where that stood', async () => {
	const {workspace, pass, run, due} = await world(HOUR);
	expect((await run([...state, '-o', 'first.ndjson'])).code).toBe(0);
	pass(60_000);
	expect((await run([...state, '-o', 'second.ndjson'])).code).toBe(0);
	const ids = [...idsOf(await workspace.read('first.ndjson')), ...idsOf(await workspace.read('second.ndjson'))];
	expect(ids.toSorted()).toEqual(due().toSorted());
});

it('refuses to go by a server whose clock is of another day', async () => {
	const {workspace, run} = await world(49 * HOUR);
	const {code, stderr} = await run(state);
	expect(code).not.toBe(0);
	expect(stderr).toContain('set the clock that is wrong');
	expect(existsSync(`${workspace.dir}/state.json`)).toBe(false);
});
