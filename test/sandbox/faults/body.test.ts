import {gunzipSync} from 'node:zlib';
import {describe, expect, it} from 'vitest';
import {serveFaults} from './served.ts';

interface Page {
	readonly code: number;
	readonly data: {readonly items: ReadonlyArray<Record<string, unknown>>};
}

const page = (text: string) => JSON.parse(text) as Page;

async function bodyOf(fault: string, parameters: object = {}) {
	const {ask, honest} = await serveFaults([{fault, ...parameters}]);
	return {...await ask(), honest: page(await honest())};
}

describe('gzip', () => {
	it.each([['plain', /header/], ['noise', /header/], ['damaged', /data check/]])('is %s under the name of gzip', async (as, problem) => {
		const {headers, body} = await bodyOf('gzip-garbage', {as});
		expect(headers['content-encoding']).toBe('gzip');
		expect(() => gunzipSync(body)).toThrow(problem);
	});

	it.each([0, 0.5, 1])('ends early after %d of it', async after => {
		const {headers, body} = await bodyOf('gzip-cut', {after});
		expect(Number(headers['content-length'])).toBe(body.byteLength);
		if (after > 0) expect(() => gunzipSync(body)).toThrow('unexpected end');
	});

	it('unpacks to a thousand times as much, the page first', async () => {
		const bytes = 40_000_000;
		const {body, honest} = await bodyOf('gzip-bomb', {bytes});
		expect(body.byteLength).toBeLessThan(bytes / 500);
		const text = gunzipSync(body).toString();
		expect(page(text.trimEnd()).data).toEqual(honest.data);
		expect(Buffer.byteLength(text) - Buffer.byteLength(text.trimEnd())).toBe(bytes);
	});
});

describe('charset', () => {
	it.each([['utf-16', 'utf-16le', '审批'], ['gbk', 'gbk', '审批'], ['latin1', 'latin1', '??']])('is %s', async (as, label, name) => {
		const {headers, body, honest} = await bodyOf('charset', {as});
		expect(headers['content-type']).toBe(`application/json; charset=${as}`);
		const text = new TextDecoder(label).decode(body);
		expect(honest.data.items.map(item => item['name'])).toEqual(['审批', 'b', 'a']);
		expect(page(text).data.items.map(item => item['name'])).toEqual([name, 'b', 'a']);
		if (as !== 'latin1') expect(() => new TextDecoder('utf-8', {fatal: true}).decode(body)).toThrow(TypeError);
	});

	it('is not UTF-8 even where the page is ASCII, and need not say so', async () => {
		const {ask} = await serveFaults([{fault: 'charset', declared: false}]);
		const {headers, body} = await ask({path: '/openapi/v1/auth/token', method: 'POST', headers: {'content-type': 'application/json'}, body: '{}'});
		expect(headers['content-type']).toBe('application/json; charset=utf-8');
		expect(() => new TextDecoder('utf-8', {fatal: true}).decode(body)).toThrow(TypeError);
		expect(JSON.parse(body.toString('latin1'))).toMatchObject({sandbox_note: '±'});
	});

	it('begins with a byte order mark', async () => {
		const {body, honest} = await bodyOf('bom');
		expect([...body.subarray(0, 4)]).toEqual([0xef, 0xbb, 0xbf, 0x7b]);
		expect(page(body.subarray(3).toString()).data).toEqual(honest.data);
	});
});

describe('not JSON', () => {
	it.each(['nan', 'trailing-comma', 'two-documents', 'comment', 'single-quotes', 'control-character', 'cut', 'empty', 'html'])('is no JSON: %s', async as => {
		const {status, headers, body} = await bodyOf('not-json', {as});
		expect([status, Number(headers['content-length'])]).toEqual([200, body.byteLength]);
		expect(() => JSON.parse(body.toString())).toThrow(SyntaxError);
	});
});

describe('JSON that is good', () => {
	it("gives a row's id twice", async () => {
		const {body, honest} = await bodyOf('duplicate-keys');
		expect(body.toString().match(/"log_id":/g)).toHaveLength(4);
		expect(page(body.toString()).data).toEqual(honest.data);
	});

	it('puts a second object without rows beside the one with them', async () => {
		const {body} = await bodyOf('duplicate-keys', {in: 'top'});
		expect(page(body.toString()).data).toEqual({items: []});
		expect(body.toString()).toContain('row-2');
	});

	it.each([['arrays', '['], ['objects', '{']])('nests %s thousands of levels deep', async (of, open) => {
		const {body} = await bodyOf('deep-nesting', {of, depth: 5000});
		expect(body.toString().split(open).length).toBeGreaterThan(5000);
		expect(page(body.toString()).data.items[0]).toMatchObject({log_id: expect.any(String) as string});
	});

	it.each([['text', 'length'], ['text', 'chunked'], ['space', 'length'], ['space', 'chunked']])('is huge with %s and framed by %s', async (by, framing) => {
		const bytes = 3_000_000;
		const {headers, body, honest} = await bodyOf('huge-page', {bytes, with: by, framing});
		expect(headers['content-length']).toBe(framing === 'length' ? String(body.byteLength) : undefined);
		expect(body.byteLength).toBeGreaterThan(bytes);
		const [{padding, ...first} = {}, ...rest] = page(body.toString()).data.items;
		expect([first, ...rest]).toEqual(honest.data.items);
		expect(padding).toEqual(by === 'text' ? 'x'.repeat(bytes) : undefined);
	});

	it('leaves answers without rows as they are', async () => {
		const {ask} = await serveFaults([{fault: 'deep-nesting', requests: 1}, {fault: 'duplicate-keys', requests: '2-3'}]);
		const exchange = {path: '/openapi/v1/auth/token', method: 'POST', headers: {'content-type': 'application/json'}, body: '{}'};
		for (let index = 0; index < 2; index++) expect(JSON.parse((await ask(exchange)).body.toString())).toMatchObject({code: 4001});
	});
});

it.each(['text', 'rows', 'space'])('goes on for ever with %s, and ends with the client', async by => {
	const {ask, served} = await serveFaults([{fault: 'endless', with: by}]);
	const {body, headers} = await ask({mostBytes: 3_000_000});
	expect(headers['content-length']).toBeUndefined();
	expect(body.byteLength).toBeGreaterThanOrEqual(3_000_000);
	expect(body.subarray(0, 9).toString()).toBe('{"code":0');
	await served.close();
});
