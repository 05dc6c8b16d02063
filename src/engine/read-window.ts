import {ApiError} from '../errors.ts';
import type {ApiAnswer} from '../http/client.ts';
import {valueAt} from '../http/answer.ts';
import {rows} from '../json/text.ts';
import type {AuditRecord} from '../record.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {createPager, type PageParameters} from './pager.ts';
import type {ProblemKind, WindowReport} from './problems.ts';
import {RecentIds} from './recent-ids.ts';
import {toRecord} from './to-record.ts';
import {askedRange, splitWindow, type Window} from './windows.ts';

/** Asks for one page: the range and page parameters of the API by name. */
export type FetchPage = (parameters: PageParameters) => Promise<ApiAnswer>;

/** What reading windows of one export needs to know. */
export interface WindowReader {
	readonly source: SourceDefinition;
	readonly pageSize: number;
	readonly fetchPage: FetchPage;
	/** The whole export's range: rows inside it that no window asked for are a problem, others are not. */
	readonly since: number;
	readonly until: number;
	readonly verbose: (message: string) => void;
}

/** A counted window with more rows is cut into smaller ones before it is read: its ids must fit in memory. */
const mostCountedRows = 50_000;
/** Rows further apart than this are not compared where the API states no total; page tokens do not shift. */
const rememberedRows = 50_000;
/** How often a window is read before its changing total counts as a problem. */
const mostReadings = 3;

/**
 * Reads one window: every row of `[from, to)` once, as the API serves them, page by page. Rows that the API
 * delivers beyond the window (because either reading of its ends is asked for) belong to a neighbour and are cut.
 * @throws ApiError when an answer is unusable or paging does not advance, and whatever `fetchPage` throws.
 */
export async function* readWindow(window: Window, reader: WindowReader, report: WindowReport): AsyncGenerator<AuditRecord[], void, undefined> {
	const reading = {window, reader, report, written: undefined as Set<string> | undefined};
	if (reader.source.pagination.style === 'token') {
		yield* readOnce(reading);
		return;
	}
	const written = new Set<string>();
	let outcome: Outcome = {kind: 'complete'};
	for (let count = 1; count <= mostReadings; count++) {
		outcome = yield* readOnce({...reading, written, repeated: count > 1});
		if (outcome.kind === 'too-many') {
			for (const part of outcome.parts) yield* readWindow(part, reader, report);
			return;
		}
		if (outcome.kind === 'complete') return;
		reader.verbose(`window read ${count} of at most ${mostReadings} times: ${outcome.detail}`);
	}
	if (outcome.kind === 'incomplete') report.problems.push({kind: outcome.problem, since: window.from, until: window.to, detail: outcome.detail});
}

type Outcome =
	| {readonly kind: 'complete'}
	| {readonly kind: 'too-many'; readonly parts: Window[]}
	| {readonly kind: 'incomplete'; readonly problem: ProblemKind; readonly detail: string};

async function* readOnce({window, reader, report, written, repeated = false}: {
	window: Window; reader: WindowReader; report: WindowReport;
	/** Ids that an earlier reading of this window wrote; filled by this one. Undefined where a window is read once. */
	written: Set<string> | undefined;
	/** This is a repeated reading: rows already written are expected. */
	repeated?: boolean;
}): AsyncGenerator<AuditRecord[], Outcome, undefined> {
	const {source} = reader;
	const label = `${source.name}: ${source.endpoint.method} ${source.endpoint.path}`;
	const asked = askedRange(window, source);
	const askedFrom = asked.start * source.range.unitMs;
	const askedTo = (asked.end + 1) * source.range.unitMs;
	const pager = createPager(source.pagination, reader.pageSize, label);
	const seen = new RecentIds(written === undefined ? rememberedRows : Infinity);
	const strange = {unreadable: 0, outOfRange: 0, altered: 0};
	let delivered = 0;
	let first = true;
	let parameters: PageParameters | undefined = pager.first;
	while (parameters !== undefined) {
		const answer = await reader.fetchPage({[source.range.start]: asked.start, [source.range.end]: asked.end, ...parameters});
		const page = rowsOf(answer, source, label);
		if (answer.altered) strange.altered++;
		const kept: AuditRecord[] = [];
		let fresh = 0;
		for (const record of page) {
			if (record.id !== undefined && !seen.add(record.id)) {
				report.duplicates++;
				continue;
			}
			fresh++;
			if (record.id === undefined || record.time === undefined) {
				strange.unreadable++;
				// A row without an identity cannot be told from its copy in a repeated reading.
				if (repeated && record.id === undefined) continue;
			}
			if (record.time !== undefined && (record.time < window.from || record.time >= window.to)) {
				const unasked = record.time < askedFrom || record.time >= askedTo;
				if (unasked && record.time >= reader.since && record.time < reader.until) strange.outOfRange++;
				continue;
			}
			if (record.id !== undefined && written !== undefined) {
				if (written.has(record.id)) continue;
				written.add(record.id);
			}
			kept.push(record);
		}
		delivered += fresh;
		const next = pager.next({body: answer.body, rows: page.length, fresh});
		if (first && pager.total !== undefined && pager.total > mostCountedRows && !repeated) {
			const parts = splitWindow(window, Math.ceil(pager.total / (mostCountedRows * 0.8)), source.range.unitMs);
			if (parts.length > 1) return {kind: 'too-many', parts};
		}
		first = false;
		if (kept.length > 0) yield kept;
		parameters = next;
	}
	reportStrange(strange, window, report);
	if (pager.total === undefined) return {kind: 'complete'};
	if (pager.totalMoved) {
		return {kind: 'incomplete', problem: 'unstable', detail: `the number of rows kept changing while they were read; the last total was ${pager.total}, ${delivered} were delivered`};
	}
	if (pager.total !== delivered) {
		return {kind: 'incomplete', problem: 'total_mismatch', detail: `the API states ${pager.total} rows and delivered ${delivered}`};
	}
	return {kind: 'complete'};
}

/** The page's records. A null array is an empty one, as several servers write it; no array at all is an unusable answer. */
function rowsOf(answer: ApiAnswer, source: SourceDefinition, label: string): AuditRecord[] {
	const values = valueAt(answer.body, source.rows);
	const container = valueAt(answer.body, source.rows.slice(0, -1));
	if (typeof container !== 'object' || container === null) {
		throw new ApiError(`${label}: the answer holds no ${source.rows.slice(0, -1).join('.')}`, {hint: 'the API does not answer as documented; run with --debug'});
	}
	if (values === null || values === undefined) return [];
	const texts = rows(answer.text, source.rows);
	if (!Array.isArray(values) || texts === undefined) {
		throw new ApiError(`${label}: ${source.rows.join('.')} is no array`, {hint: 'the API does not answer as documented; run with --debug'});
	}
	return texts.map((text, index) => toRecord(text, values[index], source));
}

function reportStrange(strange: {unreadable: number; outOfRange: number; altered: number}, window: Window, report: WindowReport): void {
	const add = (kind: ProblemKind, detail: string) => {
		report.problems.push({kind, since: window.from, until: window.to, detail});
	};
	if (strange.unreadable > 0) add('unreadable', `${strange.unreadable} rows without a readable id or time were written as they are`);
	if (strange.outOfRange > 0) add('out_of_range', `${strange.outOfRange} rows of other times than asked for were delivered here and not written`);
	if (strange.altered > 0) add('altered', `${strange.altered} pages were not valid UTF-8; the bytes in question are now U+FFFD`);
}
