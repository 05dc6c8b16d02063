import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {LearnFlags} from '../../../src/console/learn/flags.ts';
import {learnFromFile} from '../../../src/console/learn/learn-from-file.ts';
import {temporaryDirectory} from '../../access/config/temporary-directory.ts';
import {entry, har, recordedAt, type RecordedRequest} from './recorder.ts';

const vendor = 'https://open.feishu.cn';

/** One page of an event search; `change` makes it another request. */
function page(number: number, {origin = vendor, change = request => request}: {origin?: string; change?: (request: RecordedRequest) => RecordedRequest} = {}): unknown {
	const json = {filter: {start: recordedAt - 86_400_000, end: recordedAt, event_type: ''}, page: {number, size: 20}};
	const list = Array.from({length: 20}, (_, index) => (number - 1) * 20 + index).map(index => ({log_id: `lg${1000 + index * 7}`, event_type: 'im.message.receive_v1', push_time: recordedAt - 61_007 - index * 123_457, push_status: 'ok'}));
	return entry(change({method: 'POST', url: `${origin}/log/event/search`, json, cookies: {session: 'abcdefgh-0123456789'}}), {body: {code: 0, data: {list, total: 90}}});
}

async function learnFrom(entries: readonly unknown[], flags: LearnFlags = {}, edit = (text: string) => text) {
	const path = join(temporaryDirectory().path, 'a.har');
	writeFileSync(path, edit(har(entries)));
	return learnFromFile({path, flags, existing: undefined, systemTimezone: 'UTC', warn: () => undefined});
}

describe('the host of what is learned', () => {
	const beside = 'https://telemetry.example:8443';

	it("is the vendor's, however much another one answers with lists", async () => {
		const {profile} = await learnFrom([page(1), page(2), ...[1, 2, 3, 4].map(number => page(number, {origin: beside}))]);
		expect(profile.base_url).toBe(vendor);
	});

	it.each(['https://open.feishu.cn@evil.example', 'https://open.feishu.cn.evil.example', 'https://open.feishu.cn:444', 'https://open.feishu.cn.', 'https://open.xn--fishu-6ra.cn', 'http://127.0.0.1:9'])('is not %s unless a flag names it', async origin => {
		const recorded = [page(1, {origin}), page(2, {origin})];
		const own = new URL(origin).origin;
		await expect(learnFrom(recorded)).rejects.toThrow(`${own}, which is no host of the vendor`);
		await expect(learnFrom(recorded, {console: beside})).rejects.toThrow(`no search of the recording is on ${beside}`);
		expect((await learnFrom(recorded, {console: own})).profile.base_url).toBe(own);
	});

	it('is told no other method, path or host by a header', async () => {
		const headers = {'x-http-method-override': 'DELETE', 'x-original-url': '/admin', 'x-rewrite-url': '/admin', 'x-forwarded-host': 'a.example', 'x-method': 'PUT', 'x-region': 'cn'};
		const {profile, report} = await learnFrom([1, 2].map(number => page(number, {change: request => ({...request, headers})})));
		expect(profile.searches.event?.request.headers).toEqual({'x-region': 'cn'});
		expect(report).toMatch(/headers +x-region\n/);
		expect(report).toContain('header.x-original-url is left out');
	});
});

describe('a recording', () => {
	it.each(['4294967290', '70', '1e3', '-1'])('with the key %s in place of a list makes no list of holes', async key => {
		const withFilter = (filter: unknown) => (request: RecordedRequest) => ({...request, json: {...request.json as object, conditions: filter}});
		const {profile} = await learnFrom([page(1, {change: withFilter([])}), page(2, {change: withFilter({[key]: {status: ''}})}), page(3, {change: withFilter([])})]);
		expect(profile.searches.event?.request.json).toMatchObject({conditions: []});
		expect(profile.searches.event?.filters?.status).toBeUndefined();
	});

	it('whose plain texts are called base64 is read as it stands', async () => {
		const labelled = await learnFrom([page(1), page(2)], {}, text => text.replaceAll('"mimeType":"application/json', '"encoding":"base64","mimeType":"application/json'));
		expect(labelled.profile).toEqual((await learnFrom([page(1), page(2)])).profile);
	});

	it('with a header of any name that repeats a cookie has its CSRF token there', async () => {
		const {profile} = await learnFrom([1, 2].map(number => page(number, {change: request => ({...request, cookies: {session: 'abcdefgh-0123456789', guard: 'tangerine-77'}, headers: {'x-guard-me': 'tangerine-77'}})})));
		expect(profile.session).toEqual({csrf_header: 'x-guard-me', csrf_cookie: 'guard'});
	});

	it.each([0, 1])('whose offsets begin with %i is asked like that', async first => {
		const counted = (number: number) => page(number, {change: request => ({...request, json: {...request.json as object, page: {offset: (number - 1) * 20 + first, limit: 20}}})});
		expect((await learnFrom([counted(1), counted(2)])).profile.searches.event?.pages).toEqual({style: 'offset', size: 20, ...(first === 0 ? {} : {first})});
		expect((await learnFrom([counted(1)])).profile.searches.event?.pages).toMatchObject({style: 'offset', ...(first === 0 ? {} : {first})});
	});
});
