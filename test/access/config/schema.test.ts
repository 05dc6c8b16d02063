import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {validateConfig} from '../../../src/access/config/schema.ts';
import {UsageError} from '../../../src/base/errors.ts';
import {sources} from '../../../src/sources/index.ts';

function problems(document: unknown): string {
	try {
		validateConfig(document, 'c.json');
	} catch (error) {
		if (error instanceof UsageError) return error.message;
		throw error;
	}
	return 'accepted';
}

const inFeishu = (section: unknown) => ({profiles: {production: {feishu: section}}});
const inTrae = (section: unknown) => ({profiles: {production: {trae: section}}});
const inSource = (section: unknown) => ({sources: {'feishu-openapi': section}});

describe('unknown keys name the nearest known one and their path', () => {
	it.each([
		[{default_profil: 'a'}, 'c.json: default_profil: unknown key, did you mean "default_profile"?'],
		[{profile: {}}, 'c.json: profile: unknown key, did you mean "profiles"?'],
		[{Sources: {}}, 'c.json: Sources: unknown key, did you mean "sources"?'],
		[{profiles: {production: {fieshu: {}}}}, 'c.json: profiles.production.fieshu: unknown key, did you mean "feishu"?'],
		[inFeishu({app_secert: 'x'}), 'c.json: profiles.production.feishu.app_secert: unknown key, did you mean "app_secret"?'],
		[inFeishu({appSecret: 'x'}), 'c.json: profiles.production.feishu.appSecret: unknown key, did you mean "app_secret"?'],
		[inTrae({acess_token: 'x'}), 'c.json: profiles.production.trae.acess_token: unknown key, did you mean "access_token"?'],
		[inTrae({app_secret: {evn: 'X'}}), 'c.json: profiles.production.trae.app_secret.evn: unknown key, did you mean "env"?'],
		[{sources: {'feishu-open-api': {}}}, 'c.json: sources.feishu-open-api: unknown key, did you mean "feishu-openapi"?'],
		[inSource({pagesize: 1}), 'c.json: sources.feishu-openapi.pagesize: unknown key, did you mean "page_size"?'],
	])('%j', (document, message) => {
		expect(problems(document)).toBe(message);
	});

	it('lists all keys when none is near', () => {
		expect(problems({alerts: {}})).toBe('c.json: alerts: unknown key, expected "default_profile", "profiles", "sources", "jobs"');
	});

	it('are refused even when they are names of the language', () => {
		const prototype: unknown = JSON.parse('{"__proto__": {}}');
		expect(problems(prototype)).toContain('c.json: __proto__: unknown key');
		expect(problems({profiles: prototype})).toContain('c.json: profiles.__proto__: expected a profile name');
		expect(problems(inFeishu(prototype))).toContain('profiles.production.feishu.__proto__: unknown key');
		expect(problems({constructor: {}, toString: 'x'})).toMatch(/constructor: unknown key[\s\S]*toString: unknown key/);
	});

	it('are all reported, one per line', () => {
		expect(problems({...inFeishu({hots: 'lark', app_ids: 'x'}), surces: {}}).split('\n')).toHaveLength(3);
	});
});

describe('every mistake names file, path and what is expected', () => {
	it.each([
		[[], 'the file: expected object'],
		['text', 'the file: expected object'],
		[null, 'the file: expected object'],
		[{profiles: []}, 'profiles: expected record'],
		[{profiles: {'a b': {}}}, 'profiles["a b"]: expected a profile name'],
		[{profiles: {a: null}}, 'profiles.a: expected object'],
		[{profiles: {a: {}}, default_profile: 'b'}, 'default_profile: expected the name of a profile in this file (a)'],
		[{default_profile: 'b'}, 'default_profile: expected the name of a profile in this file (it has none)'],
		[inFeishu({host: 'larc'}), 'profiles.production.feishu.host: expected one of "feishu"|"lark"'],
		[inFeishu({base_url: 'http://open.feishu.cn'}), 'feishu.base_url: plain http would send credentials in the clear'],
		[inFeishu({base_url: 'open.feishu.cn'}), 'feishu.base_url: expected a URL'],
		[inFeishu({app_id: 12_345}), 'feishu.app_id: expected a string or one of {"env": "NAME"}'],
		[inFeishu({app_secret: ''}), 'feishu.app_secret: expected a string that is not empty'],
		[inFeishu({app_secret: null}), 'feishu.app_secret: expected a string or one of'],
		[inFeishu({app_secret: {}}), 'feishu.app_secret: expected exactly one of {"env": "NAME"}'],
		[inFeishu({app_secret: {env: 'A', file: 'b'}}), 'feishu.app_secret: expected exactly one of'],
		[inFeishu({app_secret: {env: 5}}), 'feishu.app_secret.env: expected string, received number'],
		[inFeishu({app_secret: {command: 'pass show x'}}), 'feishu.app_secret.command: expected array, received string'],
		[inFeishu({app_secret: {command: []}}), 'feishu.app_secret.command: expected a program and its arguments'],
		[inFeishu({app_secret: {command: ['']}}), 'feishu.app_secret.command: expected the name of a program'],
		[inFeishu({app_secret: {command: ['pass', 5]}}), 'feishu.app_secret.command[1]: expected string'],
		[inTrae({token_path: 'auth/token'}), 'trae.token_path: expected a path that starts with one slash'],
		[inTrae({token_path: '//evil.example/token'}), 'trae.token_path: expected a path that starts with one slash'],
		[inSource({format: 'xml'}), 'sources.feishu-openapi.format: expected one of "ndjson"|"json"|"csv"|"table"'],
		[inSource({fields: 'id'}), 'fields: expected array'],
		[inSource({fields: []}), 'fields: expected at least one name'],
		[inSource({order: 'newest'}), 'order: expected one of "time"|"served"'],
		[inSource({page_size: 0}), 'page_size: expected a whole number from 1 on'],
		[inSource({page_size: '100'}), 'page_size: expected a whole number'],
		[inSource({page_size: 101}), "page_size: expected at most 100, the API's limit"],
		[inSource({window: '1 hour'}), 'window: expected a duration'],
		[inSource({window: '0s'}), 'window: expected a duration'],
		[{sources: {'trae-openapi': {window: '91d'}}}, "sources.trae-openapi.window: expected at most 90d, the API's limit"],
		[inSource({rate: '100'}), 'rate: expected requests per duration'],
		[inSource({rate: '0/1m'}), 'rate: expected requests per duration'],
		[inSource({rate: '100/soon'}), 'rate: expected requests per duration'],
		[inSource({concurrency: 1.5}), 'concurrency: expected a whole number'],
		[inSource({timeout: 30}), 'timeout: expected string, received number'],
		[inSource({retries: -1}), 'retries: expected a whole number from 0 on'],
		[inSource({redact: [5]}), 'redact[0]: expected string'],
		[inSource({timezone: 'Mars/Olympus'}), 'timezone: expected an IANA time zone'],
		[inSource({timezone: 'CST'}), 'an abbreviation may mean Asia/Shanghai, America/Chicago'],
	])('%j', (document, message) => {
		expect(problems(document)).toContain(message);
		expect(problems(document)).toMatch(/^c\.json: /);
	});

	it('keeps control characters of keys away from the terminal', () => {
		expect(problems({'\u001B[2J': 1})).toContain(String.raw`["\u001b[2J"]: unknown key`);
	});
});

describe('comments', () => {
	it('are taken in every object and count for nothing', () => {
		const document = {
			'//': 'a',
			profiles: {'//': ['a', 'b'], production: {'//': 'a', feishu: {'//': 'a', app_secret: {'//': 'a', env: 'X'}}}},
			sources: {'//': 'a', 'trae-openapi': {'//': []}},
		};
		const config = validateConfig(document, 'c.json');
		expect(Object.keys(config.profiles ?? {})).toEqual(['production']);
	});

	it.each([{'//': 5}, {profiles: {'//': {feishu: {}}}}, inSource({'//': [1]})])('are text and nothing else: %j', document => {
		expect(problems(document)).toContain('//');
	});
});

it('knows every source of the registry', () => {
	const document = {sources: Object.fromEntries(Object.keys(sources).map(name => [name, {retries: 3, rate: '5/1s'}]))};
	expect(validateConfig(document, 'c.json').sources).toEqual(document.sources);
});

it('never repeats a secret, whatever else is wrong around it', () => {
	const secret = 'S3CR3T-value';
	const mistakes = [
		inFeishu({app_secert: secret}), inFeishu({app_secret: [secret]}), inFeishu({app_secret: {evn: secret}}), inFeishu({app_secret: {env: {a: secret}}}),
		inFeishu({host: secret}), inFeishu({base_url: `https://user:${secret}@open.feishu.cn`}), inFeishu({base_url: `https://open.feishu.cn?token=${secret}`}),
		inFeishu({app_secret: {command: secret}}), inFeishu({app_secret: {env: 'A', file: secret}}), inTrae({token_path: secret}), inTrae(secret), {profiles: {a: secret}}, {profiles: secret}, secret,
		inSource({rate: secret, window: secret, timezone: secret, format: secret, page_size: secret, fields: secret}),
	];
	for (const document of mistakes) expect(problems(document)).not.toContain(secret);

	const value = fc.oneof(fc.constant(secret), fc.array(fc.constant(secret)), fc.dictionary(fc.constantFrom('env', 'file', 'command', 'x'), fc.constant(secret)));
	const keys = fc.constantFrom('host', 'base_url', 'app_id', 'app_secret', 'tenant_access_token', 'access_token', 'token_path', 'app_secert');
	fc.assert(fc.property(fc.dictionary(keys, value), fc.constantFrom(inFeishu, inTrae), (section, wrap) => {
		expect(problems(wrap(section))).not.toContain(secret);
	}));
});
