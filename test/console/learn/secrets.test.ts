import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {learnFromFile, type LearnedFromFile} from '../../../src/console/learn/learn-from-file.ts';
import type {LearnFlags} from '../../../src/console/learn/flags.ts';
import {isSecretName, looksRandom} from '../../../src/console/learn/secrets.ts';
import {noSession} from '../../../src/console/learn/session.ts';
import {formatProfile} from '../../../src/console/profile-file.ts';
import {ExportError} from '../../../src/base/errors.ts';
import {temporaryDirectory} from '../../access/config/temporary-directory.ts';
import {entry, har, noise, recordedAt, type RecordedAnswer, type RecordedRequest} from './recorder.ts';
import {appId, day, mark, rows, total} from './services.ts';

const origin = 'https://console.example.com';

interface Planted {
	readonly headers?: Record<string, string>;
	readonly cookies?: Record<string, string>;
	readonly json?: Record<string, unknown>;
	readonly query?: Record<string, string>;
	readonly answer?: Omit<RecordedAnswer, 'body'>;
	readonly path?: string;
}

/** A search of two pages with more in its requests. */
function searchWith({headers, cookies, json = {}, query = {}, answer = {}, path = '/event/log/search'}: Planted): unknown[] {
	return [0, 1].map(page => {
		const request: RecordedRequest = {
			method: 'POST', url: `${origin}${path}?${new URLSearchParams(query).toString()}`, at: recordedAt + page,
			json: {app_id: appId, start: day.since, end: day.until, page: page + 1, size: 20, ...json},
			...(headers === undefined ? {} : {headers}), ...(cookies === undefined ? {} : {cookies}),
		};
		return entry(request, {...answer, body: {code: 0, data: {list: rows.slice(page * 20, page * 20 + 20).map(row => ({id: mark(row), event_type: 'a.b', time: row.time})), total}}});
	});
}

async function learnFrom(entries: readonly unknown[], {flags = {}, path, keepSession = true}: {flags?: LearnFlags; path?: string; keepSession?: boolean} = {}): Promise<LearnedFromFile & {told: string}> {
	const file = path ?? join(temporaryDirectory().path, 'console.har');
	writeFileSync(file, har(entries));
	const told: string[] = [];
	const learned = await learnFromFile({path: file, flags: {console: origin, ...flags}, existing: undefined, keepSession, systemTimezone: 'UTC', warn: message => told.push(message)});
	return {...learned, told: [learned.report, ...told, formatProfile(learned.profile)].join('\n')};
}

const random = (alphabet: string, minLength: number, maxLength: number) => fc.array(fc.nat(alphabet.length - 1).map(index => alphabet[index]), {minLength, maxLength}).map(letters => letters.join(''));
const hex = random('0123456789abcdef', 32, 64);
const base64 = random('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 24, 80);
const short = random('abcdefghijkmnopqrstuvwxyz0123456789%;= ', 10, 20).map(text => `s3${text.replaceAll(/[;= %]/g, '-')}`);
const secret = fc.oneof(hex, base64, short, fc.uuid(), base64.map(text => `eyJhbGciOi.${text.replaceAll(/[+/]/g, 'x')}.sig12345678`));

/** Ways to carry a secret in a search. */
const carriers: ReadonlyArray<readonly [string, (secret: string) => Planted]> = [
	['a cookie', value => ({cookies: {sid: value}})],
	['a cookie that a member repeats', value => ({cookies: {any: value}, json: {lang: value, nested: {deep: [`prefix ${value}`]}}})],
	['a cookie that is set', value => ({answer: {headers: {'set-cookie': `sid=${value}; Path=/; HttpOnly`}}, json: {again: value}})],
	['an Authorization header', value => ({headers: {authorization: `Bearer ${value}`}, json: {repeated: value}})],
	['a CSRF header that members repeat', value => ({headers: {'x-csrf-token': value}, json: {_csrf: value, other: value}, query: {csrf: value}})],
	['a header by name', value => ({headers: {'x-session-key': value, 'x-user-token': value, 'x-signature': value}})],
	['a referer', value => ({headers: {referer: `${origin}/app/${appId}/log?ticket=${encodeURIComponent(value)}`}})],
	['members by name', value => ({json: {token: value, clientSecret: value, auth: {value}, sign: value}, query: {access_token: value, ticket: value}})],
	['JSON in a text', value => ({json: {extra: JSON.stringify({session_id: value})}, query: {context: JSON.stringify({password: value})}})],
];

describe('secrets', () => {
	const directory = () => join(temporaryDirectory().path, 'property.har');

	it.each(carriers)('in %s reach neither the profile nor what is told', async (_, plant) => {
		const path = directory();
		await fc.assert(fc.asyncProperty(secret, async value => {
			const {told} = await learnFrom([...noise(origin, 10), ...searchWith(plant(value))], {path});
			expect(told).not.toContain(value);
			expect(told).not.toContain(encodeURIComponent(value));
		}), {numRuns: 8});
	});

	it('that look random reach neither, whatever their name and place', async () => {
		const path = directory();
		await fc.assert(fc.asyncProperty(fc.oneof(hex, fc.uuid(), base64.filter(text => text.length >= 40)), fc.constantFrom('note', 'x', 'device', 'ctx'), async (value, name) => {
			const {told} = await learnFrom(searchWith({json: {[name]: value, [value]: 1}, query: {[name]: value}, headers: {'x-tag': value, 'referer': `${origin}/a/${encodeURIComponent(value)}`}}), {path});
			expect(told).not.toContain(value);
		}), {numRuns: 15});
	});

	it('reach no error', async () => {
		const path = directory();
		await fc.assert(fc.asyncProperty(fc.oneof(hex, fc.uuid()), async value => {
			const told = async (planted: Planted, flags: LearnFlags) => {
				try {
					return (await learnFrom(searchWith(planted), {path, flags})).told;
				} catch (error) {
					if (!(error instanceof ExportError)) throw error;
					return `${error.message}\n${error.hint ?? ''}`;
				}
			};
			expect(await told({path: `/event/log/${value}/search`}, {})).not.toContain(value);
			expect(await told({path: `/${value}/list`, json: {[value]: value}, query: {token: value}}, {kind: 'event', pageAt: 'json.none'})).not.toContain(value);
			expect(await told({path: `/a/${value}/b`}, {items: 'nowhere'})).not.toContain(value);
		}), {numRuns: 6});
	});

	it('leave their places behind, named', async () => {
		const {report, profile} = await learnFrom(searchWith({json: {sign: 'abcdefghijkl', device: '0123456789abcdef0123456789abcdef', mail: 'a@example.com'}, headers: {'x-tt-token': 'abcdefghijkl', 'x-lang': 'zh', 'accept-language': 'zh-CN'}}));
		expect(report).toContain('json.sign is left out: its name is that of a secret');
		expect(report).toContain('json.device is left out: it looks like a secret');
		expect(report).toContain('json.mail is left out: it names a person');
		expect(report).toContain('header.x-tt-token is left out');
		expect(profile.searches.event?.request).toMatchObject({headers: {'x-lang': 'zh', 'accept-language': 'zh-CN'}, json: {app_id: '{app_id}', start: '{since}', end: '{until}', page: '{page}', size: '{page_size}'}});
	});

	it('do not make ordinary constants disappear', async () => {
		const constants = {lang: 'zh_CN', order: 'desc', log_type: 2, verbose: true, columns: ['id', 'event_type', 'push_time_in_milliseconds'], view: 'developer-console/log-search/event', version: 'v2.13.0', api: 'open-apis/security_and_compliance/v1/openapi_logs/list_data'};
		const {profile} = await learnFrom(searchWith({json: constants, cookies: {sid: 'fedcba9876543210fedcba9876543210', theme: 'dark'}}));
		expect(profile.searches.event?.request.json).toMatchObject(constants);
	});

	it('in the path stop the search, unless they are the app', async () => {
		const id = '5f3a9c2b7d1e4f60a8b9c0d1e2f3a4b5';
		const entries = searchWith({path: `/project/${id}/tenant/${id.toUpperCase()}/event/log`});
		await expect(learnFrom(entries)).rejects.toMatchObject({hint: expect.stringContaining('--app-id-at path.') as string});
		expect((await learnFrom(searchWith({path: `/project/${id}/event/log`, json: {app_id: undefined}}), {flags: {appIdAt: 'path.1'}})).profile.searches.event?.request.path).toBe('/project/{app_id}/event/log');
	});
});

describe('the session of a recording', () => {
	const token = '5eba7f6a0c1d2e3f5eba7f6a0c1d2e3f';

	it('is kept on demand, and described in the profile', async () => {
		const entries = searchWith({cookies: {sid: 'abc', swp_csrf: token}, headers: {'x-csrf-token': token}});
		const {session, profile} = await learnFrom(entries);
		expect(session).toEqual({cookie: `sid=abc; swp_csrf=${token}`, csrfToken: token});
		expect(profile.session).toEqual({csrf_header: 'x-csrf-token', csrf_cookie: 'swp_csrf'});
		expect(await learnFrom(entries, {keepSession: false})).not.toHaveProperty('session');
	});

	it('may be an Authorization header, and a CSRF token in the body', async () => {
		const {session, profile} = await learnFrom(searchWith({headers: {authorization: 'Bearer abc'}, json: {csrfToken: token}, cookies: {sid: 'abc'}}));
		expect(session).toEqual({cookie: 'sid=abc', csrfToken: token, authorization: 'Bearer abc'});
		expect(profile.session).toEqual({authorization: true});
		expect(profile.searches.event?.request.json).toMatchObject({csrfToken: '{csrf_token}'});
	});

	it('is said to be missing where browsers have left the cookies out', async () => {
		const {told, session} = await learnFrom(searchWith({headers: {'x-csrf-token': token}}));
		expect(session).toBeUndefined();
		expect(told).toContain(noSession);
	});

	it('is recognised where a header of another name repeats a cookie', async () => {
		const {profile} = await learnFrom(searchWith({cookies: {guard: token}, headers: {'x-guard-token': token}}));
		expect(profile.session).toEqual({csrf_header: 'x-guard-token', csrf_cookie: 'guard'});
	});
});

describe('what looks like a secret', () => {
	it.each(['token', 'accessToken', 'X-Auth', 'client_secret', 'msToken', 'X-Bogus', 'sessionid', 'sign', 'passwd'])('by name: %s', name => {
		expect(isSecretName(name)).toBe(true);
	});

	it.each(['author', 'design', 'signal', 'page', 'event_type', 'keyword', 'key', 'monkey', 'sid_type'.slice(4)])('not by name: %s', name => {
		expect(isSecretName(name)).toBe(false);
	});

	it.each(['im.message.receive_v1', '/open-apis/contact/v3/users/batch_get_id_by_department', 'com.larksuite.suite.android.debug.release2', 'YYYY-MM-DDTHH:mm:ss.SSSZ', 'application/vnd.api+json', 'this_is_a_rather_long_name_of_an_enumeration_value_2'])('not by value: %s', value => {
		expect(looksRandom(value)).toBe(false);
	});
});

describe('what a recording plants', () => {
	const planted = [
		'AKIAIOSFODNN7EXAMPLE', 'ghp_abcdefghijklmnopqrst0123', 'xoxb-1234567890-abcdef', 'ya29.abcdefghij0123456789abcd', 'sign in with Bearer abcdefgh-ijklm', 'password=hunter-two',
		'//host;jsessionid=abcdefg', 'sid=abcdefg', '-----BEGIN RSA PRIVATE KEY-----\nMIIB',
	];

	it.each(planted)('is taken for a secret wherever records and messages would be: %j', text => {
		expect(looksRandom(text)).toBe(true);
	});

	it.each(['passphrase', 'secret_key', 'encryptKey', 'x-passcode'])('is a secret by the name %s', name => {
		expect(isSecretName(name)).toBe(true);
	});

	it('stays out of the profile and the report, and forges no line of either', async () => {
		const json = Object.fromEntries(planted.map((text, index) => [`note${index}`, text]));
		const {told, report} = await learnFrom(searchWith({
			headers: {origin: `${origin}/;sid=abcdefg`},
			json: {...json, passphrase: 'correct horse', 'a\n  rows   forged': 'x', ['b\u202ec']: 'y', kept: 'z\u202e\u0007'},
		}), {keepSession: false});
		await expect(learnFrom(searchWith({path: '/api;jsessionid=abcdefg/event/log/search'}))).rejects.toThrow("path.0 of the search's URL looks like a secret");
		for (const text of [...planted, 'abcdefg', 'correct horse']) expect(told).not.toContain(text);
		expect(report).not.toMatch(/^ {2}rows {3}forged/m);
		expect(told).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
		expect(told).toContain(String.raw`z\u202e`);
	});
});
