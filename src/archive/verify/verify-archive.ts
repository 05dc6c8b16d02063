import {lstat} from 'node:fs/promises';
import {join} from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import type {Sleep} from '../../base/context.ts';
import {visibleInTable} from '../../base/visible.ts';
import {systemCode, UsageError} from '../../base/errors.ts';
import {systemMessage} from '../../output/failure.ts';
import type {SourceDefinition} from '../../sources/types.ts';
import {manifestName, type ListedSegment} from '../layout.ts';
import {readManifest, refuseOtherVersion} from '../manifest-file.ts';
import type {HeaderLine} from '../manifest.ts';
import type {Finding, Report} from './finding.ts';
import {IdIndex} from './id-index.ts';
import {ManifestCheck, type ManifestContents, type ManifestHead} from './manifest-check.ts';
import {reportRepeats} from './repeated-ids.ts';
import {checkSegment} from './segment-check.ts';
import {readNow, reportStrays} from './strays.ts';
import {isBusy} from '../facts.ts';

export interface VerifyOptions {
	/** The archive's directory. */
	readonly dir: string;
	/** The source that an archive's first line names, or why it is not known here: ids and times stay unchecked then. */
	readonly sourceOf: (header: HeaderLine) => Promise<SourceDefinition | string>;
	/** Told each finding as it is made. */
	readonly report: Report;
	/** Told how far it has come, after every segment. */
	readonly progress?: (done: VerifyProgress) => void;
	/** A line that the manifest had before this began, as something else has it. */
	readonly known?: ManifestHead | undefined;
	/** This process holds the archive's lock: nothing comes or goes meanwhile. Default false. */
	readonly isHeld?: boolean;
	readonly signal: AbortSignal;
	readonly sleep: Sleep;
}

export interface VerifyProgress {
	/** Segments looked at, and all of them. */
	readonly segments: number;
	readonly of: number;
	/** Records in those looked at. */
	readonly records: number;
}

/** What an archive is, by its manifest and its files. */
export interface Verified {
	readonly manifest: ManifestContents;
	/** Whole segments, and the records in them. */
	readonly segments: number;
	readonly records: number;
	/** What is worth knowing and no fault: what could not be checked, and why; ids with several contents. */
	readonly notes: readonly string[];
}

/**
 * Recomputes everything that an archive says about itself, as far as its manifest went when this began: a run may go on
 * meanwhile. Memory grows with the number of segments, not with their rows.
 * @throws UsageError when the directory holds no archive; OutputError when there is no room for temporary files
 */
export async function verifyArchive(options: VerifyOptions): Promise<Verified> {
	const {dir, report, signal, sleep, isHeld = false} = options;
	const {manifest, torn} = await checkManifest(options);
	if (torn !== undefined && !(await isBusy(dir, isHeld)) && (await readNow(dir)).isTorn)
		report({kind: 'tail', file: manifestName, detail: torn});
	for (const gap of manifest.standing?.gaps ?? [])
		report({kind: 'gap', since: Date.parse(gap.since), until: Date.parse(gap.until), detail: gap.reason});
	const found =
		manifest.header === undefined ? 'the first line, which names the source, cannot be read' : await options.sourceOf(manifest.header);
	const source = typeof found === 'string' ? undefined : found;
	const {segments, records, withoutId, withoutTime, gone, several} = await checkSegments(options, manifest, source);
	const foreign = await reportStrays({dir, listed: manifest.segments, isHeld, report, signal, sleep});
	const notes = gone === 0 ? [] : [`${gone} segments were pruned or compacted meanwhile: verify again to prove what stands for them`];
	if (foreign.length > 0) notes.push(visibleInTable(`left there by the file system, and passed over: ${foreign.join(', ')}`));
	notes.push(...typeof found === 'string'
		? [`ids and times were not checked: ${found}`]
		: [
			...(withoutId === 0 ? [] : [`${withoutId} of ${records} records have no id that could be compared`]),
			...(withoutTime === 0 ? [] : [`${withoutTime} of ${records} records have no time that could be compared`]),
			...several,
		]);
	return {manifest, segments, records, notes};
}

/** Checks the manifest. `torn`: what is wrong with its end, where a line was cut off. */
async function checkManifest({dir, report, known}: VerifyOptions): Promise<{manifest: ManifestContents; torn: string | undefined}> {
	await requireArchive(dir);
	await refuseOtherVersion(dir);
	const findings: Finding[] = [];
	const check = new ManifestCheck(finding => findings.push(finding), known);
	let torn: string | undefined;
	for await (const {bytes, complete} of readManifest(dir)) {
		if (complete) check.see(bytes);
		else
			torn = `${bytes.length} bytes after its last line feed${bytes.every(byte => byte === 0) ? ', all of them zero' : ''}: a line that was cut off`;
	}
	const manifest = check.end();
	if (manifest.standing === undefined) throw noArchive(dir, `${manifestName} there holds no line of an archive`);
	for (const finding of findings) report(finding);
	return {manifest, torn};
}

async function requireArchive(dir: string): Promise<void> {
	try {
		const found = await lstat(join(dir, manifestName));
		if (!found.isFile()) throw noArchive(dir, `${manifestName} there is no regular file`);
	} catch (error) {
		const code = systemCode(error);
		if (code === undefined) throw error;
		throw noArchive(dir, code === 'ENOENT' || code === 'ENOTDIR' ? `there is no ${manifestName}` : systemMessage(error));
	}
}

function noArchive(dir: string, problem: string): UsageError {
	return new UsageError(`${dir} is no archive: ${problem}`, {hint: 'name the directory of a job, the one that holds manifest.ndjson'});
}

interface Counts {
	/** Segments that are whole. */
	segments: number;
	records: number;
	/** Records that have no id, or no time, that could be read. */
	withoutId: number;
	withoutTime: number;
	/** Segments that were pruned or compacted meanwhile. */
	gone: number;
	/** Ids with several contents, for people. */
	several: string[];
}

async function checkSegments(
	{dir, report, progress, signal}: VerifyOptions, {segments: listed}: ManifestContents, source: SourceDefinition | undefined,
): Promise<Counts> {
	const segments = [...listed.values()];
	const index = new IdIndex(segments.reduce((sum, {records}) => sum + records, 0));
	const counts: Counts = {segments: 0, records: 0, withoutId: 0, withoutTime: 0, gone: 0, several: []};
	const isStillListed = listedNow(dir);
	try {
		for (const [place, segment] of segments.entries()) {
			const {rows, hashes, problems, withoutId, withoutTime} = await checkSegment(dir, segment, {source, signal});
			if (problems.some(({kind}) => kind === 'missing') && !(await isStillListed(segment.file))) {
				counts.gone++;
				continue;
			}
			for (const row of hashes) index.add(row, place);
			for (const problem of problems) report({...problem, ...placeOf(segment)});
			if (problems.length === 0) counts.segments++;
			counts.records += rows;
			counts.withoutId += withoutId;
			counts.withoutTime += withoutTime;
			progress?.({segments: place + 1, of: segments.length, records: counts.records});
			// Most segments are read without waiting for anything: signals and timers need their turn.
			await nextTurn();
			signal.throwIfAborted();
		}
		if (source !== undefined) counts.several = await reportRepeats(dir, {suspicions: index.suspicions(), segments, source, report, signal});
	} finally {
		index.close();
	}
	return counts;
}

/** Whether the manifest lists a file by now: pruning and compacting may go on meanwhile. It is read again where it has grown. */
function listedNow(dir: string): (file: string) => Promise<boolean> {
	let [size, files]: [number, ReadonlySet<string>] = [-1, new Set()];
	return async file => {
		const found = (await lstat(join(dir, manifestName))).size;
		if (found !== size) [size, files] = [found, (await readNow(dir)).files];
		return files.has(file);
	};
}

function placeOf({file, from, to, line}: ListedSegment): {file: string; since: number; until: number; line: number} {
	return {file, since: from, until: to, line};
}
