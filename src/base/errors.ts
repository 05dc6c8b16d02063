/**
 * The process exit codes that users, cron jobs and scripts may rely on.
 */
export const exitCodes = {
	complete: 0,
	api: 1,
	usage: 2,
	credentials: 3,
	network: 4,
	bug: 5,
	incomplete: 6,
	locked: 7,
	sighup: 129,
	sigint: 130,
	sigterm: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface ExportErrorOptions {
	/** What the user can do about it, one sentence. */
	hint?: string | undefined;
	/** The error that led to this one; shown under `--debug` only. */
	cause?: unknown;
}

/**
 * Base of every error the program expects. Libraries throw; only the process edge prints
 * `error: <message>` and `hint: <hint>` and turns `exitCode` into the exit status.
 */
export class ExportError extends Error {
	override readonly name: string = 'ExportError';
	readonly exitCode: ExitCode = exitCodes.api;
	readonly hint: string | undefined;
	/** What became of an unfinished output, a sentence told after the hint. */
	kept: string | undefined;

	constructor(message: string, options: ExportErrorOptions = {}) {
		super(message, options.cause === undefined ? {} : {cause: options.cause});
		this.hint = options.hint;
	}
}

/** Wrong flags or a wrong configuration: nothing was requested. */
export class UsageError extends ExportError {
	override readonly name = 'UsageError';
	override readonly exitCode = exitCodes.usage;
}

/** Credentials are missing, wrong, expired or lack a scope. */
export class CredentialsError extends ExportError {
	override readonly name = 'CredentialsError';
	override readonly exitCode = exitCodes.credentials;
}

/** The API could not be reached, or did not answer in time, after all retries. */
export class NetworkError extends ExportError {
	override readonly name = 'NetworkError';
	override readonly exitCode = exitCodes.network;
}

/** The API answered, and the answer is a refusal, a failure or unusable. */
export class ApiError extends ExportError {
	override readonly name: string = 'ApiError';
	override readonly exitCode = exitCodes.api;
	/** The vendor's error code, where the answer carries one. */
	readonly vendorCode: number | undefined;
	/** The API read the request and does not accept what it asks for: no other attempt at it will do. */
	readonly isRefusal: boolean;
	/** Parameters that the answer names as refused; empty where it names none. */
	readonly refused: readonly string[];

	constructor(
		message: string,
		options: ExportErrorOptions & {vendorCode?: number | undefined; isRefusal?: boolean; refused?: readonly string[]} = {},
	) {
		super(message, options);
		this.vendorCode = options.vendorCode;
		this.isRefusal = options.isRefusal ?? false;
		this.refused = options.refused ?? [];
	}
}

/** The API refuses requests, whatever they ask for, for longer than is worth waiting. */
export class LongRefusalError extends ApiError {
	override readonly name = 'LongRefusalError';
}

/** The output could not be written (disk full, file system error). */
export class OutputError extends ExportError {
	override readonly name = 'OutputError';
	override readonly exitCode = exitCodes.api;
}

/** Another run holds the lock of the same file. */
export class LockedError extends ExportError {
	override readonly name = 'LockedError';
	override readonly exitCode = exitCodes.locked;
}

/** The run was asked to stop by a signal. */
export class InterruptedError extends ExportError {
	override readonly name = 'InterruptedError';
	override readonly exitCode: ExitCode;

	readonly signalName: 'SIGBREAK' | 'SIGHUP' | 'SIGINT' | 'SIGTERM';

	constructor(signalName: InterruptedError['signalName']) {
		super(`interrupted by ${signalName}`);
		this.signalName = signalName;
		this.exitCode = {SIGBREAK: exitCodes.sigint, SIGHUP: exitCodes.sighup, SIGINT: exitCodes.sigint, SIGTERM: exitCodes.sigterm}[signalName];
	}
}

/** The reader of stdout went away (`| head -1`): the run ends quietly with exit 0. */
export class BrokenPipeError extends ExportError {
	override readonly name = 'BrokenPipeError';
	override readonly exitCode = exitCodes.complete;
}

/**
 * The system's code (`ENOENT`, `ENOSPC`, …) of an error thrown by Node, or undefined.
 */
export function systemCode(error: unknown): string | undefined {
	return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
