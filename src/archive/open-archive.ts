import {dirname, join, resolve} from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import type {Context} from '../base/context.ts';
import {ExportError, LockedError, UsageError} from '../base/errors.ts';
import {formatUtc} from '../base/timezone.ts';
import {meetAccount, type Account, type Identity, type Meeting} from '../output/account.ts';
import {makeDirectory} from '../output/atomic.ts';
import {openFailure} from '../output/failure.ts';
import {acquireLock, type Lock, waitForLock} from '../output/lock.ts';
import {refuseForeign} from '../output/target.ts';
import {isThere, type ArchiveFiles} from './file-system.ts';
import {manifestName, runMarkerName} from './layout.ts';
import {DamagedManifestError, parseLine, readManifest, readTail, refuseOtherVersion, type ManifestTail} from './manifest-file.ts';
import {openManifest, type ManifestWriter} from './manifest-writer.ts';
import {archiveVersion, firstKept, readStanding, type ArchiveStanding, type HeaderLine, type ManifestLine} from './manifest.ts';
import {partitionsOf, sweep} from './sweep.ts';

/** Between two tries to get the lock, in milliseconds. */
const pollMs = 500;

/** What an archive is of. */
export interface ArchiveJob {
	/** The source as a job names it. */
	readonly source: string;
	/** What decides which rows are asked for, without secrets. */
	readonly query: HeaderLine['query'];
	/** Who signs in; undefined where nobody does. */
	readonly account?: Identity;
	/** What later runs told of the account, beyond the first line. */
	readonly learned?: Account | undefined;
}

export interface OpenArchiveOptions {
	/** The archive's directory; it is created where it is missing. */
	readonly dir: string;
	readonly job: ArchiveJob;
	/** Where an archive that is new begins, Unix milliseconds. */
	readonly since: number;
	/** Wait for as long as another run uses the archive. */
	readonly wait: boolean;
	readonly files: ArchiveFiles;
	readonly context: Pick<Context, 'now' | 'monotonic' | 'random' | 'sleep' | 'signal'>;
	readonly notice: (message: string) => void;
	readonly warning: (message: string) => void;
}

/** An archive that this run alone may write to. */
export interface OpenArchive {
	readonly writer: ManifestWriter;
	/** From when on there are records, Unix milliseconds. */
	readonly since: number;
	readonly standing: ArchiveStanding;
	/** The line that says so. */
	readonly last: ManifestLine;
	/** Whose rows it holds. */
	readonly account: Account;
	readonly lock: Lock;
	/**
	 * Lets other runs use it. Never throws.
	 * @param clean whether nothing lies there that the next run would have to clear away
	 */
	close(clean: boolean): Promise<void>;
}

/**
 * Opens an archive for writing, and clears away what a run left that was cut off.
 * @throws UsageError when it is the archive of another query or another user's, or when segments lie there without a manifest; LockedError
 * when another run uses it; DamagedManifestError; OutputError when it cannot be written
 */
export async function openArchive(options: OpenArchiveOptions): Promise<OpenArchive> {
	const {dir} = options;
	const place = join(dir, manifestName);
	try {
		await refuseForeign(resolve(dir));
		await makeDirectory(dir);
		await refuseForeign(place);
		await requireArchive(dir, options.job);
		const lock = await takeLock(place, options);
		try {
			return await openLocked(lock, options);
		} catch (error) {
			await lock.release();
			throw error;
		}
	} catch (error) {
		throw error instanceof ExportError ? error : openFailure(dir, error);
	}
}

/** What an archive's first line says; undefined where there is no archive yet. @throws DamagedManifestError */
export async function readHeader(dir: string): Promise<HeaderLine | undefined> {
	for await (const {bytes, complete} of readManifest(dir)) {
		if (!complete) return undefined;
		const line = parseLine(bytes);
		if (line?.kind === 'archive') return line;
		await refuseOtherVersion(dir);
		throw new DamagedManifestError(dir, 'its first line cannot be read');
	}
	return undefined;
}

/**
 * Makes sure that a directory is the archive of this job, or may become it: one of another query may as long as nothing
 * was ever read into it.
 * @returns its first line; undefined where it is yet to begin
 * @throws UsageError when it is not
 */
export async function requireArchive(dir: string, job: ArchiveJob): Promise<HeaderLine | undefined> {
	const header = await readHeader(dir);
	if (header === undefined) {
		if ((await partitionsOf(dir)).length > 0) {
			throw new UsageError(`${dir} holds segments, but no ${manifestName} that says what they are`, {
				hint: 'put the manifest back where it was, or name another directory',
			});
		}
		return undefined;
	}
	const differ = [
		...(header.source === job.source ? [] : [`its source is ${header.source}, not ${job.source}`]),
		...[...new Set([...Object.keys(header.query), ...Object.keys(job.query)])]
			.filter(key => !isDeepStrictEqual(header.query[key], job.query[key]))
			.map(key => `${key} differs`),
	];
	const {other} = meet(header, job);
	if (differ.length === 0 && other === undefined) return header;
	if (await isBare(dir)) return undefined;
	if (differ.length === 0)
		throw new UsageError(`${dir} is the archive of another account: ${other}`, {
			hint: 'name another directory for this job, or choose the right profile: an archive holds the records of one account',
		});
	throw new UsageError(`${dir} is the archive of another query: ${differ.join(', ')}`, {
		hint: 'name another directory for this job: an archive holds the records of one query',
	});
}

/** The account of an archive, and of who signs in now; of repairs that is looked at elsewhere. */
function meet(header: HeaderLine | undefined, {account, learned}: ArchiveJob): Meeting {
	const known = header === undefined ? {} : {...header.account, ...learned};
	return account === undefined ? {account: known} : meetAccount(known, account);
}

/** Whether an archive has nothing but its first line: the runs into it could read nothing. */
async function isBare(dir: string): Promise<boolean> {
	const tail = await readTail(dir, {cutOff: true});
	return tail?.last?.line.kind === 'archive' && (await partitionsOf(dir)).length === 0;
}

async function openLocked(lock: Lock, {dir, job, since, files, context, notice, warning}: OpenArchiveOptions): Promise<OpenArchive> {
	const marker = join(dir, runMarkerName);
	const wasCutOff = await isThere(marker);
	// Looked at again: until the lock was had, another run may have been at work.
	const header = await requireArchive(dir, job);
	const found = await readTail(dir, {cutOff: wasCutOff});
	const tail = fromStart(found, {header, since});
	if (!wasCutOff) await writeMarker(marker, {files, now: context.now()});
	const writer = await openManifest({dir, tail, now: context.now, files});
	try {
		if (wasCutOff || (found?.tornBytes ?? 0) > 0) await tidy(dir, {tail: found, files, notice, warning});
		const met = meet(header, job);
		if (met.doubt !== undefined) warning(`${dir}: ${met.doubt}`);
		const last = tail?.last?.line ?? await begin(writer, {job, since, account: met.account});
		return {
			writer,
			since: firstKept(last.kind === 'archive' ? last : header ?? {since: last.standing.until}, last.standing),
			standing: readStanding(last.standing),
			last,
			account: met.account,
			lock,
			async close(clean) {
				try {
					await writer.close();
					if (clean) {
						await files.remove(marker);
						await files.syncDirectory(dir);
					}
				} catch (error) {
					warning(
						`${marker} stays there, and the next run looks for what this one left: ${error instanceof Error ? error.message : String(error)}`,
					);
				}
				await lock.release();
			},
		};
	} catch (error) {
		await writer.close();
		throw error;
	}
}

/** Where nothing was read yet, a first line that says another query, or a later start, gives way to a new one. */
function fromStart(
	tail: ManifestTail | undefined, {header, since}: {header: HeaderLine | undefined; since: number},
): ManifestTail | undefined {
	if (tail?.last?.line.kind !== 'archive' || (header !== undefined && Date.parse(header.since) <= since)) return tail;
	return {committedBytes: 0, tornBytes: tail.committedBytes + tail.tornBytes, last: undefined};
}

async function takeLock(place: string, {dir, wait, context, notice}: OpenArchiveOptions): Promise<Lock> {
	try {
		return await acquireLock(place, dir);
	} catch (error) {
		if (!wait || !(error instanceof LockedError)) throw error;
		notice(`${error.message}; waiting until it has ended`);
		return waitForLock(place, {context, name: dir, longestMs: Infinity, pollMs});
	}
}

async function begin(
	writer: ManifestWriter, {job: {source, query}, since, account}: Pick<OpenArchiveOptions, 'job' | 'since'> & {account: Account},
): Promise<ManifestLine> {
	const start = formatUtc(since);
	return writer.append({
		kind: 'archive', version: archiveVersion, source, since: start, query, account,
		standing: {until: start, segments: 0, records: 0, gaps: []},
	});
}

async function tidy(
	dir: string, {tail, files, notice, warning}: Pick<OpenArchiveOptions, 'files' | 'notice' | 'warning'> & {tail: ManifestTail | undefined},
): Promise<void> {
	const {unfinished, gone, setAside} = await sweep(dir, files);
	const torn = (tail?.tornBytes ?? 0) > 0 ? ', an unfinished line of the manifest cut off' : '';
	const removed = unfinished.length > 0 ? ', an unfinished segment removed' : '';
	const completed = gone.length > 0 ? `, ${gone.length} segments removed that were pruned or compacted` : '';
	notice(`${dir}: the run before this one was cut off; going on where it ended${torn}${removed}${completed}`);
	for (const {file, to} of setAside) warning(`${dir}: ${file} is listed nowhere, and is now ${to}; its window is read again`);
}

/** Says that a run is under way; what it says is for people. */
async function writeMarker(marker: string, {files, now}: {files: ArchiveFiles; now: number}): Promise<void> {
	const file = await files.create(marker);
	try {
		await file.write(Buffer.from(`${JSON.stringify({pid: process.pid, started_at: formatUtc(now)})}\n`), 0);
		await file.sync();
	} finally {
		await file.close();
	}
	await files.syncDirectory(dirname(marker));
}
