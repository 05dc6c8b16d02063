import {createWriteStream} from 'node:fs';
import {readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import type {OutputStream} from '../../src/base/context.ts';
import {BrokenPipeError, InterruptedError, OutputError} from '../../src/base/errors.ts';
import {createStreamOutput} from '../../src/output/stream-output.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';
import {runChild, temporaryDirectory} from './helpers.ts';

type WriteCallback = (error?: Error | null) => void;

/** A stream whose room and answers the test decides. */
class FakeStream implements OutputStream {
	text = '';
	hasRoom = true;
	readonly callbacks: WriteCallback[] = [];
	readonly listeners = new Set<(error: Error) => void>();

	write(chunk: string | Uint8Array, callback?: WriteCallback): boolean {
		this.text += String(chunk);
		if (callback) this.callbacks.push(callback);
		return this.hasRoom;
	}

	on(_event: 'error', listener: (error: Error) => void): void {
		this.listeners.add(listener);
	}

	off(_event: 'error', listener: (error: Error) => void): void {
		this.listeners.delete(listener);
	}

	answer(error?: Error): void {
		for (const callback of this.callbacks.splice(0)) callback(error);
	}
}

const failed = (code: string, errno: number) => Object.assign(new Error(`${code}: write`), {code, errno});

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
	let settled = false;
	const settle = () => {
		settled = true;
	};
	void promise.then(settle, settle);
	await new Promise(resolve => {
		setImmediate(resolve);
	});
	return settled;
}

describe('createStreamOutput', () => {
	it('passes text on in order and commits once all of it was accepted', async () => {
		const stream = new FakeStream();
		const output = createStreamOutput(stream);
		await output.write('a\n');
		await output.write('');
		await output.write('b\n');
		await output.checkpoint({nextFrom: 0, records: 2});
		const committed = output.commit();
		expect(await isSettled(committed)).toBe(false);
		stream.answer();
		await committed;
		expect(stream.text).toBe('a\nb\n');
		expect(stream.listeners.size).toBe(0);
	});

	it('waits while the reader is slow', async () => {
		const stream = new FakeStream();
		stream.hasRoom = false;
		const written = createStreamOutput(stream).write('a\n');
		expect(await isSettled(written)).toBe(false);
		stream.answer();
		await written;
	});

	it('reports a reader that went away, whatever the stream says afterwards', async () => {
		const stream = new FakeStream();
		const output = createStreamOutput(stream);
		await output.write('a\n');
		await output.write('b\n');
		stream.callbacks.shift()?.(failed('EPIPE', -32));
		stream.answer(failed('ERR_STREAM_DESTROYED', 0));
		await expect(output.write('c\n')).rejects.toBeInstanceOf(BrokenPipeError);
		await expect(output.commit()).rejects.toBeInstanceOf(BrokenPipeError);
		expect(await output.abandon()).toBeUndefined();
		expect(stream.listeners.size).toBe(1);
	});

	it('wakes a waiting write when only the error event arrives', async () => {
		const stream = new FakeStream();
		stream.hasRoom = false;
		const written = createStreamOutput(stream).write('a\n');
		for (const listener of stream.listeners) listener(failed('EPIPE', -32));
		await expect(written).rejects.toBeInstanceOf(BrokenPipeError);
	});

	it('gives up on a reader that takes nothing once the run is to end, after a while', async () => {
		const stream = new FakeStream();
		stream.hasRoom = false;
		const stop = new AbortController();
		let passTime = () => {};
		const sleep = async () => new Promise<void>(resolve => {
			passTime = resolve;
		});
		const output = createStreamOutput(stream, 'stdout', {signal: stop.signal, sleep});
		const written = output.write('a\n');
		const reason = new InterruptedError('SIGINT');
		stop.abort(reason);
		expect(await isSettled(written)).toBe(false);
		passTime();
		await expect(written).rejects.toBe(reason);
		await expect(output.commit()).rejects.toBe(reason);
		expect(await output.abandon()).toBeUndefined();
	});

	it('counts as written what the reader takes in that while', async () => {
		const stream = new FakeStream();
		stream.hasRoom = false;
		const stop = new AbortController();
		const output = createStreamOutput(stream, 'stdout', {signal: stop.signal, sleep: new VirtualClock().sleep});
		const written = output.write('a\n');
		stop.abort(new InterruptedError('SIGINT'));
		stream.answer();
		await written;
		await expect(output.commit()).resolves.toBeUndefined();
	});

	it('names a full disk', async () => {
		const stream = createWriteStream('/dev/full');
		onTestFinished(() => {
			stream.destroy();
		});
		const output = createStreamOutput(stream);
		await output.write('a\n');
		const error: unknown = await output.commit().then(() => undefined, (reason: unknown) => reason);
		expect(error).toBeInstanceOf(OutputError);
		expect(error).toMatchObject({message: 'cannot write stdout: no space left on device'});
	});

	it('ends without a stack trace when the reader of a real pipe goes away', async () => {
		const child = await runChild(`
			import {createStreamOutput} from './stream-output.ts';
			void (async () => {
				const output = createStreamOutput(process.stdout);
				try {
					for (;;) await output.write('x'.repeat(1000) + '\\n');
				} catch (error) {
					await output.abandon();
					process.stderr.write((error as Error).name);
				}
			})();
		`, {shell: '$CHILD | head -1'});
		const {status, stdout, stderr} = await child.ended();
		expect(stdout).toHaveLength(1001);
		expect(stderr).toBe('BrokenPipeError');
		expect(status).toBe(0);
	});
});

describe('openDescriptorStream', () => {
	const program = (file: string) => `
		import {openDescriptorStream} from './descriptor-stream.ts';
		import {createStreamOutput} from './stream-output.ts';
		process.on('SIGXFSZ', () => {});
		void (async () => {
			const output = createStreamOutput(openDescriptorStream(1) ?? process.stdout, ${JSON.stringify(file)});
			try {
				await output.write('x'.repeat(1500) + '\\n');
				await output.commit();
			} catch (error) {
				process.stderr.write((error as Error).message);
			}
		})();
	`;

	it('reports text that the system took only in part', async () => {
		const file = join(await temporaryDirectory(), 'out');
		const child = await runChild(program(file), {shell: `ulimit -f 1; $CHILD > ${file}`});
		expect((await child.ended()).stderr).toBe(`cannot write ${file}: file too large`);
		expect((await stat(file)).size).toBeLessThan(1500);
	});

	it('appends where the shell appends', async () => {
		const file = join(await temporaryDirectory(), 'out');
		const child = await runChild(program(file), {shell: `echo before > ${file}; $CHILD >> ${file}; echo after >> ${file}`});
		await child.ended();
		expect(await readFile(file, 'utf8')).toBe(`before\n${'x'.repeat(1500)}\nafter\n`);
	});
});
