import {requireBaseUrl} from '../../access/config/base-url.ts';
import {UsageError} from '../../base/errors.ts';
import {parseFieldPath} from '../../json/paths.ts';
import {requireTimezone} from '../../base/timezone.ts';
import {searchKinds, type SearchKind} from '../../sources/app-log-kinds.ts';
import {timeFormProblem} from '../time-form.ts';

/**
 * What the user says of the recording, which wins over what is guessed. Places are `query.start`, `json.filter.range.0`,
 * `form.start`, `path.4`, `header.x-app-id`.
 */
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
	/** The console's origin, where it is none of the vendor's: only its requests are learned from. */
	readonly console?: string | undefined;
}

/** The flags that describe one search and no other. */
const describing = [
	'items', 'id', 'time', 'timeAs', 'sinceAt', 'untilAt', 'pageAt', 'offsetAt', 'cursorAt', 'nextCursor', 'sizeAt', 'appIdAt', 'total',
	'more',
] as const;

/** Whether a flag is given that says how one search is asked or answered. */
export function describesOne(flags: LearnFlags): boolean {
	return describing.some(name => flags[name] !== undefined);
}

/**
 * The origin that `--console` names: https where it says nothing else.
 * @throws UsageError where it is no origin
 */
export function consoleOrigin({console: text}: LearnFlags): string | undefined {
	if (text === undefined) return undefined;
	const baseUrl = requireBaseUrl(text.includes('://') ? text : `https://${text}`, '--console');
	const {origin} = new URL(baseUrl);
	if (origin !== baseUrl)
		throw new UsageError('--console: expected a host without a path', {hint: 'write https://host, with its port where it has one'});
	return origin;
}

/**
 * The kind that is asked for.
 * @throws UsageError for flags that are wrong whatever the recording holds
 */
export function checkFlags(flags: LearnFlags): SearchKind | undefined {
	const kind = searchKinds.find(name => name === flags.kind);
	if (flags.kind !== undefined && kind === undefined)
		throw new UsageError('--kind: expected server, event or client', {hint: 'name one of the three log searches'});
	if (flags.timeAs !== undefined) {
		const problem = timeFormProblem(flags.timeAs);
		if (problem !== undefined)
			throw new UsageError(`--time-as: ${problem}`, {hint: "for 2026-11-20 09:30:12 write 'YYYY-MM-DD HH:mm:ss'"});
	}
	if (flags.timezone !== undefined) requireTimezone(flags.timezone);
	for (const path of [flags.items, flags.id, flags.time, flags.nextCursor, flags.total, flags.more])
		if (path !== undefined) parseFieldPath(path);
	for (const [name, place] of Object.entries({
		'--since-at': flags.sinceAt, '--until-at': flags.untilAt, '--page-at': flags.pageAt === 'none' ? undefined : flags.pageAt,
		'--offset-at': flags.offsetAt, '--cursor-at': flags.cursorAt, '--size-at': flags.sizeAt, '--app-id-at': flags.appIdAt,
	})) {
		const parts = name === '--app-id-at' ? /^(?:query|json|form|path|header)\../ : /^(?:query|json|form|path)\../;
		if (place !== undefined && !parts.test(place)) {
			const further = name === '--app-id-at' ? ', path or header' : ' or path';
			throw new UsageError(`${name}: a place starts with query, json, form${further}`, {
				hint: 'write it as in query.start, json.filter.range.0, form.start, path.4',
			});
		}
	}
	if ([flags.pageAt, flags.offsetAt, flags.cursorAt].filter(place => place !== undefined).length > 1) {
		throw new UsageError('--page-at, --offset-at and --cursor-at exclude each other', {hint: 'a search is paged in one way'});
	}
	return kind;
}
