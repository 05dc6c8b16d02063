import {describe, expect, it, onTestFinished} from 'vitest';
import {HOUR} from '../../src/base/duration.ts';
import type {ApiRequest} from '../../src/base/transport.ts';
import {FormatSink, runExport} from '../../src/engine/export.ts';
import {ServerClock} from '../../src/engine/server-clock.ts';
import {newCounters} from '../../src/engine/summary.ts';
import type {Client} from '../../src/http/client.ts';
import type {Formatter} from '../../src/output/formats/index.ts';
import type {Checkpoint, Output, ResumedRun} from '../../src/output/output.ts';
import type {Query} from '../../src/query/query.ts';
import {sources} from '../../src/sources/index.ts';

const since = Date.UTC(2026, 10, 20);

interface Row {
	readonly id: string;
	/** Unix seconds. */
	readonly event_time: unknown;
}

const rowAt = (id: string, hour: number): Row => ({id, event_time: since / 1000 + hour * 3600});

function queryOf(changes: Partial<Query> = {}): Query {
	const source = sources['feishu-openapi'];
	return {
		source, since, until: since + 3 * HOUR, filters: {}, pageSize: 2, windowMs: HOUR, timezone: 'UTC', order: 'served', redact: [],
		concurrency: 2, budget: source.budget, timeoutMs: 1000, retries: 0, maxResponseBytes: 1_000_000, ...changes,
	};
}

/** Runs an export of these rows, and tells what the output, the log and the API got to see, in order. */
async function run(rows: readonly Row[], {resumed, signal = new AbortController().signal, onWrite, altered = false, servedAt, ...changes}: Partial<Query> & {
	resumed?: ResumedRun; signal?: AbortSignal; onWrite?: (text: string) => void; altered?: boolean; servedAt?: number;
} = {}) {
	const query = queryOf(changes);
	const written: string[] = [];
	const checkpoints: Checkpoint[] = [];
	const told: string[] = [];
	const inspected: string[] = [];
	const requests: ApiRequest[] = [];
	const stop = new AbortController();
	const counters = newCounters();
	const output: Output = {
		...(resumed === undefined ? {} : {resumed}),
		write: async chunk => {
			written.push(String(chunk));
			onWrite?.(String(chunk));
		},
		checkpoint: async checkpoint => {
			checkpoints.push(checkpoint);
		},
		commit: async () => undefined,
		abandon: async () => undefined,
	};
	const formatter: Formatter = {start: () => '<', write: records => records.map(({text}) => (JSON.parse(text) as Row).id).join(''), end: () => '>'};
	const client: Client = {
		async send(request) {
				requests.push(request);
				const {start_time: start, end_time: end, page_size: size, page_token: token = '0'} = request.body as Record<string, number> & {page_token?: string};
				const found = rows.filter(({event_time: time}) => typeof time !== 'number' || (time >= (start ?? 0) && time <= (end ?? 0)));
				const next = Number(token) + (size ?? 0);
				const body = {code: 0, data: {items: found.slice(Number(token), next), has_more: next < found.length, page_token: String(next)}};
				return {text: JSON.stringify(body), body, altered, servedAt};
			},
	};
	const sink = new FormatSink({
		query, formatter, output, counters,
		...(servedAt === undefined ? {} : {clock: new ServerClock(() => servedAt)}),
		inspect: records => {
			inspected.push(...records.map(({id}) => id ?? ''));
		},
		beforeWrite: () => {
			written.push('|');
		},
		verbose: message => {
			told.push(message);
		},
	});
	onTestFinished(() => {
		stop.abort();
	});
	const ended = await runExport(sink, {client, stop, signal, now: () => since + 30 * 24 * HOUR, sleep: async () => undefined})
		.then(() => ({result: {limited: sink.isFull(), reached: sink.reached}, thrown: undefined}), (thrown: unknown) => ({result: undefined, thrown}));
	return {...ended, written: written.join(''), checkpoints, told, inspected, requests, counters, stopped: stop.signal.aborted};
}

it("ends where the server's clock stood, and lets whoever continues it begin there", async () => {
	const at = since + 1.6 * HOUR;
	const {result, written, checkpoints} = await run(spread, {servedAt: at});
	expect(result).toEqual({limited: false, reached: at});
	expect(written).toBe('<|ab|cd|>');
	expect(checkpoints).toEqual([{nextFrom: since + HOUR, records: 2}, {nextFrom: at, records: 4}, {nextFrom: at, records: 4}]);
	const later = await run(spread, {servedAt: since + 4 * HOUR, resumed: {checkpoint: {nextFrom: at, records: 4}, since, until: since + 3 * HOUR, startedAt: since}});
	expect(later.written).toContain('e');
	expect(later.written.replaceAll(/[<|>]/g, '')).toBe('ef');
	expect(later.result?.reached).toBe(since + 3 * HOUR);
});

const spread = [rowAt('a', 0), rowAt('b', 0.5), rowAt('c', 1), rowAt('d', 1.5), rowAt('e', 1.75), rowAt('f', 2)];

describe('an export', () => {
	it('writes every window in turn between start and end, and takes a checkpoint after each', async () => {
		const {result, written, checkpoints, counters, inspected, told, stopped} = await run(spread);
		expect(result).toEqual({limited: false, reached: since + 3 * HOUR});
		expect(written).toBe('<|ab|cd|e|f|>');
		expect(checkpoints).toEqual([{nextFrom: since + HOUR, records: 2}, {nextFrom: since + 2 * HOUR, records: 5}, {nextFrom: since + 3 * HOUR, records: 6}]);
		expect(counters).toMatchObject({records: 6, windows: 3, duplicates: 0, problems: []});
		expect(inspected).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
		expect(told).toEqual([
			'window 2026-11-20T00:00:00.000Z to 2026-11-20T01:00:00.000Z done, 2 records so far',
			'window 2026-11-20T01:00:00.000Z to 2026-11-20T02:00:00.000Z done, 5 records so far',
			'window 2026-11-20T02:00:00.000Z to 2026-11-20T03:00:00.000Z done, 6 records so far',
		]);
		expect(stopped).toBe(true);
	});

	it('of an empty range is its start and its end', async () => {
		expect(await run([], {until: since})).toMatchObject({result: {limited: false}, written: '<|>', requests: []});
	});

	it('that continues another begins at its checkpoint, without a start, and counts on', async () => {
		const resumed = {checkpoint: {nextFrom: since + HOUR, records: 2}, since, until: since + 3 * HOUR, startedAt: since};
		const {written, checkpoints, counters} = await run(spread, {resumed});
		expect(written).toBe('|cd|e|f|>');
		expect(checkpoints.map(({records}) => records)).toEqual([5, 6]);
		expect(counters).toMatchObject({records: 6, windows: 2});
	});

	it('ends with what the output throws', async () => {
		const full = new Error('disk full');
		const {thrown, written, stopped} = await run(spread, {onWrite: text => {
			if (text === 'cd') throw full;
		}});
		expect(thrown).toBe(full);
		expect(written).toBe('<|ab|cd');
		expect(stopped).toBe(true);
	});

	it('ends with the reason of an interruption before it writes more', async () => {
		const interruption = new AbortController();
		const reason = new Error('interrupted');
		const {thrown, written} = await run(spread, {signal: interruption.signal, onWrite: text => {
			if (text === 'ab') interruption.abort(reason);
		}});
		expect(thrown).toBe(reason);
		expect(written).toBe('<|ab');
	});

	it('writes oldest first throughout where it is asked to', async () => {
		const backwards = [rowAt('b', 0.5), rowAt('a', 0.25), rowAt('d', 1.5), rowAt('c', 1)];
		expect((await run(backwards, {order: 'time'})).written).toBe('<|ab|cd|>');
		expect((await run(backwards, {order: 'served'})).written).toBe('<|ba|dc|>');
	});
});

describe('a problem', () => {
	it('is told with its window, and no checkpoint is taken from there on', async () => {
		const {counters, checkpoints, written} = await run([...spread.slice(0, 4), {id: 'x', event_time: 'soon'}], {concurrency: 1, until: since + 2 * HOUR});
		expect(counters.problems).toEqual([
			{kind: 'unreadable', since, until: since + HOUR, detail: '1 row without a readable id or time, written as they are'},
			{kind: 'unreadable', since: since + HOUR, until: since + 2 * HOUR, detail: '1 row without a readable id or time, written as they are'},
		]);
		expect(checkpoints).toEqual([]);
		expect(written).toContain('x');
	});

	it('with the time of a row does not write that row for every window that is served it', async () => {
		const timeless = [{id: 'x', event_time: 'soon'}, {id: 'y', event_time: null}];
		const {counters, written, inspected} = await run([...spread, ...timeless]);
		expect(written.replaceAll(/[<>|]/g, '')).toBe('abxycdef');
		expect(inspected).toEqual(['a', 'b', 'x', 'y', 'c', 'd', 'e', 'f']);
		expect(counters).toMatchObject({records: 8, duplicates: 4});
		expect((await run(timeless, {limit: 2})).counters.records).toBe(2);
		// Without an identity, or with other content, it may be another row.
		expect((await run([{id: '', event_time: 'soon'}], {until: since + 2 * HOUR})).counters.records).toBe(2);
	});

	it('leaves the checkpoint where the windows before it ended', async () => {
		const twice: Row[] = [rowAt('a', 0.5), rowAt('b', 1.5), {...rowAt('b', 1.5), other: true} as Row, rowAt('c', 2.5)];
		const {counters, checkpoints, written} = await run(twice);
		expect(written).toBe('<|a|bb|c|>');
		expect(counters.problems).toMatchObject([{kind: 'ambiguous', since: since + HOUR}]);
		expect(checkpoints).toEqual([{nextFrom: since + HOUR, records: 1}]);
	});

	it('counts rows that were delivered twice as duplicates, not as problems', async () => {
		const {counters, checkpoints, written} = await run([rowAt('a', 0.5), rowAt('a', 0.5), rowAt('b', 1.5), rowAt('b', 1.5)]);
		expect(written).toBe('<|a|b|>');
		expect(counters).toMatchObject({duplicates: 2, problems: []});
		expect(checkpoints).toHaveLength(3);
	});
});

describe('a limit', () => {
	it.each([[1, 'a'], [2, 'ab'], [3, 'ab|c'], [5, 'ab|cd|e'], [6, 'ab|cd|e|f']])('of %i ends the export within a page as well as between two', async (limit, expected) => {
		const {result, written, counters, stopped, inspected} = await run(spread, {limit});
		expect(result).toEqual({limited: true, reached: since + 3 * HOUR});
		expect(written).toBe(`<|${expected}|>`);
		expect(inspected.join('')).toBe(expected.replaceAll('|', ''));
		expect(counters.records).toBe(limit);
		expect(stopped).toBe(true);
	});

	it('that is not met leaves the export complete', async () => {
		expect(await run(spread, {limit: 7})).toMatchObject({result: {limited: false}, written: '<|ab|cd|e|f|>'});
	});

	it('that an earlier run met asks for nothing more', async () => {
		const resumed = {checkpoint: {nextFrom: since + HOUR, records: 2}, since, until: since + 3 * HOUR, startedAt: since};
		expect(await run(spread, {resumed, limit: 2})).toMatchObject({result: {limited: true}, written: '|>', requests: [], counters: {records: 2}});
		expect(await run(spread, {resumed, limit: 1})).toMatchObject({result: {limited: true}, requests: []});
		expect(await run(spread, {resumed, limit: 3})).toMatchObject({result: {limited: true}, written: '|c|>', counters: {records: 3}});
	});

	it('tells of the problems of the window that it cuts short', async () => {
		const {counters} = await run([{id: 'x', event_time: 'soon'}, ...spread], {limit: 1});
		expect(counters).toMatchObject({windows: 0, problems: [{kind: 'unreadable', since, until: since + HOUR}]});
	});

	it.each([[20, 1], [21, 3], [undefined, 3]])('of %s records in pages of two has %i windows read at once: one where few pages meet it', async (limit, windows) => {
		const rows = Array.from({length: 30}, (_, index) => rowAt(`r${index}`, 0));
		const {requests} = await run(rows, {...(limit === undefined ? {} : {limit}), concurrency: 3});
		expect(new Set(requests.map(({body}) => (body as {start_time: number}).start_time)).size).toBe(windows);
	});
});
