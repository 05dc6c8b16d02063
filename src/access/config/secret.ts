import {execFile, type ExecFileException} from 'node:child_process';
import {open} from 'node:fs/promises';
import {formatDuration} from '../../base/duration.ts';
import {CredentialsError, systemCode} from '../../base/errors.ts';
import {longestSecret} from '../../base/limits.ts';
import {withoutTrailing} from './base-url.ts';
import {withoutSecrets} from './own-variables.ts';
import {readAtMost} from './parse-file.ts';
import type {Referable} from './schema.ts';
import {expandPath} from './search-places.ts';

export interface ResolveSecretOptions {
	/** The setting, for messages: `profiles.production.feishu.app_secret`. */
	readonly name: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Where relative paths start and commands run: the directory of the configuration file. */
	readonly baseDir: string;
	/** Takes a warning for stderr. */
	readonly warn: (message: string) => void;
	/** Whether a command may run; see `LoadedConfig`. */
	readonly mayRunCommands: boolean;
	/** Milliseconds a command may take. Default 30 000. */
	readonly timeoutMs?: number;
	/** Ends a command under way. */
	readonly signal?: AbortSignal | undefined;
}

/** A file with more, as /dev/zero, is not read to its end. */
const mostSecretBytes = 1_048_576;

/**
 * The value of a setting that is written out or referred to, without trailing newlines. Throws a `CredentialsError`
 * that names the setting and the reference, never the value, when there is none or when it could not be sent in a header.
 */
export async function resolveSecret(secret: Referable, options: ResolveSecretOptions): Promise<string> {
	const origin = describeSecret(secret, options.name);
	const value = withoutTrailing(await readValue(secret, options), '\r\n');
	if (value === '') throw new CredentialsError(`${origin} is empty`, {hint: `give ${options.name} a value`});
	if (value.length > longestSecret) throw new CredentialsError(`${origin} is longer than any header may be: ${value.length} characters`, {hint: 'check that it holds the secret, and nothing else'});
	// A newline inside a token would add headers to the request.
	if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(value)) {
		throw new CredentialsError(`${origin} contains line breaks or other control characters`, {hint: 'it must be one line of plain text'});
	}
	return value;
}

/** Where a value comes from, for messages: `profiles.a.trae.app_secret (environment variable NAME)`. */
export function describeSecret(secret: Referable, name: string): string {
	if (typeof secret === 'string') return name;
	if (secret.env !== undefined) return `${name} (environment variable ${showVariable(secret.env)})`;
	if (secret.file !== undefined) return `${name} (file ${secret.file})`;
	// Arguments may themselves be secret.
	return `${name} (output of ${JSON.stringify(secret.command?.[0])})`;
}

/** Where the name of a variable is asked for, some write the secret itself. */
function showVariable(name: string): string {
	return isVariable(name) ? name : 'of the name that stands there, which does not look like one';
}

function isVariable(name: string): boolean {
	return /^(?:[A-Z_][A-Z\d_]*|\w{1,20})$/.test(name);
}

async function readValue(secret: Referable, options: ResolveSecretOptions): Promise<string> {
	if (typeof secret === 'string') return secret;
	const origin = describeSecret(secret, options.name);
	if (secret.env !== undefined) {
		// An environment has members of its own only: `constructor` is no variable.
		const value = Object.hasOwn(options.env, secret.env) ? options.env[secret.env] : undefined;
		if (value === undefined || value === '') {
			throw new CredentialsError(`${origin} is not set`, {hint: isVariable(secret.env) ? `set ${secret.env}` : 'write the name of an environment variable there, not the secret itself'});
		}
		return value;
	}
	if (secret.file !== undefined) return readSecretFile(expandPath(secret.file, options.baseDir, options.env), origin, options.warn);
	if (!options.mayRunCommands) {
		throw new CredentialsError(`${origin} was not run: its configuration was only found in the current directory`, {
			hint: 'if you trust that file, name it with --config or AUDIT_EXPORT_CONFIG, or move it to your configuration directory',
		});
	}
	return runSecretCommand(secret.command ?? [], origin, options);
}

async function readSecretFile(path: string, origin: string, warn: (message: string) => void): Promise<string> {
	try {
		await using file = await open(path);
		const {mode} = await file.stat();
		const value = await readAtMost(file, mostSecretBytes);
		if (value === undefined) throw new CredentialsError(`${origin} is longer than any header may be`, {hint: 'check that it holds the secret, and nothing else'});
		if (process.platform !== 'win32' && (mode & 0o044) !== 0) warn(`${origin} can be read by other users; chmod 600 it`);
		return value;
	} catch (error) {
		const code = systemCode(error);
		if (error instanceof CredentialsError || code === undefined) throw error;
		throw new CredentialsError(`${origin} cannot be read (${code})`, {hint: 'check the path, which starts at the configuration file, and its permissions', cause: error});
	}
}

interface SecretCommandOptions {
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Where the program runs. */
	readonly baseDir: string;
	/** Milliseconds it may take. Default 30 000. */
	readonly timeoutMs?: number;
	/** Ends the program. */
	readonly signal?: AbortSignal | undefined;
}

/**
 * What a program writes to stdout. No shell is involved, its stdin is empty, and its stderr is dropped, because
 * programs that handle secrets quote them in errors. Throws a `CredentialsError` when it fails, and the signal's reason
 * when that aborts.
 */
async function runSecretCommand(command: readonly string[], origin: string, options: SecretCommandOptions): Promise<string> {
	const [program = '', ...args] = command;
	const {timeoutMs = 30_000, signal} = options;
	return new Promise((resolve, reject) => {
		const child = execFile(program, args, {
			cwd: options.baseDir,
			env: withoutSecrets(options.env),
			timeout: timeoutMs,
			killSignal: 'SIGKILL',
			maxBuffer: 1_048_576,
			windowsHide: true,
			...(signal === undefined ? {} : {signal}),
		}, (error, stdout) => {
			if (error === null) {
				resolve(stdout);
				return;
			}
			if (signal?.aborted === true) {
				reject(signal.reason);
				return;
			}
			// Not kept as the cause: its message holds the arguments and what the program wrote to stderr.
			reject(new CredentialsError(`${origin} ${failure(error, timeoutMs)}`, {hint: 'run the program yourself to see what it says'}));
		});
		child.stdin?.end();
	});
}

function failure(error: ExecFileException, timeoutMs: number): string {
	if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'wrote more than a megabyte';
	if (typeof error.code === 'number') return `failed with exit status ${error.code}`;
	if (typeof error.code === 'string') return `could not be started (${error.code})`;
	return error.killed ? `did not end within ${formatDuration(timeoutMs)}` : `was ended by ${error.signal ?? 'a signal'}`;
}
