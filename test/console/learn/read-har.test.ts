import {createWriteStream, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {once} from 'node:events';
import {gzipSync} from 'node:zlib';
import {describe, expect, it} from 'vitest';
import type {HarEntry} from '../../../src/console/learn/har.ts';
import {learnFromFile} from '../../../src/console/learn/learn-from-file.ts';
import {BrokenRecordingError, readHarEntries} from '../../../src/console/learn/read-har.ts';
import {UsageError} from '../../../src/base/errors.ts';
import {temporaryDirectory} from '../../access/config/temporary-directory.ts';
import {entry, har, noise} from './recorder.ts';
import {search, services} from './services.ts';

const origin = 'https://console.example.com';

function file(content: string | Uint8Array): string {
	const path = join(temporaryDirectory().path, 'console.har');
	writeFileSync(path, content);
	return path;
}

async function all(path: string, options?: {maxBytes: number}): Promise<HarEntry[]> {
	const entries: HarEntry[] = [];
	for await (const item of readHarEntries(path, options)) entries.push(item);
	return entries;
}

async function read(content: string | Uint8Array, options?: {maxBytes: number}): Promise<HarEntry[]> {
	return all(file(content), options);
}

const two = [
	entry({method: 'POST', url: `${origin}/a`, json: {x: '中'}, headers: {'X-Own': '1'}, cookies: {sid: 'secret'}}, {body: {code: 0}, cookies: {next: 'v'}}),
	entry({method: 'GET', url: `${origin}/b`}, {body: {code: 1}, isBase64: true}),
];

describe('reading a recording', () => {
	it('gives what is needed of each request', async () => {
		const [first, second] = await read(har(two));
		expect(first).toMatchObject({number: 1, method: 'POST', url: `${origin}/a`, cookies: [['sid', 'secret']], body: {mimeType: 'application/json;charset=utf-8', text: '{"x":"中"}'}, answer: {status: 200, text: '{"code":0}', cookies: [['next', 'v']]}});
		expect(first?.headers).toContainEqual(['x-own', '1']);
		expect(second).toMatchObject({number: 2, method: 'GET', body: undefined, answer: {text: '{"code":1}', isCut: false}});
	});

	it('takes a byte order mark, and the members of an entry in any order', async () => {
		const shuffled = JSON.parse(har(two)) as {log: {entries: unknown[]}};
		shuffled.log.entries = shuffled.log.entries.map(item => Object.fromEntries(Object.entries(item as object).toReversed()));
		expect(await read(`\uFEFF${JSON.stringify({log: Object.fromEntries(Object.entries(shuffled.log).toReversed())})}`)).toEqual(await read(har(two)));
	});

	it('cuts texts that are too long, and says so', async () => {
		const [only] = await read(har([entry({method: 'GET', url: `${origin}/long`}, {body: 'x'.repeat(2000)})]), {maxBytes: 1000});
		expect(only?.answer).toMatchObject({text: undefined, isCut: true, bytes: 2000});
	});

	it('gives the whole requests of a recording that breaks off, then says after how many', async () => {
		const text = har([...two, ...noise(origin, 5)]);
		const seen: HarEntry[] = [];
		const reading = (async () => {
			for await (const item of readHarEntries(file(text.slice(0, text.length - 1500)))) seen.push(item);
		})();
		await expect(reading).rejects.toMatchObject({name: 'UsageError', exitCode: 2, message: expect.stringMatching(/breaks off after \d whole requests/) as string});
		expect(seen.length).toBeGreaterThanOrEqual(2);
		await expect(read(text.replace('"GET"', '"GET'))).rejects.toBeInstanceOf(BrokenRecordingError);
	});

	it.each([
		['', 'the file is empty'],
		['{}', 'not a HAR recording'],
		['[1, 2]', 'not a HAR recording'],
		['<html>', 'not a HAR recording'],
		['{"log": {"level": "info"}}', 'not a HAR recording'],
	])('refuses %j', async (content, message) => {
		await expect(read(content)).rejects.toMatchObject({name: 'UsageError', message: expect.stringContaining(message) as string, hint: expect.stringContaining('HAR') as string});
	});

	it('refuses a compressed recording, and one that is not there', async () => {
		await expect(read(gzipSync(har(two)))).rejects.toMatchObject({hint: 'unpack it first: gunzip'});
		await expect(all('/nonexistent/console.har')).rejects.toBeInstanceOf(UsageError);
	});
});

describe('learning from a recording that is', () => {
	const [service] = services;
	const found = service === undefined ? [] : search(service);
	const learn = async (path: string, warnings: string[] = []) => learnFromFile({path, flags: {console: origin}, existing: undefined, systemTimezone: 'UTC', warn: message => warnings.push(message)});

	it('broken off after the search goes on with a warning', async () => {
		const warnings: string[] = [];
		const text = har([...found, ...noise(origin, 20)]);
		const {kinds} = await learn(file(text.slice(0, text.length - 500)), warnings);
		expect(kinds).toEqual(['server']);
		expect(warnings.join()).toMatch(/breaks off after 2\d whole requests/);
	});

	it('broken off before the search is refused', async () => {
		const text = har([...noise(origin, 20), ...found]);
		await expect(learn(file(text.slice(0, text.indexOf('log/server/search'))))).rejects.toMatchObject({message: expect.stringContaining('breaks off after 20 whole requests') as string});
	});

	it('huge is read in little memory', async () => {
		const path = join(temporaryDirectory().path, 'huge.har');
		const out = createWriteStream(path);
		const parts = har(found).split('"entries":[');
		out.write(`${parts[0] ?? ''}"entries":[${JSON.stringify(entry({method: 'GET', url: `${origin}/video`})).replace('"text":""', () => `"text":"`)}`.replace(/"text":".*$/s, '"text":"'));
		const chunk = Buffer.alloc(1024 * 1024, String.raw`\u4e2d\n\"abc`);
		const whole = chunk.subarray(0, chunk.length - chunk.length % 13);
		for (let size = 0; size < 60; size++) if (!out.write(whole)) await once(out, 'drain');
		out.end(`"}}},${parts[1] ?? ''}`);
		await once(out, 'finish');
		const before = process.memoryUsage().rss;
		let most = before;
		const timer = setInterval(() => {
			most = Math.max(most, process.memoryUsage().rss);
		}, 20);
		try {
			expect((await learn(path)).kinds).toEqual(['server']);
		} finally {
			clearInterval(timer);
		}
		expect((most - before) / 1e6).toBeLessThan(150);
	});
});
