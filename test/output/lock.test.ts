import {randomUUID} from 'node:crypto';
import {mkdir, readFile, rename, rm, utimes, writeFile} from 'node:fs/promises';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {LockedError, UsageError} from '../../src/base/errors.ts';
import {currentOwner, judgeOwner} from '../../src/output/lock-file-system.ts';
import {acquireLock} from '../../src/output/lock.ts';
import {namesIn, runChild, temporaryDirectory} from './helpers.ts';

const holder = (path: string) => `
	import {acquireLock} from './lock.ts';
	void acquireLock(${JSON.stringify(path)}).then(() => {
		process.stdout.write('held\\n');
		setInterval(() => {}, 1000);
	}, (error: Error) => {
		process.stdout.write(error.name + '\\n');
	});
`;

describe('acquireLock', () => {
	it('keeps others out until it is released, and then leaves nothing', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'out.csv');
		const lock = await acquireLock(path);
		await expect(acquireLock(path, 'out.csv')).rejects.toThrow(`out.csv is in use by another run (pid ${process.pid} on ${hostname()}, since `);
		await lock.release();
		await lock.release();
		expect(await namesIn(directory)).toEqual([]);
		expect(lock.lost.aborted).toBe(false);
		const next = await acquireLock(path);
		await next.release();
	});

	it('refuses while another process runs, and takes over at once when that was killed', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'out.csv');
		const child = await runChild(holder(path));
		await child.until('held');
		const refused: unknown = await acquireLock(path).then(() => undefined, (error: unknown) => error);
		expect(refused).toBeInstanceOf(LockedError);
		expect(refused).toMatchObject({exitCode: 7, message: expect.stringContaining(`pid ${child.process.pid}`) as string});
		child.process.kill('SIGKILL');
		await child.ended();
		expect(await namesIn(directory)).toEqual(['out.csv.lock']);
		const lock = await acquireLock(path);
		await lock.release();
		expect(await namesIn(directory)).toEqual([]);
	});

	it('can be taken over at once, and leaves nothing, at whatever moment its owner was killed', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'out.csv');
		for (let round = 0; round < 6; round++) {
			const child = await runChild(`
				import {acquireLock} from './lock.ts';
				process.stdout.write('begins');
				void (async () => {
					for (;;) await (await acquireLock(${JSON.stringify(path)})).release();
				})();
			`);
			await child.until('begins');
			await setTimeout(20 + round);
			child.process.kill('SIGKILL');
			await child.ended();
			await (await acquireLock(path)).release();
		}
		// What was just being made may be that of a run that goes on: it is removed once it is old.
		for (const name of await namesIn(directory)) await utimes(join(directory, name), 0, 0);
		await (await acquireLock(path)).release();
		expect(await namesIn(directory)).toEqual([]);
	});

	it('leaves everything beside it alone that is no leftover', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'out.csv');
		const alive = `out.csv.lock.${randomUUID()}`;
		const precious = `out.csv.lock.${randomUUID()}`;
		await mkdir(join(directory, alive));
		await writeFile(join(directory, alive, 'owner.json'), JSON.stringify(currentOwner('alive')));
		await mkdir(join(directory, precious));
		await writeFile(join(directory, precious, 'file'), '');
		await writeFile(join(directory, 'out.csv.lock.txt'), '');
		for (const name of await namesIn(directory)) await utimes(join(directory, name), 0, 0);
		const names = await namesIn(directory);
		await (await acquireLock(path)).release();
		expect(await namesIn(directory)).toEqual(names);
		expect(await namesIn(join(directory, precious))).toEqual(['file']);
	});

	it('goes to exactly one of several that find a dead lock', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'out.csv');
		await writeLock(path, {...currentOwner('dead'), processStart: '1'});
		const children = await Promise.all(Array.from({length: 6}, async () => runChild(holder(path))));
		const answers = await Promise.all(children.map(async child => child.until('\n')));
		expect(answers.toSorted()).toEqual([...Array.from({length: 5}, () => 'LockedError\n'), 'held\n']);
	});

	it('names a disk that takes no more, and leaves nothing on it', async () => {
		const directory = await temporaryDirectory();
		const child = await runChild(`process.on('SIGXFSZ', () => {});
			import {acquireLock} from './lock.ts';
			void acquireLock(${JSON.stringify(join(directory, 'out.csv'))}).catch((error: Error) => process.stdout.write(error.name + ' ' + error.message));
		`, {shell: 'ulimit -f 0; $CHILD'});
		expect((await child.ended()).stdout).toBe(`OutputError cannot write ${join(directory, 'out.csv.lock')}: file too large`);
		expect(await namesIn(directory)).toEqual([]);
	});

	it('is given back when the process exits without releasing', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'out.csv');
		const child = await runChild(`
			import {acquireLock} from './lock.ts';
			void acquireLock(${JSON.stringify(path)}).then(() => process.exit(3));
		`);
		expect((await child.ended()).status).toBe(3);
		expect(await namesIn(directory)).toEqual([]);
	});

	it('never takes over from a process that runs, however old the lock looks', async () => {
		const path = join(await temporaryDirectory(), 'out.csv');
		await writeLock(path, currentOwner('suspended'), 0);
		await expect(acquireLock(path)).rejects.toBeInstanceOf(LockedError);
	});

	it.each([
		['another host', {host: 'elsewhere'}],
		['another container of the same name', {system: 'another pid namespace'}],
	])('judges an owner on %s by its last sign of life', async (_, difference) => {
		const path = join(await temporaryDirectory(), 'out.csv');
		const owner = {...currentOwner('remote'), ...difference, pid: 2 ** 22 + 1};
		await writeLock(path, owner);
		await expect(acquireLock(path)).rejects.toBeInstanceOf(LockedError);
		await utimes(`${path}.lock`, 0, 0);
		await (await acquireLock(path, path, {sleep: async () => undefined})).release();
	});

	it('leaves the lock of another host alone that still shows signs of life by a clock of its own', async () => {
		const path = join(await temporaryDirectory(), 'out.csv');
		await writeLock(path, {...currentOwner('remote'), host: 'elsewhere'}, 1000);
		const touchMeanwhile = async () => utimes(`${path}.lock`, 1001, 1001);
		await expect(acquireLock(path, 'out.csv', {sleep: touchMeanwhile})).rejects.toThrow(/out\.csv is in use by another run \(pid \d+ on elsewhere/);
		await (await acquireLock(path, path, {sleep: async () => undefined})).release();
	});

	it('judges a lock without a readable owner by its age', async () => {
		const path = join(await temporaryDirectory(), 'out.csv');
		await writeLock(path, 'cut off');
		await expect(acquireLock(path)).rejects.toBeInstanceOf(LockedError);
		await utimes(`${path}.lock`, 0, 0);
		await (await acquireLock(path, path, {sleep: async () => undefined})).release();
	});

	it('tells its holder when it was taken away, and does not remove the lock of another', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'out.csv');
		const lock = await acquireLock(path);
		await rm(`${path}.lock`, {recursive: true});
		await writeLock(path, {...currentOwner('other'), host: 'elsewhere'}, 0);
		await new Promise(resolve => {
			lock.lost.addEventListener('abort', resolve);
		});
		expect(lock.lost.reason).toBeInstanceOf(LockedError);
		await lock.release();
		expect(await namesIn(directory)).toEqual(['out.csv.lock']);
	});

	it('does not remove the lock of another even before it noticed', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'out.csv');
		const lock = await acquireLock(path);
		await rename(`${path}.lock`, join(directory, 'moved'));
		await writeLock(path, {...currentOwner('other'), host: 'elsewhere'});
		await lock.release();
		expect(await readFile(join(directory, 'out.csv.lock', 'owner.json'), 'utf8')).toContain('elsewhere');
	});

	it('leaves a directory alone that is no lock', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'out.csv');
		await mkdir(`${path}.lock`);
		await writeFile(join(`${path}.lock`, 'precious'), '');
		await utimes(`${path}.lock`, 0, 0);
		await expect(acquireLock(path)).rejects.toBeInstanceOf(UsageError);
		expect(await namesIn(`${path}.lock`)).toEqual(['precious']);
	});

	it('names a directory that does not exist', async () => {
		await expect(acquireLock(join(await temporaryDirectory(), 'no', 'out.csv'))).rejects.toBeInstanceOf(UsageError);
	});
});

describe('judgeOwner', () => {
	it('finds this process alive, and dead under another start time or number', () => {
		const owner = currentOwner('token');
		expect(judgeOwner(owner)).toBe('alive');
		expect(judgeOwner({...owner, processStart: undefined})).toBe('alive');
		expect(judgeOwner({...owner, processStart: '1'})).toBe('dead');
		expect(judgeOwner({...owner, pid: 2 ** 22 + 1})).toBe('dead');
	});

	it('counts a killed process as dead before its parent has asked for it', async () => {
		const child = await runChild('setInterval(() => {}, 1000); process.stdout.write("up");', {
			// The shell replaces itself by a program that never asks for its children.
			shell: '$CHILD & echo "pid $!"; exec sleep 60',
		});
		const pid = Number(/pid (\d+)/.exec(await child.until('up'))?.[1]);
		expect(judgeOwner({...currentOwner('token'), pid, processStart: undefined})).toBe('alive');
		process.kill(pid, 'SIGKILL');
		await expect.poll(() => judgeOwner({...currentOwner('token'), pid, processStart: undefined})).toBe('dead');
	});
});

async function writeLock(path: string, owner: unknown, modifiedAtSeconds?: number): Promise<void> {
	await mkdir(`${path}.lock`);
	await writeFile(join(`${path}.lock`, 'owner.json'), JSON.stringify(owner));
	if (modifiedAtSeconds !== undefined) await utimes(`${path}.lock`, modifiedAtSeconds, modifiedAtSeconds);
}
