import {execFile} from 'node:child_process';
import type {ExecFileException} from 'node:child_process';
import {CredentialsError} from '../errors.ts';
import {formatDuration} from '../query/duration.ts';
import {withoutSecrets} from './own-variables.ts';

export interface SecretCommandOptions {
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
export async function runSecretCommand(command: readonly string[], origin: string, options: SecretCommandOptions): Promise<string> {
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
