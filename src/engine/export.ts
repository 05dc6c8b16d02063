import type {Sleep} from '../base/context.ts';
import {SECOND} from '../base/duration.ts';
import type {Formatter} from '../output/formats/index.ts';
import type {Client} from '../http/client.ts';
import type {Output} from '../output/output.ts';
import type {Query} from '../query/query.ts';
import type {AuditRecord} from '../base/record.ts';
import {inOrder, type ReadWindow, type WindowEvent} from './in-order.ts';
import {MemoryPool} from './record-bytes.ts';
import {problemsOf} from './problems.ts';
import {noAnswer, requireSameTime, settledBy, type FirstAnswer, type ServerClock} from './server-clock.ts';
import type {RunCounters} from './summary.ts';
import {inTimeOrder} from './time-order.ts';
import {TimelessRows} from './seen-rows.ts';
import {windowsOf} from './window-plan.ts';
import {createWindowReader, windowsAtOnce} from './window-reader.ts';
import type {Window} from './windows.ts';

/** Text that `--order time` holds in memory, in characters; more goes through temporary files. */
const sortedCharacters = 16 * 1024 * 1024;

/** What an export runs on. */
export interface ExportDependencies {
	readonly client: Client;
	readonly formatter: Formatter;
	readonly output: Output;
	/** Counted up as the run goes. */
	readonly counters: RunCounters;
	/**
	 * The clock of the server. Where it is given, another run goes on where this one ends: rows of time that had not passed over
	 * there are left to that one.
	 */
	readonly clock?: ServerClock | undefined;
	/** Aborts what is still under way when the export ends; the client must listen to it. */
	readonly stop: AbortController;
	/** Aborts when the run was asked to stop. */
	readonly signal: AbortSignal;
	/** Told the text of records about to be written, for warnings about their content. */
	readonly inspect: (records: readonly AuditRecord[]) => void;
	/** Called before every write, so that a progress line can make room. */
	readonly beforeWrite: () => void;
	readonly verbose: (message: string) => void;
	/** Told of each window that is finished, with the number of records that were written of it. */
	readonly finished?: (window: Window, records: number) => void;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: () => number;
	readonly sleep: Sleep;
}

/** How the records ended. */
export interface ExportResult {
	/** `--limit` ended the export before its range did. */
	readonly limited: boolean;
	/** Everything before this instant is written unless `limited`, Unix milliseconds: the end of the range, or where the server's clock stood. */
	readonly reached: number;
}

/**
 * Query → windows → pages → records → formatter → output. Everything the API delivers for the range is written once;
 * what is missing stands in `counters.problems`. After each finished window the output takes a checkpoint, until the
 * first window with a problem: a later run of the same command begins again there.
 * @throws whatever the client or the output throws, and the signal's reason when interrupted.
 */
export async function runExport(
	query: Query,
	{client, formatter, output, counters, stop, signal, inspect, beforeWrite, verbose, finished, now, sleep, clock}: ExportDependencies,
): Promise<ExportResult> {
	const from = output.resumed?.checkpoint.nextFrom ?? query.since;
	counters.records = output.resumed?.checkpoint.records ?? 0;
	const reader = createWindowReader(query, {client, signal, verbose, now});
	const answers = new WeakMap<Window, FirstAnswer>();
	const read: ReadWindow = (window, report) => {
		const first = noAnswer();
		answers.set(window, first);
		return reader(window, report, at => {
			clock?.answered(first, at);
		});
	};
	let reached = Infinity;
	const concurrency = concurrencyOf(query);
	// Windows read beside each other are sorted beside each other, too.
	const runCharacters = Math.ceil(sortedCharacters / concurrency);
	const pool = new MemoryPool();
	const events = inOrder(
		windowsOf(query, from, now),
		(window, report) => query.order === 'time' ? inTimeOrder(read(window, report), {runCharacters, pool}) : read(window, report),
		{concurrency, stop, sleep},
	);
	if (output.resumed === undefined) await output.write(formatter.start());
	const timeless = new TimelessRows();
	let before = counters.records;
	let limited = query.limit !== undefined && counters.records >= query.limit;
	if (!limited) {
		for await (const event of events) {
			signal.throwIfAborted();
			const first = answers.get(event.window) ?? noAnswer();
			if (clock !== undefined) requireSameTime(first);
			const settled = clock === undefined ? Infinity : settledBy(first.at ?? clock.beganAt, query.source);
			// What is before a window was settled by the answers to those before it.
			// The range may begin in the second that `Date` was cut by, but not in time that is yet to come over there.
			const least = event.window.from === query.since ? Math.min(query.since, settled + SECOND - 1) : event.window.from;
			if (reached === Infinity && settled < event.window.to) reached = Math.max(least, settled);
			if (event.kind === 'records') {
				const room = query.limit === undefined ? Infinity : query.limit - counters.records;
				const due = reached === Infinity ? event.records : event.records.filter(({time}) => time === undefined || time < reached);
				const fresh = timeless.fresh(due);
				counters.duplicates += due.length - fresh.length;
				const records = room < fresh.length ? fresh.slice(0, room) : fresh;
				if (records.length === 0) continue;
				inspect(records);
				beforeWrite();
				await output.write(formatter.write(records));
				counters.records += records.length;
				limited = counters.records === query.limit;
				if (limited) {
					takeReport(event, counters);
					break;
				}
			} else {
				await finishWindow(event, {counters, output, nextFrom: Math.max(query.since, Math.min(event.window.to, reached))});
				finished?.(event.window, counters.records - before);
				before = counters.records;
				verbose(
					`window ${new Date(event.window.from).toISOString()} to ${new Date(event.window.to).toISOString()} done, ${counters.records} records so far`,
				);
			}
		}
	}
	beforeWrite();
	await output.write(formatter.end());
	return {limited, reached: Math.min(reached, query.until)};
}

function takeReport({window, report}: WindowEvent, counters: RunCounters): void {
	counters.duplicates += report.duplicates;
	counters.changed += report.changed;
	counters.problems.push(...problemsOf(report, window));
}

async function finishWindow(
	event: WindowEvent, {counters, output, nextFrom}: {counters: RunCounters; output: Output; nextFrom: number},
): Promise<void> {
	counters.windows++;
	takeReport(event, counters);
	if (counters.problems.length === 0) await output.checkpoint({nextFrom, records: counters.records});
}

/** A small `--limit` is met by few pages: reading windows ahead would only spend the budget. */
function concurrencyOf(query: Query): number {
	return query.limit !== undefined && query.limit <= 10 * query.pageSize ? 1 : windowsAtOnce(query);
}
