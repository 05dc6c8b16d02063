import {existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {binary, idsOf, day, run, serveApi, start, startProgram, temporaryDirectory} from './exporter.ts';

describe('an output that cannot be written ends the run with exit 2 before any request:', () => {
	it.each([
		{what: 'in a directory that is not there', path: 'missing/records.ndjson'},
		{what: 'a directory', path: 'directory'},
		{what: 'below a file', path: 'file/records.ndjson'},
	])('$what', async ({path}) => {
		const api = await serveApi();
		const cwd = temporaryDirectory();
		mkdirSync(join(cwd, 'directory'));
		writeFileSync(join(cwd, 'file'), 'kept');
		const {code, stdout, stderr} = await run([...api.flags, ...day, '-o', path], {env: api.env, cwd});
		expect({code, stdout}).toEqual({code: 2, stdout: ''});
		expect(stderr).toMatch(/^error: cannot write .*\nhint: .*\n$/);
		expect(api.requests).toEqual([]);
		expect(readdirSync(cwd, {recursive: true}).map(String).toSorted()).toEqual(['directory', 'file']);
		expect(readFileSync(join(cwd, 'file'), 'utf8')).toBe('kept');
	});
});

it('says in a directory that was removed meanwhile what is missing, and writes elsewhere', async () => {
	const api = await serveApi();
	const cwd = temporaryDirectory();
	const inRemoved = async (path: string) => startProgram('sh', ['-c', 'mkdir gone && cd gone && rmdir "$PWD" && exec "$@"', 'sh', process.execPath, binary, ...api.flags, ...day, '-o', path], {env: api.env, cwd}).ended;
	const refused = await inRemoved('records.ndjson');
	expect(refused.code).toBe(2);
	expect(refused.stderr).toMatch(/^error: cannot write .*: there is no directory .*gone\nhint: .*\n$/);
	expect(await inRemoved(join(cwd, 'records.ndjson'))).toEqual({code: 0, stdout: '', stderr: ''});
	expect(readdirSync(cwd)).toEqual(['records.ndjson']);
});

it('leaves the file of before untouched when a run fails', async () => {
	const api = await serveApi();
	const cwd = temporaryDirectory();
	writeFileSync(join(cwd, 'records.ndjson'), 'of before\n');
	const {code} = await run([...api.flags, ...day, '-o', 'records.ndjson'], {env: {...api.env, FEISHU_APP_SECRET: 'wrong-secret'}, cwd});
	expect(code).toBe(3);
	expect(readFileSync(join(cwd, 'records.ndjson'), 'utf8')).toBe('of before\n');
	expect(readdirSync(cwd)).toEqual(['records.ndjson']);
});

it('ends with exit 7 while another run writes the same file, which that one then completes', async () => {
	const api = await serveApi();
	const cwd = temporaryDirectory();
	const command = [...api.flags, ...day, '-o', 'records.ndjson'];
	api.hold(8);
	const first = start(command, {env: api.env, cwd});
	await api.held();
	const {code, stdout, stderr} = await run(command, {env: api.env, cwd});
	expect({code, stdout}).toEqual({code: 7, stdout: ''});
	expect(stderr).toMatch(/^error: .*records\.ndjson is in use by another run.*\nhint: .*\n$/);
	api.release();
	expect(await first.ended).toEqual({code: 0, stdout: '', stderr: ''});
	expect(idsOf(readFileSync(join(cwd, 'records.ndjson'), 'utf8'))).toHaveLength(1000);
	expect(readdirSync(cwd)).toEqual(['records.ndjson']);
});

describe('--state', () => {
	const upTo = (hour: string) => ['--since', '2026-03-04T00:00:00Z', '--until', `2026-03-04T${hour}:00:00Z`, '--state', 'state.json'];

	it('continues where the last run ended, without losing or repeating a record', async () => {
		const api = await serveApi();
		const cwd = temporaryDirectory();
		const ids: string[] = [];
		for (const hour of ['06', '06', '13', '20']) {
			const {code, stdout, stderr} = await run([...api.flags, ...upTo(hour)], {env: api.env, cwd});
			expect({code, stderr}).toEqual({code: 0, stderr: ''});
			ids.push(...idsOf(stdout));
			expect(JSON.parse(readFileSync(join(cwd, 'state.json'), 'utf8'))).toMatchObject({source: 'feishu-openapi', until: `2026-03-04T${hour}:00:00Z`});
		}
		const whole = await run([...api.flags, '--since', '2026-03-04T00:00:00Z', '--until', '2026-03-04T20:00:00Z'], {env: api.env, cwd});
		expect(ids.toSorted()).toEqual(idsOf(whole.stdout).toSorted());
	});

	it('stays where it was when a run is interrupted, fails, is cut by --limit, or cannot write its output', async () => {
		const api = await serveApi();
		const cwd = temporaryDirectory();
		expect((await run([...api.flags, ...upTo('06')], {env: api.env, cwd})).code).toBe(0);
		const before = readFileSync(join(cwd, 'state.json'), 'utf8');
		const later = [...api.flags, ...upTo('20')];

		api.hold(4);
		const interrupted = start(later, {env: api.env, cwd});
		await api.held();
		interrupted.process.kill('SIGTERM');
		const codes = [(await interrupted.ended).code];
		api.release();
		const denied = {...api.env, FEISHU_APP_SECRET: 'wrong-secret'};
		for (const [extra, env] of [[[], denied], [['--limit', '5'], api.env], [['-o', '/dev/full'], api.env]] as const) {
			codes.push((await run([...later, ...extra], {env, cwd})).code);
		}
		expect(codes).toEqual([143, 3, 0, 1]);
		expect(readFileSync(join(cwd, 'state.json'), 'utf8')).toBe(before);
		expect(readdirSync(cwd)).toEqual(['state.json']);
	});

	it('is not made by a run that fails', async () => {
		const api = await serveApi();
		const cwd = temporaryDirectory();
		expect((await run([...api.flags, ...upTo('06')], {env: {...api.env, FEISHU_APP_SECRET: 'wrong-secret'}, cwd})).code).toBe(3);
		expect(existsSync(join(cwd, 'state.json'))).toBe(false);
	});

	it('belongs to one run at a time', async () => {
		const api = await serveApi();
		const cwd = temporaryDirectory();
		api.hold(2);
		const first = start([...api.flags, ...upTo('20')], {env: api.env, cwd});
		await api.held();
		const second = await run([...api.flags, ...upTo('20')], {env: api.env, cwd});
		expect(second).toMatchObject({code: 7, stdout: ''});
		api.release();
		expect((await first.ended).code).toBe(0);
	});
});

it.each([['-o', 'x', '--summary', 'x'], ['-o', 'x', '--state', './x'], ['-o', 'config.json', '--config', 'config.json']])('ends with exit 2 before any request for %s %s %s %s', async (...flags) => {
	const api = await serveApi();
	const cwd = temporaryDirectory();
	writeFileSync(join(cwd, 'config.json'), '{}');
	const {code, stderr} = await run([...api.flags, ...day, ...flags], {env: api.env, cwd});
	expect(code).toBe(2);
	expect(stderr).toMatch(/^error: .* name the same file: .*\nhint: .*\n$/);
	expect(api.requests).toEqual([]);
	expect(readdirSync(cwd)).toEqual(['config.json']);
});

describe('--state with an output that is there already', () => {
	const increment = [...day, '--state', 'state.json', '-o', 'records.ndjson'];

	it.each([
		{what: 'is refused before anything is asked or touched', extra: [], partial: ''},
		{what: 'is refused by --no-resume, too', extra: ['--no-resume'], partial: ''},
		{what: 'keeps what an interrupted run left beside it', extra: [], partial: 'of an interrupted run\n'},
	])('$what', async ({extra, partial}) => {
		const api = await serveApi();
		const cwd = temporaryDirectory();
		const files = {'records.ndjson': 'of before\n', ...(partial === '' ? {} : {'records.ndjson.partial': partial, 'records.ndjson.partial.json': '{}'})};
		for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
		const {code, stdout, stderr} = await run([...api.flags, ...increment, ...extra], {env: api.env, cwd});
		expect({code, stdout}).toEqual({code: 2, stdout: ''});
		expect(stderr).toMatch(/^error: \S*records\.ndjson exists already: .*\nhint: name another file for each run, or add --overwrite.*\n$/);
		expect(api.requests).toEqual([]);
		expect(readdirSync(cwd).toSorted()).toEqual(Object.keys(files));
		for (const [name, text] of Object.entries(files)) expect(readFileSync(join(cwd, name), 'utf8')).toBe(text);
	});

	it('is refused behind a link, and to the next increment of the same name', async () => {
		const api = await serveApi();
		const cwd = temporaryDirectory();
		symlinkSync('elsewhere.ndjson', join(cwd, 'records.ndjson'));
		expect((await run([...api.flags, ...increment], {env: api.env, cwd})).code).toBe(0);
		const before = readFileSync(join(cwd, 'elsewhere.ndjson'), 'utf8');
		expect(idsOf(before)).toHaveLength(1000);
		const {code, stderr} = await run([...api.flags, ...increment], {env: api.env, cwd});
		expect({code, stderr}).toMatchObject({code: 2, stderr: expect.stringContaining('exists already')});
		expect(readFileSync(join(cwd, 'elsewhere.ndjson'), 'utf8')).toBe(before);
	});

	it('is replaced where --overwrite says so, and always without --state', async () => {
		const api = await serveApi();
		const cwd = temporaryDirectory();
		for (const args of [[...increment, '--overwrite'], [...day, '-o', 'records.ndjson']]) {
			writeFileSync(join(cwd, 'records.ndjson'), 'of before\n');
			expect(await run([...api.flags, ...args], {env: api.env, cwd})).toEqual({code: 0, stdout: '', stderr: ''});
			expect(idsOf(readFileSync(join(cwd, 'records.ndjson'), 'utf8'))).toHaveLength(1000);
		}
	});

	it('is not what a run left unfinished, which the same command continues', async () => {
		const api = await serveApi();
		const cwd = temporaryDirectory();
		api.hold(8);
		const killed = start([...api.flags, ...increment], {env: api.env, cwd});
		await api.held();
		killed.process.kill('SIGTERM');
		expect((await killed.ended).code).toBe(143);
		api.release();
		expect(readdirSync(cwd).toSorted()).toEqual(['records.ndjson.partial', 'records.ndjson.partial.json']);
		const {code, stderr} = await run([...api.flags, ...increment], {env: api.env, cwd});
		expect({code, stderr}).toMatchObject({code: 0, stderr: expect.stringContaining('resuming')});
		expect(new Set(idsOf(readFileSync(join(cwd, 'records.ndjson'), 'utf8'))).size).toBe(1000);
	});

	it.each(['/dev/null', '/dev/stdout', '-'])('says nothing of %s', async path => {
		const api = await serveApi();
		const cwd = temporaryDirectory();
		expect(await run([...api.flags, ...day, '--state', 'state.json', '-o', path], {env: api.env, cwd})).toMatchObject({code: 0, stderr: ''});
		expect(readdirSync(cwd)).toEqual(['state.json']);
	});
});

describe('a summary that cannot be written', () => {
	it('ends the run with exit 2 before any request where its directory is missing', async () => {
		const api = await serveApi();
		const cwd = temporaryDirectory();
		const {code, stderr} = await run([...api.flags, ...day, '--summary', 'missing/x'], {env: api.env, cwd});
		expect(code).toBe(2);
		expect(stderr).toMatch(/^error: cannot write .*x: there is no directory .*\nhint: .*\n$/);
		expect(api.requests).toEqual([]);
	});

	it('turns success into exit 1, but keeps neither the state from being saved nor another error from being told', async () => {
		const api = await serveApi();
		const cwd = temporaryDirectory();
		const command = [...api.flags, ...day, '--state', 'state.json', '--summary', '/dev/full'];
		const complete = await run(command, {env: api.env, cwd});
		expect(complete.code).toBe(1);
		expect(complete.stderr).toMatch(/^error: the summary is missing: cannot write \/dev\/full: no space left on device\nhint: .*\n$/);
		expect(idsOf(complete.stdout)).toHaveLength(1000);
		expect(existsSync(join(cwd, 'state.json'))).toBe(true);
		const failed = await run([...api.flags, ...day, '--summary', '/dev/full'], {env: {...api.env, FEISHU_APP_SECRET: 'wrong-secret'}, cwd});
		expect(failed.code).toBe(3);
		expect(failed.stderr).toMatch(/^warning: the summary is missing: .*\nerror: .*app secret is wrong/);
	});
});
