import type {Formatter} from '../formats/index.ts';
import type {Client} from '../http/client.ts';
import {parseFieldPath, redactFields, type FieldPath} from '../json/edit.ts';
import type {Output} from '../output/output.ts';
import type {Query} from '../query/query.ts';
import {toRequest} from '../query/request.ts';
import type {AuditRecord} from '../record.ts';
import {nothingLearned, type CappedReader} from './capped-page.ts';
import {readCapped} from './read-capped.ts';
import {inOrder, type WindowEvent} from './in-order.ts';
import {problemsOf} from './problems.ts';
import {readWindow, type WindowReader} from './read-window.ts';
import type {RunCounters} from './summary.ts';
import {inTimeOrder} from './time-order.ts';
import {planWindows} from './windows.ts';

/** What an export runs on. */
export interface ExportDependencies {
	readonly client: Client;
	readonly formatter: Formatter;
	readonly output: Output;
	/** Counted up as the run goes. */
	readonly counters: RunCounters;
	/** Aborts what is still under way when the export ends; the client must listen to it. */
	readonly stop: AbortController;
	/** Aborts when the run was asked to stop. */
	readonly signal: AbortSignal;
	/** Told the text of records about to be written, for warnings about their content. */
	readonly inspect: (records: readonly AuditRecord[]) => void;
	/** Called before every write, so that a progress line can make room. */
	readonly beforeWrite: () => void;
	readonly verbose: (message: string) => void;
}

/** How the records ended. */
export interface ExportResult {
	/** `--limit` ended the export before its range did. */
	readonly limited: boolean;
}

/**
 * Query → windows → pages → records → formatter → output. Everything the API delivers for the range is written once;
 * what is missing stands in `counters.problems`. After each finished window the output takes a checkpoint, until the
 * first window with a problem: a later run of the same command begins again there.
 * @throws whatever the client or the output throws, and the signal's reason when interrupted.
 */
export async function runExport(query: Query, {client, formatter, output, counters, stop, signal, inspect, beforeWrite, verbose}: ExportDependencies): Promise<ExportResult> {
	const from = output.resumed?.checkpoint.nextFrom ?? query.since;
	counters.records = output.resumed?.checkpoint.records ?? 0;
	const redacted = query.redact.map(path => parseFieldPath(path));
	const reader: WindowReader = {
		source: query.source,
		pageSize: query.pageSize,
		verbose,
		fetchPage: async parameters => client.send(toRequest(query, parameters)),
	};
	const {pagination, splitBy} = query.source;
	const capped: CappedReader | undefined = pagination.style === 'offset'
		? {...reader, pagination: {...pagination, counts: query.offsetCounts ?? pagination.counts}, concurrency: query.concurrency, learned: nothingLearned(), splittable: splitBy !== undefined && isUnsplit(query, splitBy), debug: verbose}
		: undefined;
	const events = inOrder(
		planWindows(from, query.until, query.windowMs),
		(window, report) => {
			const served = capped === undefined ? readWindow(window, reader, report) : readCapped(window, capped, report);
			// Before anything else sees the records: sorting may put them on disk.
			const safe = redacted.length === 0 ? served : redactAll(served, redacted);
			return query.order === 'time' ? inTimeOrder(safe) : safe;
		},
		// Offset pages of one window are read in parallel; windows beside each other would only grow the memory.
		{concurrency: capped === undefined ? concurrencyOf(query) : 1, stop},
	);
	if (output.resumed === undefined) await output.write(formatter.start());
	let limited = query.limit !== undefined && counters.records >= query.limit;
	if (!limited) {
		for await (const event of events) {
			signal.throwIfAborted();
			if (event.kind === 'records') {
				const room = query.limit === undefined ? Infinity : query.limit - counters.records;
				const records = room < event.records.length ? event.records.slice(0, room) : event.records;
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
				await finishWindow(event, {counters, output});
				verbose(`window ${new Date(event.window.from).toISOString()} to ${new Date(event.window.to).toISOString()} done, ${counters.records} records so far`);
			}
		}
	}
	beforeWrite();
	await output.write(formatter.end());
	return {limited};
}

function takeReport({window, report}: WindowEvent, counters: RunCounters): void {
	counters.duplicates += report.duplicates;
	counters.problems.push(...problemsOf(report, window));
}

async function finishWindow(event: WindowEvent, {counters, output}: {counters: RunCounters; output: Output}): Promise<void> {
	counters.windows++;
	takeReport(event, counters);
	if (counters.problems.length === 0) await output.checkpoint({nextFrom: event.window.to, records: counters.records});
}

async function* redactAll(batches: AsyncIterable<AuditRecord[]>, paths: readonly FieldPath[]): AsyncGenerator<AuditRecord[], void, undefined> {
	for await (const batch of batches) yield batch.map(record => ({...record, text: redactFields(record.text, paths)}));
}

/** Whether the user left open what the source splits by. */
function isUnsplit({filters}: Query, {parameter, all}: {parameter: string; all: string}): boolean {
	return filters[parameter] === undefined || filters[parameter] === all;
}

/** A small `--limit` is met by few pages: reading windows ahead would only spend the budget. */
function concurrencyOf(query: Query): number {
	return query.limit !== undefined && query.limit <= 10 * query.pageSize ? 1 : query.concurrency;
}
