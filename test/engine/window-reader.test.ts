import {describe, expect, it} from 'vitest';
import {DAY, HOUR} from '../../src/base/duration.ts';
import {ApiError} from '../../src/base/errors.ts';
import type {ApiRequest} from '../../src/base/transport.ts';
import {newReport} from '../../src/engine/problems.ts';
import {createWindowReader, windowsAtOnce} from '../../src/engine/window-reader.ts';
import {ServerClock} from '../../src/engine/server-clock.ts';
import type {Query} from '../../src/query/query.ts';
import {sources} from '../../src/sources/index.ts';
import type {SourceDefinition} from '../../src/sources/types.ts';

const since = Date.UTC(2026, 10, 20);

const window = {from: since, to: since + HOUR};

function queryOf(source: SourceDefinition, changes: Partial<Query> = {}): Query {
	return {
		source, since, until: since + HOUR, filters: {}, pageSize: 2, windowMs: HOUR, timezone: 'UTC', order: 'served', redact: [],
		concurrency: 3, budget: source.budget, timeoutMs: 1000, retries: 0, maxResponseBytes: 1_000_000, ...changes,
	};
}

/** Reads the window through a client that answers with `answer`, and tells what came and what was asked. */
async function read(query: Query, answer: (request: ApiRequest, count: number) => {data: unknown; servedAt?: number}, {now = since + DAY}: {now?: number} = {}) {
	const requests: ApiRequest[] = [];
	const clock = new ServerClock(() => now);
	const verbose: string[] = [];
	const readWindow = createWindowReader(query, {
		client: {
			async send(request) {
				requests.push(request);
				const {data, servedAt} = answer(request, requests.length);
				const body = {code: 0, data};
				return {text: JSON.stringify(body), body, altered: false, servedAt};
			},
		},
		verbose: message => {
			verbose.push(message);
		},
		signal: new AbortController().signal,
		now: () => now,
		clock,
	});
	const batches: string[][] = [];
	const report = newReport();
	for await (const batch of readWindow(window, report)) batches.push(batch.map(({text}) => text));
	return {batches, report, requests, clock, verbose, texts: batches.flat()};
}

const tokens = sources['feishu-openapi'];

const offsets = sources['feishu-apaas'];

const item = (id: string, changes: Record<string, unknown> = {}) => ({id, event_time: since / 1000, ...changes});

it('gives every record as it came, page by page', async () => {
	const {batches} = await read(queryOf(tokens), (_, count) => ({data: {items: [item(`${count}a`), item(`${count}b`)], has_more: count < 2, page_token: 'next'}}));
	expect(batches.map(batch => batch.length)).toEqual([2, 2]);
	expect(batches[0]?.[0]).toBe(JSON.stringify(item('1a')));
});

it('lets through what the filters here leave, and no empty batch', async () => {
	const query = queryOf(tokens, {keeps: ({id}) => id?.startsWith('2') === true});
	const {texts, batches} = await read(query, (_, count) => ({data: {items: [item(`${count}a`), item(`${count}b`)], has_more: count < 3, page_token: `after ${count}`}}));
	expect(texts).toEqual([JSON.stringify(item('2a')), JSON.stringify(item('2b'))]);
	expect(batches).toHaveLength(1);
});

it('redacts every field that is named, and keeps the rest of the record', async () => {
	const query = queryOf(tokens, {redact: ['ip', 'log_detail.secret']});
	const {texts} = await read(query, () => ({data: {items: [item('a', {ip: '10.0.0.1', log_detail: {secret: 's3cr3t', status: 200}})], has_more: false}}));
	expect(texts).toHaveLength(1);
	expect(texts[0]).not.toMatch(/10\.0\.0\.1|s3cr3t/);
	expect(JSON.parse(texts[0] ?? '')).toMatchObject({id: 'a', event_time: since / 1000, log_detail: {status: 200}});
});

it('tells when the server answered, where the server says so', async () => {
	const {report, clock} = await read(queryOf(tokens), (_, count) => ({data: {items: [item(`${count}`)], has_more: count < 3, page_token: `${count}`}, ...(count === 2 ? {} : {servedAt: since + count})}));
	expect(report.answer.at).toBe(since + 1);
	expect(clock.latest).toBe(since + 3);
});

describe('a source that lets one ask for the last days only', () => {
	const reaching: SourceDefinition = {...tokens, reachMs: 7 * DAY};
	const answer = () => ({data: {items: [item('a')], has_more: false}});
	/** The start that is asked for: a second before the window. */
	const edge = since - 1000 + 7 * DAY;

	it('is asked up to the last moment', async () => {
		expect((await read(queryOf(reaching), answer, {now: edge})).texts).toHaveLength(1);
	});

	it('is not asked any more once the window has gone out of reach', async () => {
		const failure: unknown = await read(queryOf(reaching), answer, {now: edge + 1}).catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(ApiError);
		expect(failure).toMatchObject({message: 'feishu-openapi: a window has gone out of the 7d that can be asked for while it was being read', hint: 'run again with a later --since'});
	});

	it('is asked whatever the time where it has no such end', async () => {
		expect((await read(queryOf(tokens), answer, {now: edge + 1000 * DAY})).texts).toHaveLength(1);
	});
});

describe('offset pages', () => {
	const types = ['10001', '10002', '10003'];
	/** An API that reaches ten rows of a query, all of which have the window's first instant; the offset counts rows or pages. */
	const crowd = (size: number, counts: 'rows' | 'pages' = 'rows') => ({query = []}: ApiRequest) => {
		const asked = Object.fromEntries(query);
		const rows = Array.from({length: size}, (_, index) => ({log_id: `r${index}`, op_time: String(since), log_type: types[index % 3]}))
			.filter(row => [undefined, '10000', row.log_type].includes(asked['log_type']) && Number(asked['from']) <= since);
		const start = Number(asked['offset']) * (counts === 'rows' ? 1 : 2);
		return {data: {items: rows.slice(0, 10).slice(start, start + 2), total: String(rows.length)}};
	};
	const capped: SourceDefinition = {...offsets, pagination: {...offsets.pagination, cap: 10}};
	const asked = (requests: readonly ApiRequest[], parameter: string) => requests.map(({query = []}) => Object.fromEntries(query)[parameter]);

	it.each([undefined, '10000'])('of a crowded instant are asked for by log type where the user asked for %s', async type => {
		const {texts, report} = await read(queryOf(capped, {filters: type === undefined ? {} : {log_type: type}}), crowd(24));
		expect(new Set(texts).size).toBe(24);
		expect(texts).toHaveLength(24);
		expect(report.problems).toEqual([]);
	});

	it('of a crowded instant are not asked for by other log types than the user asked for', async () => {
		const {texts, report, requests} = await read(queryOf(capped, {filters: {log_type: '10001'}}), crowd(36));
		expect(new Set(asked(requests, 'log_type'))).toEqual(new Set(['10001']));
		expect(texts).toHaveLength(10);
		expect(report.problems).toMatchObject([{kind: 'capped'}]);
	});

	it.each([['rows', ['0', '2', '4']], ['pages', ['0', '1', '2']]] as const)('are asked for in %s where the configuration says so, with no request to find out', async (counts, expected) => {
		const {texts, requests, verbose} = await read(queryOf(capped, {offsetCounts: counts}), crowd(5, counts));
		expect(texts).toHaveLength(5);
		expect(asked(requests, 'offset')).toEqual(expected);
		expect(verbose).toEqual([]);
	});

	it.each(['rows', 'pages'] as const)('tell what their offset counts, %s here, where nobody says', async counts => {
		const {texts, verbose} = await read(queryOf(capped), crowd(5, counts));
		expect(texts).toHaveLength(5);
		expect(verbose).toEqual([expect.stringMatching(new RegExp(`^feishu-apaas: GET .*: offset counts ${counts}$`))]);
	});
});

it('reads as many windows at once as requests, and one where its pages are read beside each other', () => {
	expect(windowsAtOnce({source: tokens, concurrency: 3})).toBe(3);
	expect(windowsAtOnce({source: sources['trae-openapi'], concurrency: 3})).toBe(3);
	expect(windowsAtOnce({source: offsets, concurrency: 3})).toBe(1);
});
