import {UsageError} from '../../errors.ts';
import {parseFieldPath} from '../../json/paths.ts';
import {requireTimezone} from '../../query/timezone.ts';
import {searchKinds, type SearchKind} from '../kinds.ts';
import {timeFormProblem} from '../time-form.ts';

/** What the user says of the recording; what is said wins over what is guessed. Places are `query.start`, `json.filter.range.0`, `form.start`, `path.4`, `header.x-app-id`. */
export interface LearnFlags {
	readonly kind?: string | undefined;
	readonly url?: string | undefined;
	readonly items?: string | undefined;
	readonly id?: string | undefined;
	readonly time?: string | undefined;
	readonly timeAs?: string | undefined;
	readonly sinceAt?: string | undefined;
	readonly untilAt?: string | undefined;
	readonly pageAt?: string | undefined;
	readonly offsetAt?: string | undefined;
	readonly cursorAt?: string | undefined;
	readonly nextCursor?: string | undefined;
	readonly sizeAt?: string | undefined;
	readonly appIdAt?: string | undefined;
	readonly total?: string | undefined;
	readonly more?: string | undefined;
	readonly timezone?: string | undefined;
}

/** The flags as commander writes them, for the command. */
export const learnFlags: ReadonlyArray<{readonly flags: string; readonly description: string}> = [
	{flags: '--kind <server|event|client>', description: 'learn only this search'},
	{flags: '--url <text>', description: "learn from requests with this text in their URL's path"},
	{flags: '--items <path>', description: 'where the answer holds the rows: data.list'},
	{flags: '--id <path|none>', description: 'the field of a row that tells it from all others'},
	{flags: '--time <path>', description: 'the field of a row that holds its time'},
	{flags: '--time-as <form>', description: "how a row's time is written: seconds, milliseconds, microseconds, or a pattern such as 'YYYY-MM-DD HH:mm:ss'"},
	{flags: '--since-at <place>', description: 'where the request has the start of the time range: json.filter.start, query.from, form.range.0'},
	{flags: '--until-at <place>', description: 'where the request has the end of the time range'},
	{flags: '--page-at <place|none>', description: 'where the request has the number of the page; none: a search is one page'},
	{flags: '--offset-at <place>', description: 'where the request has the number of rows to skip'},
	{flags: '--cursor-at <place>', description: 'where the request has the cursor of the page'},
	{flags: '--next-cursor <path>', description: 'where the answer has the cursor of the next page'},
	{flags: '--size-at <place>', description: 'where the request has the number of rows per page'},
	{flags: '--app-id-at <place>', description: "where the request has the app's id: path.3, header.x-app-id"},
	{flags: '--total <path>', description: 'where the answer states how many rows there are'},
	{flags: '--more <path>', description: 'where the answer says whether there are more'},
	{flags: '--timezone <iana>', description: 'the zone of times without an offset: Asia/Shanghai'},
];

/** The flags that describe one search and no other. */
const describing = ['items', 'id', 'time', 'timeAs', 'sinceAt', 'untilAt', 'pageAt', 'offsetAt', 'cursorAt', 'nextCursor', 'sizeAt', 'appIdAt', 'total', 'more'] as const;

/** Whether a flag is given that says how one search is asked or answered. */
export function describesOne(flags: LearnFlags): boolean {
	return describing.some(name => flags[name] !== undefined);
}

/**
 * The kind that is asked for.
 * @throws UsageError for flags that are wrong whatever the recording holds
 */
export function checkFlags(flags: LearnFlags): SearchKind | undefined {
	const kind = searchKinds.find(name => name === flags.kind);
	if (flags.kind !== undefined && kind === undefined) throw new UsageError('--kind: expected server, event or client', {hint: 'name one of the three log searches'});
	if (flags.timeAs !== undefined) {
		const problem = timeFormProblem(flags.timeAs);
		if (problem !== undefined) throw new UsageError(`--time-as: ${problem}`, {hint: "for 2026-11-20 09:30:12 write 'YYYY-MM-DD HH:mm:ss'"});
	}
	if (flags.timezone !== undefined) requireTimezone(flags.timezone);
	for (const path of [flags.items, flags.id, flags.time, flags.nextCursor, flags.total, flags.more]) if (path !== undefined) parseFieldPath(path);
	for (const [name, place] of Object.entries({'--since-at': flags.sinceAt, '--until-at': flags.untilAt, '--page-at': flags.pageAt === 'none' ? undefined : flags.pageAt, '--offset-at': flags.offsetAt, '--cursor-at': flags.cursorAt, '--size-at': flags.sizeAt, '--app-id-at': flags.appIdAt})) {
		const parts = name === '--app-id-at' ? /^(?:query|json|form|path|header)\../ : /^(?:query|json|form|path)\../;
		if (place !== undefined && !parts.test(place)) {
			throw new UsageError(`${name}: a place starts with query, json, form${name === '--app-id-at' ? ', path or header' : ' or path'}`, {hint: 'write it as in query.start, json.filter.range.0, form.start, path.4'});
		}
	}
	if ([flags.pageAt, flags.offsetAt, flags.cursorAt].filter(place => place !== undefined).length > 1) {
		throw new UsageError('--page-at, --offset-at and --cursor-at exclude each other', {hint: 'a search is paged in one way'});
	}
	return kind;
}
