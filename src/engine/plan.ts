import type {ApiRequest} from '../http/client.ts';
import {formatDuration} from '../query/duration.ts';
import type {Query} from '../query/query.ts';
import {toRequest} from '../query/request.ts';
import {formatUtc} from '../query/time.ts';
import {firstPage} from './pager.ts';
import {askedRange, countWindows} from './windows.ts';

/** What a run would do, as far as it can be known without asking the API. */
export interface Plan {
	readonly source: string;
	readonly since: string;
	readonly until: string;
	readonly windows: number;
	readonly window: string;
	/** The fewest requests: one page for every window. */
	readonly fewest_requests: number;
	readonly budget: string;
	/** The least time for that many requests under the budget, in milliseconds. */
	readonly least_time_ms: number;
	/** The first request as a curl command, the token masked. */
	readonly first_request: string | null;
}

/** The plan of a query against a base URL. Touches neither network nor credentials. */
export function planOf(query: Query, baseUrl: string): Plan {
	const windows = countWindows(query.since, query.until, query.windowMs);
	const {requests, perMs} = query.budget;
	return {
		source: query.source.name,
		since: formatUtc(query.since),
		until: formatUtc(query.until),
		windows,
		window: formatDuration(query.windowMs),
		fewest_requests: windows,
		budget: `${requests}/${formatDuration(perMs)}`,
		least_time_ms: windows === 0 ? 0 : Math.floor((windows - 1) / requests) * perMs,
		first_request: windows === 0 ? null : asCurl(firstRequestOf(query), baseUrl),
	};
}

/** The plan for people, one fact a line. */
export function formatPlan(plan: Plan): string {
	return [
		`source:           ${plan.source}`,
		`range:            ${plan.since} up to ${plan.until}`,
		`windows:          ${plan.windows} of at most ${plan.window}`,
		`fewest requests:  ${plan.fewest_requests}, one page a window`,
		`budget:           ${plan.budget}`,
		`least time:       ${formatDuration(plan.least_time_ms)} under the budget`,
		...(plan.first_request === null ? ['first request:    none, the range is empty'] : ['first request:', plan.first_request]),
		'',
	].join('\n');
}

/** The first request of a query whose range is not empty: the first page of its first window. */
export function firstRequestOf(query: Query): ApiRequest {
	const {source} = query;
	const asked = askedRange({from: query.since, to: Math.min(query.until, query.since + query.windowMs)}, source);
	return toRequest(query, {
		[source.range.start]: asked.start,
		[source.range.end]: asked.end,
		...firstPage(source.pagination, query.pageSize),
	});
}

function asCurl(request: ApiRequest, baseUrl: string): string {
	const search = request.query === undefined ? '' : `?${new URLSearchParams(request.query.map(([name, value]): [string, string] => [name, value])).toString()}`;
	return [
		`curl -X ${request.method} ${shellQuote(`${baseUrl}${request.path}${search}`)}`,
		`  -H 'Authorization: Bearer ***'`,
		...(request.body === undefined ? [] : [`  -H 'Content-Type: application/json; charset=utf-8'`, `  -d ${shellQuote(JSON.stringify(request.body))}`]),
	].join(' \\\n');
}

function shellQuote(text: string): string {
	return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
