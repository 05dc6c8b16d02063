import {Agent} from 'node:http';
import {describe, expect, it} from 'vitest';
import {withResolvers} from '../client.ts';
import {serveFaults} from './served.ts';

const bodyOf = (text: string) => text.slice(text.indexOf('\r\n\r\n') + 4);
const lengthOf = (text: string) => Number(/content-length: (\d+)/i.exec(text)?.[1]);

describe('reset', () => {
	it.each([
		['before', /^$/],
		['headers', /^HTTP\/1\.1 200 OK\r\n(?:(?!\r\n\r\n)[^])*$/],
		['body', /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n\{"code":0/],
	])('sends a TCP reset at %s', async (at, received) => {
		const came = withResolvers<void>();
		const {raw} = await serveFaults([{fault: 'reset', at}], {sleep: async () => came.promise});
		const {text, end} = await raw({onData: came.resolve});
		expect(end).toBe('reset');
		expect(text).toMatch(received);
		if (at === 'body') expect(bodyOf(text).length).toBeLessThan(lengthOf(text));
	});

	it('costs the budget: the API has seen the request', async () => {
		const {ask, injected} = await serveFaults([{fault: 'reset', requests: 1}]);
		await expect(ask()).rejects.toMatchObject({code: 'ECONNRESET'});
		expect((await ask()).status).toBe(200);
		expect(injected).toEqual([{request: 1, method: 'GET', path: '/openapi/v1/audit/openapi-logs', source: 'trae-openapi', fault: 'reset', text: 'reset'}]);
	});
});

describe('hang', () => {
	it.each([
		['before', /^/, /^$/],
		['headers', /HTTP/, /^HTTP\/1\.1 200 OK\r\n(?:(?!\r\n\r\n)[^])*$/],
		['body', /\r\n\r\n./, /\r\n\r\n\{"code":0/],
	])('leaves the connection open at %s', async (at, stopAfter, came) => {
		const {raw, served} = await serveFaults([{fault: 'hang', at}]);
		const {text, end} = await raw({stopAfter});
		expect(end).toBe('open');
		expect(text).toMatch(came);
		if (at === 'body') expect(bodyOf(text).length).toBeLessThan(lengthOf(text));
		await served.close();
	});

	it.each(['before', 'headers', 'body'])('goes on at %s after the time that is set', async at => {
		const waits: number[] = [];
		const {ask, honest} = await serveFaults([{fault: 'hang', at, for: '90s'}], {sleep: async ms => void waits.push(ms)});
		expect(JSON.parse((await ask()).body.toString())).toMatchObject({data: (JSON.parse(await honest()) as {data: object}).data});
		expect(waits).toEqual([90_000]);
	});

	it('ends when the sandbox is closed', async () => {
		const arrived = withResolvers<void>();
		const {ask, served} = await serveFaults([{fault: 'hang', for: '1h'}], {sleep: async (_ms, signal) => new Promise((_resolve, reject) => {
			arrived.resolve();
			signal?.addEventListener('abort', () => reject(new Error('aborted')), {once: true});
		})});
		const asked = ask().catch((error: unknown) => error);
		await arrived.promise;
		await served.close();
		expect(await asked).toMatchObject({code: 'ECONNRESET'});
	});
});

it('drips the body in pieces as small as the speed says, whole in the end', async () => {
	const waits: number[] = [];
	const {ask} = await serveFaults([{fault: 'drip', bytesPerSecond: 500}], {sleep: async ms => void waits.push(ms)});
	const {body, headers} = await ask();
	expect(JSON.parse(body.toString())).toMatchObject({code: 0});
	expect(Number(headers['content-length'])).toBe(body.byteLength);
	expect(new Set(waits)).toEqual(new Set([100]));
	expect(waits.length).toBe(Math.ceil(body.byteLength / 50));
});

describe('cut-off', () => {
	it('ends in order before the length that it promised', async () => {
		const {raw} = await serveFaults([{fault: 'cut-off', after: 0.25}]);
		const {text, end} = await raw();
		expect(end).toBe('closed');
		expect(bodyOf(text).length).toBe(Math.floor(lengthOf(text) / 4));
	});

	it('ends in order before the last chunk, even when nothing but that is missing', async () => {
		const {raw, honest} = await serveFaults([{fault: 'cut-off', framing: 'chunked', after: 1}]);
		const {text, end} = await raw();
		expect(end).toBe('closed');
		expect(text).toMatch(/\r\ntransfer-encoding: chunked\r\n/);
		expect(text).not.toMatch(/content-length/i);
		const size = Buffer.byteLength(await honest());
		expect(bodyOf(text).startsWith(`${size.toString(16)}\r\n{"code":0`)).toBe(true);
		expect(text.endsWith('}\r\n')).toBe(true);
	});

	it('promises at least a byte that does not come', async () => {
		const {raw} = await serveFaults([{fault: 'cut-off', after: 1}]);
		const {text} = await raw();
		expect(bodyOf(text).length).toBe(lengthOf(text) - 1);
	});
});

describe('over-long', () => {
	it.each([['garbage', /garbage /], ['answer', /^HTTP\/1\.1 200 OK\r\n[^]*"items":\[\]/]])('sends %s after the end and closes', async (extra, came) => {
		const {raw} = await serveFaults([{fault: 'over-long', extra}]);
		const {text, end} = await raw();
		expect(end).toBe('closed');
		expect(bodyOf(text).slice(lengthOf(text))).toMatch(came);
	});

	it('leaves the next answer on a connection that is kept alive to itself', async () => {
		const {ask} = await serveFaults([{fault: 'over-long', extra: 'answer', requests: 1}]);
		const agent = new Agent({keepAlive: true, maxSockets: 1});
		const answers = [await ask({agent}), await ask({agent})].map(({body}) => JSON.parse(body.toString()) as {data: {items: unknown[]}});
		agent.destroy();
		expect(answers.map(({data}) => data.items.length)).toEqual([3, 3]);
	});
});

describe('content-length', () => {
	it.each([['short', 10], ['long', -10]])('is too %s for the body', async (too, more) => {
		const {raw, honest} = await serveFaults([{fault: 'content-length', too}]);
		const {text, end} = await raw();
		expect(end).toBe('closed');
		const size = Buffer.byteLength(await honest());
		expect(bodyOf(text).length).toBe(size);
		expect(size - lengthOf(text)).toBe(more);
	});
});

it.each([
	['text', 'Please log in'],
	['tls', '\u0015\u0003\u0001'],
	['header-line', 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nthis is no header\r\n'],
	['nothing', ''],
])('sends %s that is not HTTP', async (as, came) => {
	const {raw} = await serveFaults([{fault: 'garbage', as}]);
	const {text, end} = await raw();
	expect([text.slice(0, came.length), text === '', end]).toEqual([came, came === '', 'closed']);
});

describe('refuse', () => {
	it('resets what is open, refuses what is new, and takes connections again when the time is over', async () => {
		const over = withResolvers<void>();
		const waits: number[] = [];
		const {ask} = await serveFaults([{fault: 'refuse', for: '5s', requests: 1}], {sleep: async ms => {
			waits.push(ms);
			await over.promise;
		}});
		await expect(ask()).rejects.toMatchObject({code: 'ECONNRESET'});
		await expect(ask()).rejects.toMatchObject({code: 'ECONNREFUSED'});
		expect(waits).toEqual([5000]);
		over.resolve();
		await expect.poll(async () => ask().then(({status}) => status, () => 0)).toBe(200);
	});

	it('can be closed meanwhile', async () => {
		const {ask, served} = await serveFaults([{fault: 'refuse'}], {sleep: async (_ms, signal) => new Promise((_resolve, reject) => {
			signal?.addEventListener('abort', () => reject(new Error('aborted')), {once: true});
		})});
		await expect(ask()).rejects.toMatchObject({code: 'ECONNRESET'});
		await served.close();
		await expect(ask()).rejects.toMatchObject({code: 'ECONNREFUSED'});
	});
});
