import {execFile, type ExecFileException} from 'node:child_process';
import {realpath} from 'node:fs/promises';
import {dirname, sep} from 'node:path';
import {cleaned, decodeText, isOwnVariable, writeInUtf8} from '../../base/clean-text.ts';
import {formatDuration} from '../../base/duration.ts';
import {CredentialsError, systemCode} from '../../base/errors.ts';
import {longestSecret} from '../../base/limits.ts';
import {readRegularFile, UnreadableFileError} from '../../base/regular-file.ts';
import type {LoadedConfig} from './load.ts';
import {secretVariables} from './own-variables.ts';
import type {Referable} from './schema.ts';
import {expandPath} from './search-places.ts';
import {trustIt} from './trust.ts';

export interface ResolveSecretOptions {
	/** The setting, for messages: `profiles.production.feishu.app_secret`. */
	readonly name: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Where the value stands: relative paths start at its directory and commands run there, if it may say such things at all. */
	readonly config: LoadedConfig;
	/** Takes a warning for stderr. */
	readonly warn: (message: string) => void;
	/** Milliseconds a command may take. Default 30 000. */
	readonly timeoutMs?: number;
	/** Ends a command under way. */
	readonly signal?: AbortSignal | undefined;
}

/** A file with more is not read to its end. */
const mostSecretBytes = 2 ** 20;

/**
 * The value of a setting that is written out or referred to, cleaned. Throws a `CredentialsError` that
 * names the setting and the reference, never the value, when there is none or when it could not be sent in a header.
 */
export async function resolveSecret(secret: Referable, options: ResolveSecretOptions): Promise<string> {
	const origin = describeSecret(secret, options.name);
	const value = cleaned(await readValue(secret, options));
	if (value === '') throw new CredentialsError(`${origin} is empty`, {hint: `give ${options.name} a value`});
	if (value.length > longestSecret)
		throw new CredentialsError(`${origin} is longer than any header may be: ${value.length} characters`, {
			hint: 'check that it holds the secret, and nothing else',
		});
	if (value.includes('\uFFFD')) throw new CredentialsError(`${origin} holds bytes that are no UTF-8`, {hint: writeInUtf8});
	// A newline inside a token would add headers to the request.
	if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(value)) {
		throw new CredentialsError(`${origin} contains line breaks or other control characters`, {
			hint: 'it must be one line of plain text',
		});
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
	if (!options.config.isTrusted) await refuseUntrusted(secret, origin, options);
	if (secret.env !== undefined) {
		// An environment has members of its own only: `constructor` is no variable.
		const value = Object.hasOwn(options.env, secret.env) ? options.env[secret.env] : undefined;
		if (value === undefined || value === '') {
			throw new CredentialsError(`${origin} is not set`, {
				hint: isVariable(secret.env) ? `set ${secret.env}`
					: 'write the name of an environment variable there, not the secret itself',
			});
		}
		return value;
	}
	if (secret.file !== undefined) return readSecretFile(secret.file, origin, options);
	return runSecretCommand(secret.command ?? [], origin, options);
}

type Reference = Exclude<Referable, string>;

/**
 * A configuration that was only found may be anybody's, and what it refers to is sent away under the name that it chooses: it
 * has this program's own variables and the files beside it, links followed, and nothing else of the user's.
 */
async function refuseUntrusted({env: name, file}: Reference, origin: string, {config, env}: ResolveSecretOptions): Promise<void> {
	const base = directoryOf(config);
	const isFine = name !== undefined ? isOwnVariable(name) : file !== undefined && await isBelow(base, expandPath(file, base, env));
	if (isFine) return;
	const verb = file === undefined && name === undefined ? 'run' : 'read';
	throw new CredentialsError(`${origin} was not ${verb}: its configuration was only found in the current directory`, {hint: trustIt});
}

async function isBelow(directory: string, path: string): Promise<boolean> {
	try {
		return (await realpath(path)).startsWith(`${await realpath(directory)}${sep}`);
	} catch (error) {
		if (systemCode(error) === undefined) throw error;
		// Reading it says what is wrong.
		return path.startsWith(`${directory}${sep}`);
	}
}

function directoryOf({path}: LoadedConfig): string {
	return path === undefined ? '.' : dirname(path);
}

async function readSecretFile(file: string, origin: string, {config, env, warn, signal}: ResolveSecretOptions): Promise<string> {
	try {
		const {bytes, stats} = await readRegularFile(expandPath(file, directoryOf(config), env), {maxBytes: mostSecretBytes, signal});
		if (process.platform !== 'win32' && (stats.mode & 0o044) !== 0) warn(`${origin} can be read by other users; chmod 600 it`);
		return decoded(bytes, origin);
	} catch (error) {
		if (error instanceof UnreadableFileError) {
			throw new CredentialsError(`${origin} ${error.reason}`, {
				hint: 'check that it is a file that holds the secret, and nothing else',
			});
		}
		const code = systemCode(error);
		if (error instanceof CredentialsError || code === undefined) throw error;
		throw new CredentialsError(`${origin} cannot be read (${code})`, {
			hint: 'check the path, which starts at the configuration file, and its permissions', cause: error,
		});
	}
}

function decoded(bytes: Uint8Array, origin: string): string {
	const result = decodeText(bytes);
	if ('text' in result) return result.text;
	throw new CredentialsError(`${origin} ${result.problem}`, {hint: writeInUtf8});
}

/**
 * What a program writes to stdout. No shell is involved, its stdin is empty, and its stderr is dropped, because
 * programs that handle secrets quote them in errors. Throws a `CredentialsError` when it fails, and the signal's reason
 * when that aborts.
 */
async function runSecretCommand(command: readonly string[], origin: string, options: ResolveSecretOptions): Promise<string> {
	const [program = '', ...args] = command;
	// Windows runs these by a shell alone, which would read the arguments as its own language.
	if (process.platform === 'win32' && /\.(?:cmd|bat)$/i.test(program))
		throw new CredentialsError(`${origin} was not run: it is a script of cmd.exe`, {hint: 'name the program that it starts, such as node.exe with its arguments, or ["cmd.exe", "/d", "/c", …]'});
	const {timeoutMs = 30_000, signal} = options;
	const secrets = secretVariables(options.config.config);
	const written = await new Promise<Buffer>((resolve, reject) => {
		const child = execFile(program, args, {
			cwd: directoryOf(options.config),
			env: Object.fromEntries(Object.entries(options.env).filter(([name]) => !secrets.has(name))),
			encoding: 'buffer',
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
				// It was asked to end, which not every program heeds.
				child.kill('SIGKILL');
				reject(signal.reason);
				return;
			}
			// Not kept as the cause: its message holds the arguments and what the program wrote to stderr.
			reject(new CredentialsError(`${origin} ${failure(error, timeoutMs)}`, {hint: 'run the program yourself to see what it says'}));
		});
		child.stdin?.end();
	});
	return decoded(written, origin);
}

function failure(error: ExecFileException, timeoutMs: number): string {
	if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'wrote more than a megabyte';
	if (typeof error.code === 'number') return `failed with exit status ${error.code}`;
	if (typeof error.code === 'string') return `could not be started (${error.code})`;
	return error.killed ? `did not end within ${formatDuration(timeoutMs)}` : `was ended by ${error.signal ?? 'a signal'}`;
}
