import {constants} from 'node:os';
import {getSystemErrorMap} from 'node:util';
import {BrokenPipeError, ExportError, exitCodes, OutputError, systemCode, UsageError, type ExitCode} from '../base/errors.ts';

/** The codes that say the device, not the command, is the reason. */
const deviceCodes = new Set(['ENOSPC', 'EIO', 'EFBIG', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** For EDQUOT, which has neither a code nor words in Node. */
const quotaMessage = 'disk quota exceeded';

/** What the system says about an error, in words: `no space left on device`. */
export function systemMessage(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const errno = 'errno' in error && typeof error.errno === 'number' ? error.errno : 0;
	if (errno === -constants.errno.EDQUOT) return quotaMessage;
	return getSystemErrorMap().get(errno)?.[1] ?? error.message;
}

/**
 * The error to throw when writing `name` failed. Errors that are no system errors are bugs and come back unchanged.
 * @param next what to do once the cause is gone
 */
export function writeFailure(name: string, error: unknown, next = 'run the same command again'): unknown {
	const code = systemCode(error);
	if (error instanceof ExportError || code === undefined) return error;
	if (code === 'EPIPE') return new BrokenPipeError(`the reader of ${name} went away`, {cause: error});
	const first = code === 'ENOSPC' || systemMessage(error) === quotaMessage ? 'make room' : 'see to the disk or the file system';
	return new OutputError(`cannot write ${name}: ${systemMessage(error)}`, {hint: `${first}, then ${next}`, cause: error});
}

/**
 * What the system refused (a path, a descriptor, a process) as an error that says so: the state of a machine is no bug.
 * Errors that are no refusals of the system come back unchanged.
 */
export function systemFailure(error: unknown): unknown {
	if (error instanceof ExportError || !(error instanceof Error) || !('syscall' in error) || systemCode(error) === undefined) return error;
	const place = 'path' in error && typeof error.path === 'string' ? error.path : String(error.syscall);
	return new OutputError(`${place} cannot be used: ${systemMessage(error)}`, {
		hint: 'see what it is, to its permissions and to the disk, then run the same command again', cause: error,
	});
}

/** What is told of an error, and the exit code that it means. */
export interface Failure {
	/** What was thrown, as `systemFailure` reads it. */
	readonly error: unknown;
	readonly message: string;
	readonly hint: string | undefined;
	readonly exitCode: ExitCode;
}

/** What whatever was thrown comes to: what is no error of ours, and no refusal of the system, is a bug. */
export function failureOf(thrown: unknown): Failure {
	const error = systemFailure(thrown);
	if (error instanceof ExportError) return {error, message: error.message, hint: error.hint, exitCode: error.exitCode};
	const message = `unexpected: ${error instanceof Error ? error.message : String(error)}`;
	return {error, message, hint: 'this is a bug in audit-export; please report it with the output of --debug', exitCode: exitCodes.bug};
}

/** The error to throw when `name` could not be opened for writing: nothing was requested yet. */
export function openFailure(name: string, error: unknown): unknown {
	const code = systemCode(error);
	if (error instanceof ExportError || code === undefined) return error;
	if (deviceCodes.has(code) || systemMessage(error) === quotaMessage) return writeFailure(name, error);
	return new UsageError(`cannot write ${name}: ${systemMessage(error)}`, {
		hint: 'name another file, or change the permissions', cause: error,
	});
}
