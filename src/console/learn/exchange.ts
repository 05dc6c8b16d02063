import type {Answer} from './answer.ts';
import type {HarEntry} from './har.ts';
import {toAnswer} from './answer.ts';
import {parseJson} from './json.ts';
import {decodeRequest, type RequestTree} from './request-tree.ts';

/** A request of the recording with its answer, in the form that learning works on. */
export interface Exchange {
	/** Its place in the recording, from 1. */
	readonly number: number;
	readonly method: 'GET' | 'POST';
	readonly origin: string;
	readonly request: RequestTree;
	readonly status: number;
	readonly answer: Answer;
	/** When it was sent, Unix milliseconds, where the recording says so. */
	readonly started: number | undefined;
	/** The offset of the recorder's clock, `+08:00`, where it wrote one. */
	readonly recorderOffset: string | undefined;
	readonly headers: HarEntry['headers'];
	readonly cookies: HarEntry['cookies'];
}

/** The exchange of a GET or POST that was answered with JSON, or what it lacks. */
export function toExchange(entry: HarEntry): Exchange | {readonly lacks: string} {
	const {method, url, answer} = entry;
	if (method !== 'GET' && method !== 'POST') return {lacks: 'it is neither GET nor POST'};
	if (!URL.canParse(url) || !/^https?:/i.test(url)) return {lacks: 'it is no HTTP request'};
	if (answer.isCut) return {lacks: 'its answer is too long to be a page of rows'};
	if (answer.text === undefined)
		return {lacks: answer.bytes > 0 || answer.status === 200 ? 'the recording holds no text of its answer' : 'it has no answer'};
	const document = parseJson(answer.text);
	if (typeof document !== 'object' || document === null) return {lacks: 'its answer is no JSON'};
	const parsed = new URL(url);
	const request = decodeRequest(entry, parsed);
	if (request === undefined) return {lacks: 'its body is neither JSON nor a form'};
	const started = Date.parse(entry.started);
	return {
		number: entry.number, method, origin: parsed.origin, request, status: answer.status, answer: toAnswer(document),
		started: Number.isNaN(started) ? undefined : started,
		recorderOffset: /[+-]\d{2}:\d{2}$/.exec(entry.started)?.[0],
		headers: entry.headers, cookies: entry.cookies,
	};
}
