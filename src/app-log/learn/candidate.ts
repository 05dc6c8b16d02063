import type {SearchKind} from '../kinds.ts';
import type {Exchange} from './exchange.ts';
import type {LearnFlags} from './flags.ts';
import {findKind} from './kind.ts';
import {readInstant} from './instants.ts';
import {findPlace, isScalar, spots, type RequestTree} from './request-tree.ts';
import {findRows, type RowsGuess} from './rows.ts';
import {findRange, type RangeGuess} from './time-range.ts';
import {wordsOf} from './words.ts';

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
const otherWords = /^(?:metrics?|stats?|statistics?|statistic|charts?|trends?|overview|summary|aggregate|aggregation|agg|count|counts|histogram|distribution|telemetry|collect|collector|report|reporting|monitor|monitoring|beacon|track|tracking|batch|slardar|tea|mcs|config|configs|settings?|dashboard|notice|notices|notifications?|banners?|announcements?|messages?)$/;

/** What a request looks like as a log search. */
export function toCandidate(exchange: Exchange, flags: LearnFlags): Candidate {
	const {request, answer, started} = exchange;
	const range = findRange(request, started, {sinceAt: flags.sinceAt === undefined ? undefined : findPlace(request, flags.sinceAt), untilAt: flags.untilAt === undefined ? undefined : findPlace(request, flags.untilAt)});
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
	const score = (rows?.score ?? -4) + Math.min(8, range?.score ?? -4) + (hasWords ? 2 : 0) - (isOther ? 4 : 0) + (kind === undefined ? 0 : 2) + (isAnswered ? 1 : -8);
	const isTold = flags.url !== undefined || flags.items !== undefined || flags.sinceAt !== undefined || flags.time !== undefined;
	const looksLike = hasRows && rows?.isSeries === false && !isOther && (hasWords || kind !== undefined);
	const standing = !isAnswered ? 'no' as const : isWhole && hasRows && isInRange && !rows.isSeries ? 'search' as const
		: rows !== undefined && (isTold || (looksLike && range !== undefined && (isInRange || (isWhole && range.score >= 6 && (rows?.columns.length ?? 0) >= 3)))) ? 'partly' as const : 'no' as const;
	return {exchange, endpoint: endpointOf(exchange), range, rows, kind, score, standing};
}

/** What the requests of one search share. */
export function endpointOf({method, origin, request}: Pick<Exchange, 'method' | 'origin' | 'request'>): string {
	return `${method} ${origin}/${request.path.map(segment => segment.startsWith('cli_') || readInstant(segment) !== undefined ? '*' : segment).join('/')}${graphQlName(request)}`;
}

/** Many GraphQL queries share one URL. */
function graphQlName(request: RequestTree): string {
	const name = [...spots({...request, path: [], header: {}})].find(({place, value}) => place.at(-1) === 'operationName' && isScalar(value))?.value;
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
		const [best] = own.toSorted((a, b) => Number(b.standing === 'search') - Number(a.standing === 'search') || b.score - a.score || a.exchange.number - b.exchange.number);
		if (best === undefined) return [];
		// Pages without rows say nothing of their kind.
		const pages = candidates.filter(other => other.endpoint === best.endpoint && other.exchange.status < 300 && (own.includes(other) || (other.kind === undefined && other.standing === 'no' && (other.rows?.list.count ?? 0) === 0)));
		const members = pages.toSorted((a, b) => (a.exchange.started ?? 0) - (b.exchange.started ?? 0) || a.exchange.number - b.exchange.number);
		return [{kind: best.kind, best, members, score: best.score + Math.min(2, members.length - 1)}];
	});
	return groups.toSorted((a, b) => Number(b.best.standing === 'search') - Number(a.best.standing === 'search') || b.score - a.score);
}
