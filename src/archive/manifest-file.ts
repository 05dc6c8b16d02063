import {constants} from 'node:fs';
import {open, type FileHandle} from 'node:fs/promises';
import {join} from 'node:path';
import * as z from 'zod';
import {ExportError, exitCodes, systemCode, UsageError, type ExitCode} from '../base/errors.ts';
import {systemMessage} from '../output/failure.ts';
import {dataName, manifestName} from './layout.ts';
import {readBackward, readForward, type RawLine} from './lines.ts';
import {archiveVersion, chainStart, hashLine, lineSchema, type ManifestLine} from './manifest.ts';

/** Bytes read at a time. */
const chunkBytes = 256 * 1024;

/** Bytes of the longest line: a day of a hundred thousand segments that is pruned takes about 16 MiB. */
export const longestLineBytes = 32 * 1024 * 1024;

/** The manifest is not what a run left there: nothing may be built on it before that is understood. */
export class DamagedManifestError extends ExportError {
	override readonly name = 'DamagedManifestError';
	override readonly exitCode: ExitCode;
	readonly problem: string;

	/** @param exitCode default 1: nothing was done; 6 where something was asked for that cannot be had */
	constructor(dir: string, problem: string, exitCode: ExitCode = exitCodes.api) {
		super(`${join(dir, manifestName)}: ${problem}`, {hint: `audit-export verify ${dir} names all that is damaged`});
		this.exitCode = exitCode;
		this.problem = problem;
	}
}

/** Where a manifest ends. */
export interface ManifestTail {
	/** Size in bytes up to and including its last committed line. */
	readonly committedBytes: number;
	/** Bytes of a line that was cut off, after that. */
	readonly tornBytes: number;
	/** The last committed line and its hash, or undefined when not one line was committed. */
	readonly last: {readonly line: ManifestLine; readonly hash: string} | undefined;
}

/** What a line says, or undefined when it is none of this program's. */
export function parseLine(bytes: Uint8Array | string): ManifestLine | undefined {
	try {
		const text = typeof bytes === 'string' ? bytes : new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
		return lineSchema.safeParse(JSON.parse(text)).data;
	} catch (error) {
		// RangeError: nested so deep that checking it takes more stack than there is.
		if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) return undefined;
		throw error;
	}
}

/** The lines of a manifest from its first, with what was cut off at its end; nothing where there is no manifest. */
export async function* readManifest(dir: string): AsyncGenerator<RawLine, void, undefined> {
	const handle = await openManifestFile(dir);
	if (handle !== undefined) yield* readForward(handle.createReadStream({highWaterMark: chunkBytes}), limitsOf(dir));
}

/** The lines of a manifest from its last: whoever needs its end alone reads no more than that. What was cut off comes first. */
export async function* readManifestBackward(dir: string): AsyncGenerator<RawLine, void, undefined> {
	const handle = await openManifestFile(dir);
	if (handle === undefined) return;
	try {
		yield* readBackward(handle, limitsOf(dir));
	} finally {
		await handle.close();
	}
}

function limitsOf(dir: string): {longest: number; endless: () => Error} {
	return {longest: longestLineBytes, endless: () => new DamagedManifestError(dir, 'it has a line that does not end')};
}

/**
 * Where a manifest ends, told from its last two lines; undefined when there is none.
 * @param options.cutOff the run before this was cut off: a last line that cannot be read is taken for the one that was
 * being written when the power failed
 * @throws DamagedManifestError when the last line cannot be read or does not follow from the one before it
 */
export async function readTail(dir: string, {cutOff = false}: {cutOff?: boolean} = {}): Promise<ManifestTail | undefined> {
	let committedBytes: number | undefined;
	let tornBytes = 0;
	let last: ManifestTail['last'];
	for await (const {bytes, offset, complete} of readManifestBackward(dir)) {
		if (!complete) {
			committedBytes = offset;
			tornBytes = bytes.length;
			continue;
		}
		if (last !== undefined) {
			if (last.line.prev !== hashLine(bytes))
				throw new DamagedManifestError(dir, `line ${last.line.line} does not follow from the line before it`);
			return {committedBytes: committedBytes ?? 0, tornBytes, last};
		}
		const line = parseLine(bytes);
		if (line !== undefined) {
			committedBytes ??= offset + bytes.length + 1;
			last = {line, hash: hashLine(bytes)};
		} else if (cutOff && committedBytes === undefined) {
			committedBytes = offset;
			tornBytes = bytes.length + 1;
		} else {
			await refuseOtherVersion(dir);
			throw new DamagedManifestError(dir, 'its last line cannot be read');
		}
	}
	if (last !== undefined && (last.line.kind !== 'archive' || last.line.line !== 0 || last.line.prev !== chainStart)) {
		throw new DamagedManifestError(dir, 'its first line is missing');
	}
	if (committedBytes === undefined && !(await hasManifest(dir))) return undefined;
	return {committedBytes: committedBytes ?? 0, tornBytes, last};
}

/**
 * Tells an archive of another version from a damaged one: by what its first line says, where the second follows from it.
 * @throws UsageError for an archive of another version
 */
export async function refuseOtherVersion(dir: string): Promise<void> {
	let first: Uint8Array | undefined;
	for await (const {bytes} of readManifest(dir)) {
		if (first === undefined) {
			if ((membersOf(bytes).version ?? archiveVersion) === archiveVersion) return;
			first = Uint8Array.from(bytes);
		} else if (membersOf(bytes).prev === hashLine(first)) break;
		else return;
	}
	const version = first && membersOf(first).version;
	if (version !== undefined) {
		throw new UsageError(`${dir} is an archive of version ${version}, and this program knows version ${archiveVersion}`, {
			hint: version > archiveVersion
				? 'use the release of audit-export that wrote it, or a later one'
				: `its segments lie beside the manifest, and now below ${dataName}/: name another directory, and export into it anew`,
		});
	}
}

/** What lines of all versions have. */
function membersOf(bytes: Uint8Array): {version?: number | undefined; prev?: string | undefined} {
	try {
		return (
			z.object({version: z.number().optional(), prev: z.string().optional()}).safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')))
				.data ?? {}
		);
	} catch (error) {
		if (error instanceof SyntaxError || error instanceof RangeError) return {};
		throw error;
	}
}

async function hasManifest(dir: string): Promise<boolean> {
	const handle = await openManifestFile(dir);
	await handle?.close();
	return handle !== undefined;
}

async function openManifestFile(dir: string): Promise<FileHandle | undefined> {
	const path = join(dir, manifestName);
	try {
		const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
		if ((await handle.stat()).isFile()) return handle;
		await handle.close();
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return undefined;
		if (systemCode(error) === 'ENOTDIR') throw new UsageError(`${dir} is no directory`, {hint: 'name another directory for the archive'});
		throw new ExportError(`cannot read ${path}: ${systemMessage(error)}`, {cause: error});
	}
	throw new ExportError(`cannot read ${path}: it is no regular file`);
}
