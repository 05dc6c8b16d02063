import type {Fetch} from '../../src/base/context.ts';
import type {VirtualClock} from '../helpers/virtual-clock.ts';
import {brokenBody, failureAnswer, toldPage} from './fault-answers.ts';
import type {Asked, Dialect, Page} from './dialects.ts';
import {isLie, type Failure, type Fault, type Script} from './faults.ts';

/** A row of the model. */
export interface ModelRow {
	/** Exactly as it is served. */
	readonly text: string;
	/** In the API's units since 1970. */
	readonly time: number;
	readonly type: string;
	/** Where it stands among rows of its time. */
	readonly rank: number;
	/** When the server has it, Unix milliseconds. Default: always. */
	readonly arrivesAt?: number;
}

/** What the documents leave open, decided. */
export interface Behaviour {
	readonly start: 'inclusive' | 'exclusive';
	readonly end: 'inclusive' | 'exclusive';
	/** `scrambled` knows no order of time at all. */
	readonly order: 'ascending' | 'descending' | 'scrambled';
	/** What a page token stands for: a frozen result, the row before, or a number of rows. */
	readonly tokens: 'snapshot' | 'row' | 'count';
	/** Requests for rows after which a page token is good no more. */
	readonly tokenLife: number;
	/** A token also comes with the last page. */
	readonly tokenAtEnd: boolean;
	readonly counts: 'rows' | 'pages';
	readonly totals: 'honest' | 'saturating';
	/** What is always wrong: every total by so much, every total no more than so much, or the row of this number, which is counted and not served. */
	readonly falsehood?: {readonly kind: 'totals-by' | 'totals-up-to' | 'withheld'; readonly value: number};
	/** Most rows that one query reaches, and what lies beyond. */
	readonly cap: number;
	readonly beyondCap: 'empty' | 'refused';
	/** The server serves no larger pages than this; it may state what was asked for all the same. */
	readonly largestPage: number;
	readonly statesAskedSize: boolean;
	/** The longest range that it accepts, which no document tells; milliseconds. */
	readonly longestMs: number;
	/** How long a request is on its way, and how long the answers take, in turn; milliseconds. */
	readonly outMs: number;
	readonly answerMs: readonly number[];
}

/** A fault that took place. */
export interface Fired {
	readonly fault: Fault;
	/** The same for requests that ask for the same. */
	readonly key: string;
}

/** More than any export of these tests takes. */
const mostRequests = 4000;

/** An API in this process, over rows, on a virtual clock. Knows nothing of the program but what it sends. */
export class ModelServer {
	/** Arrivals of requests for rows, Unix milliseconds. */
	readonly arrivals: number[] = [];
	readonly fired: Fired[] = [];
	/** Requests that the documents forbid. */
	readonly violations: string[] = [];
	/** Rows in answers that were right, or looked it: those between the bounds of what was asked for, on which rows of neighbours may stand. */
	readonly served = new Set<string>();
	/** Requests refused because their page token had died. */
	deadTokens = 0;
	/** Called before a request is answered, with its number from 0. */
	onRequest: (index: number) => void = () => undefined;
	readonly #options: {dialect: Dialect; rows: readonly ModelRow[]; behaviour: Behaviour; script: Script; exchangeScript: Script; clock: VirtualClock};
	readonly #tokens = new Map<string, {rows: readonly ModelRow[]; after: number; last: ModelRow | undefined; issuedAt: number}>();
	readonly #previous = new Map<string, Page>();
	readonly #times: ReadonlyMap<string, number>;
	#exchanges = 0;
	/** Access tokens with lower numbers are good no more. */
	#validFrom = 1;

	constructor(options: {dialect: Dialect; rows: readonly ModelRow[]; behaviour: Behaviour; script?: Script; exchangeScript?: Script; clock: VirtualClock}) {
		this.#options = {script: new Map(), exchangeScript: new Map(), ...options};
		this.#times = new Map(options.rows.map(({text, time}) => [text, time]));
	}

	readonly fetch: Fetch = async (input, init) => {
		const request = new Request(input, init);
		const {dialect, clock, behaviour: {outMs, answerMs}, exchangeScript} = this.#options;
		const url = new URL(request.url);
		const body = await request.text();
		if (url.pathname === dialect.exchangePath) {
			const fault = exchangeScript.get(this.#exchanges++);
			if (fault !== undefined && isFailure(fault)) return this.#fail(fault, 'exchange');
			const token = `t-${this.#exchanges}`;
			return new Response(JSON.stringify({code: 0, tenant_access_token: token, expire: 7200, data: {access_token: token}}));
		}
		if (url.pathname !== dialect.path) this.violations.push(`asked for ${url.pathname}`);
		if (this.arrivals.length >= mostRequests) {
			this.violations.push('there is no end to the requests');
			return new Response('{"code":1,"msg":"enough"}', {status: 400});
		}
		await clock.sleep(outMs, request.signal);
		const index = this.arrivals.length;
		this.arrivals.push(clock.now());
		this.onRequest(index);
		const parameters = body === '' ? Object.fromEntries(url.searchParams) : JSON.parse(body) as Record<string, unknown>;
		const answer = this.#answer(dialect.read(parameters), {index, key: JSON.stringify(parameters), token: request.headers.get('authorization') ?? ''});
		await clock.sleep(answerMs[index % answerMs.length] ?? 0, request.signal);
		return answer();
	};

	/** The answer as of now, which goes out later. */
	#answer(asked: Asked, {index, key, token}: {index: number; key: string; token: string}): () => Response {
		const {dialect, script} = this.#options;
		const fault = script.get(index);
		if (fault?.kind === 'revoked') this.#validFrom = this.#exchanges + 1;
		if (!this.#isValid(token)) {
			const {status} = fault?.kind === 'revoked' ? fault : {status: 400};
			this.fired.push({fault: {kind: 'revoked', status}, key});
			return () => new Response(`{"code":${dialect.codes.token},"${dialect.messageField}":"token invalid"}`, {status});
		}
		const refusal = this.#refusal(asked);
		if (refusal !== undefined) return refusal;
		if (fault !== undefined && isFailure(fault)) return () => this.#fail(fault, key);
		const page = this.#told(this.#page(asked), {fault, key, asked});
		const text = dialect.write(page);
		if (fault?.kind === 'cut' || fault?.kind === 'broken') {
			this.fired.push({fault, key});
			const part = Buffer.from(text).subarray(0, Math.floor(fault.share * text.length));
			return () => new Response(fault.kind === 'cut' ? part : brokenBody(part), {status: 200});
		}
		for (const row of page.rows) {
			const time = this.#times.get(row) ?? -Infinity;
			if (time * dialect.askedPerUnit > asked.start && time * dialect.askedPerUnit < asked.end) this.served.add(row);
		}
		return () => new Response(text, {headers: {'content-type': 'application/json', date: new Date(this.#options.clock.now()).toUTCString()}});
	}

	#fail(fault: Failure, key: string): Response {
		this.fired.push({fault, key});
		return failureAnswer(fault, this.#options.dialect);
	}

	#isValid(authorization: string): boolean {
		if (this.#options.dialect.paging === 'offset') return authorization === 'Bearer u-model' && this.#validFrom === 1;
		return Number(/^Bearer t-(\d+)$/.exec(authorization)?.[1]) >= this.#validFrom;
	}

	/** What the API does not accept. */
	#refusal({start, end, size, token, page, offset}: Asked): (() => Response) | undefined {
		const {dialect: {largestSize, longestRange, paging, codes, unitMs, askedPerUnit}, behaviour: {tokenLife, cap, beyondCap, counts, largestPage, longestMs}} = this.#options;
		const refuse = () => new Response(`{"code":${codes.parameter},"msg":"bad parameter"}`, {status: 400});
		if (![start, end, size, page, offset].every(value => Number.isSafeInteger(value) && value >= 0) || size < 1 || size > largestSize || page < 1 || end < start || end - start > longestRange) {
			this.violations.push(JSON.stringify({start, end, size, page, offset}));
			return refuse;
		}
		if ((end - start - 2) * unitMs / askedPerUnit > longestMs) return refuse;
		if (token !== undefined) {
			const issued = this.#tokens.get(token);
			if (issued === undefined) this.violations.push(`token ${token} was never issued`);
			if (issued === undefined || this.arrivals.length - issued.issuedAt > tokenLife) {
				this.deadTokens++;
				return refuse;
			}
		}
		const rows = Math.min(size, largestPage);
		return paging === 'offset' && beyondCap === 'refused' && (counts === 'rows' ? offset : offset * rows) + rows > cap ? refuse : undefined;
	}

	/** The rows that a query selects, in the order of serving. */
	#select({start, end, type}: Asked): ModelRow[] {
		const {rows, clock, behaviour, dialect: {askedPerUnit}} = this.#options;
		const [from, to] = [start / askedPerUnit, end / askedPerUnit];
		const now = clock.now();
		const sign = behaviour.order === 'descending' ? -1 : 1;
		return rows
			.filter(({time, arrivesAt = -Infinity, type: own}) => arrivesAt <= now && (type === undefined || own === type)
				&& (behaviour.start === 'inclusive' ? time >= from : time > from) && (behaviour.end === 'inclusive' ? time <= to : time < to))
			.toSorted((a, b) => (behaviour.order === 'scrambled' ? 0 : sign * (a.time - b.time)) || a.rank - b.rank);
	}

	#page(asked: Asked): Page {
		const {dialect: {paging}, behaviour: {cap, counts, totals, largestPage, statesAskedSize, falsehood}} = this.#options;
		const size = Math.min(asked.size, largestPage);
		const stated = statesAskedSize ? asked.size : size;
		if (paging === 'token') return this.#tokenPage(asked, size);
		const rows = this.#select(asked);
		const {length} = rows;
		const reach = paging === 'offset' ? rows.slice(0, cap) : rows;
		const first = paging === 'numbered' ? (asked.page - 1) * size : counts === 'rows' ? asked.offset : asked.offset * size;
		const items = reach.slice(first, first + size).filter(row => falsehood?.kind !== 'withheld' || row !== this.#options.rows[falsehood.value]);
		const total = paging === 'offset' && totals === 'saturating' ? Math.min(length, cap) : length;
		return {
			rows: items.map(({text}) => text), more: false, token: undefined, page: asked.page, size: stated,
			total: falsehood?.kind === 'totals-by' ? Math.max(0, total + falsehood.value) : falsehood?.kind === 'totals-up-to' ? Math.min(total, falsehood.value) : total,
		};
	}

	#tokenPage(asked: Asked, size: number): Page {
		const {behaviour: {tokens, tokenAtEnd}} = this.#options;
		const held = asked.token === undefined ? undefined : this.#tokens.get(asked.token);
		const rows = held !== undefined && tokens === 'snapshot' ? held.rows : this.#select(asked);
		const first = held === undefined ? 0 : tokens === 'row' && held.last !== undefined ? rows.indexOf(held.last) + 1 : held.after;
		const items = rows.slice(first, first + size);
		const more = first + size < rows.length;
		const token = `p-${this.#tokens.size}/+=`;
		this.#tokens.set(token, {rows, after: first + items.length, last: items.at(-1), issuedAt: this.arrivals.length});
		return {rows: items.map(({text}) => text), more, token: more || tokenAtEnd ? token : undefined, page: 1, size, total: rows.length};
	}

	/** The page with what its fault makes of it. */
	#told(page: Page, {fault, key, asked: {start, end, type, token}}: {fault: Fault | undefined; key: string; asked: Asked}): Page {
		const range = JSON.stringify([start, end, type]);
		const previous = this.#previous.get(range);
		if (fault?.kind !== 'again') this.#previous.set(range, page);
		if (fault === undefined || !isLie(fault)) return page;
		const told = toldPage(page, fault, {previous, token, isTokenPage: this.#options.dialect.paging === 'token'});
		if (told !== page) this.fired.push({fault, key});
		return told;
	}
}

function isFailure(fault: Fault): fault is Failure {
	return fault.kind !== 'revoked' && fault.kind !== 'cut' && fault.kind !== 'broken' && !isLie(fault);
}
