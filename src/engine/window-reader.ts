import {setImmediate as nextTurn} from 'node:timers/promises';
import {ApiError} from '../base/errors.ts';
import type {AuditRecord} from '../base/record.ts';
import type {ApiAnswer} from '../base/transport.ts';
import type {Client} from '../http/client.ts';
import type {Query} from '../query/query.ts';
import {toRequest} from '../query/request.ts';
import {earliestStart, reachText} from '../sources/range.ts';
import {nothingLearned, type CappedReader} from './capped-page.ts';
import {Lanes} from './lanes.ts';
import type {ReadWindow} from './in-order.ts';
import type {WindowReport} from './problems.ts';
import {readCapped} from './read-capped.ts';
import {newTokenLife, type FetchPage, type WindowReader} from './read-tokens.ts';
import {isCounted, readWindow, totalOf} from './read-window.ts';
import {createRedactor, type Redactor} from './redactor.ts';
import type {ServerClock} from './server-clock.ts';
import {inTimeOrder, type TimeOrderOptions} from './time-order.ts';
import {mostPagesFor, mostRowsOf, WindowTooLarge} from './volume-plan.ts';
import type {Window} from './windows.ts';

/** Text that a window holds back until it is read whole, in characters. */
const mostHeldCharacters = 8 * 1024 * 1024;

/** What is redacted before anything else of the program has its turn: a tenth of a second's worth. */
const charactersPerTurn = 1024 * 1024;

/** What a query's windows are read with. */
export interface ReaderOptions {
	readonly client: Client;
	/** Ends the work on a page, too. */
	readonly signal: AbortSignal;
	readonly verbose: (message: string) => void;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: () => number;
	/** Told of every answer where the server's clock counts. */
	readonly clock?: ServerClock | undefined;
	/** How rows are brought into the order of time, where the query asks for it. */
	readonly sorting?: TimeOrderOptions;
}

/**
 * Reads windows of a query as they go to a sink: every row of the window once, those that the query's local filters leave,
 * redacted, in the query's order. Sorted, a window is read whole before its first record comes out. What it learns about an
 * API whose documentation leaves things open it keeps from window to window.
 */
export function createWindowReader<W extends Window = Window>(
	query: Query, {client, signal, verbose, now, clock, sorting}: ReaderOptions,
): ReadWindow<W> {
	const {source} = query;
	const fetcherOf = (report?: WindowReport, gauge?: Gauge): FetchPage => async parameters => {
		const {range, reachZone} = source;
		// The day before is asked for one unit of it, where it is unknown whether a range holds its start.
		const beforeMs = reachZone !== undefined && range.startBound === 'unknown' ? range.unitMs : 0;
		if (Number(parameters[range.start]) * range.unitMs < earliestStart(source, now()) - beforeMs) {
			throw new ApiError(`${source.name}: a window has gone out of the ${reachText(source)} that can be asked for while it was being read`, {
				hint: 'run again with a later --since',
			});
		}
		const send = async () => client.send(toRequest(query, parameters));
		const answer = await (gauge === undefined ? send() : gauge.ask(send));
		if (report !== undefined && answer.servedAt !== undefined) clock?.answered(report.answer, answer.servedAt);
		return answer;
	};
	const reader: WindowReader = {source, pageSize: query.pageSize, verbose, fetchPage: fetcherOf(), tokens: newTokenLife()};
	const {pagination, splitBy} = source;
	const capped: CappedReader | undefined =
		pagination.style === 'offset'
			? {
					...reader, pagination: {...pagination, counts: query.offsetCounts ?? pagination.counts}, concurrency: query.concurrency,
					lanes: new Lanes(query.concurrency), learned: nothingLearned(), splittable: splitBy !== undefined && isUnsplit(query, splitBy),
					debug: verbose,
				}
			: undefined;
	const redactor = createRedactor(query, source);
	const {keeps} = query;
	return (window, report) => {
		// Of their own: whose answer came when. What was learned of the API they share.
		const gauge = window.mostPages === undefined ? undefined : new Gauge(window, window.mostPages, query);
		const fetchPage = fetcherOf(report, gauge);
		const read =
			capped === undefined ? readWindow(window, {...reader, fetchPage}, report) : readCapped(window, {...capped, fetchPage}, report);
		const delivered = gauge === undefined ? read : gauge.holdBack(read);
		const kept = keeps === undefined ? delivered : keep(delivered, keeps);
		const ready = redactor === undefined ? kept : redact(kept, redactor, signal);
		return query.order === 'time' ? inTimeOrder(ready, sorting) : ready;
	};
}

/** Ends the reading of a window that is longer than by default where it holds more than is worth it, before any of it was let out. */
class Gauge {
	readonly #window: Window;
	readonly #mostPages: number;
	readonly #query: Query;
	#pages = 0;
	#rows = 0;
	#characters = 0;
	#oldest = Infinity;
	#newest = -Infinity;

	constructor(window: Window, mostPages: number, query: Query) {
		this.#window = window;
		this.#mostPages = mostPages;
		this.#query = query;
	}

	/** @throws WindowTooLarge when the page is one too many, tells of too many rows, or is refused as the first one */
	async ask(send: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
		const lengthMs = this.#window.to - this.#window.from;
		if (this.#isTooLarge(lengthMs)) throw new WindowTooLarge({rows: this.#rows, spanMs: this.#spanMs});
		const isFirst = this.#pages++ === 0;
		try {
			const answer = await send();
			const total = isFirst && this.#mostPages < Infinity ? totalOf(answer.body, this.#query.source) ?? 0 : 0;
			if (total >= mostRowsOf(this.#query)) throw new WindowTooLarge({rows: total, spanMs: lengthMs});
			return answer;
		} catch (error) {
			throw isFirst && error instanceof ApiError && this.#mayMeanLength(error) ? new WindowTooLarge('refused', error.message) : error;
		}
	}

	#mayMeanLength({isRefusal, refused}: ApiError): boolean {
		const {range: {start, end}} = this.#query.source;
		return isRefusal && (refused.length === 0 || refused.some(field => [start, end].includes(field.split('.').at(-1) ?? '')));
	}

	/** Lets rows out when all of them are there; at once where the first answer has told how many there are. */
	async* holdBack(batches: AsyncIterable<AuditRecord[]>): AsyncGenerator<AuditRecord[], void, undefined> {
		if (isCounted(this.#query.source) || this.#mostPages === Infinity) {
			yield* batches;
			return;
		}
		const held: AuditRecord[][] = [];
		for await (const batch of batches) {
			held.push(batch);
			this.#rows += batch.length;
			for (const {text, time = Number.NaN} of batch) {
				this.#characters += text.length;
				if (time < this.#oldest) this.#oldest = time;
				if (time > this.#newest) this.#newest = time;
			}
		}
		yield* held;
	}

	get #spanMs(): number {
		return Math.max(0, this.#newest - this.#oldest);
	}

	#isTooLarge(lengthMs: number): boolean {
		if (this.#pages === 0 || this.#mostPages === Infinity || isCounted(this.#query.source)) return false;
		return this.#pages >= Math.min(this.#mostPages, mostPagesFor(this.#spanMs / lengthMs)) || this.#characters > mostHeldCharacters;
	}
}

async function* keep(
	batches: AsyncIterable<AuditRecord[]>, keeps: (record: AuditRecord) => boolean,
): AsyncGenerator<AuditRecord[], void, undefined> {
	for await (const batch of batches) {
		const kept = batch.filter(record => keeps(record));
		if (kept.length > 0) yield kept;
	}
}

/** A page may be a hundred megabytes, which take seconds: signals and timers need their turn. */
async function* redact(
	batches: AsyncIterable<AuditRecord[]>, redactor: Redactor, signal: AbortSignal,
): AsyncGenerator<AuditRecord[], void, undefined> {
	for await (const batch of batches) {
		const redacted: AuditRecord[] = [];
		let characters = 0;
		for (const record of batch) {
			redacted.push(redactor(record));
			characters += record.text.length;
			if (characters < charactersPerTurn) continue;
			characters = 0;
			await nextTurn();
			signal.throwIfAborted();
		}
		yield redacted;
	}
}

/** Whether the user left open what the source splits by. */
function isUnsplit({filters}: Query, {parameter, all}: {parameter: string; all: string}): boolean {
	return filters[parameter] === undefined || filters[parameter] === all;
}

/** Windows read beside each other. Offset pages of one window are read in parallel instead: more would only grow the memory. */
export function windowsAtOnce({source, concurrency}: Pick<Query, 'source' | 'concurrency'>): number {
	return source.pagination.style === 'offset' ? 1 : concurrency;
}
