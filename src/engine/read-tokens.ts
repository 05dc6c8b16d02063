import {ApiError} from '../base/errors.ts';
import type {AuditRecord} from '../base/record.ts';
import {formatUtc} from '../base/timezone.ts';
import type {ApiAnswer} from '../base/transport.ts';
import {stepMs} from '../sources/range.ts';
import type {SourceDefinition} from '../sources/types.ts';
import type {PageParameters} from './pager.ts';
import type {WindowReport} from './problems.ts';
import {digestOf} from './seen-rows.ts';
import type {Window} from './windows.ts';

/** Asks for one page: the range and page parameters of the API by name. */
export type FetchPage = (parameters: PageParameters) => Promise<ApiAnswer>;

/** What reading windows of one export needs to know. */
export interface WindowReader {
	readonly source: SourceDefinition;
	readonly pageSize: number;
	readonly fetchPage: FetchPage;
	readonly verbose: (message: string) => void;
	/** What the windows of an export know about its page tokens. Default: nothing, for each of them. */
	readonly tokens?: TokenLife;
}

/** What an export has found out about its page tokens; its windows share it. */
export interface TokenLife {
	/** Most rows that were read of one range before a token of it was refused; 0 as long as none was. */
	rows: number;
	/** The longest range that is read with one chain of tokens, in milliseconds; Infinity as long as every chain held. */
	lengthMs: number;
}

/** Nothing is known yet. */
export function newTokenLife(): TokenLife {
	return {rows: 0, lengthMs: Infinity};
}

/** Rows whose digests are kept for the case that their window must be read again; a longer reading is given up and cut. */
const mostRemembered = 50_000;

/** How often the smallest piece is read: its tokens may have died of a wait for the budget. */
const mostReadings = 3;

/** A piece is made to hold this part of what tokens survived, and is never grown further at a time. */
const caution = 0.7;

const mostGrowth = 8;

/** A token of a range whose first page was served is refused. */
export class DeadTokenError extends Error {
	override readonly name = 'DeadTokenError';
	readonly refusal: ApiError;

	constructor(refusal: ApiError) {
		super(refusal.message, {cause: refusal});
		this.refusal = refusal;
	}
}

/** Rows that were read and may be read again: how often each, by its content, and which content an id had last. */
class CountedRows {
	readonly #counts = new Map<string, number>();
	readonly #byId = new Map<string, string>();

	get size(): number {
		return this.#counts.size;
	}

	add({id, text}: AuditRecord): void {
		const key = digestOf(text);
		this.#count(key, 1);
		if (id !== undefined) this.#byId.set(digestOf(id), key);
	}

	/** Takes a row out, or the one whose content has changed to it since: undefined when neither is there. */
	take({id, text}: AuditRecord): 'same' | 'changed' | undefined {
		if (this.#counts.size === 0) return undefined;
		const key = digestOf(text);
		const idKey = id === undefined ? '' : digestOf(id);
		const before = this.#byId.get(idKey);
		if (before !== undefined && (before === key || !this.#counts.has(key))) this.#byId.delete(idKey);
		if (this.#takeOut(key)) return 'same';
		return before !== undefined && this.#takeOut(before) ? 'changed' : undefined;
	}

	takeOver(other: CountedRows): void {
		for (const [key, count] of other.#counts) this.#count(key, count);
		for (const [id, key] of other.#byId) this.#byId.set(id, key);
	}

	#count(key: string, more: number): void {
		this.#counts.set(key, (this.#counts.get(key) ?? 0) + more);
	}

	#takeOut(key: string): boolean {
		const count = this.#counts.get(key) ?? 0;
		if (count > 1) this.#counts.set(key, count - 1);
		else this.#counts.delete(key);
		return count > 0;
	}
}

/** What one reading of a piece has brought, as far as it came. */
class Progress {
	/** Distinct rows, by content. */
	readonly seen = new CountedRows();
	rows = 0;
	/** There were more than are remembered: the piece cannot be read again without doubling some. */
	forgot = false;
	#oldest = Infinity;
	#newest = -Infinity;

	take(records: readonly AuditRecord[]): void {
		this.rows += records.length;
		for (const record of records) {
			if (this.seen.size < mostRemembered) this.seen.add(record);
			else this.forgot = true;
			this.#oldest = Math.min(this.#oldest, record.time ?? Infinity);
			this.#newest = Math.max(this.#newest, record.time ?? -Infinity);
		}
	}

	/** The time that its rows cover, in milliseconds. */
	get spanMs(): number {
		return Math.max(0, this.#newest - this.#oldest);
	}
}

/**
 * Reads a window page by page along the API's tokens. Where a token is refused in the middle, or there are too many rows to
 * be remembered, the rest is read again in pieces that should fit, and rows written before are left out; later windows
 * begin with such pieces. Rows that were delivered once and then no more go into the report.
 * @param read reads a piece once, along the tokens of one chain
 * @throws ApiError when tokens do not survive the smallest piece either, and as `readWindow` does
 */
export async function* readByTokens(window: Window, {reader, report, read}: {
	reader: WindowReader;
	report: WindowReport;
	read: (piece: Window, reader: WindowReader) => AsyncIterable<AuditRecord[]>;
}): AsyncGenerator<AuditRecord[], void, undefined> {
	const life = reader.tokens ?? newTokenLife();
	const unitMs = stepMs(reader.source.range);
	const through = tellingDeadTokens(reader);
	/** Rows that were written by readings that ended early. */
	const written = new CountedRows();
	let mostMs = Infinity;
	let readings = 0;
	for (let {from} = window; from < window.to;) {
		const piece = {from, to: pieceEnd(from, window.to, {lengthMs: Math.min(life.lengthMs, mostMs), unitMs})};
		const lengthMs = piece.to - from;
		const isSmallest = lengthMs <= unitMs;
		const progress = new Progress();
		const known = {problems: report.problems.length, oddities: {...report.oddities}, duplicates: report.duplicates};
		let refusal: ApiError | undefined;
		let isWhole = true;
		try {
			for await (const page of read(piece, through)) {
				progress.take(page);
				const fresh = page.filter(record => {
					const before = written.take(record);
					if (before === 'changed') report.changed++;
					return before !== 'same';
				});
				if (fresh.length > 0) yield fresh;
				if (isSmallest || progress.seen.size < mostRemembered) continue;
				isWhole = false;
				break;
			}
		} catch (error) {
			if (!(error instanceof DeadTokenError)) throw error;
			({refusal} = error);
			isWhole = false;
		}
		if (isWhole) {
			from = piece.to;
			mostMs = Infinity;
			readings = 0;
			const growth = Math.min(mostGrowth, caution * life.rows / Math.max(1, progress.rows));
			if (growth > 1 && life.lengthMs !== Infinity) life.lengthMs = Math.max(life.lengthMs, lengthMs * growth);
			continue;
		}
		// What was strange is found again.
		report.problems.length = known.problems;
		report.oddities = known.oddities;
		report.duplicates = known.duplicates;
		if (isSmallest && refusal !== undefined && (++readings >= mostReadings || progress.forgot)) throw tooShortLived(refusal, piece, progress);
		written.takeOver(progress.seen);
		life.rows = Math.max(life.rows, progress.rows);
		mostMs = Math.max(unitMs, Math.min(lengthMs / 2, caution * (progress.spanMs || lengthMs)));
		life.lengthMs = Math.min(life.lengthMs, mostMs);
		reader.verbose(`${refusal === undefined ? 'too many rows to be read at once' : `a page token was refused after ${progress.rows} rows`}: `
			+ `${formatUtc(from)} to ${formatUtc(window.to)} is read in smaller pieces`);
	}
	if (written.size > 0) {
		report.problems.push({
			kind: 'unstable', since: window.from, until: window.to,
			detail: `${written.size} rows were delivered, and not when it was read again in smaller pieces`,
		});
	}
}

/** The end of a piece that starts at `from`: on a whole unit, and at least one unit on. */
function pieceEnd(from: number, to: number, {lengthMs, unitMs}: {lengthMs: number; unitMs: number}): number {
	if (lengthMs === Infinity) return to;
	const units = Math.max(Math.floor(from / unitMs) + 1, Math.floor((from + lengthMs) / unitMs));
	return Math.min(to, units * unitMs);
}

/** A refusal of a request with a token is that of the token: the same range without one was just served. */
function tellingDeadTokens(reader: WindowReader): WindowReader {
	const {source: {pagination}, fetchPage} = reader;
	const token = pagination.style === 'token' ? pagination.tokenParameter : '';
	return {
		...reader,
		fetchPage: async parameters => {
			try {
				return await fetchPage(parameters);
			} catch (error) {
				throw Object.hasOwn(parameters, token) && error instanceof ApiError && error.isRefusal ? new DeadTokenError(error) : error;
			}
		},
	};
}

function tooShortLived({message, vendorCode}: ApiError, {from}: Window, {rows}: {rows: number}): ApiError {
	return new ApiError(message, {
		vendorCode,
		hint:
			`the API refuses the page tokens that it gave out, each time after at most ${rows} rows of ${formatUtc(from)}, and no smaller piece of time can be asked for; ` +
			'raise --page-size as far as it goes, lower --concurrency, or narrow the export by filters',
	});
}
