import type {Sleep} from '../base/context.ts';
import {SECOND} from '../base/duration.ts';
import type {AuditRecord} from '../base/record.ts';
import {formatUtc} from '../base/timezone.ts';
import type {Client} from '../http/client.ts';
import type {Formatter} from '../output/formats/index.ts';
import type {Output} from '../output/output.ts';
import type {Query} from '../query/query.ts';
import type {Planner, WindowEvent} from './in-order.ts';
import {problemsOf} from './problems.ts';
import {pump, type Sink} from './pump.ts';
import {MemoryPool} from './record-bytes.ts';
import {TimelessRows} from './seen-rows.ts';
import {requireSameTime, settledBy, type ServerClock} from './server-clock.ts';
import type {RunCounters} from './summary.ts';
import {VolumePlan} from './volume-plan.ts';
import {windowsOf} from './window-plan.ts';
import {createWindowReader, windowsAtOnce} from './window-reader.ts';
import type {Window} from './windows.ts';

/** Text that `--order time` holds in memory, in characters; more goes through temporary files. */
const sortedCharacters = 16 * 1024 * 1024;

/** What the records of an export are written with. */
export interface FormatSinkOptions {
	readonly query: Query;
	readonly formatter: Formatter;
	readonly output: Output;
	/** Counted up as the export goes. */
	readonly counters: RunCounters;
	/**
	 * The clock of the server. Where it is given, another run goes on where this one ends: rows of time that had not passed over
	 * there are left to that one.
	 */
	readonly clock?: ServerClock | undefined;
	/** Looks at records about to be written. */
	readonly inspect: (records: readonly AuditRecord[]) => void;
	/** Called before every write, so that a progress line can make room. */
	readonly beforeWrite: () => void;
	readonly verbose: (message: string) => void;
	/** Told of each window that is finished, with the number of records that were written of it. */
	readonly finished?: (window: Window, records: number) => void;
}

/**
 * Writes what comes in a format to an output. After each finished window the output takes a checkpoint, until the first
 * window with a problem: a later run of the same command begins again there.
 */
export class FormatSink implements Sink {
	readonly options: FormatSinkOptions;
	/** How the windows are cut, where that follows the volume: goes into every checkpoint. */
	plan: VolumePlan | undefined;
	readonly #timeless = new TimelessRows();
	#hasBegun = false;
	#reached = Infinity;
	/** Records that were written when the window at work began. */
	#before: number;

	constructor(options: FormatSinkOptions) {
		this.options = options;
		const {counters, output: {resumed}} = options;
		counters.records = resumed?.checkpoint.records ?? 0;
		counters.failed = resumed?.checkpoint.failed ?? 0;
		this.#before = counters.records;
		this.#countBaseEvents();
	}

	/** Where the export begins, Unix milliseconds: its range's start, or where the run that it continues ended. */
	get from(): number {
		const {query, output: {resumed}} = this.options;
		return resumed?.checkpoint.nextFrom ?? query.since;
	}

	/** `--limit` ends the export before its range does. */
	isFull(): boolean {
		const {query: {limit}, counters} = this.options;
		return limit !== undefined && counters.records >= limit;
	}

	/** Everything before this instant is written unless it is full, Unix milliseconds: the end of the range, or where the server's clock stood. */
	get reached(): number {
		return Math.min(this.#reached, this.options.query.until);
	}

	async take(event: WindowEvent): Promise<void> {
		const {query, formatter, output, counters, inspect, beforeWrite, verbose, finished} = this.options;
		await this.#begin();
		this.#settle(event);
		const {window} = event;
		if (event.kind === 'done') {
			counters.windows++;
			counters.finishedTo = window.to;
			takeReport(event, counters);
			const nextFrom = Math.max(query.since, Math.min(window.to, this.#reached));
			const {records, failed, baseEvents, problems} = counters;
			const plan = nextFrom === window.to ? this.plan?.state : undefined;
			if (problems.length === 0)
				await output.checkpoint({nextFrom, records, baseEvents, ...failed === 0 ? {} : {failed}, ...plan === undefined ? {} : {plan}});
			finished?.(window, records - this.#before);
			this.#before = records;
			verbose(
				`window ${new Date(window.from).toISOString()} to ${new Date(window.to).toISOString()} done, ${records} records so far`,
			);
			return;
		}
		const due = this.#reached === Infinity ? event.records : event.records.filter(({time}) => time === undefined || time < this.#reached);
		const fresh = this.#timeless.fresh(due);
		counters.duplicates += due.length - fresh.length;
		const records = query.limit === undefined ? fresh : fresh.slice(0, query.limit - counters.records);
		if (records.length === 0) return;
		inspect(records);
		beforeWrite();
		await output.write(await formatter.write(records));
		counters.records += records.length;
		counters.failed += records.filter(({failed}) => failed === true).length;
		this.#countBaseEvents();
		if (this.isFull()) takeReport(event, counters);
	}

	/** Publishes what is complete; what is not is kept as it is. */
	async end(): Promise<void> {
		const {formatter, output, counters, beforeWrite} = this.options;
		await this.#begin();
		beforeWrite();
		await output.write(await formatter.end());
		if (counters.problems.length === 0) await output.commit();
		else await this.abandon();
	}

	async abandon(): Promise<void> {
		await this.options.output.abandon();
	}

	async #begin(): Promise<void> {
		if (this.#hasBegun) return;
		this.#hasBegun = true;
		const {formatter, output} = this.options;
		if (output.resumed === undefined) await output.write(await formatter.start());
	}

	#countBaseEvents(): void {
		const {formatter, output: {resumed}, counters} = this.options;
		if (formatter.baseEvents !== undefined) counters.baseEvents = (resumed?.checkpoint.baseEvents ?? 0) + formatter.baseEvents();
	}

	/** Takes note of up to where rows of a window are there for good. What is before it was settled by the answers to those before. */
	#settle({window, report: {answer}}: WindowEvent): void {
		const {query, clock} = this.options;
		if (clock === undefined) return;
		requireSameTime(answer);
		const settled = settledBy(answer.at ?? clock.beganAt, query.source);
		// The range may begin in the second that `Date` was cut by, but not in time that is yet to come over there.
		const least = window.from === query.since ? Math.min(query.since, settled + SECOND - 1) : window.from;
		if (this.#reached === Infinity && settled < window.to) this.#reached = Math.max(least, settled);
	}
}

/** What an export runs on. */
export interface ExportDependencies {
	readonly client: Client;
	/** Aborts what is still under way when the export ends; the client must listen to it. */
	readonly stop: AbortController;
	/** Aborts when the run was asked to stop. */
	readonly signal: AbortSignal;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: () => number;
	readonly sleep: Sleep;
}

/**
 * Query → windows → pages → records → formatter → output. Everything the API delivers for the range is written once;
 * what is missing stands in the sink's `counters.problems`.
 * @throws whatever the client or the output throws, and the signal's reason when interrupted.
 */
export async function runExport(sink: FormatSink, {client, stop, signal, now, sleep}: ExportDependencies): Promise<void> {
	const {query, clock, verbose} = sink.options;
	const concurrency = isBrief(query) ? 1 : windowsAtOnce(query);
	// Windows read beside each other are sorted beside each other, too.
	const sorting = {runCharacters: Math.ceil(sortedCharacters / concurrency), pool: new MemoryPool()};
	await pump(sink, {
		plan: plannerOf(sink, now), read: createWindowReader(query, {client, signal, verbose, now, clock, sorting}), concurrency, stop, signal, sleep,
	});
}

function plannerOf(sink: FormatSink, now: () => number): Planner {
	const {from, options: {query, output, verbose}} = sink;
	if (query.followsVolume !== true) return {windows: windowsOf(query, from, now)};
	const plan = new VolumePlan(query, {
		from, now, resumed: output.resumed?.checkpoint.plan, isBrief: query.order === 'served' && isBrief(query),
	});
	sink.plan = plan;
	return {
		windows: plan.windows(),
		done: (_, {inside}) => {
			plan.done(inside);
		},
		cut: (window, found) => {
			plan.cut(window, found);
			verbose(`${formatUtc(window.from)} to ${formatUtc(window.to)}: ${found.message}; it is cut into shorter ones`);
		},
	};
}

function takeReport({window, report}: WindowEvent, counters: RunCounters): void {
	counters.duplicates += report.duplicates;
	counters.changed += report.changed;
	counters.problems.push(...problemsOf(report, window));
}

/** A small `--limit` is met by few pages: reading windows ahead would only spend the budget. */
function isBrief({limit = Infinity, pageSize}: Query): boolean {
	return limit <= 10 * pageSize;
}
