import type {AuditRecord} from '../base/record.ts';
import type {ApiAnswer} from '../base/transport.ts';
import {valueAt, wholeNumber} from '../json/value.ts';
import {stepMs} from '../sources/range.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {createPager, type PageParameters} from './pager.ts';
import type {ProblemKind, WindowReport} from './problems.ts';
import {DeadTokenError, readByTokens, type WindowReader} from './read-tokens.ts';
import {isRow, rowsOf} from './rows-of.ts';
import {SeenRows} from './seen-rows.ts';
import {Sieve} from './sieve.ts';
import {askedRange, splitWindow, type Window} from './windows.ts';

/** A counted window with more rows is cut into smaller ones before it is read: its ids must fit in memory. */
const mostCountedRows = 50_000;

/** Most windows that one is cut into at a time: a total that lies must not become as many windows. */
const mostParts = 32;

/** How often a window is read before its changing total counts as a problem. */
const mostReadings = 3;

/** Whether everything was delivered. */
export type Comparison =
	| {readonly kind: 'complete'}
	| {readonly kind: 'incomplete'; readonly problem: ProblemKind; readonly detail: string};

/** Which reading of a window it is. */
export interface Turn {
	/** An earlier reading wrote rows. */
	readonly isRepeated: boolean;
	/** There is none after it. */
	readonly isLast: boolean;
}

/** How one reading of a window ended. `inside`: distinct rows of the window that it brought. */
export type ReadingOutcome =
	| Comparison & {readonly inside: number}
	| {readonly kind: 'too-many'; readonly total: number; readonly parts: Window[]};

/**
 * Reads one window: every row of `[from, to)` once, as the API serves them, page by page. Rows that the API
 * delivers beyond the window (because either reading of its ends is asked for) belong to a neighbour and are cut.
 * @param mostRows rows that this window may state: one that states more, beside all that its neighbours do, is not believed and read as it is
 * @returns the rows that the API states for it, 0 where it states none
 * @throws ApiError when an answer is unusable or paging does not advance, and whatever `fetchPage` throws.
 */
export async function* readWindow(
	window: Window, reader: WindowReader, report: WindowReport, mostRows = Infinity,
): AsyncGenerator<AuditRecord[], number, undefined> {
	if (reader.source.pagination.style === 'token') {
		const read = (piece: Window, through: WindowReader) =>
			readOnce({window: piece, reader: through, report, seen: undefined, mostRows, isRepeated: false, isLast: true});
		yield* readByTokens(window, {reader, report, read});
		return 0;
	}
	const seen = new SeenRows();
	const before = {...report};
	let stated = 0;
	const outcome = yield* readUntilStill(window, {reader, report}, turn => readOnce({
		window, reader, report, seen, mostRows, ...turn,
		counted: total => {
			stated = total;
		},
	}));
	tellSurplus(window, report, before);
	if (outcome.kind !== 'too-many') return stated;
	let left = outcome.total;
	// Twice as many: parts ask a little beyond their ends, where rows are then counted in two of them.
	for (const part of outcome.parts) left -= yield* readWindow(part, reader, report, 2 * left);
	return outcome.total;
}

/**
 * Reads a window whose total may move while it is read, again if it did. Rows of earlier readings are not repeated. What
 * will not hold still goes into the report, and so does a reading that brought less than one before: rows do not go away. `read` is told whether an earlier reading wrote rows.
 */
export async function* readUntilStill(
	window: Window,
	{reader, report}: {reader: WindowReader; report: WindowReport},
	read: (turn: Turn) => AsyncGenerator<AuditRecord[], ReadingOutcome, undefined>,
): AsyncGenerator<AuditRecord[], ReadingOutcome, undefined> {
	let most = 0;
	for (let count = 1; ; count++) {
		const known = report.problems.length;
		const {inside} = report;
		const odd = {...report.oddities};
		const ended = yield* read({isRepeated: count > 1, isLast: count === mostReadings});
		const outcome = ended.kind === 'complete' && ended.inside < most ? vanished(ended, most) : ended;
		if (outcome.kind === 'incomplete') most = Math.max(most, outcome.inside);
		if (outcome.kind === 'complete') return outcome;
		if (outcome.kind === 'too-many') {
			// Its parts bring the same rows again.
			report.inside = inside;
			report.oddities = odd;
			return outcome;
		}
		reader.verbose(`window read ${count} of at most ${mostReadings} times: ${outcome.detail}`);
		if (count === mostReadings) {
			// Entries that are no rows are counted by themselves.
			if (outcome.problem !== 'unreadable')
				report.problems.push({kind: outcome.problem, since: window.from, until: window.to, detail: outcome.detail});
			return outcome;
		}
		// The next reading finds the same strange rows again.
		report.problems.length = known;
		report.inside = inside;
		report.oddities = odd;
	}
}

/** What a report counted when the reading of a window began. */
export type Counted = Pick<WindowReport, 'changed' | 'inside' | 'written'>;

/**
 * Tells when more rows of a window were written than its last readings brought: then some are gone, or rows without an
 * id, which moved while they were read, stand in the output twice.
 */
export function tellSurplus({from, to}: Window, report: WindowReport, before: Counted): void {
	const surplus = report.written - before.written - (report.changed - before.changed) - (report.inside - before.inside);
	// What is incomplete for another reason brought other rows each time, and is told.
	const isTold = report.oddities.noRows > 0 || report.problems.some(({since, until}) => since < to && until > from);
	if (surplus <= 0 || isTold) return;
	const rows = surplus === 1 ? '1 row was' : `${surplus} rows were`;
	report.problems.push({
		kind: 'unstable', since: from, until: to, detail: `${rows} delivered, and not when it was read again: gone by now, or delivered twice`,
	});
}

function vanished({inside}: {inside: number}, before: number): ReadingOutcome {
	return {
		kind: 'incomplete', problem: 'unstable', detail: `${before} rows were delivered, and only ${inside} when it was read again`, inside,
	};
}

/**
 * Compares what was delivered with the total that the API stated; a total that fits goes into the report.
 * @param result.noRows entries that are no rows: they may be rows when they are read again, and the total may count them or not
 */
export function compareTotal(report: WindowReport, {total, totalMoved, delivered, noRows = 0}: {
	total: number | undefined; totalMoved: boolean; delivered: number; noRows?: number;
}): Comparison {
	if (totalMoved && total !== undefined) {
		const detail = `the number of rows kept changing while they were read; the last total was ${total}, ${delivered} were delivered`;
		return {kind: 'incomplete', problem: 'unstable', detail};
	}
	if (total !== undefined && total !== delivered && total !== delivered + noRows) {
		return {kind: 'incomplete', problem: 'total_mismatch', detail: `the API states ${total} rows and delivered ${delivered}`};
	}
	if (noRows > 0) return {kind: 'incomplete', problem: 'unreadable', detail: `${noRows} of its entries are no rows`};
	if (total !== undefined) report.total = (report.total ?? 0) + total;
	return {kind: 'complete'};
}

async function* readOnce({window, reader, report, seen, isRepeated, isLast, mostRows, counted}: Turn & {
	window: Window; reader: WindowReader; report: WindowReport; seen: SeenRows | undefined; mostRows: number;
	/** Told of the rows that the API states. */
	counted?: (total: number) => void;
}): AsyncGenerator<AuditRecord[], ReadingOutcome, undefined> {
	const {source} = reader;
	const label = `${source.name}: ${source.endpoint.method} ${source.endpoint.path}`;
	const asked = askedRange(window, source);
	const pager = createPager(source.pagination, reader.pageSize, label);
	const sieve = new Sieve({window, asked, source, report, seen});
	let parameters: PageParameters | undefined = pager.first;
	let hasMoved = false;
	// A function of its own: a generator holds on to all of its variables while it waits, here to the whole answer.
	const takePage = async (pageParameters: PageParameters): Promise<AuditRecord[]> => {
		const answer = await fetchRows({[source.range.start]: asked.start, [source.range.end]: asked.end, ...pageParameters}, reader);
		if (isHidden(answer.body, source)) {
			report.problems.push({
				kind: 'unreadable', since: window.from, until: window.to,
				detail: `a page has no list of rows (${source.rows.join('.')}), and the API says that there is more`,
			});
		}
		const known = sieve.noRows;
		const page = {records: rowsOf(answer, source, label), altered: answer.altered};
		hasMoved = !isLast && isMoved(page.records, pager.total, totalOf(answer.body, source));
		if (hasMoved) return [];
		const {kept, rows, fresh} = sieve.sift(page);
		parameters = pager.next({body: answer.body, rows, fresh, noRows: sieve.noRows - known});
		return kept;
	};
	let kept = await takePage(parameters);
	const {total} = pager;
	if (total !== undefined) counted?.(total);
	if (!isRepeated && total !== undefined && total > mostCountedRows && total <= mostRows) {
		const parts = splitWindow(window, Math.min(mostParts, Math.ceil(total / (mostCountedRows * 0.8))), stepMs(source.range));
		if (parts.length > 1) {
			report.written -= kept.length;
			return {kind: 'too-many', total, parts};
		}
	}
	for (;;) {
		if (kept.length > 0) yield kept;
		kept = [];
		if (parameters === undefined || hasMoved) break;
		kept = await takePage(parameters);
	}
	return {
		...compareTotal(report, {total: pager.total, totalMoved: pager.totalMoved || hasMoved, delivered: sieve.delivered, noRows: sieve.noRows}),
		inside: sieve.inside,
	};
}

/**
 * Asks for a page, once more where the list of rows is missing: many servers write an empty one so, and some a lost one. So too
 * where entries are no rows and the window is not read again for that: the second answer counts if it has no fewer rows.
 */
async function fetchRows(parameters: PageParameters, {source, fetchPage}: WindowReader): Promise<ApiAnswer> {
	const answer = await fetchPage(parameters);
	if (hasNoList(answer.body, source)) return isCounted(source) ? answer : fetchPage(parameters);
	if (source.pagination.style !== 'token') return answer;
	const {rows, others} = entriesOf(answer.body, source);
	if (others === 0) return answer;
	try {
		const again = await fetchPage(parameters);
		return entriesOf(again.body, source).rows >= rows ? again : answer;
	} catch (error) {
		// A token may serve once only.
		if (error instanceof DeadTokenError) return answer;
		throw error;
	}
}

function entriesOf(body: unknown, {rows: path}: SourceDefinition): {rows: number; others: number} {
	const entries = valueAt(body, path);
	if (!Array.isArray(entries)) return {rows: 0, others: 0};
	const rows = entries.filter(entry => isRow(entry)).length;
	return {rows, others: entries.length - rows};
}

function hasNoList(body: unknown, {rows}: SourceDefinition): boolean {
	return (valueAt(body, rows) ?? undefined) === undefined;
}

/**
 * Whether a page must not be taken: rows without an id have moved since the page before, and cannot be told from those that
 * came already. Read again from its start, the window brings each once.
 */
export function isMoved(records: readonly AuditRecord[], before: number | undefined, total: number | undefined): boolean {
	return before !== undefined && total !== before && records.some(({id, isRow: row}) => id === undefined && row !== false);
}

/** The number of rows that an answer states; undefined where it states none. */
export function totalOf(body: unknown, {pagination}: SourceDefinition): number | undefined {
	return 'total' in pagination && pagination.total !== undefined ? wholeNumber(valueAt(body, pagination.total)) : undefined;
}

/** A stated total tells whether rows are missing. */
export function isCounted({pagination}: SourceDefinition): boolean {
	return 'total' in pagination && pagination.total !== undefined;
}

/** Whether rows must be missing from an answer: it has no list of them, and is not the last one. */
function isHidden(body: unknown, source: SourceDefinition): boolean {
	if (!hasNoList(body, source) || isCounted(source) || !('more' in source.pagination) || source.pagination.more === undefined) return false;
	const more = valueAt(body, source.pagination.more);
	return more === true || more === 1;
}
