import {formatDuration} from '../base/duration.ts';
import {shellQuote} from '../base/shell-quote.ts';
import type {ApiRequest} from '../base/transport.ts';
import {visibleInJson} from '../base/visible.ts';
import {firstPage} from '../engine/pager.ts';
import {countWindowsOf, windowsOf} from '../engine/window-plan.ts';
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
	return {
		source: query.source.name,
		since: formatUtc(query.since),
		until: formatUtc(query.until),
		windows,
		window: formatDuration(query.windowMs),
		fewest_requests: windows,
		budget: `${requests}/${formatDuration(perMs)}`,
		least_time_ms: windows === 0 ? 0 : Math.floor((windows - 1) / requests) * perMs,
		first_request: windows === 0 ? null : asCurl(firstRequestOf(query, now), target),
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
export function firstRequestOf(query: Query, now: () => number): ApiRequest {
	const {source} = query;
	const [first = {from: query.since, to: query.until}] = windowsOf(query, query.since, now);
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
