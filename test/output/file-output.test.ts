import {execFileSync} from 'node:child_process';
import {chmod, constants, mkdir, open, readFile, realpath, rmdir, stat, symlink, unlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as zlib from 'node:zlib';
import {describe, expect, it, onTestFinished} from 'vitest';
import {BrokenPipeError, InterruptedError, LockedError, OutputError, UsageError} from '../../src/base/errors.ts';
import {namesIn, openTestOutput, runChild, since, temporaryDirectory} from './helpers.ts';

const failureOf = async (promise: Promise<unknown>): Promise<unknown> => promise.then(() => undefined, (error: unknown) => error);

describe('openFileOutput', () => {
	it('shows the file under its name only when it is complete', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'out.ndjson');
		await writeFile(path, 'the export of yesterday\n');
		const {output, notices} = await openTestOutput(path);
		await output.write('{"a":1}\n');
		await output.checkpoint({nextFrom: since + 1, records: 1});
		await output.write('{"a":2}\n');
		expect(await readFile(path, 'utf8')).toBe('the export of yesterday\n');
		expect(await namesIn(directory)).toEqual(['out.ndjson', 'out.ndjson.lock', 'out.ndjson.partial', 'out.ndjson.partial.json']);
		await output.commit();
		expect(await readFile(path, 'utf8')).toBe('{"a":1}\n{"a":2}\n');
		expect(await namesIn(directory)).toEqual(['out.ndjson']);
		expect(await output.abandon()).toBeUndefined();
		expect(await readFile(path, 'utf8')).toBe('{"a":1}\n{"a":2}\n');
		expect(notices).toEqual([]);
	});

	it('keeps the permissions of the file it replaces', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'out.ndjson');
		await writeFile(path, '');
		await chmod(path, 0o600);
		const {output} = await openTestOutput(path);
		expect((await stat(`${path}.partial`)).mode & 0o777).toBe(0o600);
		await output.commit();
		expect((await stat(path)).mode & 0o777).toBe(0o600);
	});

	it('writes the file that a symbolic link leads to, there already or not', async () => {
		const directory = await temporaryDirectory();
		await mkdir(join(directory, 'real'));
		await symlink('real/out.ndjson', join(directory, 'link.ndjson'));
		for (const text of ['one\n', 'two\n']) {
			const {output} = await openTestOutput(join(directory, 'link.ndjson'));
			await output.write(text);
			await output.commit();
			expect(await readFile(join(directory, 'real', 'out.ndjson'), 'utf8')).toBe(text);
		}
		expect(await namesIn(directory)).toEqual(['link.ndjson', 'real']);
		expect(await namesIn(join(directory, 'real'))).toEqual(['out.ndjson']);
	});

	it('names the directory that is missing behind a link', async () => {
		const directory = await temporaryDirectory();
		await symlink('no/out.ndjson', join(directory, 'link.ndjson'));
		expect(await failureOf(openTestOutput(join(directory, 'link.ndjson')))).toMatchObject({
			exitCode: 2, message: `cannot write ${join(directory, 'link.ndjson')}: there is no directory ${join(await realpath(directory), 'no')}`,
		});
	});

	it('does not follow a link that stands where the partial file goes', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'out.ndjson');
		await writeFile(join(directory, 'precious'), 'text');
		await symlink('precious', `${path}.partial`);
		expect(await failureOf(openTestOutput(path))).toBeInstanceOf(UsageError);
		expect(await readFile(join(directory, 'precious'), 'utf8')).toBe('text');
	});

	it.each([
		['a directory', async (directory: string) => directory],
		['a file in a missing directory', async (directory: string) => join(directory, 'no', 'out.csv')],
		['a file below a file', async (directory: string) => {
			await writeFile(join(directory, 'file'), '');
			return join(directory, 'file', 'out.csv');
		}],
		['a link to itself', async (directory: string) => {
			await symlink('out.csv', join(directory, 'out.csv'));
			return join(directory, 'out.csv');
		}],
		['a directory where the partial file goes', async (directory: string) => {
			await mkdir(join(directory, 'out.csv.partial'));
			return join(directory, 'out.csv');
		}],
	])('refuses %s and leaves no lock', async (_, prepare) => {
		const directory = await temporaryDirectory();
		const path = await prepare(directory);
		const before = await namesIn(directory);
		const error = await failureOf(openTestOutput(path));
		expect(error).toBeInstanceOf(UsageError);
		expect(error).toMatchObject({message: expect.stringMatching(/^cannot write \//) as string});
		expect(await namesIn(directory)).toEqual(before);
	});

	it('refuses a file that another run is writing', async () => {
		const path = join(await temporaryDirectory(), 'out.csv');
		const {output} = await openTestOutput(path);
		expect(await failureOf(openTestOutput(path, {resume: false}))).toBeInstanceOf(LockedError);
		await output.commit();
	});

	it('writes no more once its lock was taken away, and leaves the files to the other run', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'out.csv');
		const {output} = await openTestOutput(path);
		await output.write('a\n');
		await output.checkpoint({nextFrom: since, records: 1});
		await unlink(join(`${path}.lock`, 'owner.json'));
		await rmdir(`${path}.lock`);
		await expect.poll(async () => failureOf(output.checkpoint({nextFrom: since, records: 1})), {timeout: 5000}).toBeInstanceOf(LockedError);
		expect(await failureOf(output.commit())).toBeInstanceOf(LockedError);
		expect(await output.abandon()).toBeUndefined();
		expect(await namesIn(directory)).toEqual(['out.csv.partial', 'out.csv.partial.json']);
	});
});

describe('compression', () => {
	it('makes a valid file of several members, without a time in their headers', async () => {
		const path = join(await temporaryDirectory(), 'out.csv.gz');
		const {output} = await openTestOutput(path);
		await output.write('a\n');
		await output.checkpoint({nextFrom: since, records: 1});
		await output.checkpoint({nextFrom: since + 1, records: 1});
		await output.write('b\n');
		await output.commit();
		const bytes = await readFile(path);
		expect(zlib.gunzipSync(bytes).toString()).toBe('a\nb\n');
		expect(bytes.readUInt32LE(4)).toBe(0);
		expect(bytes.toString('latin1').split('\u001F\u008B')).toHaveLength(3);
	});

	it('makes a valid file of an export without records', async () => {
		const path = join(await temporaryDirectory(), 'out.ndjson.gz');
		const {output} = await openTestOutput(path);
		await output.write('');
		await output.checkpoint({nextFrom: since, records: 0});
		await output.commit();
		expect(zlib.gunzipSync(await readFile(path)).toString()).toBe('');
	});

	it('packs .zst where the runtime can, and refuses the name where it cannot', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'out.ndjson.zst');
		const opened = await openTestOutput(path).catch((error: unknown) => error);
		if ('zstdCompress' in zlib) {
			const {output} = opened as Awaited<ReturnType<typeof openTestOutput>>;
			await output.write('a\n');
			await output.commit();
			expect((await readFile(path)).readUInt32LE(0)).toBe(0xfd2fb528);
		} else {
			expect(opened).toBeInstanceOf(UsageError);
			expect(await namesIn(directory)).toEqual([]);
		}
	});
});

describe('failures of the disk', () => {
	it('stops at a file size limit, keeps the checkpoint, and the same command continues it', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'out.ndjson');
		const child = await runChild(`
			import {openFileOutput} from './file-output.ts';
			process.on('SIGXFSZ', () => {});
			void (async () => {
				const output = await openFileOutput({
					path: ${JSON.stringify(path)}, resume: true, resumable: true, fingerprint: 'query-1',
					range: {since: ${since}, until: ${since + 86_400_000}, slidingSince: false, slidingUntil: false}, now: Date.now, monotonic: () => 0, notice() {},
				signal: new AbortController().signal, sleep: async ms => new Promise(done => setTimeout(done, ms)),
				});
				try {
					for (let record = 1; record < 10; record++) {
						await output.write('x'.repeat(299) + '\\n');
						await output.checkpoint({nextFrom: ${since} + record, records: record});
					}
				} catch (error) {
					console.log((error as Error).name, (error as Error).message);
					console.log((error as {hint: string}).hint);
					console.log(await output.commit().catch((again: unknown) => again === error));
					console.log(await output.abandon());
				}
			})();
		`, {shell: 'ulimit -f 2; $CHILD'});
		const {stdout} = await child.ended();
		expect(stdout.split('\n')).toEqual([
			`OutputError cannot write ${path}: file too large`,
			'see to the disk or the file system, then run the same command again: it continues where this one stopped',
			'true', `${path}.partial`, '',
		]);
		const {output, notices} = await openTestOutput(path);
		const kept = output.resumed?.checkpoint.records ?? 0;
		expect(notices).toHaveLength(1);
		expect(kept).toBeGreaterThan(0);
		await output.write('end\n');
		await output.commit();
		expect(await readFile(path, 'utf8')).toBe(`${`${'x'.repeat(299)}\n`.repeat(kept)}end\n`);
	});
});

describe('pipes and devices', () => {
	it('writes into /dev/null without a partial file', async () => {
		const {output} = await openTestOutput('/dev/null');
		await output.write('a\n');
		await output.checkpoint({nextFrom: since, records: 1});
		await output.commit();
		expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
	});

	it('names a full device', async () => {
		const {output} = await openTestOutput('/dev/full');
		const error = await failureOf(output.write('a\n'));
		expect(error).toBeInstanceOf(OutputError);
		expect(error).toMatchObject({message: 'cannot write /dev/full: no space left on device', hint: 'make room, then run the same command again'});
		expect(await failureOf(output.commit())).toBe(error);
		expect(await output.abandon()).toBeUndefined();
	});

	const copy = (path: string) => `
		import {openFileOutput} from './file-output.ts';
		void (async () => {
			const output = await openFileOutput({
				path: ${JSON.stringify(path)}, resume: true, resumable: true, fingerprint: '',
				range: {since: 0, until: 1, slidingSince: false, slidingUntil: false}, now: Date.now, monotonic: () => 0, notice() {},
				signal: new AbortController().signal, sleep: async ms => new Promise(done => setTimeout(done, ms)),
			});
			try {
				for (let line = 0; line < 100_000; line++) await output.write(line + '\\n');
				await output.commit();
			} catch (error) {
				await output.abandon();
				process.stderr.write((error as Error).name);
			}
		})();
	`;

	it('writes into a FIFO and ends when its reader goes away', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'fifo');
		const child = await runChild(copy(path), {shell: `mkfifo ${path}; $CHILD & head -2 ${path}; wait`});
		const {stdout, stderr} = await child.ended();
		expect(stdout).toBe('0\n1\n');
		expect(stderr).toBe(BrokenPipeError.name);
		expect(await namesIn(directory)).toEqual(['fifo']);
	});

	it('appends to a descriptor instead of replacing the file behind it', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'log');
		await symlink('/dev/fd/3', join(directory, 'link'));
		const child = await runChild(copy(join(directory, 'link')).replace('100_000', '2'), {shell: `echo before > ${path}; $CHILD 3>> ${path}`});
		await child.ended();
		expect(await readFile(path, 'utf8')).toBe('before\n0\n1\n');
		expect(await namesIn(directory)).toEqual(['link', 'log']);
	});

	it('stops waiting for the reader of a FIFO when the run is to end', async () => {
		const path = join(await temporaryDirectory(), 'fifo');
		execFileSync('mkfifo', [path]);
		const stop = new AbortController();
		const reason = new InterruptedError('SIGINT');
		const opening = openTestOutput(path, {
			signal: stop.signal,
			sleep: async (_, signal) => {
				stop.abort(reason);
				signal?.throwIfAborted();
			},
		});
		expect(await failureOf(opening)).toBe(reason);
	});

	it('gives the reader of a FIFO a while to take what is being written when the run is to end', async () => {
		const path = join(await temporaryDirectory(), 'fifo');
		execFileSync('mkfifo', [path]);
		const reader = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
		onTestFinished(async () => reader.close());
		const stop = new AbortController();
		const reason = new InterruptedError('SIGINT');
		const line = `${'x'.repeat(100_000)}\n`;
		let read = '';
		const take = async () => {
			const {buffer, bytesRead} = await reader.read(Buffer.alloc(65_536));
			read += buffer.toString('utf8', 0, bytesRead);
		};
		let isPaused = false;
		const {output} = await openTestOutput(path, {
			signal: stop.signal,
			sleep: async () => {
				stop.abort(reason);
				if (!isPaused) await take();
			},
		});
		await output.write(line);
		await take();
		expect(read).toBe(line);
		isPaused = true;
		expect(await failureOf(output.write(line))).toBe(reason);
		expect(await output.abandon()).toBeUndefined();
	});
});
