import type {AuditRecord} from '../../base/record.ts';
import {valueAt} from '../../json/value.ts';
import type {Language} from '../../sources/labels.ts';
import type {SourceDefinition} from '../../sources/types.ts';

/** How many records there are, and how many of them record a failure. */
export interface Count {
	records: number;
	failed: number;
}

/** The values that one field has most often. */
export interface Top {
	/** The field, dotted. */
	readonly field: string;
	/** Most frequent first, ten at most; `meaning` is the word for a code. */
	readonly values: ReadonlyArray<Count & {readonly value: string; readonly meaning?: string | undefined}>;
	/** By how much a count may be too low: of very many different values not all can be kept. 0 where all were. */
	readonly mayMiss: number;
}

/** What records come to. */
export interface Survey extends Count {
	/** Records whose time cannot be read: they are in no day and no hour. */
	readonly undated: number;
	/** The first and the last time, Unix milliseconds; undefined without records. */
	readonly first: number | undefined;
	readonly last: number | undefined;
	/** By calendar day, `YYYY-MM-DD`, in the order of the days. */
	readonly days: ReadonlyMap<string, Count>;
	/** By hour of the day, from 0 to 23. */
	readonly hours: readonly Count[];
	readonly tops: readonly Top[];
}

/** Different values of one field that are kept at once. */
const keptValues = 20_000;

/** Characters of a value that tell it apart. */
const valueLength = 500;

const topLength = 10;

/** Zones differ from UTC by whole quarters of an hour, so all of one quarter have one day and hour. */
const quarterMs = 15 * 60 * 1000;

/**
 * Counts records as they come, in memory that does not grow with them: by day and hour of a time zone, by outcome, and by the
 * values of the fields that the narrow table shows.
 */
export class Surveyor {
	readonly #total: Count & {undated: number} = {records: 0, failed: 0, undated: 0};
	readonly #days = new Map<string, Count>();
	readonly #hours = Array.from({length: 24}, (): Count => ({records: 0, failed: 0}));
	readonly #values: readonly FieldValues[];
	readonly #calendar: (ms: number) => {day: string; hour: number};
	#first = Infinity;
	#last = -Infinity;

	constructor(source: SourceDefinition, timezone: string, language: Language) {
		const fields = source.columns.filter(
			({table, path, type, name, inText}) =>
				table !== undefined &&
				path !== undefined &&
				inText !== true &&
				name !== source.id &&
				name !== source.time &&
				(type === 'text' || type === 'integer' || type === 'json'),
		);
		this.#values = fields.map(
			({name, path = []}) =>
				new FieldValues(name, path, code => (language === 'off' ? undefined : source.labels?.[name]?.[code]?.[language])),
		);
		this.#calendar = calendarOf(timezone);
	}

	see({text, time, failed}: AuditRecord): void {
		const add = (count: Count) => {
			count.records += 1;
			if (failed === true) count.failed += 1;
		};
		add(this.#total);
		if (time === undefined) {
			this.#total.undated += 1;
		} else {
			this.#first = Math.min(this.#first, time);
			this.#last = Math.max(this.#last, time);
			const {day, hour} = this.#calendar(time);
			add(countOf(this.#days, day));
			add(this.#hours[hour] ?? {records: 0, failed: 0});
		}
		if (this.#values.length === 0) return;
		const row: unknown = JSON.parse(text);
		for (const values of this.#values) values.see(row, add);
	}

	result(): Survey {
		const isEmpty = this.#last < this.#first;
		return {
			...this.#total,
			first: isEmpty ? undefined : this.#first,
			last: isEmpty ? undefined : this.#last,
			days: new Map([...this.#days].toSorted(([a], [b]) => (a < b ? -1 : 1))),
			hours: this.#hours,
			tops: this.#values.map(values => values.top()).filter(({values}) => values.length > 0),
		};
	}
}

/** The values of one field. Where there are too many, the rarest go, and how many records they had at most is remembered. */
class FieldValues {
	readonly #counts = new Map<string, Count>();
	readonly #field: string;
	readonly #path: readonly string[];
	readonly #meaningOf: (code: string) => string | undefined;
	#mayMiss = 0;

	constructor(field: string, path: readonly string[], meaningOf: (code: string) => string | undefined) {
		this.#field = field;
		this.#path = path;
		this.#meaningOf = meaningOf;
	}

	see(row: unknown, add: (count: Count) => void): void {
		const value = valueAt(row, this.#path);
		if (value === undefined || value === null || value === '') return;
		const text = (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, valueLength);
		add(countOf(this.#counts, text));
		if (this.#counts.size > keptValues) this.#dropRarest();
	}

	#dropRarest(): void {
		const byCount = [...this.#counts].toSorted(([, a], [, b]) => b.records - a.records);
		let most = 0;
		for (const [text, {records}] of byCount.slice(keptValues / 2)) {
			most = Math.max(most, records);
			this.#counts.delete(text);
		}
		// A value that comes again may have been dropped each time.
		this.#mayMiss += most;
	}

	top(): Top {
		const values = [...this.#counts].toSorted(([a, x], [b, y]) => y.records - x.records || (a < b ? -1 : 1)).slice(0, topLength);
		return {
			field: this.#field,
			mayMiss: this.#mayMiss,
			values: values.map(([value, count]) => ({value, ...count, meaning: this.#meaningOf(value)})),
		};
	}
}

function countOf(counts: Map<string, Count>, key: string): Count {
	let count = counts.get(key);
	if (count === undefined) counts.set(key, (count = {records: 0, failed: 0}));
	return count;
}

/** Tells day and hour of a time in a zone. */
export function calendarOf(timezone: string): (ms: number) => {day: string; hour: number} {
	const format = new Intl.DateTimeFormat('en-CA', {
		timeZone: timezone,
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
		hour: '2-digit',
		hourCycle: 'h23',
	});
	let known = {quarter: NaN, day: '', hour: 0};
	return ms => {
		const quarter = Math.floor(ms / quarterMs);
		if (quarter !== known.quarter) {
			const parts = Object.fromEntries(format.formatToParts(quarter * quarterMs).map(({type, value}) => [type, value]));
			known = {quarter, day: `${parts['year']}-${parts['month']}-${parts['day']}`, hour: Number(parts['hour'])};
		}
		return known;
	};
}
