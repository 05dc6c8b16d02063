import {chmod, mkdir, open, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {LockedError, OutputError} from '../../src/base/errors.ts';
import type {Compress} from '../../src/output/compression.ts';
import {PartialFile, type PartialFileOptions} from '../../src/output/partial-file.ts';
import {namesIn, since, temporaryDirectory, until} from './helpers.ts';

/** An output into a fresh directory, whose lock and compression the test has in its hands. */
async function openPartialFile(changes: Partial<PartialFileOptions> = {}) {
	const directory = await temporaryDirectory();
	const paths = {target: join(directory, 'out'), partial: join(directory, 'out.partial'), sidecar: join(directory, 'out.partial.json')};
	const handle = await open(paths.partial, 'w+');
	onTestFinished(async () => {
		if (handle.fd !== -1) await handle.close();
	});
	const lost = new AbortController();
	const lock = {releases: 0, lost: lost.signal, release: async () => {
		lock.releases++;
	}};
	const output = new PartialFile({
		path: 'out', paths, handle, compress: undefined, lock, earlier: undefined, replaces: false, resumable: true, fingerprint: 'query-1', account: {},
		range: {since, until, slidingSince: false, slidingUntil: false}, now: () => until, monotonic: () => 0, ...changes,
	});
	return {output, handle, lock, directory, paths, takeAway: () => {
		lost.abort(new LockedError('taken away'));
	}};
}

const failureOf = async (promise: Promise<unknown>): Promise<unknown> => promise.then(() => undefined, (error: unknown) => error);
const diskFull = () => Object.assign(new Error('ENOSPC: no space left on device'), {code: 'ENOSPC', errno: -28});
const checkpoint = {nextFrom: since + 1000, records: 1};

describe('checkpoints in quick succession', () => {
	/** An output on a disk where saving takes `saveMs`: that is how far the clock goes from one look at it to the next. */
	async function openOnSlowDisk(saveMs: number) {
		let now = 5000;
		const looks = [0, 0, saveMs];
		const opened = await openPartialFile({monotonic: () => now + (looks.shift() ?? saveMs)});
		const saved = async (): Promise<unknown> => (JSON.parse(await readFile(opened.paths.sidecar, 'utf8')) as {checkpoint: unknown}).checkpoint;
		return {...opened, saved, pass: (ms: number) => {
			now += ms;
		}};
	}
	const second = {nextFrom: since + 2000, records: 2};

	it('are saved again once nine times as long has passed as saving takes', async () => {
		const {output, saved, pass} = await openOnSlowDisk(20);
		await output.checkpoint(checkpoint);
		expect(await saved()).toEqual(checkpoint);
		pass(179);
		await output.checkpoint(second);
		expect(await saved()).toEqual(checkpoint);
		pass(1);
		await output.checkpoint(second);
		expect(await saved()).toEqual(second);
		await output.abandon();
	});

	it('are saved when the output is given up, and stand for no more than was written by then', async () => {
		const {output, saved, paths} = await openOnSlowDisk(20);
		await output.write('a\n');
		await output.checkpoint(checkpoint);
		await output.write('b\n');
		await output.checkpoint(second);
		await output.write('c\n');
		expect(await output.abandon()).toBe('out.partial');
		expect(await saved()).toEqual(second);
		expect(JSON.parse(await readFile(paths.sidecar, 'utf8'))).toMatchObject({bytes: 4});
		expect(await readFile(paths.partial, 'utf8')).toBe('a\nb\nc\n');
	});

	it('are not saved over what somebody else wrote after the lock was taken away', async () => {
		const {output, saved, takeAway} = await openOnSlowDisk(20);
		await output.checkpoint(checkpoint);
		await output.checkpoint(second);
		takeAway();
		expect(await output.abandon()).toBeUndefined();
		expect(await saved()).toEqual(checkpoint);
	});

	it('cut what is compressed wherever a run that continues would', async () => {
		const {output, paths} = await openPartialFile({monotonic: Date.now, compress: async block => Buffer.concat([Buffer.from('<'), block, Buffer.from('>')])});
		for (const text of ['a', 'b', 'c']) {
			await output.write(text);
			await output.checkpoint(checkpoint);
		}
		await output.commit();
		expect(await readFile(paths.target, 'utf8')).toBe('<a><b><c>');
	});
});

describe('the end of an output', () => {
	it('closes the file and gives the lock back once, whatever is called after it', async () => {
		const {output, handle, lock, directory} = await openPartialFile();
		expect(output.keepsUnfinished).toBe(true);
		await output.write('a\n');
		await output.checkpoint(checkpoint);
		await output.commit();
		expect(handle.fd).toBe(-1);
		expect(await output.abandon()).toBeUndefined();
		expect(lock.releases).toBe(1);
		expect(await namesIn(directory)).toEqual(['out']);
	});

	it('gives the lock back although the file cannot be closed', async () => {
		const {output, handle, lock} = await openPartialFile();
		await handle.close();
		expect(await output.abandon()).toBeUndefined();
		expect(lock.releases).toBe(1);
	});

	it('names what is to be continued: the checkpoint of this run, or of the one before', async () => {
		const fresh = await openPartialFile();
		await fresh.output.checkpoint(checkpoint);
		expect(await fresh.output.abandon()).toBe('out.partial');
		expect(fresh.handle.fd).toBe(-1);
		const earlier = {version: 1 as const, fingerprint: 'query-1', since, until, slidingSince: false, slidingUntil: false, startedAt: until - 1, bytes: 0, checkpoint};
		const resumed = await openPartialFile({earlier});
		expect(resumed.output.resumed).toEqual({checkpoint, since, until, startedAt: until - 1});
		expect(await resumed.output.abandon()).toBe('out.partial');
		expect(await namesIn(resumed.directory)).toEqual(['out.partial']);
	});

	it('adds nothing to a compressed file that has something in it', async () => {
		const {output, paths} = await openPartialFile({compress: async block => Buffer.concat([Buffer.from('<'), block, Buffer.from('>')])});
		await output.write('a');
		await output.checkpoint(checkpoint);
		await output.commit();
		expect(await readFile(paths.target, 'utf8')).toBe('<a>');
	});

	it('makes a compressed file of nothing a valid one', async () => {
		const {output, paths} = await openPartialFile({compress: async block => Buffer.concat([Buffer.from('<'), block, Buffer.from('>')])});
		await output.commit();
		expect(await readFile(paths.target, 'utf8')).toBe('<>');
	});
});

it('keeps what resuming needs from everybody else, whoever could read it before', async () => {
	const {output, paths} = await openPartialFile();
	await output.checkpoint(checkpoint);
	await chmod(paths.sidecar, 0o644);
	await output.checkpoint(checkpoint);
	expect((await stat(paths.sidecar)).mode & 0o777).toBe(0o600);
	await output.abandon();
});

describe('an output whose lock was taken away', () => {
	it('leaves the file of the other run alone', async () => {
		const {output, takeAway, paths, lock} = await openPartialFile();
		await output.write('a\n');
		takeAway();
		expect(await failureOf(output.checkpoint(checkpoint))).toBeInstanceOf(LockedError);
		expect(await output.abandon()).toBeUndefined();
		expect(await readFile(paths.partial, 'utf8')).toBe('');
		expect(lock.releases).toBe(1);
	});

	it('continues nothing that it had kept', async () => {
		const {output, takeAway, paths} = await openPartialFile();
		await output.write('a\n');
		await output.checkpoint(checkpoint);
		takeAway();
		expect(await failureOf(output.commit())).toBeInstanceOf(LockedError);
		expect(await output.abandon()).toBeUndefined();
		expect(await readFile(paths.partial, 'utf8')).toBe('a\n');
	});
});

describe('an output whose partial file was taken away while it was written', () => {
	it.each([['removed', false], ['replaced', true]])('publishes nothing, keeps nothing to be continued, and touches nothing of others: %s', async (what, isReplaced) => {
		for (const text of ['', 'a\n']) {
			const {output, paths, directory} = await openPartialFile();
			await output.checkpoint(checkpoint);
			await output.write(text);
			await rm(paths.partial);
			if (isReplaced) await writeFile(paths.partial, 'foreign\n');
			const failure = await failureOf(output.commit());
			expect(failure).toBeInstanceOf(OutputError);
			expect(failure).toMatchObject({message: `cannot write out: out.partial was ${what} while it was written`});
			expect(await output.abandon()).toBeUndefined();
			expect(await namesIn(directory)).toEqual(isReplaced ? ['out.partial'] : []);
			if (isReplaced) expect(await readFile(paths.partial, 'utf8')).toBe('foreign\n');
		}
	});

	it('finds out at the next checkpoint', async () => {
		const {output, paths} = await openPartialFile();
		await output.write('a\n');
		await rename(paths.partial, `${paths.partial}.moved`);
		expect(await failureOf(output.checkpoint(checkpoint))).toMatchObject({exitCode: 1, message: 'cannot write out: out.partial was removed while it was written'});
		expect(await output.abandon()).toBeUndefined();
	});
});

it('calls what comes in its way during the run a failure, not wrong usage', async () => {
	const {output, paths} = await openPartialFile();
	await mkdir(paths.sidecar);
	await output.write('a\n');
	const failure = await failureOf(output.checkpoint(checkpoint));
	expect(failure).toBeInstanceOf(OutputError);
	expect(failure).toMatchObject({message: `cannot write ${paths.sidecar}: it is a directory`});
	expect(await output.abandon()).toBeUndefined();
});

describe('an output that failed', () => {
	/** Fails once with a full disk, as if room had been made right after it. */
	function failingOnce(): Compress {
		let failed = false;
		return async block => {
			if (failed) return block;
			failed = true;
			throw diskFull();
		};
	}

	it('takes nothing more in, although the disk would take it again', async () => {
		const {output, paths} = await openPartialFile({compress: failingOnce()});
		await output.write('a\n');
		const failure = await failureOf(output.checkpoint(checkpoint));
		expect(failure).toBeInstanceOf(OutputError);
		expect(failure).toMatchObject({message: 'cannot write out: no space left on device', hint: 'make room, then run the same command again: it continues where this one stopped'});
		expect(await failureOf(output.write('b\n'))).toBe(failure);
		expect(await failureOf(output.checkpoint(checkpoint))).toBe(failure);
		expect(await failureOf(output.commit())).toBe(failure);
		expect(await output.abandon()).toBeUndefined();
		expect(await failureOf(readFile(paths.partial))).toMatchObject({code: 'ENOENT'});
	});

	it('keeps what it had at its checkpoint to be continued', async () => {
		let fails = false;
		const {output, paths} = await openPartialFile({compress: async block => {
			if (fails) throw diskFull();
			return block;
		}});
		await output.write('a\n');
		await output.checkpoint(checkpoint);
		fails = true;
		await output.write('b\n');
		expect(await failureOf(output.commit())).toBeInstanceOf(OutputError);
		expect(await output.abandon()).toBe('out.partial');
		expect(await readFile(paths.partial, 'utf8')).toBe('a\n');
	});

	it('promises no continuing where there is none', async () => {
		const {output} = await openPartialFile({compress: failingOnce(), resumable: false});
		await output.write('a\n');
		expect(await failureOf(output.commit())).toMatchObject({hint: 'make room, then run the same command again'});
		await output.abandon();
	});
});
