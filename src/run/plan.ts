import {formatDuration} from '../base/duration.ts';
import {shellQuote} from '../base/shell-quote.ts';
import type {ApiRequest} from '../base/transport.ts';
import {visibleInJson} from '../base/visible.ts';
import {firstPage} from '../engine/pager.ts';
import {longestMsOf} from '../engine/volume-plan.ts';
import {countWindowsOf, windowsOf, type PlannedQuery} from '../engine/window-plan.ts';
import {askedRange} from '../engine/windows.ts';
import {toSearchParams} from '../http/client.ts';
import {hideSecrets, showHeader} from '../http/show-exchange.ts';
import type {Query} from '../query/query.ts';
import {toRequest} from '../query/request.ts';
import {formatUtc} from '../query/time.ts';

/** What a run would do, as far as it can be known without asking the API. */
export interface Plan {
	readonly source: string;
	readonly since: string;
	readonly until: string;
	/** Windows at most: as many as there are of the least length. They are longer where little happens. */
	readonly windows: number;
	/** The length of a window, or the least and the greatest where windows follow the volume. */
	readonly window: string;
	/** Requests where there is hardly a row. One page of every window takes as many as there are `windows`, and each further page one more. */
	readonly fewest_requests: number;
	readonly budget: string;
	/** The least time for that many requests under the budget, in milliseconds. */
	readonly least_time_ms: number;
	/** The first request as a curl command, the token masked. */
	readonly first_request: string | null;
}

/** Where a plan's request would go. */
export interface PlanTarget {
	readonly baseUrl: string;
	/** The header that carries the credentials, the value masked. */
	readonly authorization: string;
}

/** The plan of a query against a base URL. Touches neither network nor credentials. */
export function planOf(query: Query, target: PlanTarget, now: () => number): Plan {
	const windows = countWindowsOf(query, query.since, now);
	const {requests, perMs} = query.budget;
	const fewest = fewestWindows(query, query.since, now);
	return {
		source: query.source.name,
		since: formatUtc(query.since),
		until: formatUtc(query.until),
		windows,
		window: windowText(query),
		fewest_requests: fewest,
		budget: `${requests}/${formatDuration(perMs)}`,
		least_time_ms: leastTimeMs(fewest, query.budget),
		first_request: windows === 0 ? null : asCurl(firstRequestOf(query, now), target),
	};
}

/** The plan for people, one fact a line. */
export function formatPlan(plan: Plan): string {
	return [
		`source:           ${plan.source}`,
		`range:            ${plan.since} up to ${plan.until}`,
		`windows:          ${rangeText(plan)} of ${plan.window}`,
		`requests:         ${rangeText(plan)}, and one for each further page of a window`,
		`budget:           ${plan.budget}`,
		`least time:       ${formatDuration(plan.least_time_ms)} under the budget`,
		...(plan.first_request === null ? ['first request:    none, the range is empty'] : ['first request:', plan.first_request]),
		'',
	].join('\n');
}

/** The number of windows of a query where there is hardly a row. */
export function fewestWindows(query: PlannedQuery, from: number, now: () => number): number {
	return countWindowsOf({...query, windowMs: longestMsOf(query)}, from, now);
}

/** The least time for so many requests under a budget, in milliseconds. */
export function leastTimeMs(count: number, {requests, perMs}: Query['budget']): number {
	return count === 0 ? 0 : Math.floor((count - 1) / requests) * perMs;
}

/** How long windows are: `1h to 30d`, or `at most 1h` where all are of one length. */
export function windowText(query: PlannedQuery): string {
	const longest = longestMsOf(query);
	return longest > query.windowMs ? `${formatDuration(query.windowMs)} to ${formatDuration(longest)}` : `at most ${formatDuration(longest)}`;
}

/** `1 to 168`, or `168` where there is no choice. */
export function rangeText({fewest_requests: fewest, windows}: Pick<Plan, 'fewest_requests' | 'windows'>): string {
	return fewest < windows ? `${fewest} to ${windows}` : String(windows);
}

/** The first request of a query whose range is not empty: the first page of its first window. */
export function firstRequestOf(query: Query, now: () => number): ApiRequest {
	const {source} = query;
	const [first = {from: query.since, to: query.until}] = windowsOf({...query, windowMs: longestMsOf(query)}, query.since, now);
	const asked = askedRange(first, source);
	return toRequest(query, {
		[source.range.start]: asked.start,
		[source.range.end]: asked.end,
		...firstPage(source.pagination, query.pageSize),
	});
}

function asCurl(request: ApiRequest, {baseUrl, authorization}: PlanTarget): string {
	const search = request.query === undefined ? '' : `?${toSearchParams(request.query).toString()}`;
	return [
		`curl -X ${request.method} ${shellQuote(hideSecrets(`${baseUrl}${request.path}${search}`))}`,
		`  -H ${shellQuote(authorization)}`,
		...Object.entries(request.headers ?? {}).map(([name, value]) => `  -H ${shellQuote(showHeader(name, value))}`),
		...(request.form ?? []).map(([name, value]) => `  --data-urlencode ${shellQuote(hideSecrets(`${name}=${value}`))}`),
		...(request.body === undefined
			? []
			: [
					`  -H 'Content-Type: application/json; charset=utf-8'`, `  -d ${shellQuote(visibleInJson(hideSecrets(JSON.stringify(request.body))))}`,
				]),
	].join(' \\\n');
}
