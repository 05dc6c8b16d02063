import {constants} from 'node:os';
import {getSystemErrorMap} from 'node:util';
import {BrokenPipeError, ExportError, OutputError, systemCode, UsageError} from '../errors.ts';

/** The codes that say the device, not the command, is the reason. */
const deviceCodes = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** What the system says about an error, in words: `no space left on device`. */
export function systemMessage(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const errno = 'errno' in error && typeof error.errno === 'number' ? error.errno : 0;
	// Node has no words for this one.
	if (errno === -constants.errno.EDQUOT) return 'disk quota exceeded';
	return getSystemErrorMap().get(errno)?.[1] ?? error.message;
}

/**
 * The error to throw when writing `name` failed. Errors that are no system errors are bugs and come back unchanged.
 * @param hint what to do about it
 */
export function writeFailure(name: string, error: unknown, hint?: string): unknown {
	if (error instanceof ExportError || systemCode(error) === undefined) return error;
	if (systemCode(error) === 'EPIPE') return new BrokenPipeError(`the reader of ${name} went away`, {cause: error});
	return new OutputError(`cannot write ${name}: ${systemMessage(error)}`, {hint: hint ?? 'make room and run the same command again', cause: error});
}

/** The error to throw when `name` could not be opened for writing: nothing was requested yet. */
export function openFailure(name: string, error: unknown): unknown {
	const code = systemCode(error);
	if (error instanceof ExportError || code === undefined) return error;
	if (deviceCodes.has(code)) return writeFailure(name, error);
	return new UsageError(`cannot write ${name}: ${systemMessage(error)}`, {hint: 'name another file, or change the permissions', cause: error});
}
