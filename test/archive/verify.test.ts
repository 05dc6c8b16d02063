import {appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {hostname} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {setTimeout} from 'node:timers/promises';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import type {Finding} from '../../src/archive/verify/finding.ts';
import {verifyArchive} from '../../src/archive/verify/verify-archive.ts';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';
import {runCommand} from '../helpers/context.ts';
import {archiveDirectory, archiveRun, modelClock} from './archive-run.ts';
import {ModelServer} from './model-server.ts';
import {editManifest, hour, hours, pathOf, rowsOf, start, temporaryDirectory, writeArchive, type TinyLine, type TinyOptions, type TinyRow} from './tiny-archive.ts';

const noFetch = async () => {
	throw new Error('verify asks nobody');
};

interface Report {
	readonly status: string;
	readonly segments: number;
	readonly records: number;
	readonly head: {line: number; sha256: string};
	readonly notes: string[];
	readonly findings: Array<{kind: string; file: string | null; since: string | null; until: string | null; line: number | null; detail: string}>;
}

async function verify(dir: string): Promise<Report & {code: number}> {
	const {code, stdout, stderr} = await runCommand(['verify', dir, '--format', 'json'], {fetch: noFetch});
	const report = JSON.parse(stdout) as Report;
	expect(stderr).toBe(report.notes.map(note => `${note}\n`).join(''));
	return {code, ...report};
}

/** Kind, file and line of each finding. */
async function found(dir: string): Promise<Array<[kind: string, file: string | null, line: number | null]>> {
	const {code, findings} = await verify(dir);
	expect(code).toBe(findings.length === 0 ? 0 : 6);
	return findings.map(({kind, file, line}) => [kind, file, line]);
}

const fileOf = (index: number) => pathOf(hour(index));
const flip = (path: string, at: number) => {
	const bytes = readFileSync(path);
	bytes[at] = (bytes[at] ?? 0) ^ 1;
	writeFileSync(path, bytes);
};
const archive = (lines: readonly TinyLine[] = hours(4), options?: TinyOptions) => writeArchive(lines, options);

describe('a whole archive', () => {
	it('is called whole, with what it holds', async () => {
		const dir = archive();
		const {code, stdout} = await runCommand(['verify', dir], {fetch: noFetch});
		expect(stdout).toBe([
			'archive of: feishu-openapi, nobody in particular', 'filters: none', 'redacted: nothing',
			'4 segments, 40 records, 2026-11-20T22:00:00Z to 2026-11-21T02:00:00Z: whole', '',
		].join('\n'));
		expect(code).toBe(0);
	});

	it('says what it is: source, place, account, filters and redaction', async () => {
		const query = {base_url: 'https://open.feishu.cn', api_key: ['GET/a', 'GET/b'], status: 'failed', redact: ['log_detail.payload'], redact_secrets: true};
		const dir = archive(hours(1), {query});
		writeFileSync(join(dir, 'last-run.json'), JSON.stringify({
			started_at: hour(1).until, ended_at: hour(1).until, status: 'complete', exit_code: 0, last_success_at: null, every_ms: null,
			records: 0, requests: 0, waited_ms: 0, late: {records: 0}, account: {app_id: 'cli_7'},
		}));
		const {stdout} = await runCommand(['verify', dir], {fetch: noFetch});
		expect(stdout.split('\n').slice(0, -2)).toEqual([
			'archive of: feishu-openapi, https://open.feishu.cn, the app cli_7', 'filters: api_key ["GET/a","GET/b"], status failed',
			'redacted: log_detail.payload, secrets',
		]);
		expect(await verify(dir)).toMatchObject({
			source: 'feishu-openapi', base_url: 'https://open.feishu.cn', account: 'the app cli_7', filters: {api_key: ['GET/a', 'GET/b'], status: 'failed'},
			redact: ['log_detail.payload'], redact_secrets: true,
		});
	});

	it('may be one of several, of which one is damaged and one is none', async () => {
		const [whole, damaged, none] = [archive(), archive(), temporaryDirectory()];
		rmSync(join(damaged, fileOf(1)));
		const {code, stdout, stderr} = await runCommand(['verify', whole, none, damaged], {fetch: noFetch});
		expect(code).toBe(2);
		expect(stderr).toContain(`error: ${none} is no archive`);
		expect(stdout.split('\n').filter(line => line.startsWith('/') || line.startsWith('missing'))).toEqual([
			`${whole}:`, `${damaged}:`, expect.stringMatching(/^missing: /),
		]);
		const json = await runCommand(['verify', whole, damaged, '--format', 'json'], {fetch: noFetch});
		expect(json.code).toBe(6);
		expect(JSON.parse(json.stdout)).toMatchObject([{dir: whole, status: 'whole'}, {dir: damaged, status: 'damaged'}]);
	});

	it('may hold what file systems and those who show them leave, and tells of it', async () => {
		const dir = archive();
		mkdirSync(join(dir, 'lost+found'));
		mkdirSync(join(dir, 'data', '@eaDir'));
		for (const file of ['.DS_Store', 'data/.nfs0001', 'data/dt=2026-11-20/._x.ndjson.gz']) writeFileSync(join(dir, file), '');
		expect(await verify(dir)).toMatchObject({code: 0, notes: [
			'left there by the file system, and passed over: .DS_Store, lost+found/, data/.nfs0001, data/@eaDir/, data/dt=2026-11-20/._x.ndjson.gz',
		]});
	});

	it('may lie unpacked, have windows without rows, late rows, filled gaps, replaced segments and rows without times', async () => {
		const late = (index: number, row: number) => [{...rowsOf(index)[row], id: `late-${index}-${row}`, event_time: start + index * 3600 + row}];
		const lines: TinyLine[] = [
			{...hour(0), rows: rowsOf(0)},
			{...hour(1)},
			{...hour(2), kind: 'gap'},
			{...hour(3), rows: [...rowsOf(3), {id: 'untimed', event_time: 'soon' as unknown as number}]},
			{...hour(0), rows: late(0, 5), completes: 'late'},
			{...hour(2), rows: rowsOf(2), completes: 'gap'},
			{...hour(3), rows: rowsOf(3), replaces: pathOf({...hour(3), compress: false})},
		];
		const dir = archive(lines, {compress: false});
		rmSync(join(dir, pathOf({...hour(3), compress: false})));
		expect(await verify(dir)).toMatchObject({code: 0, status: 'whole', segments: 4, records: 31, findings: [], notes: []});
	});

	it('may hold what a run, a kept summary and files set aside leave there', async () => {
		const dir = archive();
		mkdirSync(join(dir, 'set-aside'));
		writeFileSync(join(dir, 'set-aside', 'x.set-aside'), 'x');
		writeFileSync(join(dir, 'run.json'), '{}');
		writeFileSync(join(dir, 'last-run.json'), '{}');
		expect(await found(dir)).toEqual([]);
	});

	it('says what it could not check of a source that it does not know', async () => {
		const dir = archive([{...hour(0), rows: rowsOf(1)}], {source: 'another-log'});
		const {notes, code} = await verify(dir);
		expect(code).toBe(0);
		expect(notes).toEqual(['ids and times were not checked: the source another-log is not known here']);
	});

	it('names the last line and its hash, for whoever keeps it elsewhere', async () => {
		const {head} = await verify(archive());
		expect(head.line).toBe(4);
		expect(head.sha256).toMatch(/^[\da-f]{64}$/);
	});
});

describe('a segment file', () => {
	const damages: Array<[name: string, kind: string, damage: (path: string) => void]> = [
		['a flipped bit', 'altered', path => {
			flip(path, 40);
		}],
		['a byte more', 'altered', path => {
			appendFileSync(path, 'x');
		}],
		['a byte less', 'altered', path => {
			truncateSync(path, 50);
		}],
		['a deleted file', 'missing', path => {
			rmSync(path);
		}],
		['a directory in its place', 'not_a_file', path => {
			rmSync(path);
			mkdirSync(path);
		}],
		['a link to the same bytes', 'not_a_file', path => {
			renameSync(path, join(path, '../../set-aside'));
			symlinkSync('../set-aside', path);
		}],
	];
	it.each(damages)('is named for %s', async (_, kind, damage) => {
		const dir = archive();
		damage(join(dir, fileOf(1)));
		const findings = await found(dir);
		expect(findings[0]).toEqual([kind, fileOf(1), 2]);
	});

	it('is named with its window in a line of text', async () => {
		const dir = archive();
		rmSync(join(dir, fileOf(1)));
		const {code, stdout} = await runCommand(['verify', dir], {fetch: noFetch});
		expect(stdout).toBe([
			'missing: data/dt=2026-11-20/20261120T230000Z_20261121T000000Z.ndjson.gz line 2, 2026-11-20T23:00:00Z to 2026-11-21T00:00:00Z: there is no such file',
			'archive of: feishu-openapi, nobody in particular', 'filters: none', 'redacted: nothing',
			'3 segments, 30 records, 2026-11-20T22:00:00Z to 2026-11-21T02:00:00Z: 1 finding',
			'',
		].join('\n'));
		expect(code).toBe(6);
	});

	it('is not looked for through a partition that is a link', async () => {
		const dir = archive();
		renameSync(join(dir, 'data/dt=2026-11-21'), join(dir, 'set-aside'));
		symlinkSync('set-aside', join(dir, 'data/dt=2026-11-21'));
		expect(await found(dir)).toEqual([['not_a_file', fileOf(2), 3], ['not_a_file', fileOf(3), 4], ['unlisted', 'data/dt=2026-11-21', null]]);
	});

	it.each<[name: string, kind: string, rows: TinyLine['rows'], detail: RegExp]>([
		['a row that is no JSON', 'unreadable', '{"id":"1"\n', /row 1 is not JSON/],
		['an empty row', 'unreadable', `${JSON.stringify(rowsOf(0)[0])}\n\n`, /row 2 is not JSON/],
		['a last row without its line feed', 'unreadable', `{"id":"1"}\n{"id":"2"}`, /does not end with a line feed/],
		['rows out of order', 'order', rowsOf(0).toReversed(), /row 2 is older than the row before it, and 8 more/],
		['rows of another window', 'out_of_window', rowsOf(1), /row 1 is of 2026-11-20T23:00:00Z, and 9 more/],
	])('is named for %s', async (_, kind, rows, detail) => {
		const dir = archive([{...hour(0), ...(rows === undefined ? {} : {rows})}]);
		const {findings} = await verify(dir);
		expect(findings[0]).toMatchObject({kind, file: fileOf(0), line: 1});
		expect(findings[0]?.detail).toMatch(detail);
	});

	it('is named for bytes that are not UTF-8, and for what cannot be unpacked', async () => {
		const raw = archive([{...hour(0), rows: '{"id":"\u00ff"}\n'}], {compress: false});
		const path = pathOf({...hour(0), compress: false});
		const bytes = Buffer.from('{"id":"\u00ff"}\n', 'latin1');
		writeFileSync(join(raw, path), bytes);
		const {createHash} = await import('node:crypto');
		editManifest(raw, ([first = '', second = '']) => [first, second.replace(/"sha256":"\w+"/, `"sha256":"${createHash('sha256').update(bytes).digest('hex')}"`).replace(/"bytes":\d+/, `"bytes":${bytes.length}`)]);
		expect(await found(raw)).toEqual([['unreadable', path, 1]]);
		const packed = archive([{...hour(0), rows: rowsOf(0)}]);
		writeFileSync(join(packed, fileOf(0)), bytes);
		editManifest(packed, ([first = '', second = '']) => [first, second.replace(/"sha256":"\w+"/, `"sha256":"${createHash('sha256').update(bytes).digest('hex')}"`).replace(/"bytes":\d+/, `"bytes":${bytes.length}`)]);
		expect(await found(packed)).toEqual([['unreadable', fileOf(0), 1]]);
	});

	it('is named when it holds more or fewer rows than listed', async () => {
		const dir = archive([{...hour(0), rows: rowsOf(0), line: {records: 11}}]);
		const {findings} = await verify(dir);
		expect(findings.map(({kind, detail}) => [kind, detail])).toEqual([['standing', 'it counts 10 records, not 11'], ['count', '10 rows, not 11']]);
	});

	it('is named when its line gives it the name of another window, partition or place', async () => {
		const names = [fileOf(1), fileOf(0).replace('data/dt=2026-11-20', 'data/dt=2026-11-21'), '../outside.ndjson.gz', fileOf(0).replace('.ndjson', '.late-7.ndjson')];
		for (const file of names) {
			const dir = archive([{...hour(0), rows: rowsOf(0), line: {file}}]);
			expect((await found(dir))[0]).toEqual(['name', file, 1]);
		}
	});

	it('is named when its window crosses midnight', async () => {
		const window = {since: hour(1).since, until: hour(2).until};
		const dir = archive([{...window, rows: rowsOf(1)}]);
		expect((await found(dir))[0]).toEqual(['name', pathOf(window), 1]);
	});

	it('is named when a second line lists it', async () => {
		const dir = archive([...hours(2), {...hour(1), rows: rowsOf(1)}]);
		expect(await found(dir)).toEqual([['listed_twice', fileOf(1), 3], ['window_overlap', fileOf(1), 3]]);
	});

	it('may be too large to be read at once', async () => {
		const rows = Array.from({length: 30_000}, (_, index) => ({id: `id-${index}`, event_time: start + Math.floor(index / 10), payload: Array.from({length: 20}, (__, part) => (index * 31 + part * 977) ** 3 % 1_000_003).join(' ')}));
		const dir = archive([{...hour(0), rows}]);
		expect(await verify(dir)).toMatchObject({code: 0, records: 30_000});
		const twice = archive([{...hour(0), rows: [...rows.slice(0, 18), ...rows.slice(17)]}]);
		const {findings} = await verify(twice);
		expect(findings).toMatchObject([{kind: 'repeated', file: fileOf(0), detail: 'id id-17 twice in it'}]);
		const other = archive([{...hour(0), rows: [...rows.slice(0, 29_999), {...rows[29_999], id: 'id-17'} as typeof rows[number]]}]);
		expect(await verify(other)).toMatchObject({code: 0, findings: [], notes: [`several contents: id id-17 in ${fileOf(0)}`]});
	});
});

describe('ids that occur twice', () => {
	it('with several contents are worth knowing and no fault, whatever lies between', async () => {
		const [first] = rowsOf(0);
		const dir = archive([...hours(3), {...hour(3), rows: [{...rowsOf(3)[0], id: first?.id ?? '', event_time: start + 3 * 3600}]}]);
		expect(await verify(dir)).toMatchObject({code: 0, findings: [], notes: [`several contents: id ${first?.id} in ${fileOf(0)} and, with another content, in ${fileOf(3)}`]});
	});

	it('are a fault beside another content of the same id, too', async () => {
		const rows = ['a', 'b', 'a'].map(payload => ({id: 'x', event_time: start, payload}));
		const {findings, notes} = await verify(archive([{...hour(0), rows}]));
		expect(findings).toMatchObject([{kind: 'repeated', file: fileOf(0), detail: 'id x twice in it'}]);
		expect(notes).toEqual([`several contents: id x in ${fileOf(0)}`]);
	});

	it('are counted where two files share many', async () => {
		const dir = archive([...hours(2), {...hour(0), rows: rowsOf(0), completes: 'late'}]);
		const {findings} = await verify(dir);
		expect(findings).toMatchObject([{kind: 'repeated', file: pathOf({...hour(0), late: 3}), detail: expect.stringMatching(/^id \d{19} and 9 more also in /) as string}]);
	});

	it('are not made out of rows without ids, which is said', async () => {
		const dir = archive([{...hour(0), rows: [{event_time: start}, {event_time: start}, {id: 'x', event_time: 'soon' as unknown as number}]}]);
		const {findings, notes} = await verify(dir);
		expect(findings).toEqual([]);
		expect(notes).toEqual(['2 of 3 records have no id that could be compared', '1 of 3 records have no time that could be compared']);
	});

	it('are found by fields and in times that are not ASCII, and shown as they are', async () => {
		const consoleLog = {...feishuOpenapi, id: '日志.编号', time: '时间', readTime: (value: unknown) => typeof value === 'string' ? Date.parse(value.replace('年', '-')) : undefined};
		const row = (minute: number) => ({日志: {编号: '甲'}, 时间: `2026年11-20T22:0${minute}:00Z`}) as unknown as TinyRow;
		const dir = archive([{...hour(0), rows: [row(1), row(0), row(0)]}]);
		const findings: Finding[] = [];
		await verifyArchive({dir, sourceOf: async () => consoleLog, report: finding => findings.push(finding), signal: new AbortController().signal, sleep: async () => undefined});
		expect(findings.map(({kind, detail}) => [kind, detail])).toEqual([['order', 'row 2 is older than the row before it'], ['repeated', 'id 甲 twice in it']]);
	});
});

describe('the manifest', () => {
	const edits: Array<[name: string, edit: (lines: string[]) => string[], expected: Array<[kind: string, line: number]>]> = [
		['a dropped line', lines => lines.toSpliced(3, 1), [['line_missing', 3]]],
		['two dropped lines', lines => lines.toSpliced(3, 2), [['line_missing', 3]]],
		['a line swapped with the next', ([a = '', b = '', c = '', d = '', ...rest]) => [a, b, d, c, ...rest], [['line_order', 2]]],
		['lines swapped from afar', ([a = '', b = '', c = '', d = '', e = '', ...rest]) => [a, e, c, d, b, ...rest], [['line_order', 4], ['line_order', 1]]],
		['a line that stands there twice', lines => lines.toSpliced(4, 0, lines[2] ?? ''), [['line_order', 2]]],
		['an edited line', lines => lines.with(2, (lines[2] ?? '').replace('"at":"2026-11-21T00:00:00Z"', '"at":"2026-11-21T00:00:01Z"')), [['chain', 2]]],
		['a line with another number', lines => lines.with(2, (lines[2] ?? '').replace('"line":2', '"line":9')), [['chain', 2]]],
		['a line with the hash of another', lines => lines.with(2, (lines[2] ?? '').replace(/"prev":"\w{64}"/, `"prev":"${'a'.repeat(64)}"`)), [['chain', 1], ['chain', 2]]],
		['a line that is none', lines => lines.with(2, '{}'), [['line_unreadable', 2]]],
		['an edited first line', lines => lines.with(0, (lines[0] ?? '').replace('feishu-openapi', 'trae-openapi')), [['chain', 0]]],
		['a lost first line', lines => lines.slice(1), [['line_missing', 0]]],
		['an edited standing', lines => lines.with(6, (lines[6] ?? '').replace('"records":60', '"records":61')), [['standing', 6]]],
	];
	it.each(edits)('is named for %s', async (_, edit, expected) => {
		const dir = archive(hours(6));
		editManifest(dir, edit);
		const findings = (await found(dir)).filter(([, file]) => file === 'manifest.ndjson');
		expect(findings.map(([kind, , line]) => [kind, line])).toEqual(expected);
	});

	it('is named for a tail that was cut off or is zeros, unless a run is just writing it', async () => {
		for (const tail of ['{"kind":"segm', '\0'.repeat(100)]) {
			const dir = archive();
			appendFileSync(join(dir, 'manifest.ndjson'), tail);
			expect(await found(dir)).toEqual([['tail', 'manifest.ndjson', null]]);
			lock(dir);
			expect(await found(dir)).toEqual([]);
		}
	});

	it('is named for time that no line has, and time that two lines have', async () => {
		const [first, second, third] = hours(3) as [TinyLine, TinyLine, TinyLine];
		const {findings} = await verify(archive([first, third]));
		expect(findings).toMatchObject([{kind: 'window_gap', since: second.since, until: second.until, line: 2}]);
		const wider = {...second, since: '2026-11-20T22:30:00Z'};
		const overlapping = await verify(archive([first, wider, third]));
		expect(overlapping.findings).toMatchObject([{kind: 'window_overlap', since: '2026-11-20T22:30:00Z', until: first.until}]);
		const {findings: late} = await verify(archive([second, third], {since: first.since}));
		expect(late).toMatchObject([{kind: 'window_gap', since: first.since, until: first.until}]);
	});

	it('has its recorded gaps named, with their reasons', async () => {
		const {findings, code} = await verify(archive([...hours(2), {...hour(2), kind: 'gap', reason: 'code 1663'}, {...hour(3), rows: rowsOf(3), reason: 'total_mismatch'}]));
		expect(code).toBe(6);
		expect(findings).toMatchObject([{kind: 'gap', ...hour(2), detail: 'code 1663'}, {kind: 'gap', ...hour(3), detail: 'total_mismatch'}]);
	});

	it('has gaps left out of its findings that the user accepts', async () => {
		const dir = archive([...hours(1), {...hour(1), kind: 'gap', reason: 'out of reach'}, {...hour(2), rows: rowsOf(2)}, {...hour(3), kind: 'gap'}]);
		const {code, stdout, stderr} = await runCommand(['verify', dir, '--accept-gaps-before', hour(1).until], {fetch: noFetch});
		expect(code).toBe(6);
		expect(stdout).toMatch(/^gap: 2026-11-21T01:00:00Z .*\n(?:.*\n)+.*: 1 finding\n$/);
		expect(stderr).toBe('accepted: gap: 2026-11-20T23:00:00Z to 2026-11-21T00:00:00Z: out of reach\n');
		expect((await runCommand(['verify', dir, '--accept-gaps-before', hour(3).until, '-q'], {fetch: noFetch})).code).toBe(0);
	});

	it('is no archive without a line of one', async () => {
		const empty = temporaryDirectory();
		const other = temporaryDirectory();
		writeFileSync(join(other, 'manifest.ndjson'), '{"name":"something else"}\n');
		for (const dir of [empty, other, join(empty, 'nowhere'), '/dev/null']) {
			const {code, stderr, stdout} = await runCommand(['verify', dir], {fetch: noFetch});
			expect([code, stdout]).toEqual([2, '']);
			expect(stderr).toMatch(/is no archive/);
		}
	});
});

/** As a run that is under way elsewhere and shows signs of life. */
function lock(dir: string): void {
	mkdirSync(join(dir, 'manifest.ndjson.lock'));
	writeFileSync(join(dir, 'manifest.ndjson.lock', 'owner.json'), JSON.stringify({pid: process.pid, host: `not-${hostname()}`, system: '', startedAt: '2026-11-20T00:00:00Z', token: 'x'}));
}

describe('a file that no line lists', () => {
	it.each(['data/dt=2026-11-20/extra.ndjson', fileOf(9), 'notes.txt', 'data/dt=2026-11-21/20261121T000000Z_20261121T010000Z.ndjson.gz.tmp', 'data/dt=2026-11-20/deeper/'])('is named: %s', async file => {
		const dir = archive();
		if (file.endsWith('/')) mkdirSync(join(dir, file));
		else writeFileSync(join(dir, file), 'x');
		expect(await found(dir)).toEqual([['unlisted', file, null]]);
	});

	it('may be one that a run under way is about to finish or to list', async () => {
		const dir = archive();
		lock(dir);
		writeFileSync(join(dir, `${fileOf(9)}.tmp`), 'x');
		expect(await found(dir)).toEqual([]);
	});

	it('is one that the next run clears away, where a run was cut off', async () => {
		const dir = archive();
		writeFileSync(join(dir, 'run.json'), '{}');
		for (const file of [fileOf(9), `${fileOf(8)}.tmp`, 'notes.txt']) writeFileSync(join(dir, file), 'x');
		const {findings} = await verify(dir);
		expect(findings.map(({file, detail}) => [file, detail.includes('the next run clears it away')])).toEqual([['notes.txt', false], [`${fileOf(8)}.tmp`, true], [fileOf(9), true]]);
	});

	it('is a link that leads nowhere, too', async () => {
		const dir = archive();
		symlinkSync('nowhere', join(dir, 'dangling'));
		expect(await found(dir)).toEqual([['unlisted', 'dangling', null]]);
	});
});

it('finds any change of any byte of a segment, and of any line that another follows', async () => {
	const dir = archive(hours(3));
	const files = [...[0, 1, 2].map(fileOf), 'manifest.ndjson'].map(file => join(dir, file));
	await fc.assert(fc.asyncProperty(fc.nat(files.length - 1), fc.double({min: 0, max: 1, noNaN: true, maxExcluded: true}), fc.integer({min: 1, max: 255}), async (which, where, mask) => {
		const path = files[which] ?? '';
		const bytes = readFileSync(path);
		const length = path.endsWith('manifest.ndjson') ? bytes.lastIndexOf('\n', bytes.length - 2) + 1 : bytes.length;
		const changed = Buffer.from(bytes);
		const at = Math.floor(where * length);
		changed[at] = (changed[at] ?? 0) ^ mask;
		writeFileSync(path, changed);
		try {
			const {code, stdout} = await runCommand(['verify', dir, '--format', 'json'], {fetch: noFetch});
			expect(code).toBe(6);
			const {findings} = JSON.parse(stdout) as Report;
			expect(findings.some(({file}) => file !== null && path.endsWith(file))).toBe(true);
		} finally {
			writeFileSync(path, bytes);
		}
	}), {numRuns: 150});
});

it('leaves nothing in the directory of temporary files', async () => {
	const temporary = temporaryDirectory();
	vi.stubEnv('TMPDIR', temporary);
	onTestFinished(() => {
		vi.unstubAllEnvs();
	});
	const rows = Array.from({length: 3000}, (_, index) => ({id: `id-${index}`, event_time: start + index}));
	expect(await found(archive([{...hour(0), rows}]))).toEqual([]);
	expect(readdirSync(temporary).filter(name => !name.startsWith('audit-export-archive-'))).toEqual([]);
});

it('finds an archive whole at any moment of the runs that write it', async () => {
	const clock = modelClock();
	const server = new ModelServer(clock);
	const dir = archiveDirectory();
	const isWhole = async () => {
		const findings: Finding[] = [];
		await verifyArchive({dir, sourceOf: async () => feishuOpenapi, report: finding => findings.push(finding), signal: new AbortController().signal, sleep: async () => setTimeout(100)});
		expect(findings).toEqual([]);
	};
	server.rows.push({id: 'first', time: clock.ms});
	await archiveRun({dir, client: server.client, clock});
	for (let round = 0; round < 4; round++) {
		for (let index = 0; index < 200; index++) server.rows.push({id: `${round}-${index}`, time: clock.ms + index * 15_000});
		clock.ms += 3_000_000;
		let isRunning = true;
		const run = archiveRun({dir, client: server.client, clock, options: {compression: 'gzip', maxRecords: 5}});
		const ended = () => {
			isRunning = false;
		};
		run.then(ended, ended);
		for (let look = 0; isRunning || look === 0; look++) await isWhole();
		expect((await run).error).toBeUndefined();
	}
	await isWhole();
});

describe('a segment made to keep verify busy', () => {
	it('is looked at up to ten thousand rows that are none, and counted from there on', async () => {
		const count = 64 * 1024 * 1024;
		const dir = archive([{since: hour(0).since, until: hour(0).until, rows: '\n'.repeat(count)}]);
		const {code, records, findings} = await verify(dir);
		expect({code, records}).toEqual({code: 6, records: count});
		expect(findings).toContainEqual(expect.objectContaining({kind: 'unreadable', detail: 'row 1 is not JSON, and 9999 more: the rows after them were only counted'}));
	}, 30_000);

	it('does not keep it from stopping when it is asked to', async () => {
		const dir = archive([{since: hour(0).since, until: hour(0).until, rows: '{"a":1}\n'.repeat(256 * 1024)}], {compress: false});
		const reason = new Error('stop');
		const stop = new AbortController();
		const progress = vi.fn<(done: unknown) => void>();
		const verifying = verifyArchive({dir, progress, sourceOf: async () => {
			stop.abort(reason);
			return feishuOpenapi;
		}, report: () => undefined, signal: stop.signal, sleep: async () => undefined});
		await expect(verifying).rejects.toBe(reason);
		expect(progress).not.toHaveBeenCalled();
	});
});
