import {appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {fakeFeishu, type FakeApi, type FakeRow} from '../helpers/fake-api.ts';
import {acquireLock} from '../../src/output/lock.ts';
import {HOUR, MINUTE} from '../../src/base/duration.ts';
import {clockAt, createWorkspace, rowsOf, start, type Workspace} from '../run/jobs/workspace.ts';
import {editManifest} from './tiny-archive.ts';

interface Line {
	readonly kind: string;
	readonly since: string;
	readonly file?: string | null;
	readonly records?: number;
	readonly completes?: string;
	readonly replaces?: string;
	readonly standing: {readonly gaps: unknown[]};
}

interface Fixture {
	readonly workspace: Workspace;
	/** The archive's directory. */
	readonly dir: string;
	readonly api: FakeApi;
	/** What the API has; tests change it. */
	readonly rows: FakeRow[];
	readonly lines: () => Line[];
	/** Segment files in the order of their lines. */
	readonly segments: () => string[];
	/** All files of the archive with their bytes. */
	readonly contents: () => Map<string, string>;
	readonly repair: (...flags: string[]) => Promise<{code: number; stdout: string; stderr: string}>;
	readonly run: (afterMs?: number) => Promise<{code: number; stderr: string}>;
}

/** An archive of 6 hours in windows of one, made by a run, and the API that it is of. */
async function archive({job = {}, api: makeApi = rows => fakeFeishu(rows)}: {job?: Record<string, unknown>; api?: (rows: FakeRow[]) => FakeApi} = {}): Promise<Fixture> {
	const rows = rowsOf(6);
	const api = makeApi(rows);
	const workspace = await createWorkspace({calls: {source: 'feishu-openapi', dir: 'calls', since: '6h', overlap: '30m', options: {window: '1h'}, ...job}}, {fetch: api.fetch});
	const dir = join(workspace.dir, 'calls');
	const lines = () => readFileSync(join(dir, 'manifest.ndjson'), 'utf8').trim().split('\n').map(line => JSON.parse(line) as Line);
	const run = async (afterMs = 0) => workspace.run(['run', '-q'], {clock: clockAt(afterMs)});
	await run();
	return {
		workspace, dir, api, rows, lines, run,
		segments: () => lines().flatMap(({file}) => file ?? []),
		contents: () => new Map(readdirSync(dir, {recursive: true, withFileTypes: true}).filter(entry => entry.isFile()).map(entry => [join(entry.parentPath, entry.name).slice(dir.length + 1), readFileSync(join(entry.parentPath, entry.name)).toString('latin1')])),
		repair: async (...flags) => workspace.run(['verify', dir, '--repair', ...flags], {clock: clockAt(HOUR)}),
	};
}

const flip = (path: string) => {
	const bytes = readFileSync(path);
	bytes[30] = (bytes[30] ?? 0) ^ 8;
	writeFileSync(path, bytes);
};

describe('a segment that is lost or damaged', () => {
	it('is put back byte for byte, and what was there is kept', async () => {
		const {dir, segments, contents, repair, workspace, rows} = await archive();
		const before = contents();
		const [first = '', second = '', third = ''] = segments();
		flip(join(dir, first));
		unlinkSync(join(dir, second));
		unlinkSync(join(dir, third));
		symlinkSync('/etc/passwd', join(dir, third));
		const {code, stdout, stderr} = await repair();
		expect(stderr).toBe('');
		expect(code).toBe(0);
		const aside = (file: string) => `set-aside/${file.replaceAll('/', '_')}.set-aside`;
		expect(stdout.split('\n')).toEqual([
			`repaired: ${first}, 2026-11-20T06:00:00Z to 2026-11-20T07:00:00Z: put back as it was, 6 records; what was there is now ${aside(first)}`,
			`repaired: ${second}, 2026-11-20T07:00:00Z to 2026-11-20T08:00:00Z: put back as it was, 6 records`,
			`repaired: ${third}, 2026-11-20T08:00:00Z to 2026-11-20T09:00:00Z: put back as it was, 6 records; what was there is now ${aside(third)}`,
			'archive of: feishu-openapi, https://open.feishu.cn, the app cli_test', 'filters: none', 'redacted: nothing',
			'6 segments, 36 records, 2026-11-20T06:00:00Z to 2026-11-20T12:00:00Z: whole',
			'',
		]);
		const after = contents();
		expect([...before].filter(([file]) => file !== 'last-run.json').every(([file, bytes]) => after.get(file) === bytes)).toBe(true);
		expect(after.get(aside(first))).toHaveLength(before.get(first)?.length ?? 0);
		expect(await workspace.ids('calls')).toEqual(rows.map(({id}) => id));
		expect(existsSync(join(dir, 'run.json'))).toBe(false);
	});

	it('is put back also where late rows of its window are in a segment of their own, and where those are lost', async () => {
		for (const lost of [0, 6]) {
			const {dir, segments, rows, run, repair, contents} = await archive();
			rows.push({id: 'late', time: start / 1000 - 1700});
			await run(10 * MINUTE);
			const file = segments().at(lost === 0 ? 5 : 6) ?? '';
			expect(file.includes('.late-')).toBe(lost === 6);
			const before = contents().get(file);
			rmSync(join(dir, file));
			const {code, stdout} = await repair();
			expect(stdout).toContain(`repaired: ${file}, `);
			expect(code).toBe(0);
			expect(contents().get(file)).toBe(before);
		}
	});

	it('is replaced by another, named in the manifest, where the API has more by now', async () => {
		const {dir, segments, rows, lines, repair, workspace, run} = await archive();
		const [, second = ''] = segments();
		rows.push({id: 'later', time: start / 1000 - 5 * 3600 + 30});
		flip(join(dir, second));
		const {code, stdout} = await repair();
		expect(code).toBe(0);
		const last = lines().at(-1);
		expect(last).toMatchObject({kind: 'segment', records: 7, replaces: second, since: '2026-11-20T07:00:00Z'});
		expect(last?.file).toMatch(/\/20261120T070000Z_20261120T080000Z\.late-7\.ndjson\.gz$/);
		expect(stdout).toContain(`repaired: ${second}, 2026-11-20T07:00:00Z to 2026-11-20T08:00:00Z: exported again as ${last?.file}, 7 records; what was there is now set-aside/`);
		expect(stdout).toMatch(/6 segments, 37 records, .*: whole\n$/);
		expect((await workspace.ids('calls')).toSorted()).toEqual(rows.map(({id}) => id).toSorted());
		expect((await run(2 * HOUR)).code).toBe(0);
		expect((await workspace.run(['verify', dir])).code).toBe(0);
	});

	it('shares its rows out anew where two of one window are lost', async () => {
		const {dir, segments, rows, run, repair, workspace} = await archive();
		rows.push({id: 'late', time: start / 1000 - 1700});
		await run(10 * MINUTE);
		for (const file of segments().slice(5)) if (file !== segments()[7]) rmSync(join(dir, file));
		const {code, stdout} = await repair();
		expect(stdout).toContain('its records stand in other segments');
		expect(stdout).toMatch(/37 records, .*: whole\n$/);
		expect(code).toBe(0);
		expect((await workspace.ids('calls')).toSorted()).toEqual(rows.map(({id}) => id).toSorted());
	});

	it('stays as it is where the API has fewer of its rows, and stays a finding', async () => {
		const {dir, segments, rows, contents, repair} = await archive();
		const [first = ''] = segments();
		flip(join(dir, first));
		const before = contents();
		rows.splice(0, 2);
		const {code, stdout} = await repair();
		expect(code).toBe(6);
		expect(stdout).toContain(`not repaired: ${first}, 2026-11-20T06:00:00Z to 2026-11-20T07:00:00Z: the API has only 4 of its 6 records any more; the file stays as it is\n`);
		expect(stdout).toContain(`altered: ${first} line 1, `);
		expect(contents()).toEqual(before);
	});

	it('stays a finding where it is gone and the API has only a part, which is kept aside', async () => {
		const {dir, segments, rows, contents, repair, workspace, run} = await archive();
		const [first = '', second = ''] = segments();
		rmSync(join(dir, first));
		rmSync(join(dir, second));
		rows.splice(0, 11);
		const before = contents();
		const {code, stdout} = await repair();
		expect(code).toBe(6);
		const kept = 'set-aside/data_dt=2026-11-20_20261120T070000Z_20261120T080000Z.late-7.ndjson.gz.set-aside';
		expect(stdout.split('\n')).toEqual([
			`not repaired: ${first}, 2026-11-20T06:00:00Z to 2026-11-20T07:00:00Z: the API has only 0 of its 6 records any more`,
			`not repaired: ${second}, 2026-11-20T07:00:00Z to 2026-11-20T08:00:00Z: the API has only 1 of its 6 records any more: kept as ${kept}`,
			`missing: ${first} line 1, 2026-11-20T06:00:00Z to 2026-11-20T07:00:00Z: there is no such file`,
			`missing: ${second} line 2, 2026-11-20T07:00:00Z to 2026-11-20T08:00:00Z: there is no such file`,
			'archive of: feishu-openapi, https://open.feishu.cn, the app cli_test', 'filters: none', 'redacted: nothing',
			'4 segments, 24 records, 2026-11-20T06:00:00Z to 2026-11-20T12:00:00Z: 2 findings',
			'',
		]);
		const after = contents();
		expect(after.delete(kept)).toBe(true);
		expect(after).toEqual(before);
		await run(2 * HOUR);
		expect((await workspace.run(['verify', dir])).code).toBe(6);
	});

	it('stays a finding where the API refuses, and the others are repaired', async () => {
		let refusing = false;
		const {dir, segments, repair} = await archive({api: served => fakeFeishu(served, {
			intervene: ({parameters}) => refusing && Math.abs(Number(parameters['start_time']) - (start / 1000 - 6 * 3600)) < 10 ? Response.json({code: 1040004, msg: 'bad range'}, {status: 400}) : undefined,
		})});
		refusing = true;
		const [first = '', second = ''] = segments();
		rmSync(join(dir, first));
		rmSync(join(dir, second));
		const {code, stdout} = await repair();
		expect(code).toBe(6);
		expect(stdout).toMatch(new RegExp(`not repaired: ${first}, .*1040004`));
		expect(stdout).toContain(`repaired: ${second}, `);
		expect(stdout).toContain(`missing: ${first} line 1, `);
	});

	it('stays a finding where the API cannot be reached, which is tried once', async () => {
		let isDown = false;
		const {dir, segments, repair, api} = await archive({api: served => fakeFeishu(served, {intervene: () => {
			if (isDown) throw new TypeError('fetch failed');
			return undefined;
		}})});
		isDown = true;
		for (const file of segments().slice(0, 3)) rmSync(join(dir, file));
		const asked = api.seen.length;
		const {code, stdout} = await repair('--retries', '0');
		expect(code).toBe(6);
		expect(api.seen.length).toBe(asked + 1);
		expect(stdout.match(/^not repaired: /gm)).toHaveLength(3);
	});

	it('is told of before an error ends the repair', async () => {
		let refusing = false;
		const {dir, segments, repair} = await archive({api: served => fakeFeishu(served, {intervene: () => refusing ? Response.json({code: 99991672, msg: 'Access denied'}, {status: 400}) : undefined})});
		refusing = true;
		rmSync(join(dir, segments()[0] ?? ''));
		const {code, stdout, stderr} = await repair();
		expect(code).toBe(3);
		expect(stdout).toContain(`missing: ${segments()[0]} line 1, `);
		expect(stderr).toMatch(/^error: .*99991672/);
	});
});

describe('a gap', () => {
	it('is read again, and closed', async () => {
		let refusing = true;
		const {repair, lines, dir, workspace, rows} = await archive({api: served => fakeFeishu(served, {
			intervene: ({parameters}) => refusing && Math.abs(Number(parameters['start_time']) - (start / 1000 - 4 * 3600)) < 10 ? Response.json({code: 1040004, msg: 'bad range'}, {status: 400}) : undefined,
		})});
		expect(lines().at(-1)?.standing.gaps).toHaveLength(1);
		expect((await workspace.run(['verify', dir])).stdout).toMatch(/^gap: 2026-11-20T08:00:00Z to 2026-11-20T09:00:00Z: .*1040004/);
		expect((await repair()).code).toBe(6);
		refusing = false;
		const {code, stdout} = await repair('--format', 'json');
		expect(code).toBe(0);
		expect(JSON.parse(stdout)).toMatchObject({
			status: 'whole', records: 36, findings: [],
			repairs: [{file: null, since: '2026-11-20T08:00:00Z', until: '2026-11-20T09:00:00Z', done: true, detail: 'read again, 6 records'}],
		});
		expect(lines().at(-1)).toMatchObject({completes: 'gap', standing: {gaps: []}});
		expect((await workspace.ids('calls')).toSorted()).toEqual(rows.map(({id}) => id).toSorted());
	});
});

describe('a damaged manifest', () => {
	it('is not built upon: what comes back byte for byte does, the rest stays as it is', async () => {
		const {dir, segments, rows, contents, repair} = await archive();
		const [first = '', second = '', third = '', fourth = ''] = segments();
		editManifest(dir, lines => lines.toSpliced(3, 1));
		rmSync(join(dir, first));
		rmSync(join(dir, second));
		writeFileSync(join(dir, 'extra.ndjson'), '');
		rows.push({id: 'later', time: start / 1000 - 5 * 3600 + 30});
		const before = contents();
		const {code, stdout} = await repair();
		expect(code).toBe(6);
		expect(stdout).toContain(`repaired: ${first}, `);
		expect(stdout).toMatch(new RegExp(`not repaired: ${second}, .*the manifest, which was altered, takes no more lines`));
		expect(stdout).toContain('line_missing: manifest.ndjson line 3: line 3 is missing\n');
		expect(stdout).toContain(`unlisted: ${third}, `);
		expect(stdout).toContain('unlisted: extra.ndjson: ');
		const after = contents();
		expect(after.get(first)).toBeDefined();
		after.delete(first);
		expect(after).toEqual(before);
		expect(fourth).not.toBe('');
	});

	it('has no segment replaced that an altered line lists', async () => {
		const {dir, segments, contents, repair} = await archive();
		editManifest(dir, lines => lines.with(2, (lines[2] ?? '').replace(/"sha256":"\w{4}/, '"sha256":"0000')));
		const before = contents();
		const {code, stdout} = await repair();
		expect(code).toBe(6);
		expect(stdout).toMatch(new RegExp(`not repaired: ${segments()[1]}, .*line 2, which lists it, may have been altered`));
		expect(contents()).toEqual(before);
	});

	it('at its very end lets nothing be done but looking', async () => {
		const {dir, segments, contents, repair} = await archive();
		editManifest(dir, lines => [...lines.slice(0, -1), '{"kind":"none"}']);
		rmSync(join(dir, segments()[0] ?? ''));
		const before = contents();
		const {code, stdout, stderr} = await repair();
		expect(code).toBe(6);
		expect(stderr).toMatch(/^warning: nothing is repaired: /);
		expect(stdout).toMatch(/^line_unreadable: /);
		expect(contents()).toEqual(before);
	});
});

describe('a repair', () => {
	it('of a whole archive asks nobody and changes nothing', async () => {
		const {api, contents, repair} = await archive();
		const before = contents();
		const asked = api.seen.length;
		expect(await repair()).toMatchObject({code: 0, stdout: expect.stringMatching(/: whole\n$/) as string, stderr: ''});
		expect(api.seen).toHaveLength(asked);
		expect(contents()).toEqual(before);
	});

	it('clears away what a run left that was cut off', async () => {
		const {dir, repair} = await archive();
		writeFileSync(join(dir, 'run.json'), '{}');
		appendFileSync(join(dir, 'manifest.ndjson'), '{"kind":"segm');
		const {code, stdout, stderr} = await repair();
		expect(stderr).toContain('the run before this one was cut off');
		expect([code, stdout.split('\n').length]).toEqual([0, 5]);
		expect(existsSync(join(dir, 'run.json'))).toBe(false);
	});

	it('does not begin while a run is under way', async () => {
		const {dir, segments, repair} = await archive();
		rmSync(join(dir, segments()[0] ?? ''));
		const lock = await acquireLock(join(dir, 'manifest.ndjson'));
		expect((await repair()).code).toBe(7);
		await lock.release();
		expect((await repair()).code).toBe(0);
	});

	it('asks with the options that the archive was made with', async () => {
		const {dir, segments, repair, api} = await archive({job: {options: {window: '1h', app_id: 'cli_one', redact: ['log_detail', '?added']}}});
		rmSync(join(dir, segments()[2] ?? ''));
		const asked = api.seen.length;
		const {code, stderr} = await repair();
		expect(code).toBe(0);
		expect(stderr).toContain('--redact added: no record has this field');
		expect(api.seen.length).toBe(asked + 1);
		expect(api.seen.at(-1)?.parameters).toMatchObject({app_id: 'cli_one'});
	});

	it('takes no rows of another app, nor from another place unless it is named', async () => {
		const {dir, segments, workspace, api} = await archive();
		rmSync(join(dir, segments()[0] ?? ''));
		const asked = api.seen.length + api.exchanges.length;
		const other = await workspace.run(['verify', dir, '--repair'], {clock: clockAt(HOUR), env: {FEISHU_APP_ID: 'cli_other'}});
		expect(other.code).toBe(2);
		expect(other.stderr).toContain('is the archive of another account: it is of the app cli_test, and this run is of the app cli_other');
		expect(other.stdout).toMatch(/^missing: /);
		const elsewhere = await workspace.run(['verify', dir, '--repair', '--host', 'lark'], {clock: clockAt(HOUR)});
		expect(elsewhere.code).toBe(2);
		expect(elsewhere.stderr).toMatch(/the archive is of https:\/\/open\.feishu\.cn, and this would ask https:\/\/open\.larksuite\.com/);
		expect(api.seen.length + api.exchanges.length).toBe(asked);
		expect((await workspace.run(['verify', dir, '--repair', '--base-url', 'https://feishu.example.com'], {clock: clockAt(HOUR)})).code).toBe(0);
	});

	it('does not make an archive where there is none', async () => {
		const workspace = await createWorkspace({});
		mkdirSync(join(workspace.dir, 'empty'));
		expect((await workspace.run(['verify', 'empty', '--repair'])).code).toBe(2);
		expect(readdirSync(join(workspace.dir, 'empty'))).toEqual([]);
	});
});
