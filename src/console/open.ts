import {resolve} from 'node:path';
import {userConnection} from '../access/auth/connection.ts';
import {openApi, type OpenedSource, type OpenSource, type Opening} from '../access/open-source.ts';
import type {ExportFlags} from '../query/options.ts';
import {requireBaseUrl} from '../access/config/base-url.ts';
import {labelsOf, selectSection} from '../access/config/profile.ts';
import {UsageError} from '../base/errors.ts';
import {oneOf} from '../base/given.ts';
import {parseTime} from '../query/time.ts';
import {formatDuration} from '../base/duration.ts';
import {systemTimezone} from '../base/system-timezone.ts';
import {chosenTimezone} from '../base/timezone.ts';
import {feishu} from '../sources/vendors/feishu.ts';
import {AnswerReader} from './answers.ts';
import {createConsoleClient, fixedToken} from './client.ts';
import {consoleJudge} from './judge.ts';
import type {SearchKind} from '../sources/app-log-kinds.ts';
import {profilePath, readProfile} from './profile-file.ts';
import type {RequestProfile, SearchProfile} from './profile.ts';
import {createRequestWriter} from './requests.ts';
import {openConsoleSessions} from './session-store.ts';
import {findSession, sessionHeaders, sessionKeys, sessionNeeds, tokenOf, type ConsoleSession} from './session.ts';
import {serverSearch} from './server-search.ts';
import {consoleSource} from './source.ts';
import {createTimeRange, type TimeRange} from './time-range.ts';

/** The options of the log searches beside those of every export. */
export interface AppLogFlags extends ExportFlags {
	readonly via?: string;
	readonly requestProfile?: string;
	readonly appId?: string;
}

/** The ways to search the server log. */
export const ways = ['openapi', 'console'] as const;

/** Opens a log search: the server's by the open platform's audit log unless `--via console` is given, the others by the console. */
export function openAppLog(kind: SearchKind): OpenSource {
	return async (flags: AppLogFlags, opening) => {
		const way = kind === 'server' ? oneOf(flags.via ?? 'openapi', ways, '--via') : 'console';
		if (way === 'console') return openConsole(kind, flags, opening);
		if (flags.requestProfile !== undefined)
			throw new UsageError('--request-profile is for the developer console', {hint: 'add --via console, or leave it out'});
		return openServerSearch(flags, opening);
	};
}

async function openServerSearch(flags: AppLogFlags, opening: Opening): Promise<OpenedSource> {
	const opened = await openApi(serverSearch(undefined))(flags, opening);
	const appId = flags.appId ?? await opened.appId?.();
	return {...opened, source: serverSearch(appId), defaults: defaultsOf(opening)};
}

async function openConsole(kind: SearchKind, flags: AppLogFlags, opening: Opening): Promise<OpenedSource> {
	const {context, config, warn} = opening;
	const profile = await requireProfile(flags, opening);
	const search = requireSearch(kind, profile);
	const baseUrl = baseUrlOf(flags, profile);
	const name = `feishu-app-log ${kind}`;
	const reader = new AnswerReader(search, warn);
	const range = createTimeRange(search, context.now());
	checkTimes(range, flags, opening);
	const needs = sessionNeeds(profile, search);
	const writer = createRequestWriter(kind, search, {
		range, masked: sessionHeaders(needs).slice(1), cursorIsNumber: () => reader.cursorIsNumber,
	});
	const options = {profile: flags.profile, config, env: context.env, signal: context.signal, warn};
	const {appId: configuredAppId} = userConnection({...options, baseUrl});
	const appId = writer.placeholders.has('app_id') ? flags.appId ?? await configuredAppId?.() : undefined;
	const selected = selectSection({...options, vendor: feishu});
	const {base_url: configured} = selected.section;
	// What only lay in the working directory names nobody's console.
	const isNamed =
		flags.baseUrl !== undefined ||
			(config.isTrusted && configured !== undefined && new URL(configured).origin === new URL(baseUrl).origin);
	let found: Promise<ConsoleSession> | undefined;
	const session = async () =>
		(found ??= findSession(needs, {
			context, config, selected, store: openConsoleSessions({context, warn}), baseUrl, isNamed, name, warn,
		}));
	const source = consoleSource({
		kind, search, range, placeholders: writer.placeholders, toRequest: parameters => writer.toRequest(parameters), given: flags, appId,
		warn,
	});
	return {
		source,
		baseUrl,
		async account() {
			const labels = labelsOf(selected, sessionKeys.some(key => selected.section[key] !== undefined));
			if ([appId, ...Object.values(labels)].some(fact => fact !== undefined)) return {app_id: appId, ...labels};
			const {cookie, authorization} = await session();
			return {token: authorization ?? cookie};
		},
		...(appId === undefined ? {} : {appId: async () => appId}),
		authorization: `${sessionHeaders(needs)[0] ?? 'cookie'}: ***`,
		defaults: defaultsOf(opening),
		async connect({context: connected, ...others}) {
			const signedIn = await session();
			return createConsoleClient({
				...others, baseUrl, name, session: signedIn, writer, reader, reach: source,
				context: connected,
				judge: consoleJudge(search, baseUrl, context),
				tokens: fixedToken(tokenOf(signedIn, needs)),
			});
		},
	};
}

function defaultsOf({config}: Pick<Opening, 'config'>) {
	return config.config.sources?.['feishu-app-log'] ?? {};
}

async function requireProfile({requestProfile}: AppLogFlags, {context}: Opening): Promise<RequestProfile> {
	const path = requestProfile === undefined ? profilePath(context.env) : resolve(context.cwd, requestProfile);
	const profile = await readProfile(path);
	if (profile !== undefined) return profile;
	const problem =
		requestProfile === undefined
			? 'the developer console has no documented interface, and how yours is asked has not been learned yet'
			: `--request-profile: there is no file ${requestProfile}`;
	throw new UsageError(problem, {hint: howToLearn});
}

function requireSearch(kind: SearchKind, {searches}: RequestProfile): SearchProfile {
	const search = searches[kind];
	if (search === undefined) {
		const known = Object.entries(searches).filter(([, other]) => other !== undefined).map(([name]) => name);
		throw new UsageError(`the request profile has no ${kind} search${known.length === 0 ? '' : `, only ${known.join(' and ')}`}`, {
			hint: howToLearn,
		});
	}
	const {request} = search;
	if (request.method === 'GET' && (request.json ?? request.form) !== undefined)
		throw new UsageError(`the request profile: searches.${kind}.request: a GET request has no body`, {
			hint: 'write method: POST, or use query',
		});
	const secret = Object.keys(request.headers ?? {}).find(header => /^(?:cookie|authorization)$/i.test(header));
	if (secret !== undefined)
		throw new UsageError(`the request profile: searches.${kind}.request.headers.${secret} belongs to the session`, {
			hint:
				'take it out of the profile: the session comes from FEISHU_CONSOLE_COOKIE and FEISHU_CONSOLE_AUTHORIZATION, ' +
					'the configuration, or learn --keep-session',
		});
	return search;
}

/** The steps from nothing to a request profile. */
export const howToLearn = [
	'record one search and learn from it:',
	'  1. open https://open.feishu.cn/app in the browser (Lark: https://open.larksuite.com/app), choose the app, then its log search',
	'  2. open the browser\'s network panel (F12), run a search there, and turn to its second page',
	'  3. save the panel "as HAR with content" (Chrome: Export HAR, with sensitive data)',
	'  4. audit-export feishu-app-log learn <recording.har>',
	'or write a request profile by hand, as docs/console.md shows, and name it with --request-profile',
].join('\n');

function baseUrlOf({baseUrl, host}: AppLogFlags, profile: RequestProfile): string {
	if (baseUrl !== undefined) return requireBaseUrl(baseUrl, '--base-url');
	if (host === undefined) return requireBaseUrl(profile.base_url, 'base_url of the request profile');
	const hosts: Readonly<Record<string, string>> = feishu.hosts;
	const named = Object.hasOwn(hosts, host) ? hosts[host] : undefined;
	if (named === undefined)
		throw new UsageError(`--host: ${JSON.stringify(host)} is not a host of ${feishu.title}`, {
			hint: `write ${Object.keys(hosts).join(' or ')}`,
		});
	return named;
}

/**
 * Where the console writes times by clocks that change within reach, windows must be its days. Where it is asked more
 * coarsely than rows are told apart, a range must start where the request can say so.
 * @throws UsageError
 */
function checkTimes({movingTimezone, rowsAreFiner, unitMs}: TimeRange, flags: AppLogFlags, opening: Opening): void {
	const timezone = chosenTimezone(flags.timezone ?? defaultsOf(opening).timezone) ?? systemTimezone();
	if (movingTimezone !== undefined && timezone !== movingTimezone) {
		throw new UsageError(
			`--timezone: the console writes times by the clocks of ${movingTimezone}, which change these days; ` +
				`${timezone} would cut them where they cannot be told apart`,
			{hint: `add --timezone ${movingTimezone}`},
		);
	}
	if (!rowsAreFiner || flags.since === undefined) return;
	const {ms, sliding} = parseTime(flags.since, {now: opening.context.now(), timezone, option: '--since'});
	if (!sliding && ms % unitMs !== 0)
		throw new UsageError(`--since: the console is asked in steps of ${formatDuration(unitMs)}, and ${flags.since} lies between two`, {
			hint: 'take the step before it',
		});
}
