import {type SearchKind, searchKinds} from '../../sources/app-log-kinds.ts';
import {type ColumnFact, columnsOf, type Answer, type ListFact, type Exchange} from './exchange.ts';
import type {LearnFlags} from './flags.ts';
import {readInstant} from './instants.ts';
import {findPlace, isScalar, spots, type RequestTree} from './request-tree.ts';
import {findIds, type IdGuess, findTimes, type TimeGuess} from './row-time.ts';
import {findRange, type RangeGuess} from './time-range.ts';
import {flat, wholly, wordsOf} from './words.ts';

/** The list of an answer that most likely holds the rows of the search. */
interface RowsGuess {
	readonly list: ListFact;
	readonly columns: readonly ColumnFact[];
	readonly time: TimeGuess | undefined;
	readonly id: IdGuess | undefined;
	/** Points of a chart rather than records. */
	readonly isSeries: boolean;
	readonly score: number;
}

const listName = /^(?:list|items?|rows?|records?|logs?|data|results?|hits|entries|events?|loglist|datalist|content|docs)$/;

/** The lists of an answer that can be the rows, the likeliest first; empty ones last. */
function findRows(answer: Answer, range: RangeGuess | undefined): RowsGuess[] {
	return answer.lists.map(list => judgeList(list, range)).toSorted((a, b) => b.score - a.score);
}

/** What stands in a list, as rows of a search over the range. */
function judgeList(list: ListFact, range: RangeGuess | undefined): RowsGuess {
	const columns = columnsOf(list.rows);
	const rowCount = list.rows.length;
	const times = findTimes(columns, rowCount, range);
	const time = times[0];
	const id = findIds(columns, rowCount, () => new Set())[0];
	// The points of a chart stand at equal distances and hold nothing but numbers.
	const isSeries =
		time?.isEven === true && id?.isNamed !== true &&
		columns.every(({path, values}) => path === time.path || values.every(value => typeof value === 'number'));
	const isInRange = time !== undefined && time.share >= 0.9;
	const score = (isInRange ? 8 : time !== undefined && time.share > 0.5 ? 3 : 0)
		+ (id?.isNamed === true ? 3 : 0)
		+ (columns.length >= 4 ? 1 : 0)
		+ (rowCount >= 2 ? 1 : rowCount === 0 ? -2 : 0)
		+ (listName.test(flat(list.path.at(-1) ?? '')) ? 1 : 0)
		- (isSeries ? 10 : 0);
	return {list, columns, time, id, isSeries, score};
}

const kindWords: Readonly<Record<SearchKind, RegExp>> = {
	server: /^(?:server|serverside|backend|serverlog|serverlogs|openapi|apilog|apilogs|apicall|invocation|invoke)$/,
	event: /^(?:events?|push|subscribe|deliver(?:y|ies)|pushed|callback|callbacks|eventlog|eventlogs|subscription|subscriptions|webhook)$/,
	client: /^(?:clients?|clientside|frontend|sdk|jssdk|jsapi|clientlog|clientlogs|miniprogram|miniapp|mini|gadget|device|terminal|h5)$/,
};

const kindColumns: Readonly<Record<SearchKind, ReadonlyArray<readonly [RegExp, number]>>> = {
	server: [
		[/^(?:url|requesturl|requrl|uri|apipath|apiurl|api|apiname|interface|endpoint|path)$/, 2],
		[/^(?:httpmethod|method|requestmethod)$/, 1],
		[/^(?:requestid|reqid|logid|xttlogid)$/, 1], [/^(?:errorcode|errcode|statuscode|httpcode)$/, 0.5],
	],
	event: [
		[/^(?:eventtype|eventname|eventkey)$/, 3], [/^(?:eventid|eventuuid)$/, 2],
		[/^(?:pushtime|pushstatus|pushurl|pushresult|callbackurl|retrytimes|retrycount)$/, 2],
	],
	client: [
		[/^(?:device|deviceid|devicemodel|devicename|deviceinfo|devicetype|model|os|osversion|platform|terminal)$/, 1.5],
		[/^(?:lark|feishu|client|app|sdk|jssdk|package|pkg|miniapp|gadget)version$/, 2],
		[/^(?:appfeature|feature|jsapi|jsapiname|sdkname|apptype)$/, 1.5],
	],
};

/**
 * Which of the three searches a request is, by the words in its URL and body and by the names of the rows' fields;
 * undefined where nothing tells them apart.
 */
function findKind(request: RequestTree, columns: readonly ColumnFact[]): SearchKind | undefined {
	const scores: Record<SearchKind, number> = {server: 0, event: 0, client: 0};
	const count = (words: readonly string[], weight: number) => {
		for (const kind of searchKinds) if (words.some(word => kindWords[kind].test(word))) scores[kind] += weight;
	};
	for (const [index, segment] of request.path.entries()) {
		// A prefix names the service, not the search: /openapi/v1/….
		const isPrefix = /^open-?apis?$/i.test(segment) && (index === 0 || /^v\d/.test(request.path[index + 1] ?? ''));
		if (!isPrefix) count([...wordsOf(segment), flat(segment)], 4);
	}
	for (const {place, value} of spots({...request, path: [], header: {}})) {
		if (!isScalar(value)) continue;
		if (typeof value === 'string' && value.length <= 40) count([...wordsOf(value), flat(value)], 3);
		// In a URL this says nothing, as a value it names what was called.
		if (typeof value === 'string' && /^(?:api|apis|call|calls|http)$/i.test(value)) scores.server += 2;
		// A filter by event type says as much as a word in the URL.
		const name = flat(place.at(-1) ?? '');
		if (/^(?:eventtypes?|eventid|eventname)$/.test(name)) scores.event += 1.5;
		if (/^(?:appfeature|feature)$/.test(name)) scores.client += 1.5;
		if (/^(?:requestid|requesturl|apipath)$/.test(name)) scores.server += 1;
	}
	const referer = request.header['referer'];
	if (referer !== undefined && URL.canParse(referer))
		count(new URL(referer).pathname.split('/').flatMap(segment => [...wordsOf(segment), flat(segment)]), 1);
	for (const kind of searchKinds) {
		for (const [pattern, weight] of kindColumns[kind])
			if (columns.some(({path}) => pattern.test(flat(path.at(-1) ?? '')))) scores[kind] += weight;
	}
	const [first, second] = searchKinds.toSorted((a, b) => scores[b] - scores[a]);
	if (first === undefined || second === undefined || scores[first] < 2 || scores[first] - scores[second] < 1) return undefined;
	return first;
}

/** A request that may be a log search. */
export interface Candidate {
	readonly exchange: Exchange;
	/** Method, origin and path, instants and app ids in the path aside: what requests of one search share. */
	readonly endpoint: string;
	readonly range: RangeGuess | undefined;
	readonly rows: RowsGuess | undefined;
	readonly kind: SearchKind | undefined;
	readonly score: number;
	/** `search`: all that makes one is there; `partly`: something has to be told; `no`: it is something else. */
	readonly standing: 'search' | 'partly' | 'no';
}

const searchWords = /^(?:logs?|search|query|list|audit|records?|events?|history|trace|retrieve|retrieval|find|page|fetch|detail|details)$/;

const otherWords = wholly(
	'metrics?|stats?|statistics?|charts?|trends?|overview|summary|aggregate|aggregation|agg|counts?|histogram|distribution',
	'telemetry|collect|collector|report|reporting|monitor|monitoring|beacon|track|tracking|batch|slardar|tea|mcs',
	'configs?|settings?|dashboard|notices?|notifications?|banners?|announcements?|messages?',
);

/** What a request looks like as a log search. */
export function toCandidate(exchange: Exchange, flags: LearnFlags): Candidate {
	const {request, answer, started} = exchange;
	const range = findRange(request, started, {
		sinceAt: flags.sinceAt === undefined ? undefined : findPlace(request, flags.sinceAt),
		untilAt: flags.untilAt === undefined ? undefined : findPlace(request, flags.untilAt),
	});
	const lists = findRows(answer, range);
	const rows = flags.items === undefined ? lists[0] : lists.find(({list}) => list.path.join('.') === flags.items);
	const kind = findKind(request, rows?.columns ?? []);
	const words = request.path.flatMap(segment => wordsOf(segment));
	const hasWords = words.some(word => searchWords.test(word));
	const isOther = words.some(word => otherWords.test(word)) && !words.some(word => /^logs?$/.test(word));
	const isWhole = range?.since !== undefined && range.until !== undefined;
	const hasRows = (rows?.list.count ?? 0) > 0;
	const isInRange = rows?.time !== undefined && rows.time.share >= 0.9;
	const isAnswered = exchange.status >= 200 && exchange.status < 300;
	const score =
		(rows?.score ?? -4) + Math.min(8, range?.score ?? -4) + (hasWords ? 2 : 0) - (isOther ? 4 : 0) +
		(kind === undefined ? 0 : 2) +
		(isAnswered ? 1 : -8);
	const isTold = flags.url !== undefined || flags.items !== undefined || flags.sinceAt !== undefined || flags.time !== undefined;
	const looksLike = hasRows && rows?.isSeries === false && !isOther && (hasWords || kind !== undefined);
	const standing = !isAnswered
		? ('no' as const)
		: isWhole && hasRows && isInRange && !rows.isSeries
			? ('search' as const)
			: rows !== undefined &&
				(isTold ||
					(looksLike && range !== undefined && (isInRange || (isWhole && range.score >= 6 && (rows?.columns.length ?? 0) >= 3))))
				? ('partly' as const)
				: ('no' as const);
	return {exchange, endpoint: endpointOf(exchange), range, rows, kind, score, standing};
}

/** What the requests of one search share. */
export function endpointOf({method, origin, request}: Pick<Exchange, 'method' | 'origin' | 'request'>): string {
	const path = request.path.map(segment => segment.startsWith('cli_') || readInstant(segment) !== undefined ? '*' : segment);
	return `${method} ${origin}/${path.join('/')}${graphQlName(request)}`;
}

/** Many GraphQL queries share one URL. */
function graphQlName(request: RequestTree): string {
	const name = [...spots({...request, path: [], header: {}})].find(
		({place, value}) => place.at(-1) === 'operationName' && isScalar(value),
	)?.value;
	return typeof name === 'string' ? `#${name}` : '';
}

/** The requests of one search, its likeliest first by score. */
export interface Group {
	readonly kind: SearchKind | undefined;
	readonly best: Candidate;
	/** All of them, in the order of the recording. */
	readonly members: readonly Candidate[];
	readonly score: number;
}

/** Candidates by the search that they belong to, the likeliest search first. */
export function groupCandidates(candidates: readonly Candidate[]): Group[] {
	const leaders = new Map<string, Candidate[]>();
	for (const candidate of candidates) {
		if (candidate.standing === 'no') continue;
		const key = `${candidate.endpoint} ${candidate.kind ?? ''} ${candidate.rows?.list.path.join('.') ?? ''}`;
		leaders.set(key, [...leaders.get(key) ?? [], candidate]);
	}
	const groups = [...leaders.values()].flatMap(own => {
		const [best] = own.toSorted(
			(a, b) =>
				Number(b.standing === 'search') - Number(a.standing === 'search') || b.score - a.score ||
					a.exchange.number - b.exchange.number,
		);
		if (best === undefined) return [];
		// Pages without rows say nothing of their kind.
		const pages = candidates.filter(
			other =>
				other.endpoint === best.endpoint && other.exchange.status < 300 &&
				(own.includes(other) || (other.kind === undefined && other.standing === 'no' && (other.rows?.list.count ?? 0) === 0)),
		);
		const members = pages.toSorted((a, b) => (a.exchange.started ?? 0) - (b.exchange.started ?? 0) ||
			a.exchange.number - b.exchange.number);
		return [{kind: best.kind, best, members, score: best.score + Math.min(2, members.length - 1)}];
	});
	return groups.toSorted((a, b) => Number(b.best.standing === 'search') - Number(a.best.standing === 'search') || b.score - a.score);
}
