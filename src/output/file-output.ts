import type {Stats} from 'node:fs';
import {constants, lstat, open, rm, type FileHandle} from 'node:fs/promises';
import {dirname} from 'node:path';
import {systemCode, UsageError} from '../base/errors.ts';
import {counted} from '../base/given.ts';
import {formatUtc} from '../base/timezone.ts';
import {compressionOf, type Compression} from '../query/format-names.ts';
import {meetAccount, type Identity, type Meeting} from './account.ts';
import {removeLeftovers, syncDirectory} from './atomic.ts';
import {createCompress, type Compress} from './compression.ts';
import {openDirectOutput} from './direct-output.ts';
import {openFailure} from './failure.ts';
import {acquireLock, type Lock} from './lock.ts';
import type {Output} from './output.ts';
import {PartialFile} from './partial-file.ts';
import {decideResume, formatRange, readIfThere, type OutputRange, type Sidecar} from './partial.ts';
import type {Interruption} from './stream-output.ts';
import {refuseForeign, resolveTarget, type Target} from './target.ts';

/** What a file output is opened with. */
export interface FileOutputOptions extends Interruption {
	/** Where the export goes; also how messages name it. */
	readonly path: string;
	/** Default: by the file's name. */
	readonly compression?: Compression;
	/** Whether an interrupted run is continued; `false` starts over. */
	readonly resume: boolean;
	/** Whether this export can be continued at all; a table, whose columns depend on all of its rows, cannot. */
	readonly resumable: boolean;
	/** What is there already holds an increment that no later run asks for again: it is not replaced. Default false. */
	readonly keepsExisting?: boolean;
	/** Of everything that decides the bytes of the output, the range aside. */
	readonly fingerprint: string;
	/** Who signs in; default nobody in particular. */
	readonly account?: Identity;
	readonly range: OutputRange;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: () => number;
	/** Milliseconds of a clock that never steps back. */
	readonly monotonic: () => number;
	/** Told when an earlier run is continued, or given up and why. */
	readonly notice: (message: string) => void;
	/** Told where nobody can tell whether that run was of the same account. */
	readonly warn?: (message: string) => void;
}

/**
 * Opens a file for an export. The text goes to `<path>.partial`, with what resuming needs in `<path>.partial.json`;
 * the file appears under its name when the export is complete. A pipe or a device is written to as it is.
 *
 * Only this user may read any of them, since audit logs say who did what; a file that is replaced keeps its permissions.
 * @throws UsageError when the path cannot be written or belongs to another export, LockedError when another run writes it
 */
export async function openFileOutput(options: FileOutputOptions): Promise<Output> {
	const target = await resolveTarget(options.path);
	const compress = createCompress(options.compression ?? compressionOf(options.path), options.path);
	if (target.kind === 'stream') return openDirectOutput(target.path, compress, {...options, name: options.path});
	const lock = await acquireLock(target.path, options.path);
	try {
		return await openPartial(target, {options, compress, lock});
	} catch (error) {
		await lock.release();
		throw openFailure(options.path, error);
	}
}

interface Opening {
	readonly options: FileOutputOptions;
	readonly compress: Compress | undefined;
	readonly lock: Lock;
}

async function openPartial(target: Target, {options, compress, lock}: Opening): Promise<Output> {
	// Under the lock: another run may have published its file until then.
	if (options.keepsExisting === true && (await entryOf(target.path)) !== undefined) {
		throw new UsageError(`${options.path} exists already: with --state, no later run asks for its records again`, {
			hint: 'name another file for each run, or add --overwrite to replace it',
		});
	}
	const partial = `${target.path}.partial`;
	const sidecar = `${partial}.json`;
	for (const path of [partial, sidecar]) await refuseForeign(path);
	await removeLeftovers(sidecar);
	const found = await findEarlier(partial, sidecar, options);
	const earlier = found?.resume;
	if (earlier === undefined) {
		// First: it must never stand beside bytes that it does not describe.
		await rm(sidecar, {force: true});
		await syncDirectory(dirname(partial));
	}
	const handle =
		earlier === undefined
			? await createAnew(partial, `${options.path}.partial`)
			: await open(partial, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
	try {
		if (earlier !== undefined) await requirePlain(handle, `${options.path}.partial`);
		await handle.truncate(earlier?.bytes ?? 0);
		if (earlier === undefined && target.mode !== undefined && ((await handle.stat()).mode & 0o777) !== target.mode)
			await handle.chmod(target.mode);
	} catch (error) {
		await handle.close();
		throw error;
	}
	return new PartialFile({
		...options, compress, lock, handle, replaces: target.mode !== undefined, paths: {target: target.path, partial, sidecar}, earlier,
		account: (found?.met ?? meetAccount({}, options.account ?? {})).account,
	});
}

/** A file that has the name is taken away, never written to: it could have other names, under which it would change as well. */
async function createAnew(partial: string, name: string): Promise<FileHandle> {
	if ((await entryOf(partial))?.isFile() === false)
		throw new UsageError(`cannot write ${name}: it is no regular file`, {hint: 'see what it is, and move it away'});
	await rm(partial, {force: true});
	return open(partial, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
}

/** @throws UsageError for what is no file, or has another name, under which it would change as well */
async function requirePlain(handle: FileHandle, name: string): Promise<void> {
	const found = await handle.stat();
	if (found.isFile() && found.nlink === 1) return;
	throw new UsageError(`${name} cannot be continued: ${found.isFile() ? 'it is linked to from elsewhere' : 'it is no regular file'}`, {
		hint: 'start over with --no-resume',
	});
}

async function findEarlier(
	partial: string, sidecar: string, {path, range, fingerprint, account, resume, resumable, notice, warn}: FileOutputOptions,
): Promise<{resume: Sidecar; met: Meeting} | undefined> {
	if (!resume) return undefined;
	const name = `${path}.partial`;
	const leftovers = {sidecar: await readIfThere(sidecar), partialBytes: await sizeOf(partial)};
	if (!resumable) {
		if (leftovers.partialBytes !== undefined) notice(`starting over: ${name} cannot be continued in this format`);
		return undefined;
	}
	const decision = decideResume(name, leftovers, {...range, fingerprint, account});
	if ('restart' in decision) {
		if (decision.restart !== undefined) notice(`starting over: ${name}: ${decision.restart}`);
		return undefined;
	}
	const {checkpoint: {records, nextFrom}} = decision.resume;
	notice(
		`resuming ${name}: ${counted(records, 'record')} kept, ` +
			`continuing from ${formatUtc(nextFrom)} (range ${formatRange(decision.resume)})`,
	);
	if (decision.met.doubt !== undefined) warn?.(`${name}: ${decision.met.doubt}`);
	return decision;
}

async function sizeOf(path: string): Promise<number | undefined> {
	return (await entryOf(path))?.size;
}

/** What has this name, a link not followed; undefined where nothing has. */
async function entryOf(path: string): Promise<Stats | undefined> {
	try {
		return await lstat(path);
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return undefined;
		throw error;
	}
}
