import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {acquireLock} from '../../src/output/lock.ts';
import {HOUR, MINUTE} from '../../src/base/duration.ts';
import {archiveDirectory, archiveRun, beginning, modelClock, type RunSetup} from './archive-run.ts';
import {faultyFiles} from './faulty-files.ts';
import {ModelServer, networkFailure} from './model-server.ts';
import {readArchive} from './read-archive.ts';

/** A server with a row every five minutes, an hour after the beginning. */
function hourLater(): Pick<RunSetup, 'client' | 'clock' | 'dir'> & {server: ModelServer} {
	const clock = modelClock(beginning + HOUR);
	const server = new ModelServer({now: clock.now});
	for (let minute = 0; minute < 600; minute += 5) server.rows.push({id: `r${minute}`, time: beginning + minute * MINUTE});
	return {clock, server, client: server.client, dir: archiveDirectory()};
}

/** Everything below a directory. */
const filesIn = (dir: string) => readdirSync(dir, {recursive: true, encoding: 'utf8'}).toSorted();

const diskFull = () => Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC', errno: -28});

describe('a disk that is full', () => {
	it('ends the run with a clear message at whichever step, and the next run with room completes', async () => {
		for (let crashAt = 0; ; crashAt++) {
			const {clock, server, client, dir} = hourLater();
			const files = faultyFiles({crashAt, error: diskFull, random: () => 0.5});
			const {error} = await archiveRun({dir, client, clock, files, query: {windowMs: 30 * MINUTE}});
			if (error === undefined) {
				expect(crashAt).toBeGreaterThan(20);
				break;
			}
			expect(error).toMatchObject({exitCode: 1, message: expect.stringMatching(/^cannot write .*: no space left on device$/) as string});
			const {error: later} = await archiveRun({dir, client, clock});
			expect(later).toBeUndefined();
			const {texts, problems} = readArchive(dir);
			expect(problems).toEqual([]);
			expect(texts.toSorted()).toEqual(server.arrived(beginning, clock.ms).toSorted());
		}
	});

	it('leaves nothing behind when there is room again to say so', async () => {
		for (let crashAt = 9; crashAt < 25; crashAt++) {
			const {clock, client, dir} = hourLater();
			const files = faultyFiles({crashAt, recoversAt: crashAt + 1, error: diskFull, random: () => 0.5});
			const {error} = await archiveRun({dir, client, clock, files});
			expect(error).toMatchObject({exitCode: 1});
			expect(readArchive(dir).problems).toEqual([]);
		}
	});
});

describe('an archive', () => {
	it('is for its owner alone', async () => {
		const {clock, client, dir} = hourLater();
		await archiveRun({dir, client, clock});
		for (const name of filesIn(dir)) expect(statSync(join(dir, name)).mode & 0o777).toBe(name.endsWith('.ndjson') ? 0o600 : 0o700);
		expect(statSync(dir).mode & 0o777).toBe(0o700);
	});

	it('of another query is refused, and stays as it is', async () => {
		const {clock, client, dir} = hourLater();
		await archiveRun({dir, client, clock, options: {job: {source: 'feishu-openapi', query: {filters: {app_id: 'a'}, base_url: 'https://a'}}}});
		const before = filesIn(dir);
		const {error} = await archiveRun({dir, client, clock, options: {job: {source: 'trae-openapi', query: {base_url: 'https://a', filters: {app_id: 'b'}}}}});
		expect(error).toMatchObject({exitCode: 2, message: `${dir} is the archive of another query: its source is feishu-openapi, not trae-openapi, filters differs`});
		expect(filesIn(dir)).toEqual(before);
	});

	it('of another query begins anew as long as nothing was read into it, and keeps its start unless that is earlier now', async () => {
		const {clock, client, dir} = hourLater();
		const down = {send: async () => Promise.reject(networkFailure())};
		const begun = async (query: Record<string, string>, since: number) => {
			await archiveRun({dir, client: down, clock, options: {job: {source: 'feishu-openapi', query}, since}});
			const {lines, problems} = readArchive(dir);
			expect(problems).toEqual([]);
			return lines;
		};
		expect(await begun({app: 'wrong'}, beginning)).toMatchObject([{query: {app: 'wrong'}, since: '2026-11-20T21:00:00Z'}]);
		expect(await begun({app: 'a'}, beginning + 10 * MINUTE)).toMatchObject([{query: {app: 'a'}, since: '2026-11-20T21:10:00Z'}]);
		expect(await begun({app: 'a'}, beginning + 20 * MINUTE)).toMatchObject([{since: '2026-11-20T21:10:00Z'}]);
		expect(await begun({app: 'a'}, beginning)).toMatchObject([{since: '2026-11-20T21:00:00Z'}]);
		await archiveRun({dir, client, clock, options: {job: {source: 'feishu-openapi', query: {app: 'a'}}}});
		expect(await begun({app: 'b'}, beginning)).toMatchObject({0: {query: {app: 'a'}}, length: 7});
	});

	it('is not begun where segments lie without a manifest, nor on a file', async () => {
		const {clock, client, dir} = hourLater();
		await archiveRun({dir, client, clock});
		rmSync(join(dir, 'manifest.ndjson'));
		expect((await archiveRun({dir, client, clock})).error).toMatchObject({exitCode: 2, message: `${dir} holds segments, but no manifest.ndjson that says what they are`});
		expect((await archiveRun({dir: join(dir, 'data/dt=2026-11-20', '20261120T210000Z_20261120T211000Z.ndjson'), client, clock})).error).toMatchObject({exitCode: 2});
	});

	it('leaves alone what else lies in its directory', async () => {
		const {clock, client, dir} = hourLater();
		mkdirSync(dir);
		writeFileSync(join(dir, 'README'), 'mine');
		await archiveRun({dir, client, clock});
		mkdirSync(join(dir, 'data/dt=2026-11-20', 'notes.tmp'));
		writeFileSync(join(dir, 'data/dt=2026-11-20', 'notes'), 'mine');
		writeFileSync(join(dir, 'run.json'), '');
		await archiveRun({dir, client, clock});
		expect(filesIn(dir)).toEqual(expect.arrayContaining(['README', 'data/dt=2026-11-20/notes', 'data/dt=2026-11-20/notes.tmp']));
	});

	it('does not follow links that stand where its files belong', async () => {
		const {clock, server, client, dir} = hourLater();
		const victim = join(dirname(dir), 'victim');
		writeFileSync(victim, 'precious');
		mkdirSync(join(dir, 'data/dt=2026-11-20'), {recursive: true, mode: 0o700});
		writeFileSync(join(dir, 'manifest.ndjson'), '');
		rmSync(join(dir, 'data/dt=2026-11-20'), {recursive: true});
		await archiveRun({dir, client, clock});
		clock.ms += HOUR;
		for (const name of ['20261120T220000Z_20261120T221000Z.ndjson', '20261120T220000Z_20261121T000000Z.ndjson.tmp']) symlinkSync(victim, join(dir, 'data/dt=2026-11-20', name));
		expect((await archiveRun({dir, client, clock})).error).toBeUndefined();
		const {texts, problems} = readArchive(dir);
		expect(problems).toEqual([]);
		expect(texts.toSorted()).toEqual(server.arrived(beginning, clock.ms).toSorted());
		clock.ms += 3 * HOUR;
		symlinkSync(dirname(dir), join(dir, 'data/dt=2026-11-21'));
		expect((await archiveRun({dir, client, clock})).error).toMatchObject({exitCode: 1, message: expect.stringContaining('it is no directory') as string});
		expect(readFileSync(victim, 'utf8')).toBe('precious');
		expect(readdirSync(dirname(dir)).toSorted()).toEqual(['logs', 'victim']);
	});

	it('gives the same files for the same rows', async () => {
		const {clock, client, dir} = hourLater();
		const other = archiveDirectory();
		await archiveRun({dir, client, clock, options: {compression: 'gzip'}});
		await archiveRun({dir: other, client, clock, options: {compression: 'gzip'}, query: {pageSize: 1, concurrency: 1}});
		expect(filesIn(other)).toEqual(filesIn(dir));
		expect(readFileSync(join(other, 'manifest.ndjson'))).toEqual(readFileSync(join(dir, 'manifest.ndjson')));
	});

	it('does not take a query that hides what tells its rows apart', async () => {
		const {clock, client, dir} = hourLater();
		for (const redact of [['id'], ['event_time'], ['id.x']]) {
			expect((await archiveRun({dir, client, clock, query: {redact}})).error).toMatchObject({exitCode: 2});
			expect(existsSync(dir)).toBe(false);
		}
		expect((await archiveRun({dir, client, clock, query: {redact: ['identity']}})).error).toBeUndefined();
	});
});

describe('two runs of one archive', () => {
	it('exclude each other, or wait with --wait', async () => {
		const {clock, server, client, dir} = hourLater();
		await archiveRun({dir, client, clock});
		const lock = await acquireLock(join(dir, 'manifest.ndjson'));
		server.asked.length = 0;
		expect((await archiveRun({dir, client, clock})).error).toMatchObject({exitCode: 7});
		expect(server.asked).toEqual([]);
		const waiting = archiveRun({dir, client, clock, options: {wait: true}});
		await lock.release();
		expect((await waiting).error).toBeUndefined();
	});

	it('never both write where the lock was taken away', async () => {
		const {clock, server, client, dir} = hourLater();
		const manifest = join(dir, 'manifest.ndjson');
		let asked = 0;
		const slow = {send: async (request: Parameters<typeof client.send>[0]) => {
			// As a run on another machine would, that takes this one for dead.
			if (asked++ === 3) writeFileSync(manifest, `${readFileSync(manifest, 'utf8')}{"line":"of another"}\n`);
			return client.send(request);
		}};
		const {error} = await archiveRun({dir, client: slow, clock, query: {concurrency: 1}});
		expect(error).toMatchObject({exitCode: 7, message: `${manifest} was written to by something else during this run`});
		expect(readFileSync(manifest, 'utf8')).toMatch(/\{"line":"of another"\}\n$/);
		expect(server.asked.length).toBeLessThan(7);
		// The segment that it could not list is for the next run to find.
		expect(existsSync(join(dir, 'run.json'))).toBe(true);
	});
});

describe('a run that was cut off', () => {
	it('leaves what it did not list, which the next one sets aside', async () => {
		const {clock, server, client, dir} = hourLater();
		await archiveRun({dir, client, clock});
		const manifest = join(dir, 'manifest.ndjson');
		const lines = readFileSync(manifest, 'utf8').split('\n');
		writeFileSync(manifest, `${lines.slice(0, -2).join('\n')}\n${lines.at(-2)?.slice(0, 100)}\0\0\0`);
		writeFileSync(join(dir, 'run.json'), '');
		writeFileSync(join(dir, 'data/dt=2026-11-20', '20261120T215000Z_20261121T000000Z.ndjson.tmp'), 'half');
		const {error, log} = await archiveRun({dir, client, clock});
		expect(error).toBeUndefined();
		expect(log.filter(line => !line.startsWith('verbose'))).toEqual([
			`notice: ${dir}: the run before this one was cut off; going on where it ended, an unfinished line of the manifest cut off, an unfinished segment removed`,
			`warning: ${dir}: data/dt=2026-11-20/20261120T215000Z_20261120T220000Z.ndjson is listed nowhere, and is now set-aside/data_dt=2026-11-20_20261120T215000Z_20261120T220000Z.ndjson.set-aside; its window is read again`,
		]);
		const {texts, problems} = readArchive(dir);
		expect(problems).toEqual([]);
		expect(texts.toSorted()).toEqual(server.arrived(beginning, clock.ms).toSorted());
	});

	it('keeps what it had read when it was interrupted', async () => {
		const {clock, client, dir} = hourLater();
		const interruption = new AbortController();
		let asked = 0;
		const stopping = {send: async (request: Parameters<typeof client.send>[0]) => {
			if (asked++ === 3) interruption.abort(new Error('stop'));
			interruption.signal.throwIfAborted();
			return client.send(request);
		}};
		const {error} = await archiveRun({dir, client: stopping, clock, query: {concurrency: 1}, signal: interruption.signal});
		expect(error).toBe(interruption.signal.reason);
		expect(readArchive(dir)).toMatchObject({problems: [], lines: {length: 4}});
	});
});

it('starts from the end of a long manifest, and looks at no more than it takes', async () => {
	const {clock, client, dir} = hourLater();
	for (let hour = 0; hour < 4; hour++) {
		await archiveRun({dir, client, clock});
		clock.ms += 90 * MINUTE;
	}
	const manifest = join(dir, 'manifest.ndjson');
	const lines = readFileSync(manifest, 'utf8').split('\n');
	// A run that read them would stumble over these lines, and over segments that are gone.
	writeFileSync(manifest, lines.map((line, index) => index > 0 && index < 12 ? 'x'.repeat(line.length) : line).join('\n'));
	rmSync(join(dir, 'data/dt=2026-11-20'), {recursive: true});
	const {error, result} = await archiveRun({dir, client, clock});
	expect(error).toBeUndefined();
	expect(result).toMatchObject({status: 'complete', covered: {until: clock.ms}});
});
