import type {SearchKind} from '../../sources/app-log-kinds.ts';
import {DAY, WEEK} from '../../base/duration.ts';
import {earliestStart, reachText, type Reach} from '../../sources/range.ts';
import type {ConsoleReach} from '../options.ts';
import {BadParameter} from '../parameters.ts';
import type {Admission} from '../sliding-window.ts';
import {guarded, jsonResponse, refused, type ConsoleHandler, type ConsoleParts, type ConsoleRoute} from './handler.ts';
import type {ConsoleLog, ConsoleRange} from './log.ts';
import {consoleSearches} from './searches.ts';
import type {ConsoleRequest} from './shapes/types.ts';

/** One query spans at most this much. */
const maxSpanMs = DAY;
/** Nothing earlier than so many days of its own calendar can be searched, or so many hours back from now. */
const reaches = {days: {reachMs: WEEK, reachZone: 'Asia/Shanghai'}, hours: {reachMs: WEEK}} as const;

/**
 * One search: its rows page by page, and the counts that the page shows beside them. Checks session, CSRF token, request budget and
 * then the parameters.
 */
export function createSearchRoutes(
	kind: SearchKind, parts: ConsoleParts, log: ConsoleLog, admit: (nowMs: number) => Admission, reach: ConsoleReach = 'days',
): ConsoleRoute[] {
	const {shape, appId} = parts;
	const search = consoleSearches[kind];

	function reading(answer: (request: ConsoleRequest, nowMs: number) => string): ConsoleHandler {
		return async (request, {at, seen, ranged}) => {
			try {
				const asked = await shape.accept(request);
				seen(asked.sent);
				const range = asked.range();
				ranged(range);
				checkRange(range, at, reaches[reach]);
				return jsonResponse(answer(asked, at));
			} catch (error) {
				if (!(error instanceof BadParameter)) throw error;
				return refused(shape, 'parameter', {detail: `${error.parameter} ${error.message}`});
			}
		};
	}

	const rows = reading((request, nowMs) => {
		const {start, size, ...query} = request.read(search);
		return shape.page(log.page(query, start, size, nowMs), search, kind);
	});
	const counts = reading((request, nowMs) => {
		const range = request.range();
		return JSON.stringify(shape.success({
			total: log.count({range, filters: {}}, nowMs),
			failed: log.count({range, filters: {status: ['failed', 'timeout']}}, nowMs),
		}));
	});
	const budgeted: ConsoleHandler = async (request, arrival) => {
		const admission = admit(arrival.at);
		if (admission.admitted) return rows(request, arrival);
		return refused(shape, 'rate', {headers: {'retry-after': String(Math.ceil(admission.waitMs / 1000))}});
	};
	return [
		{path: shape.searchPath(kind, appId), source: search.source, handlers: {[shape.method]: guarded(parts, budgeted)}},
		{path: shape.statisticsPath(kind, appId), handlers: {[shape.method]: guarded(parts, counts)}},
	];
}

/** @throws BadParameter for a range that is too long or starts too early. An instant that ends a range and is part of it counts. */
function checkRange({from, to}: ConsoleRange, nowMs: number, reach: Reach): void {
	if (to - from > maxSpanMs) throw new BadParameter('time range', 'must not be longer than 24 hours');
	if (from < earliestStart(reach, nowMs)) throw new BadParameter('time range', `must not start earlier than ${reachText(reach)}`);
}
