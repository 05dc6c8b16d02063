import {existsSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {requireBaseUrl} from '../../../src/access/config/base-url.ts';
import {resolveConnection, type Connection} from '../../../src/access/config/connection.ts';
import type {LoadedConfig} from '../../../src/access/config/load.ts';
import type {ResolveConnectionOptions} from '../../../src/access/config/profile.ts';
import {validateConfig} from '../../../src/access/config/schema.ts';
import {UsageError} from '../../../src/base/errors.ts';
import {feishu} from '../../../src/sources/vendors/feishu.ts';
import {trae} from '../../../src/sources/vendors/trae.ts';
import {temporaryDirectory} from './temporary-directory.ts';

const noFile: LoadedConfig = {config: {}, path: undefined, isTrusted: false, warnings: []};

function fileWith(document: unknown, path = '/etc/c.json'): LoadedConfig {
	return {config: validateConfig(document, path), path, isTrusted: true, warnings: []};
}

function connect(options: Partial<ResolveConnectionOptions> = {}): Connection {
	return resolveConnection({vendor: feishu, config: noFile, env: {}, warn: () => undefined, ...options});
}

/** What the connection signs in with, and from where. */
async function credentials({appId, appSecret, accessToken}: Connection): Promise<Record<string, string>> {
	const found: Record<string, string> = {};
	if (appId) found['id'] = `${await appId()} from ${appId.origin}`;
	if (appSecret) found['secret'] = `${await appSecret()} from ${appSecret.origin}`;
	if (accessToken) found['token'] = `${await accessToken()} from ${accessToken.origin}`;
	return found;
}

const inProfile = (feishuSection: object, traeSection: object = {}) => fileWith({profiles: {production: {feishu: feishuSection, trae: traeSection}}});

const flagUrl = 'https://flag.example';

const envUrl = {TRAE_BASE_URL: 'https://env.example/'};

const fileUrl = 'https://file.example';

describe('the base URL', () => {
	it.each<[string, Partial<ResolveConnectionOptions>, string]>([
		['the default', {}, 'https://open.feishu.cn'],
		["the file's host", {config: inProfile({host: 'lark'})}, 'https://open.larksuite.com'],
		["the file's URL over its host", {config: inProfile({host: 'lark', base_url: fileUrl})}, fileUrl],
		["--host over the file's host", {host: 'feishu', config: inProfile({host: 'lark'})}, 'https://open.feishu.cn'],
		["--host over the file's URL", {host: 'lark', config: inProfile({base_url: fileUrl})}, 'https://open.larksuite.com'],
		['--base-url over --host', {host: 'lark', baseUrl: flagUrl}, flagUrl],
		["--base-url over the file's URL", {baseUrl: flagUrl, config: inProfile({base_url: fileUrl})}, flagUrl],
		['the default of another vendor', {vendor: trae}, 'https://console.enterprise.trae.cn'],
		['the environment', {vendor: trae, env: envUrl}, 'https://env.example'],
		['the environment over the file', {vendor: trae, env: envUrl, config: inProfile({}, {base_url: fileUrl})}, 'https://env.example'],
		['the file over an empty variable', {vendor: trae, env: {TRAE_BASE_URL: ''}, config: inProfile({}, {base_url: fileUrl})}, fileUrl],
		['--base-url over the environment', {vendor: trae, env: envUrl, baseUrl: flagUrl}, flagUrl],
		['--host over the environment', {vendor: trae, env: envUrl, host: 'trae'}, 'https://console.enterprise.trae.cn'],
		["nothing of another vendor's section", {config: inProfile({}, {base_url: fileUrl})}, 'https://open.feishu.cn'],
	])('is taken from %s', (_, options, expected) => {
		expect(connect(options).baseUrl).toBe(expected);
	});

	it.each([
		['https://host.example/', 'https://host.example'],
		['https://host.example/a/b//', 'https://host.example/a/b'],
		['HTTPS://Host.Example:8443', 'https://host.example:8443'],
		['http://localhost:8080', 'http://localhost:8080'],
		['http://127.0.0.1:1/', 'http://127.0.0.1:1'],
		['http://127.9.8.7', 'http://127.9.8.7'],
		['http://[::1]:3000/x', 'http://[::1]:3000/x'],
	])('%s becomes %s', (text, expected) => {
		expect(requireBaseUrl(text, '--base-url')).toBe(expected);
	});

	it.each([
		['http://open.feishu.cn', 'in the clear'],
		['http://127.0.0.1.example', 'in the clear'],
		['http://localhost.example', 'in the clear'],
		['http://10.0.0.1', 'in the clear'],
		['http://[::ffff:10.0.0.1]', 'in the clear'],
		['ftp://host.example', 'https://'],
		['file:///etc/passwd', 'https://'],
		['open.feishu.cn', 'expected a URL'],
		['', 'expected a URL'],
		['https://', 'expected a URL'],
		['https://host.example/a b', 'expected a URL'],
		[String.raw`https:\\host.example`, 'expected a URL'],
		['https://host.example\n', 'expected a URL'],
		['https://user:S3CR3T@host.example', 'credentials'],
		['https://S3CR3T@host.example', 'credentials'],
		['https://host.example?key=S3CR3T', 'query or fragment'],
		['https://host.example/?', 'query or fragment'],
		['https://host.example/#S3CR3T', 'query or fragment'],
	])('refuses %j without repeating it', (text, message) => {
		expect(() => connect({baseUrl: text})).toThrow(UsageError);
		expect(() => connect({baseUrl: text})).toThrow(`--base-url: `);
		expect(() => connect({baseUrl: text})).toThrow(message);
		expect(() => connect({baseUrl: text})).not.toThrow('S3CR3T');
		expect(() => connect({vendor: trae, env: {TRAE_BASE_URL: text || 'x'}})).toThrow('TRAE_BASE_URL: ');
	});

	it.each(['larc', '', 'constructor'])('--host %j is refused with the hosts there are', host => {
		expect(() => connect({host})).toThrow(`--host: "${host}" is not a host of Feishu / Lark`);
		expect(() => connect({host, baseUrl: flagUrl})).toThrow(expect.objectContaining({hint: 'write feishu or lark'}));
	});
});

describe('credentials', () => {
	const path = 'profiles.production.feishu';
	const file = inProfile({app_id: 'file-id', app_secret: 'file-secret'});
	const fileWithToken = inProfile({app_id: 'file-id', app_secret: 'file-secret', tenant_access_token: 'file-token'});
	const env = {FEISHU_APP_ID: 'env-id', FEISHU_APP_SECRET: 'env-secret'};
	const envToken = {FEISHU_TENANT_ACCESS_TOKEN: 'env-token'};
	const fromEnv = {id: 'env-id from environment variable FEISHU_APP_ID', secret: 'env-secret from environment variable FEISHU_APP_SECRET'};
	const fromFile = {id: `file-id from ${path}.app_id`, secret: `file-secret from ${path}.app_secret`};
	const tokenFromEnv = {token: 'env-token from environment variable FEISHU_TENANT_ACCESS_TOKEN'};
	const tokenFromFile = {token: `file-token from ${path}.tenant_access_token`};

	it.each<[string, Partial<ResolveConnectionOptions>, Record<string, string>]>([
		['nowhere', {}, {}],
		['the file', {config: file}, fromFile],
		['the file, with its token', {config: fileWithToken}, {...fromFile, ...tokenFromFile}],
		['the environment', {env}, fromEnv],
		['the environment over the file', {env, config: file}, fromEnv],
		['the environment per setting', {env: {FEISHU_APP_ID: 'env-id'}, config: file}, {...fromFile, id: fromEnv.id}],
		['the file where variables are empty', {env: {FEISHU_APP_ID: '', FEISHU_APP_SECRET: '', FEISHU_TENANT_ACCESS_TOKEN: ''}, config: fileWithToken}, {...fromFile, ...tokenFromFile}],
		['a token in the environment', {env: envToken}, tokenFromEnv],
		['a token in the environment that can be renewed', {env: {...env, ...envToken}}, {...fromEnv, ...tokenFromEnv}],
		["a token in the environment, never renewed as the file's app", {env: envToken, config: fileWithToken}, tokenFromEnv],
		["a secret in the environment rather than the file's token", {env, config: fileWithToken}, fromEnv],
		["no other vendor's variables", {env: {TRAE_APP_ID: 'x', TRAE_ACCESS_TOKEN: 'y'}}, {}],
	])('are taken from %s', async (_, options, expected) => {
		expect(await credentials(connect(options))).toEqual(expected);
	});

	it.each<[string, Partial<ResolveConnectionOptions>]>([
		['--profile', {profile: 'production'}],
		['AUDIT_EXPORT_PROFILE', {env: {AUDIT_EXPORT_PROFILE: 'production'}}],
	])('of a profile named by %s go before every variable, as one set', async (_, named) => {
		const variables = {...env, ...envToken, ...named.env};
		const ask = (section: Record<string, unknown>) => credentials(connect({...named, env: variables, config: inProfile(section)}));
		expect(await ask({app_id: 'file-id', app_secret: 'file-secret'})).toEqual(fromFile);
		expect(await ask({tenant_access_token: 'file-token'})).toEqual(tokenFromFile);
		expect(await ask({app_id: 'file-id'})).toEqual({id: fromFile.id});
		expect(await ask({app_id: {env: 'FEISHU_APP_ID'}})).toEqual({id: expect.stringMatching(/^env-id from profiles\.production\.feishu\.app_id/)});
	});

	it('of variables serve a named profile that brings none', async () => {
		expect(await credentials(connect({profile: 'production', env, config: inProfile({host: 'lark'})}))).toEqual(fromEnv);
	});

	it('of variables serve a named profile whose credentials are of another vendor', async () => {
		const config = inProfile({}, {app_id: 'i', app_secret: 's'});
		expect(await credentials(connect({profile: 'production', env, config}))).toEqual(fromEnv);
	});

	it("leave the place to a named profile's own base URL", () => {
		const config = inProfile({}, {base_url: 'https://own.example'});
		const place = {vendor: trae, env: {TRAE_BASE_URL: 'https://env.example'}, config};
		expect(connect({...place, profile: 'production'}).baseUrl).toBe('https://own.example');
		expect(connect(place).baseUrl).toBe('https://env.example');
	});

	it('of Trae have their own keys and variables', async () => {
		const config = inProfile({}, {app_id: 'i', app_secret: 's', access_token: 't'});
		expect(await credentials(connect({vendor: trae, config}))).toEqual({
			id: 'i from profiles.production.trae.app_id', secret: 's from profiles.production.trae.app_secret', token: 't from profiles.production.trae.access_token',
		});
		expect(await credentials(connect({vendor: trae, env: {TRAE_ACCESS_TOKEN: 't'}}))).toEqual({token: 't from environment variable TRAE_ACCESS_TOKEN'});
	});

	it('are read when they are called for, once', async () => {
		const directory = temporaryDirectory();
		const counter = join(directory.path, 'runs');
		const code = `require('node:fs').appendFileSync(${JSON.stringify(counter)}, 'x'); console.log(require('node:fs').readFileSync(${JSON.stringify(counter)}, 'utf8'))`;
		const secretFile = await directory.put('secret', 'from-file');
		const config = fileWith({profiles: {a: {feishu: {app_id: {file: 'secret'}, app_secret: {command: [process.execPath, '-e', code]}}}}}, join(directory.path, 'c.json'));
		const {appId, appSecret} = connect({config});
		expect(existsSync(counter)).toBe(false);
		expect([await appSecret?.(), await appSecret?.()]).toEqual(['x', 'x']);
		expect(await appId?.()).toBe('from-file');
		await rm(secretFile);
		expect(await appId?.()).toBe('from-file');
		expect(appSecret?.origin).toBe(`profiles.a.feishu.app_secret (output of ${JSON.stringify(process.execPath)})`);
	});

	it('never come from a command of a file that merely lay in the working directory', async () => {
		const config = {...inProfile({app_secret: {command: [process.execPath, '-e', 'console.log(1)']}}), isTrusted: false};
		await expect(connect({config}).appSecret?.()).rejects.toThrow('was not run');
	});
});

describe('the token endpoint', () => {
	it('is the vendor\'s unless the file names another', () => {
		expect(connect().exchangePath).toBe('/open-apis/auth/v3/tenant_access_token/internal');
		expect(connect({vendor: trae}).exchangePath).toBe('/openapi/v1/auth/token');
		expect(connect({vendor: trae, config: inProfile({}, {token_path: '/openapi/v1/auth/access_token'})}).exchangePath).toBe('/openapi/v1/auth/access_token');
	});
});

describe('profiles', () => {
	const profiles = {production: {feishu: {host: 'feishu'}}, overseas: {feishu: {host: 'lark'}}};
	const withDefault = fileWith({default_profile: 'production', profiles});
	const withoutDefault = fileWith({profiles});
	const env = {AUDIT_EXPORT_PROFILE: 'overseas'};

	it.each<[string, Partial<ResolveConnectionOptions>, string | undefined]>([
		['the default', {config: withDefault}, 'production'],
		['the environment over the default', {config: withDefault, env}, 'overseas'],
		['the flag over the environment', {config: withDefault, env, profile: 'production'}, 'production'],
		['the default over an empty variable', {config: withDefault, env: {AUDIT_EXPORT_PROFILE: ''}}, 'production'],
		['the only one', {config: inProfile({})}, 'production'],
		['none of several without a default', {config: withoutDefault}, undefined],
		['none without a file', {}, undefined],
	])('%s is used', (_, options, expected) => {
		const connection = connect(options);
		expect(connection.profile).toBe(expected);
		expect(connection.baseUrl).toBe(expected === 'overseas' ? 'https://open.larksuite.com' : 'https://open.feishu.cn');
	});

	it('that do not exist are refused with those that do', () => {
		const error = expect.objectContaining({name: 'UsageError', message: '--profile: "staging": /etc/c.json has no such profile', hint: 'known profiles: production, overseas'});
		expect(() => connect({config: withDefault, profile: 'staging'})).toThrow(error);
		expect(() => connect({config: withDefault, env: {AUDIT_EXPORT_PROFILE: 'toString'}})).toThrow('AUDIT_EXPORT_PROFILE: "toString": /etc/c.json has no such profile');
		expect(() => connect({config: withDefault, profile: ''})).toThrow('--profile: "":');
	});

	it('cannot be asked for without a file', () => {
		expect(() => connect({profile: 'staging'})).toThrow('--profile: "staging": there is no configuration file');
		expect(() => connect({env})).toThrow('AUDIT_EXPORT_PROFILE: "overseas": there is no configuration file');
	});
});
