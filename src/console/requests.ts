import {ApiError} from '../base/errors.ts';
import type {ApiRequest} from '../base/transport.ts';
import {searchFilters} from '../sources/app-log-filters.ts';
import type {SearchKind} from '../sources/app-log-kinds.ts';
import type {ParameterValue} from '../sources/types.ts';
import {sentValue} from './filter-options.ts';
import type {SearchProfile} from './profile.ts';
import {fill, fillHeaders, fillPairs, fillPath, placeholdersOf, type Values} from './template.ts';
import type {TimeRange} from './time-range.ts';

/** Stands for a secret where a request is only shown. */
const mask = '***';

type Parameters = Readonly<Record<string, ParameterValue>>;

/** What a request was made from. */
interface Made {
	readonly values: Values;
	/** The first instant that it asks for, Unix milliseconds. */
	readonly startMs: number;
	readonly cursor: string | undefined;
}

/** A request with what matters about it beside its text. */
export interface RequestToSend {
	readonly request: ApiRequest;
	/** The first instant that it asks for, Unix milliseconds. */
	readonly startMs: number;
	/** The rows that it asks for; undefined where it does not say how many. */
	readonly pageSize: number | undefined;
	/** The cursor that it carries, with all of its digits; undefined on the first page. */
	readonly cursor: string | undefined;
}

/** Writes the requests of one search. */
export interface RequestWriter {
	/** Names of all placeholders in the request. */
	readonly placeholders: ReadonlySet<string>;
	/** The request for these parameters of the engine; what the session brings is masked. */
	toRequest(parameters: Parameters): ApiRequest;
	/** A request of `toRequest` as it is sent. */
	toSend(request: ApiRequest, csrfToken: string | undefined): RequestToSend;
}

/**
 * @param options.range writes the ends of the time range
 * @param options.cursorIsNumber whether the console gave its cursors as numbers
 */
export function createRequestWriter(kind: SearchKind, search: SearchProfile, {range, masked, cursorIsNumber}: {
	range: TimeRange;
	/** Headers that the session brings, in lower case. */
	masked: readonly string[];
	cursorIsNumber: () => boolean;
}): RequestWriter {
	const {request: template, filters = {}} = search;
	const placeholders = placeholdersOf(template);
	const made = new WeakMap<ApiRequest, Made>();

	function valuesOf(parameters: Parameters): Made {
		const {since, until, cursor, ...others} = parameters;
		const {start, end, startMs} = range.write(Number(since), Number(until));
		const values: Record<string, unknown> = {...others, since: start, until: end};
		if (typeof cursor === 'string') values['cursor'] = cursorIsNumber() ? toNumber(cursor) : cursor;
		for (const filter of searchFilters[kind]) {
			const given = parameters[filter.name];
			const place = filters[filter.name] ?? {};
			const texts = given === undefined ? undefined : (typeof given === 'object' ? given : [given]).map(String);
			values[filter.name] = texts === undefined ? place.otherwise : sentValue(filter, texts, place);
		}
		return {values, startMs, cursor: typeof cursor === 'string' ? cursor : undefined};
	}

	function toNumber(cursor: string): number | string {
		if (String(Number(cursor)) === cursor) return Number(cursor);
		// A query string and a form carry all of its digits; JSON would need a number that cannot be had here.
		if (!JSON.stringify(template.json ?? null).includes('"{cursor}"')) return cursor;
		throw new ApiError(`the console's cursor ${cursor} is a number that is too long to be sent back exactly`, {
			hint: 'take a smaller --window; where the console also takes a text, write {cursor:text} in the request profile',
		});
	}

	function write(values: Values): ApiRequest {
		return {
			method: template.method,
			path: fillPath(template.path, values),
			...(template.query === undefined ? {} : {query: fillPairs(template.query, values)}),
			...(template.json === undefined ? {} : {body: fill(template.json, values)}),
			...(template.form === undefined ? {} : {form: fillPairs(template.form, values)}),
			headers: fillHeaders(template.headers ?? {}, values),
		};
	}

	return {
		placeholders,
		toRequest(parameters) {
			const known = valuesOf(parameters);
			const request = write({...known.values, csrf_token: mask});
			const shown = {...request, headers: {...request.headers, ...Object.fromEntries(masked.map(name => [name, mask]))}};
			made.set(shown, known);
			return shown;
		},
		toSend(shown, csrfToken) {
			const known = made.get(shown);
			if (known === undefined) throw new Error('the request was not written here');
			const pageSize = placeholders.has('page_size') ? Number(known.values['page_size']) : undefined;
			return {request: write({...known.values, csrf_token: csrfToken}), startMs: known.startMs, pageSize, cursor: known.cursor};
		},
	};
}
