import type {Context} from '../base/context.ts';
import {formatDuration} from '../base/duration.ts';
import {ApiError, LongRefusalError, NetworkError, UsageError} from '../base/errors.ts';
import type {Log} from '../base/log.ts';
import type {AuditRecord} from '../base/record.ts';
import {formatUtc} from '../base/timezone.ts';
import type {WindowReport} from '../engine/problems.ts';
import {pump} from '../engine/pump.ts';
import type {RunCounters} from '../engine/summary.ts';
import {ServerClock} from '../engine/server-clock.ts';
import {WindowTooLarge} from '../engine/volume-plan.ts';
import {createWindowReader, windowsAtOnce} from '../engine/window-reader.ts';
import type {Client} from '../http/client.ts';
import {redactedPath} from '../query/names.ts';
import type {Query} from '../query/query.ts';
import {newArchiveResult, type ArchiveResult} from './archive-result.ts';
import {Archiving, couldNotBeRead} from './archiving.ts';
import {compact} from './compact.ts';
import {Failures} from './failures.ts';
import {diskFiles, type ArchiveFiles} from './file-system.ts';
import type {SegmentCompression} from './layout.ts';
import {openArchive, type ArchiveJob, type OpenArchive} from './open-archive.ts';
import {daysToPrune, prune} from './prune.ts';
import {Recorder} from './recorder.ts';
import {incompleteBecause} from './repair-work.ts';
import {planRun} from './run-plan.ts';
import {TaskPlan, type Progress, type Task} from './tasks.ts';

/** Text sorted in memory, in characters, over all windows that are read at once. */
const sortedCharacters = 24 * 1024 * 1024;

/** An archive, and how it is kept. */
export interface ArchiveOptions {
	/** Its directory; it is created where it is missing. */
	readonly dir: string;
	readonly compression: SegmentCompression;
	/** Where it begins while it is new, Unix milliseconds. */
	readonly since: number;
	/** How much of what is covered is read again for late rows, in milliseconds. */
	readonly overlapMs: number;
	/** How much of the newest time is left to the next run, in milliseconds. */
	readonly lagMs: number;
	/** Look through all of that, although the runs before did. Default false. */
	readonly isThorough?: boolean;
	/** How long records are kept, in milliseconds; undefined for ever. */
	readonly keepMs?: number | undefined;
	/** Make one segment of those of each closed day. Default false. */
	readonly compact?: boolean;
	/** Records per segment; only the rows of one instant may be more. */
	readonly maxRecords: number;
	/** What it is of: the archive of another query is refused. */
	readonly job: ArchiveJob;
	/** Wait for as long as another run uses it. */
	readonly wait: boolean;
}

/** What a run into an archive works with. */
export interface ArchiveRun {
	/** Its range does not count: the archive says where to go on, and the clock how far. */
	readonly query: Query;
	readonly client: Client;
	/** Counted up as the run goes. */
	readonly counters: RunCounters;
	/** Aborted when the run ends, whichever way; the client must listen to it. */
	readonly stop: AbortController;
	readonly context: Pick<Context, 'now' | 'monotonic' | 'random' | 'sleep' | 'signal' | 'masker'>;
	readonly log: Pick<Log, 'notice' | 'warning' | 'verbose'>;
	/** Looks at records about to be written. */
	readonly inspect: (records: readonly AuditRecord[]) => void;
	/** Filled in as the run goes. */
	readonly result?: ArchiveResult;
	/** Default: the file system. */
	readonly files?: ArchiveFiles;
}

/**
 * Brings an archive up to now: open gaps, rows that came late, then what no run has read. Each window that was read is in
 * the archive before the next is begun to be written, so whatever ends a run, the next one goes on from there.
 * @returns the result, also of a run with gaps: those stay open in the archive
 * @throws UsageError, LockedError, DamagedManifestError when the archive cannot be used; OutputError when it cannot be
 * written; CredentialsError; the API's or the network's error when nothing can be read any more
 */
export async function runArchive(options: ArchiveOptions, run: ArchiveRun): Promise<ArchiveResult> {
	const {dir, job, since, wait} = options;
	const {query, context, log, stop, result = newArchiveResult(), files = diskFiles} = run;
	requireReadable(query);
	const archive = await openArchive({dir, job, since, wait, files, context, notice: log.notice, warning: log.warning});
	const {lock, standing, writer} = archive;
	const recorder = new Recorder({dir, files, writer, standing, compression: options.compression, lost: lock.lost});
	const onLost = () => {
		stop.abort(lock.lost.reason);
	};
	lock.lost.addEventListener('abort', onLost);
	result.covered = {since: archive.since, until: standing.until};
	const firstLine = writer.nextLine;
	try {
		const work = {options, run: {...run, result}, archive, recorder};
		await bringUpToDate(work);
		await shorten(work);
	} finally {
		lock.lost.removeEventListener('abort', onLost);
		result.gaps = recorder.recorded.gaps;
		// Who could read nothing is not known to be who its rows are of.
		if (writer.nextLine > firstLine) result.account = archive.account;
		result.covered = {since: Math.max(archive.since, recorder.recorded.pruned ?? 0), until: recorder.recorded.until};
		await archive.close(!recorder.unclean && !writer.unsettled);
	}
	if (result.changed > 0)
		log.notice(`${result.changed} row${result.changed === 1 ? ' was' : 's were'} changed by the API since; the archive keeps both contents`);
	result.status = result.gaps.length === 0 && run.counters.problems.length === 0 ? 'complete' : 'incomplete';
	return result;
}

interface Work {
	readonly options: ArchiveOptions;
	readonly run: ArchiveRun & {readonly result: ArchiveResult};
	readonly archive: OpenArchive;
	readonly recorder: Recorder;
}

async function bringUpToDate({options, run, archive, recorder}: Work): Promise<void> {
	const {dir, overlapMs, lagMs, maxRecords, isThorough = false} = options;
	const {query, client, counters, stop, context, log, result} = run;
	const {since, standing} = archive;
	const plan = await planRun({dir, standing, since, query, overlapMs, lagMs, isThorough, now: context.now()});
	if (context.now() - lagMs < standing.until)
		log.warning(
			`the clock stands at ${formatUtc(context.now())}, and the archive covers up to ${formatUtc(standing.until)} already: nothing new is read until that has passed`,
		);
	const clock = new ServerClock(context.now);
	const progress: Progress = {gapFailures: 0, failures: 0, succeeded: false, caughtUp: false};
	const concurrency = windowsAtOnce(query);
	const {verbose} = log;
	const {unreachable, fresh, index} = plan;
	const failures = new Failures({progress, covered: standing.until, mask: text => context.masker.mask(text)});
	if (unreachable !== undefined) {
		const error = new ApiError(
			`${query.source.name} no longer gives out ${formatUtc(unreachable.from)} to ${formatUtc(unreachable.to)}, which no run has read`,
		);
		log.warning(couldNotBeRead(unreachable, error));
		failures.unreachable(unreachable, error);
	}
	const archiving = new Archiving({
		dir, query, lagMs, maxRecords, recorder, index, clock, progress, failures, counters, result, verbose,
		freshFrom: fresh.from,
		now: context.now,
		inspect: run.inspect,
		warning: log.warning,
	});
	const read = createWindowReader<Task>({...query, order: 'time'}, {
		client, signal: context.signal, verbose, now: context.now, clock,
		sorting: {runCharacters: Math.floor(sortedCharacters / concurrency)},
	});
	const readTask = async function* (task: Task, report: WindowReport): AsyncGenerator<AuditRecord[], void, undefined> {
		const isLong = task.mostPages !== undefined;
		// Of a long one that cannot be read whole, as much is read as can be: by shorter ones.
		const requireWhole = () => {
			const reason = isLong ? incompleteBecause(report, task, {isFirst: task.purpose === 'fresh'}) : undefined;
			if (reason !== undefined) throw new WindowTooLarge('failed', reason);
		};
		try {
			// Sorted, a window is read whole before its first record comes out: what fails has written nothing.
			for await (const records of read(task, report)) {
				requireWhole();
				yield records;
			}
			requireWhole();
		} catch (error) {
			if (stop.signal.aborted || error instanceof LongRefusalError || !(error instanceof ApiError || error instanceof NetworkError))
				throw error;
			if (isLong) throw new WindowTooLarge('failed', error.message);
			task.failure = error;
		}
	};
	await pump(archiving, {
		plan: new TaskPlan({plan, progress, query, now: context.now, verbose}), read: readTask, concurrency, stop, signal: context.signal,
		sleep: context.sleep,
	});
	if (archive.last.kind === 'archive' && clock.skew !== undefined) log.notice(clock.skew);
}

/** Removes what is older than the archive keeps, and makes one segment of those of each closed day, as far as that is wanted. */
async function shorten({options, run, archive, recorder}: Work): Promise<void> {
	const {dir, keepMs, overlapMs} = options;
	const {query: {source}, context, log, result, files = diskFiles} = run;
	const {until} = recorder.standing;
	if (keepMs !== undefined) {
		const days = await daysToPrune(dir, {
			since: archive.since, standing: recorder.standing, before: Math.min(context.now(), until) - keepMs,
		});
		await prune(recorder, days, {dir, files, rule: `keep ${formatDuration(keepMs)}`});
		const gone = days.flatMap(({segments}) => segments);
		result.pruned = {segments: gone.length, records: gone.reduce((sum, {records}) => sum + records, 0)};
	}
	if (options.compact !== true) return;
	// What is before the mark was looked at by the runs before, but for what this one wrote there.
	const from = Math.min(recorder.standing.compacted ?? -Infinity, recorder.earliest);
	result.compacted = await compact(recorder, {
		dir, files, source, from, closed: until - overlapMs, signal: context.signal,
		since: Math.max(archive.since, recorder.standing.pruned ?? 0),
		report: ({from: day, problem}) => {
			if (problem !== undefined) log.warning(`${formatUtc(day).slice(0, 10)} is not made one segment: ${problem}`);
		},
	});
}

/** Known rows are told by their ids, and segments are in the order of their times. @throws UsageError where a query hides either */
function requireReadable({source, redact}: Query): void {
	for (const path of redact.map(entry => redactedPath(entry))) {
		const hidden = [source.id, source.time].find(
			field => field !== null && (`${path}.`.startsWith(`${field}.`) || `${field}.`.startsWith(`${path}.`)),
		);
		if (hidden !== undefined)
			throw new UsageError(`--redact ${path}: an archive needs ${hidden} to tell which rows it has`, {hint: 'leave it out'});
	}
}
