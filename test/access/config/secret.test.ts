import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readFileSync} from 'node:fs';
import {chmod, truncate, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import type {Config, Referable} from '../../../src/access/config/schema.ts';
import {resolveSecret, type ResolveSecretOptions} from '../../../src/access/config/secret.ts';
import {CredentialsError, exitCodes, InterruptedError, systemCode} from '../../../src/base/errors.ts';
import {temporaryDirectory} from './temporary-directory.ts';

const value = 'S3CR3T-value';

async function read(secret: Referable, {baseDir = '/', isTrusted = true, config = {}, ...options}: Partial<Omit<ResolveSecretOptions, 'config'>> & {
	baseDir?: string; isTrusted?: boolean; config?: Config;
} = {}): Promise<string> {
	const loaded = {config, path: join(baseDir, 'c.json'), isTrusted, warnings: []};
	return resolveSecret(secret, {name: 'profiles.a.trae.app_secret', env: {}, config: loaded, warn: () => undefined, ...options});
}

async function failure(promise: Promise<string>): Promise<CredentialsError> {
	const error: unknown = await promise.then(() => 'no error', (reason: unknown) => reason);
	if (error instanceof CredentialsError) return error;
	throw new Error('no CredentialsError', {cause: error});
}

/** Runs a line of JavaScript as the command. */
const script = (code: string, ...args: string[]): Referable => ({command: [process.execPath, '-e', code, ...args]});

describe('a reference that leads to no secret', () => {
	it.each(['__proto__', 'constructor', 'toString'])('is no variable: %s', async name => {
		const error = await failure(read({env: name}, {env: {OTHER: 'x'}}));
		expect(error.message).toBe(`profiles.a.trae.app_secret (environment variable ${name}) is not set`);
	});

	it('hints at a secret that stands in place of a variable, without showing it', async () => {
		const error = await failure(read({env: 's3cr3t/that-is-no-name'}));
		expect(error.hint).toBe('write the name of an environment variable there, not the secret itself');
	});

	it('is not read where it has no end, or nobody writes to it', async () => {
		const {path} = temporaryDirectory();
		execFileSync('mkfifo', [join(path, 'fifo')]);
		const server = createServer().listen(join(path, 'socket'));
		await once(server, 'listening');
		onTestFinished(() => {
			server.close();
		});
		await writeFile(join(path, 'long'), '');
		await truncate(join(path, 'long'), 2 ** 40);
		const message = async (file: string) => (await failure(read({file}, {baseDir: path}))).message.replace(/^.*\) /, '');
		expect(await message('/dev/zero')).toBe('is a device and no regular file');
		expect(await message('fifo')).toBe('is a FIFO and no regular file');
		expect(await message('socket')).toBe('is a socket and no regular file');
		expect(await message('long')).toBe('is larger than 1 MiB');
	});
});

describe('a value that is written out', () => {
	it('is taken without what stands around it unseen', async () => {
		expect(await read(value)).toBe(value);
		expect(await read(`${value}\r\n\n`)).toBe(value);
		expect(await read('\uFEFF inner  spaces stay\u00A0\u3000\u200B\r\n')).toBe('inner  spaces stay');
	});

	it.each(['\n', 'a\nb', 'a\r\nX-Header: b', 'a\0b', 'a\u001Bb', 'a\tb', 'a\u2028b', 'a\u0085b'])('is refused when it is empty or would break a header: %j', async text => {
		const error = await failure(read(text));
		expect(error.exitCode).toBe(exitCodes.credentials);
		expect(error.message).toMatch(/^profiles\.a\.trae\.app_secret (?:is empty|contains line breaks or other control characters)$/);
	});

	it('never stands in an error', async () => {
		await fc.assert(fc.asyncProperty(fc.string({minLength: 6, unit: 'grapheme-ascii'}), fc.constantFrom('\n', '\0', '\u001B'), async (secret, breaker) => {
			const error = await failure(read(`${secret}${breaker}${secret}!`));
			expect(`${error.message} ${error.hint}`).toMatch(/^profiles\.a\.trae\.app_secret contains line breaks or other control characters it must be one line of plain text$/);
		}));
	});
});

describe('an environment variable', () => {
	it('is read', async () => {
		expect(await read({env: 'X'}, {env: {X: `${value}\n`}})).toBe(value);
	});

	it.each([{}, {X: ''}])('that is missing or empty is named: %j', async env => {
		const error = await failure(read({env: 'X'}, {env}));
		expect(error.message).toBe('profiles.a.trae.app_secret (environment variable X) is not set');
	});
});

describe('a file', () => {
	it('is read relative to the configuration, from the home directory, or absolutely', async () => {
		const {path, put} = temporaryDirectory();
		const file = await put('secrets/app', `${value}\n`);
		expect(await read({file: 'secrets/app'}, {baseDir: path})).toBe(value);
		expect(await read({file: '~/secrets/app'}, {env: {HOME: path}})).toBe(value);
		expect(await read({file})).toBe(value);
	});

	it('that is missing, a directory or empty is named', async () => {
		const {path, put} = temporaryDirectory();
		await put('empty', '\n');
		expect((await failure(read({file: 'missing'}, {baseDir: path}))).message).toBe('profiles.a.trae.app_secret (file missing) cannot be read (ENOENT)');
		expect((await failure(read({file: '.'}, {baseDir: path}))).message).toContain('cannot be read (EISDIR)');
		expect((await failure(read({file: 'empty'}, {baseDir: path}))).message).toBe('profiles.a.trae.app_secret (file empty) is empty');
	});

	it('that others can read is warned about', async () => {
		const {path, put} = temporaryDirectory();
		const warnings: string[] = [];
		const options = {baseDir: path, warn: (message: string) => warnings.push(message)};
		await put('private', value);
		await chmod(await put('open', value), 0o644);
		await read({file: 'private'}, options);
		expect(warnings).toEqual([]);
		await read({file: 'open'}, options);
		expect(warnings).toEqual(['profiles.a.trae.app_secret (file open) can be read by other users; chmod 600 it']);
	});
});

describe('a command', () => {
	it('gives its stdout, running beside the configuration with the environment', async () => {
		const {path} = temporaryDirectory();
		expect(await read(script(`console.log('${value}')`))).toBe(value);
		expect(await read(script('console.log(process.cwd())'), {baseDir: path})).toContain('audit-export-config-');
		expect(await read(script('console.log(process.env.X)'), {env: {X: value}})).toBe(value);
	});

	it('has no shell: arguments stay as they are', async () => {
		const {path} = temporaryDirectory();
		const injected = join(path, 'injected');
		expect(await read(script('console.log(process.argv[1])', `$(touch ${injected}); touch ${injected}`))).toContain('$(touch');
		expect(existsSync(injected)).toBe(false);
	});

	it('finds its stdin at the end', async () => {
		expect(await read(script("process.stdin.resume().on('end', () => console.log('ended'))"))).toBe('ended');
	});

	it.each([
		['that fails', script(`console.log('${value}'); console.error('${value}'); process.exit(7)`), 'failed with exit status 7'],
		['that writes nothing', script(''), 'is empty'],
		['that writes several lines', script(`console.log('${value}\\n${value}')`), 'contains line breaks'],
		['that does not exist', {command: ['/nowhere/program', value]}, 'could not be started (ENOENT)'],
		['that is ended by a signal', script(`process.kill(process.pid, 'SIGTERM'); setTimeout(() => 0, 60000)`), 'was ended by SIGTERM'],
		['that writes without end', script(`setInterval(() => process.stdout.write('${value}'.repeat(100000)), 1)`), 'wrote more than a megabyte'],
	])('%s is named by program only', async (_, secret, message) => {
		const error = await failure(read(secret));
		expect(error.message).toContain(`profiles.a.trae.app_secret (output of "`);
		expect(error.message).toContain(message);
		expect(`${error.message}${error.hint}${error.stack}${String(error.cause)}`).not.toContain(value);
	});

	it('is ended with the run', async () => {
		const stop = new AbortController();
		const reason = new InterruptedError('SIGINT');
		const reading = read(script('setInterval(() => 0, 1000)'), {signal: stop.signal});
		stop.abort(reason);
		await expect(reading).rejects.toBe(reason);
	});

	it('is ended with the run also where it does not heed a signal', async () => {
		const {path} = temporaryDirectory();
		const stop = new AbortController();
		const pidFile = join(path, 'pid');
		const reading = read(script(`process.on('SIGTERM', () => 0); require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => 0, 1000)`), {signal: stop.signal});
		await vi.waitFor(() => {
			expect(existsSync(pidFile) && readFileSync(pidFile, 'utf8')).toMatch(/^\d+$/);
		}, {timeout: 20_000});
		stop.abort(new InterruptedError('SIGINT'));
		await expect(reading).rejects.toBeInstanceOf(InterruptedError);
		const pid = Number(readFileSync(pidFile, 'utf8'));
		onTestFinished(() => {
			try {
				process.kill(pid, 'SIGKILL');
			} catch (error) {
				// It is gone, as it should be.
				if (systemCode(error) !== 'ESRCH') throw error;
			}
		});
		await vi.waitFor(() => {
			expect(() => process.kill(pid, 0)).toThrow('ESRCH');
		}, {timeout: 20_000});
	});

	it('that takes too long is stopped', async () => {
		const error = await failure(read(script('setInterval(() => 0, 1000)'), {timeoutMs: 200}));
		expect(error.message).toContain('did not end within 200ms');
	});

	it('is not run when its configuration merely lay in the working directory', async () => {
		const {path} = temporaryDirectory();
		const flag = join(path, 'ran');
		const error = await failure(read(script(`require('node:fs').writeFileSync(${JSON.stringify(flag)}, '')`), {isTrusted: false}));
		expect(error.message).toContain('was not run');
		expect(error.hint).toContain('--config');
		expect(existsSync(flag)).toBe(false);
	});
});
