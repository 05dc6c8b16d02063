import {decoded} from '../session.ts';
import {toCandidate, type Candidate} from './candidate.ts';
import {isSafeKey, SecretValues} from './secrets.ts';
import {toExchange} from './exchange.ts';
import type {LearnFlags} from './flags.ts';
import type {HarEntry} from './har.ts';
import type {RefusalSeen} from './outcome.ts';
import {mayHoldInstant} from './time-range.ts';

/** A request that is no search, and what it lacks; for messages. */
export interface NearMiss {
	readonly method: string;
	readonly url: string;
	readonly lacks: string;
	/** How near it came. */
	readonly nearness: number;
}

export interface Refusal extends RefusalSeen {
	readonly origin: string;
	readonly endpoint: string;
}

/** Most candidates that are kept of one search, and of all. */
const maxOfSearch = 12;
const maxCandidates = 200;
const maxOthers = 100;

/** What is kept of a recording while it is read: what learning needs, and little of it whatever the recording's size. */
export class Recording {
	readonly candidates: Candidate[] = [];
	readonly refusals: Refusal[] = [];
	readonly misses: NearMiss[] = [];
	readonly secrets = new SecretValues();
	/** Requests in all, those without a text of their answer, and those answered with JSON. */
	count = 0;
	withoutText = 0;
	json = 0;
	readonly #perSearch = new Map<string, number>();
	readonly #flags: LearnFlags;

	constructor(flags: LearnFlags) {
		this.#flags = flags;
	}

	add(entry: HarEntry): void {
		this.count++;
		this.secrets.collect(entry);
		const {answer: {text, bytes, status, isCut}} = entry;
		if (text === undefined && !isCut && (bytes > 0 || status === 200)) this.withoutText++;
		const {url, sinceAt, time, items} = this.#flags;
		if (url !== undefined && !entry.url.includes(url)) return;
		if (text !== undefined && !/^[\uFEFF\s]*[[{]/.test(text)) return;
		const holdsInstant = mayHoldInstant([decoded(entry.url), entry.body?.text, ...entry.body?.params.map(([, value]) => value) ?? []]);
		const isTold = [url, sinceAt, time, items].some(flag => flag !== undefined);
		if (!holdsInstant && !isTold && status !== 401 && status !== 403) {
			if (text !== undefined) this.json++;
			if (text?.includes('[{') === true) this.#miss(entry, 'is answered with rows, but carries no time range', 1);
			return;
		}
		const exchange = toExchange(entry);
		if ('lacks' in exchange) {
			if (holdsInstant && entry.method !== 'OPTIONS')
				this.#miss(entry, `carries times, but ${exchange.lacks}`, text === undefined ? 3 : 1);
			return;
		}
		this.json++;
		const candidate = toCandidate(exchange, this.#flags);
		this.#keep(candidate);
		if (candidate.standing === 'no' && status < 300) this.#miss(entry, lackOf(candidate), 2 + candidate.score / 10);
	}

	#keep(candidate: Candidate): void {
		const {exchange: {status, answer, origin}, endpoint, standing} = candidate;
		const hasRows = answer.lists.some(({count}) => count > 0);
		if ((!hasRows || status >= 400) && this.refusals.length < maxOthers)
			this.refusals.push({status, answer: {lists: [], scalars: answer.scalars.slice(0, 50)}, origin, endpoint});
		const search = `${endpoint} ${candidate.kind ?? ''} ${standing}`;
		const before = this.#perSearch.get(search) ?? 0;
		this.#perSearch.set(search, before + 1);
		// Answers without rows may be the last page of a search; those with rows that are no search are nothing.
		if (before >= maxOfSearch || (standing === 'no' && hasRows)) return;
		const rivals = this.candidates.filter(other => (other.standing === 'no') === (standing === 'no'));
		if (rivals.length >= (standing === 'no' ? maxOthers : maxCandidates)) {
			const weakest = rivals.reduce((weaker, other) => strengthOf(other) < strengthOf(weaker) ? other : weaker);
			if (strengthOf(weakest) >= strengthOf(candidate)) return;
			this.candidates.splice(this.candidates.indexOf(weakest), 1);
		}
		this.candidates.push(candidate);
	}

	#miss({method, url}: HarEntry, lacks: string, likeness: number): void {
		const nearness = likeness + (/log|search/i.test(url) ? 2 : 0);
		if (this.misses.length < 200) this.misses.push({method, url, lacks, nearness});
	}
}

/** Which candidates are kept where there are too many. */
function strengthOf({standing, kind, score}: Candidate): number {
	return score + (standing === 'search' ? 100 : 0) + (kind === undefined ? 0 : 20);
}

/** A URL for messages: without query, and without what looks like a secret in its path. */
export function showUrl(url: string, secrets: SecretValues): string {
	if (!URL.canParse(url)) return 'a request';
	const {origin, pathname} = new URL(url);
	return `${origin}${pathname.split('/').map(segment => isSafeKey(decoded(segment), secrets) ? segment : '…').join('/')}`;
}

function lackOf({range, rows, exchange}: Candidate): string {
	if (range === undefined) return 'carries no time range';
	if (exchange.answer.lists.length === 0) return 'carries times, but its answer holds no list of rows';
	if ((rows?.list.count ?? 0) === 0) return 'is answered with an empty list: search a time that has logs';
	if (rows?.isSeries === true) return 'is answered with the points of a chart';
	if (range.since === undefined || range.until === undefined) return 'carries only one end of a time range';
	return rows?.time === undefined
		? 'is answered with rows that hold no time'
		: 'is answered with rows from outside of the times that it carries';
}
