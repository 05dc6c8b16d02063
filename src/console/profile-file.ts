import {dirname, join} from 'node:path';
import {Document, isPair, isScalar, visit, type Pair} from 'yaml';
import {parseConfigFile} from '../access/config/parse-file.ts';
import {userConfigDir} from '../access/config/search-places.ts';
import {systemCode, UsageError} from '../base/errors.ts';
import {readRegularFile} from '../base/regular-file.ts';
import {visibleInJson, visibleInTable} from '../base/visible.ts';
import {makeDirectory, writeFileAtomic} from '../output/atomic.ts';
import {openFailure, systemMessage} from '../output/failure.ts';
import {filterNames, searchKinds} from '../sources/app-log-kinds.ts';
import {validateProfile, type RequestProfile, type SearchProfile} from './profile.ts';

/** The head of a written profile. */
const topComment = ` Request profile of audit-export feishu-app-log: how the log searches of a developer console
 are asked and answered. Learned from a recording; written to be read and corrected by hand.
 It holds no secret: cookie and CSRF token are given with every run.

 {since}, {until}, {page}, {offset}, {cursor}, {page_size}, {app_id}, {csrf_token} and the filters'
 names in braces stand for values of the run. Where one is the whole text it keeps its type;
 {name:text} is always text. A member whose value is not given is left out of the request.
 {json_text: ...} is sent as JSON in a text.`;

/** Comments by the path of what they stand before; `*` is any key. */
const profileComments: ReadonlyArray<{readonly at: readonly string[]; readonly text: string}> = [
	{at: ['base_url'], text: ' Where the console is. The session is sent there and nowhere else.'},
	{at: ['session'], text: ` csrf_header: the header that carries the CSRF token. csrf_cookie: the cookie that holds the
 same token. authorization: the console is asked with an Authorization header.`},
	{at: ['searches'], text: ' Up to three searches: server, event and client.'},
	{at: ['searches', '*', 'request'], text: ' The request as the browser sent it.'},
	{at: ['searches', '*', 'time'], text: ` How {since} and {until} are written: seconds, milliseconds, microseconds, nanoseconds, or a
 pattern of YYYY MM DD HH mm ss SSS Z ZZ; timezone for patterns without Z, and for the
 offset that ZZ writes. until: whether rows
 that stand exactly on it are delivered (inclusive, exclusive, unknown).`},
	{at: ['searches', '*', 'pages'], text: ` style: what changes from page to page (page, offset, cursor, none). first: the number of the
 first page (or its first row), 0 or 1. size: rows asked for per page. max_size: the most that --page-size may ask for.`},
	{at: ['searches', '*', 'response'], text: ` Where an answer has what; numbers in a path are places in lists. more: whether
 there is more; last instead: whether this is the last page. id: what tells rows apart, null
 where nothing does. success and expired: what an answer says when all is well, and when the
 session has ended.`},
	{at: ['searches', '*', 'filters'], text: ` Filters that the console applies. as: list, numbers, text or number. separator: joins several
 values of a text. values: what the console calls the command line's names. otherwise: what is
 sent where the filter is not given.`},
	{at: ['searches', '*', 'fields'], text: ' Fields of a row that filters are compared with here, where the console does not apply them.'},
];

type Filters = NonNullable<SearchProfile['filters']>;

/** Where the request profile is, for messages and by default. */
export function profilePath(env: Readonly<Record<string, string | undefined>>): string {
	return join(userConfigDir(env), 'feishu-app-log.yaml');
}

/**
 * The request profile in a file, or undefined where there is no file.
 * @throws UsageError when it cannot be read or is no valid profile
 */
export async function readProfile(path: string): Promise<RequestProfile | undefined> {
	let bytes: Buffer;
	try {
		({bytes} = await readRegularFile(path));
	} catch (error) {
		const code = systemCode(error);
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		if (code === undefined) throw error;
		throw new UsageError(`${path}: cannot be read: ${systemMessage(error)}`, {hint: 'check its permissions', cause: error});
	}
	return validateProfile(await parseConfigFile(path, bytes), path);
}

/**
 * Writes a request profile as one step; its directory is made where it is missing, for the user alone.
 * @throws UsageError, OutputError
 */
export async function writeProfile(path: string, profile: RequestProfile): Promise<void> {
	const directory = dirname(path);
	try {
		await makeDirectory(directory);
	} catch (error) {
		throw openFailure(directory, error);
	}
	await writeFileAtomic(path, formatProfile(profile), {mode: 0o600});
}

/**
 * What was learned, with the searches of an earlier profile that were not learned anew. A profile has one host: that of
 * another host is replaced, which the notice says.
 */
export function mergeProfiles(existing: RequestProfile | undefined, learned: RequestProfile): {profile: RequestProfile; notice?: string} {
	if (existing === undefined) return {profile: learned};
	if (existing.base_url !== learned.base_url) {
		const lost = Object.keys(existing.searches).filter(kind => !Object.hasOwn(learned.searches, kind));
		return {
			profile: learned,
			notice: `the profile was for ${existing.base_url} and is replaced by one for ` +
				`${learned.base_url}${lost.length === 0 ? '' : `; its ${lost.join(' and ')} search is gone`}`,
		};
	}
	const session = {...existing.session, ...learned.session};
	return {
		profile: {
			version: 1,
			base_url: learned.base_url,
			...(Object.keys(session).length === 0 ? {} : {session}),
			searches: {...existing.searches, ...Object.fromEntries(searchKinds.flatMap(kind => {
				const search = learned.searches[kind];
				return search === undefined ? [] : [[kind, keepByHand(existing.searches[kind], search)]];
			}))},
		},
	};
}

/** What no recording shows, from the same search as it was before: somebody has written it by hand. */
function keepByHand(before: SearchProfile | undefined, learned: SearchProfile): SearchProfile {
	if (before === undefined || before.request.method !== learned.request.method || before.request.path !== learned.request.path)
		return learned;
	const {rate, pages: {max_size: maxSize}, response: {expired}} = before;
	return {
		...learned,
		pages: {...learned.pages, ...(maxSize === undefined || learned.pages.max_size !== undefined ? {} : {max_size: maxSize})},
		response: {...learned.response, ...(expired === undefined || learned.response.expired !== undefined ? {} : {expired})},
		...(learned.filters === undefined ? {} : {filters: keepValues(before.filters ?? {}, learned.filters)}),
		...(rate === undefined ? {} : {rate}),
	};
}

/** A recording shows what the console calls one value of a filter; the others stay. */
function keepValues(before: Filters, learned: Filters): Filters {
	return Object.fromEntries(filterNames.flatMap(name => {
		const place = learned[name];
		const values = {...before[name]?.values, ...place?.values};
		return place === undefined ? [] : [[name, {...place, ...(Object.keys(values).length === 0 ? {} : {values})}]];
	}));
}

/** The profile as YAML, with comments for whoever edits it by hand. */
export function formatProfile(profile: RequestProfile): string {
	const document = new Document(profile, {aliasDuplicateObjects: false});
	document.commentBefore = topComment;
	visit(document, {
		Scalar(_, node) {
			// In double quotes alone a character can be written as an escape.
			if (typeof node.value === 'string')
				node.type = isPlain(node.value) ? 'PLAIN' : visibleInTable(node.value) === node.value ? 'QUOTE_SINGLE' : 'QUOTE_DOUBLE';
		},
		Pair(_, pair, ancestors) {
			const path = [...ancestors.filter(ancestor => isPair(ancestor)), pair].map(ancestor => keyOf(ancestor));
			const comment = profileComments.find(
				({at}) => at.length === path.length && at.every((key, index) => key === '*' || key === path[index]),
			)?.text;
			if (comment === undefined || !isScalar(pair.key)) return;
			pair.key.commentBefore = comment;
		},
	});
	return visibleInJson(document.toString({lineWidth: 0, singleQuote: true}));
}

/** A word that every reader of YAML takes for a text. */
function isPlain(text: string): boolean {
	return /^[A-Za-z][\w.-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n|inf|nan)$/i.test(text);
}

function keyOf({key}: Pair): unknown {
	return isScalar(key) ? key.value : undefined;
}
