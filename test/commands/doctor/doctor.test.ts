import {rmSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import type {Fetch} from '../../../src/base/context.ts';
import {sources} from '../../../src/sources/index.ts';
import {temporaryDirectory} from '../../access/config/temporary-directory.ts';
import {credentials, runCommand} from '../../helpers/context.ts';
import {fakeFeishu, fakeTrae, type Intervene} from '../../helpers/fake-api.ts';
import {VirtualClock} from '../../helpers/virtual-clock.ts';

interface Check {
	readonly source?: string;
	readonly check: string;
	readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
	readonly detail: string;
	readonly remedy?: string;
}

const scope = 'security_and_compliance:audit_log.openapi_log:readonly';
const unset = {FEISHU_APP_ID: '', FEISHU_APP_SECRET: '', TRAE_APP_ID: '', TRAE_APP_SECRET: ''};
const secrets = ['feishu-secret-value', 'trae-secret-value', 'file-secret-value', 'ready-made-token', 'proxy-password', 't-1', 'token-1'];

const answer = (body: unknown, init?: ResponseInit) => new Response(typeof body === 'string' ? body : JSON.stringify(body), init);
const always = (make: () => Response): Intervene => () => make();
const refuse = (code: number, rest: object = {}) => () => answer({code, msg: 'no', ...rest}, {status: 400});

/** Both vendors behind one fetch, by path. */
function bothApis(options: {intervene?: Intervene} = {}): Fetch {
	const [feishu, trae] = [fakeFeishu([], options), fakeTrae([], options)];
	return async (input, init) => {
		const {pathname} = new URL(input instanceof Request ? input.url : input);
		return (pathname.startsWith('/openapi/') ? trae : feishu).fetch(input, init);
	};
}

/** A fetch that fails the way the runtime's does. */
const failing = (code: string): Fetch => async () => {
	throw Object.assign(new TypeError('fetch failed'), {cause: Object.assign(new Error(code), {code})});
};

/** Answers of the fake APIs with a `Date`, `aheadMs` behind this machine's clock. */
function dated(clock: VirtualClock, aheadMs: number): Fetch {
	const inner = bothApis();
	return async (input, init) => {
		const response = await inner(input, init);
		response.headers.set('date', new Date(clock.now() - aheadMs).toUTCString());
		return response;
	};
}

/** Runs `doctor`, checks that no secret is shown in either format, and returns what the JSON one says. */
async function doctor(args: readonly string[], {fetch, ...options}: Omit<Parameters<typeof runCommand>[1], 'stdout'>) {
	const text = await runCommand(['doctor', ...args], {fetch, ...options});
	const json = await runCommand(['doctor', ...args, '--format', 'json'], {fetch, ...options});
	for (const shown of [text.stdout, text.stderr, json.stdout, json.stderr]) {
		for (const secret of secrets) expect(shown).not.toContain(secret);
	}
	expect(text.stderr).toBe('');
	expect(json.code).toBe(text.code);
	const {checks, exit_code: exitCode} = JSON.parse(json.stdout) as {checks: Check[]; exit_code: number};
	expect(exitCode).toBe(json.code);
	return {code: text.code, text: text.stdout, checks, failures: checks.filter(({status}) => status === 'failed')};
}

interface BrokenSetUp {
	readonly what: string;
	readonly args?: readonly string[];
	readonly env?: Record<string, string>;
	readonly fetch?: Fetch;
	readonly code: number;
	readonly check: string;
	readonly detail: RegExp;
	readonly remedy: RegExp;
}

const page = (status: number) => async () => answer('<!doctype html><title>Sign in</title>', {status, headers: {'content-type': 'text/html'}});

const broken: readonly BrokenSetUp[] = [
	{what: 'a missing secret', env: {FEISHU_APP_SECRET: ''}, code: 3, check: 'credentials', detail: /app secret is not set/, remedy: /set FEISHU_APP_ID and FEISHU_APP_SECRET/},
	{what: 'no credentials for a source that was named', env: unset, code: 3, check: 'credentials', detail: /app id and app secret are not set/, remedy: /set FEISHU_APP_ID and FEISHU_APP_SECRET/},
	{
		what: 'a wrong app secret', fetch: async () => answer({code: 10_015, msg: 'app secret invalid'}),
		code: 3, check: 'token', detail: /code 10015, the app id or app secret is wrong/, remedy: /check FEISHU_APP_ID and FEISHU_APP_SECRET/,
	},
	{
		what: 'a missing scope that the answer names',
		fetch: bothApis({intervene: always(refuse(99_991_672, {error: {permission_violations: [{subject: scope, url: 'https://open.feishu.cn/app/cli_test/auth'}]}}))}),
		code: 3, check: 'access', detail: /code 99991672, a scope is missing/, remedy: new RegExp(`grant ${scope} at https://open.feishu.cn/app/cli_test/auth`),
	},
	{
		what: 'a missing scope that the answer does not name', fetch: bothApis({intervene: always(refuse(99_991_672))}),
		code: 3, check: 'access', detail: /a scope is missing/, remedy: new RegExp(`needed scope: ${scope}; grant .* publish a version`),
	},
	{
		what: 'an address that is not on the allow-list', fetch: bothApis({intervene: always(refuse(99_991_401))}),
		code: 3, check: 'access', detail: /not on the app's allow-list/, remedy: /add this machine's public address to the app's IP allow-list/,
	},
	{
		what: 'a disabled app', fetch: bothApis({intervene: always(refuse(99_991_662))}),
		code: 3, check: 'access', detail: /the app is disabled/, remedy: /ask the administrator to enable the app/,
	},
	{
		what: 'a ready-made token that has expired', env: {...unset, FEISHU_TENANT_ACCESS_TOKEN: 'ready-made-token'}, fetch: bothApis({intervene: always(refuse(99_991_663))}),
		code: 3, check: 'access', detail: /token is invalid or expired/, remedy: /set a fresh token/,
	},
	{what: 'a web page in place of the API', fetch: page(200), code: 1, check: 'token', detail: /no readable JSON \(HTTP 200\)/, remedy: /check --base-url .* does not look like the API/},
	{what: 'a web server that is not the API', fetch: page(404), code: 1, check: 'token', detail: /no readable JSON \(HTTP 404\)/, remedy: /check --base-url .* does not look like the API/},
	{
		what: 'a redirect', fetch: async () => new Response(null, {status: 302, headers: {location: 'https://login.example/'}}),
		code: 1, check: 'token', detail: /redirect, which is not followed/, remedy: /check --base-url/,
	},
	{what: 'a refused connection', fetch: failing('ECONNREFUSED'), code: 4, check: 'token', detail: /connection refused \(ECONNREFUSED\)/, remedy: /nothing listens there: check the host and port of --base-url/},
	{what: 'an unknown host', fetch: failing('ENOTFOUND'), code: 4, check: 'token', detail: /host name not found/, remedy: /check the spelling of the host .* DNS .* HTTPS_PROXY/},
	{what: 'no way to the host', fetch: failing('UND_ERR_CONNECT_TIMEOUT'), code: 4, check: 'token', detail: /connection timed out/, remedy: /firewall.* set HTTPS_PROXY/},
	{what: 'a self-signed certificate', fetch: failing('SELF_SIGNED_CERT_IN_CHAIN'), code: 4, check: 'token', detail: /certificate is not trusted/, remedy: /NODE_EXTRA_CA_CERTS=/},
	{what: 'a certificate of the future', fetch: failing('CERT_NOT_YET_VALID'), code: 4, check: 'token', detail: /not valid yet/, remedy: /clock/},
	{what: 'plain http where TLS is spoken to', fetch: failing('ERR_SSL_WRONG_VERSION_NUMBER'), code: 4, check: 'token', detail: /no TLS connection/, remedy: /scheme and port of --base-url/},
	{what: 'an unusable base URL', args: ['--base-url', 'http://api.example'], code: 2, check: 'connection', detail: /plain http/, remedy: /write https:/},
	{what: 'an unusable proxy', env: {HTTPS_PROXY: 'http://user:proxy-password@:x'}, code: 2, check: 'proxy', detail: /not the URL of a proxy/, remedy: /write http:\/\/host:port/},
	{what: 'an unknown profile', args: ['--profile', 'production'], code: 2, check: 'profile', detail: /"production": there is no configuration file/, remedy: /config\.example\.json/},
	{what: 'a configuration that does not exist', args: ['--config', 'nowhere.json'], code: 2, check: 'configuration', detail: /no file nowhere\.json/, remedy: /check the path/},
	{
		what: 'a refusal for rate that asks for minutes', fetch: bothApis({intervene: always(() => answer({code: 99_991_400}, {status: 429, headers: {'x-ogw-ratelimit-reset': '60'}}))}),
		code: 1, check: 'request', detail: /too many requests/, remedy: /another program uses the same app/,
	},
];

describe('a broken set-up', () => {
	it.each(broken)('of $what fails with what to do', async ({args = [], env = {}, fetch = bothApis(), code, check, detail, remedy}) => {
		const result = await doctor(['feishu-openapi', ...args], {fetch, env});
		expect(result.code).toBe(code);
		expect(result.failures).toEqual([expect.objectContaining({check, detail: expect.stringMatching(detail), remedy: expect.stringMatching(remedy)})]);
		expect(result.text).toMatch(new RegExp(`^✗ ${check} .*${detail.source}`, 'm'));
		expect(result.text).toMatch(new RegExp(`^ +→ .*${remedy.source}`, 'm'));
		// Nothing is examined that builds on what failed.
		expect(result.checks.at(-1)?.status).toBe('failed');
	});

	it('of a secret file that cannot be read names the file and the setting', async () => {
		const {path, put} = temporaryDirectory();
		await put('audit-export.config.json', {profiles: {main: {feishu: {app_id: 'cli_x', app_secret: {file: 'absent.txt'}}}}});
		const {code, failures} = await doctor(['feishu-openapi'], {fetch: bothApis(), env: unset, cwd: path});
		expect(code).toBe(3);
		expect(failures).toMatchObject([{check: 'credentials', detail: 'profiles.main.feishu.app_secret (file absent.txt) cannot be read (ENOENT)', remedy: expect.stringContaining('check the path')}]);
	});

	it('of a command in a configuration that was merely found says how to allow it', async () => {
		const {path, put} = temporaryDirectory();
		await put('audit-export.config.json', {profiles: {main: {feishu: {app_id: 'cli_x', app_secret: {command: ['false', 'file-secret-value']}}}}});
		const {code, failures} = await doctor(['feishu-openapi'], {fetch: bothApis(), env: unset, cwd: path});
		expect(code).toBe(3);
		expect(failures).toMatchObject([{check: 'credentials', remedy: expect.stringContaining('--config')}]);
	});

	it('of a misspelt key in the configuration names the file and the nearest key, and ends there', async () => {
		const {path, put} = temporaryDirectory();
		const file = await put('audit-export.config.json', {profiles: {main: {feishu: {app_secrte: 'file-secret-value', app_idd: 'x'}}}});
		const {code, checks, text} = await doctor([], {fetch: bothApis(), cwd: path});
		expect(code).toBe(2);
		expect(checks).toEqual([{check: 'configuration', status: 'failed', detail: expect.stringContaining(`${file}: profiles.main.feishu.app_secrte: unknown key, did you mean "app_secret"?\n`), remedy: expect.stringContaining('config.example.json')}]);
		expect(text).toMatch(/^ +\S.*app_idd: unknown key, did you mean "app_id"\?$/m);
	});

	it('of a profile that the file lacks lists those it has', async () => {
		const {path, put} = temporaryDirectory();
		await put('audit-export.config.json', {profiles: {main: {}, other: {}}});
		const {code, failures} = await doctor(['--profile', 'mian'], {fetch: bothApis(), cwd: path});
		expect(code).toBe(2);
		expect(failures).toMatchObject([{check: 'profile', remedy: 'known profiles: main, other'}]);
	});
});

describe('a set-up that works', () => {
	it('passes every check with two requests a source, the smallest there are', async () => {
		const feishu = fakeFeishu([]);
		const {code, stdout} = await runCommand(['doctor', 'feishu-openapi'], {fetch: feishu.fetch});
		expect(code).toBe(0);
		expect(stdout).toBe(`– configuration  no file; environment variables and defaults only
– profile        none is defined

feishu-openapi
✓ connection     https://open.feishu.cn
– proxy          none is set, hosts are reached directly
✓ credentials    app id from environment variable FEISHU_APP_ID, app secret from environment variable FEISHU_APP_SECRET
✓ token          issued by /open-apis/auth/v3/tenant_access_token/internal
✓ request        POST /open-apis/security_and_compliance/v1/openapi_logs/list_data answers
– clock          the server does not tell its time
✓ access         has the permission ${scope}
`);
		expect(feishu.exchanges).toHaveLength(1);
		const now = new VirtualClock().now() / 1000;
		expect(feishu.seen.map(({parameters}) => parameters)).toEqual([{start_time: now - 61, end_time: now, page_size: 1}]);
	});

	it('is examined for every source when none is named', async () => {
		const {code, checks} = await doctor([], {fetch: bothApis()});
		expect(code).toBe(0);
		expect(new Set(checks.map(({source}) => source))).toEqual(new Set([undefined, ...Object.keys(sources)]));
	});

	it('names the configuration, the profile and the secret file in use', async () => {
		const {path, put} = temporaryDirectory();
		await put('secret.txt', 'file-secret-value\n');
		const file = await put('audit-export.config.json', {default_profile: 'main', profiles: {main: {feishu: {host: 'lark', app_id: 'cli_x', app_secret: {file: 'secret.txt'}}}, other: {}}});
		const {code, checks} = await doctor(['feishu-openapi'], {fetch: bothApis(), env: unset, cwd: path});
		expect(code).toBe(0);
		expect(checks.slice(0, 3).map(({detail}) => detail)).toEqual([file, 'main', 'https://open.larksuite.com']);
		expect(checks.find(({check}) => check === 'credentials')?.detail).toContain('app secret from profiles.main.feishu.app_secret (file secret.txt)');
	});

	it('names a profile that was named for all credentials, and the variables that are then not used', async () => {
		const {path, put} = temporaryDirectory();
		await put('audit-export.config.json', {default_profile: 'main', profiles: {main: {feishu: {app_id: 'cli_x', app_secret: 'file-secret-value'}}}});
		const detailOf = async (...flags: string[]) => (await doctor(['feishu-openapi', ...flags], {fetch: bothApis(), cwd: path})).checks.find(({check}) => check === 'credentials')?.detail;
		expect(await detailOf()).toBe('app id from environment variable FEISHU_APP_ID, app secret from environment variable FEISHU_APP_SECRET');
		expect(await detailOf('--profile', 'main')).toBe('app id from profiles.main.feishu.app_id, app secret from profiles.main.feishu.app_secret; not used, since the profile was named: FEISHU_APP_ID, FEISHU_APP_SECRET');
	});

	it.each([
		{what: 'alone', env: {}, status: 'warning', remedy: /^give the profile an "account" of any name, or set the app id, too/},
		{what: 'beside the app id', env: {FEISHU_APP_ID: 'cli_test'}, status: 'ok', remedy: /^undefined$/},
	])('is told how to pin the account of a ready-made token: $what', async ({env, status, remedy}) => {
		const {code, checks} = await doctor(['feishu-openapi'], {fetch: bothApis(), env: {...unset, FEISHU_TENANT_ACCESS_TOKEN: 'ready-made-token', ...env}});
		expect(code).toBe(0);
		const found = checks.find(({check}) => check === 'credentials');
		expect(found?.status).toBe(status);
		expect(String(found?.remedy)).toMatch(remedy);
	});

	it('is warned about a secret file that others can read, and passes', async () => {
		const {path, put} = temporaryDirectory();
		await put('secret.txt', 'file-secret-value', 0o644);
		await put('audit-export.config.json', {profiles: {main: {feishu: {app_id: 'cli_x', app_secret: {file: 'secret.txt'}}}}});
		const {code, checks, text} = await doctor(['feishu-openapi'], {fetch: bothApis(), env: unset, cwd: path});
		expect(code).toBe(0);
		expect(checks.find(({check}) => check === 'credentials')).toMatchObject({status: 'warning', detail: expect.stringContaining('can be read by other users'), remedy: expect.stringContaining('chmod 600')});
		expect(text).toMatch(/^✓ credentials +warning: .*secret\.txt/m);
	});

	it('is warned about a configuration with a secret that others can read', async () => {
		const {path, put} = temporaryDirectory();
		const file = await put('audit-export.config.json', {profiles: {main: {feishu: {app_id: 'cli_x', app_secret: 'file-secret-value'}}}}, 0o644);
		const {code, checks} = await doctor(['feishu-openapi'], {fetch: bothApis(), env: unset, cwd: path});
		expect(code).toBe(0);
		expect(checks[0]).toMatchObject({check: 'configuration', status: 'warning', remedy: expect.stringContaining(`chmod 600 ${file}`)});
	});

	it('reads the secrets of a vendor once for all its sources', async () => {
		const {path, put} = temporaryDirectory();
		const file = await put('secret.txt', 'file-secret-value');
		const config = await put('own.json', {profiles: {main: {feishu: {app_id: 'cli_x', app_secret: {file}}}}});
		let asked = 0;
		const api = bothApis();
		const {code} = await runCommand(['doctor', 'feishu-openapi', 'feishu-openapi', '--config', config], {
			cwd: path, env: unset,
			fetch: async (...args) => {
				if (asked++ === 0) rmSync(file);
				return api(...args);
			},
		});
		expect(code).toBe(0);
		expect(asked).toBe(2);
	});
});

it('warns of a ready-made token that had to be replaced', async () => {
	const {code, checks} = await doctor(['feishu-openapi'], {
		env: {FEISHU_TENANT_ACCESS_TOKEN: 'ready-made-token'},
		fetch: bothApis({intervene: ({authorization}) => authorization === 'Bearer ready-made-token' ? refuse(99_991_663)() : undefined}),
	});
	expect(code).toBe(0);
	expect(checks.at(-1)).toMatchObject({check: 'access', status: 'warning', remedy: 'renew or remove environment variable FEISHU_TENANT_ACCESS_TOKEN'});
});

describe('a source without credentials', () => {
	const env = {TRAE_APP_ID: '', TRAE_APP_SECRET: ''};

	it('is left out when no source was named', async () => {
		const {code, checks, text} = await doctor([], {fetch: bothApis(), env});
		expect(code).toBe(0);
		expect(checks.findLast(({source}) => source === 'trae-openapi')).toMatchObject({check: 'credentials', status: 'skipped', remedy: expect.stringContaining('TRAE_APP_ID')});
		expect(text).toMatch(/^– credentials +not configured$/m);
	});

	it('fails when it was named', async () => {
		const {code, failures} = await doctor(['trae-openapi'], {fetch: bothApis(), env});
		expect(code).toBe(3);
		expect(failures).toMatchObject([{source: 'trae-openapi', check: 'credentials', remedy: expect.stringContaining('TRAE_APP_ID')}]);
	});

	it('fails when no other has any either', async () => {
		const {code, checks} = await doctor([], {fetch: bothApis(), env: unset});
		expect(code).toBe(3);
		expect(checks.at(-1)).toEqual({check: 'credentials', status: 'failed', detail: 'no source has credentials', remedy: expect.stringContaining('environment variables')});
	});
});

describe('the clock', () => {
	it.each([
		[0, 'ok', 0, /within 5s/], [4000, 'ok', 0, /within 5s/], [-4000, 'ok', 0, /within 5s/],
		[5000, 'warning', 0, /[45]s ahead of/], [-5000, 'warning', 0, /5s behind/],
		[30_000, 'warning', 0, /(?:29|30)s ahead of/], [-30_000, 'warning', 0, /30s behind/],
		[3_600_000, 'failed', 2, /(?:3599s|1h) ahead of/], [-90_000, 'failed', 2, /90s behind/],
	] as const)('of a machine %i ms ahead is judged %s, exit code %i', async (aheadMs, status, code, detail) => {
		const clock = new VirtualClock();
		const result = await doctor(['feishu-openapi'], {fetch: dated(clock, aheadMs), clock});
		expect(result.code).toBe(code);
		const found = result.checks.find(({check}) => check === 'clock');
		expect(found).toMatchObject({status, detail: expect.stringMatching(detail)});
		if (status !== 'ok') expect(found?.remedy).toMatch(/NTP/);
		// The rest is examined all the same.
		expect(result.checks.at(-1)).toMatchObject({check: 'access', status: 'ok'});
	});

	it('is not blamed for a slow answer', async () => {
		const clock = new VirtualClock();
		const api = bothApis();
		const {checks} = await doctor(['feishu-openapi'], {clock, async fetch(input, init) {
			const date = new Date(clock.now()).toUTCString();
			await clock.sleep(8000);
			const response = await api(input, init);
			response.headers.set('date', date);
			return response;
		}});
		expect(checks.find(({check}) => check === 'clock')).toMatchObject({status: 'ok'});
	});
});

describe('the options', () => {
	it('judge every source on its own, with the exit code of the first failure', async () => {
		const {code, failures} = await doctor(['feishu-openapi', 'trae-openapi'], {fetch: bothApis({intervene: seen => seen.path.includes('security') ? undefined : answer({code: 30_017}, {status: 403})})});
		expect(code).toBe(3);
		expect(failures).toMatchObject([{source: 'trae-openapi', check: 'access', remedy: expect.stringContaining('audit')}]);
		const network = failing('ECONNREFUSED');
		const mixed = await doctor(['feishu-openapi', 'trae-openapi'], {fetch: async (input, init) => new URL(input instanceof Request ? input.url : input).pathname.includes('openapi/v1') ? answer({code: 1001}) : network(input, init)});
		expect(mixed.code).toBe(4);
		expect(mixed.failures.map(({check}) => check)).toEqual(['token', 'token']);
	});

	it('try once more by default, and as often as --retries says', async () => {
		for (const [args, attempts] of [[[], 2], [['--retries', '0'], 1], [['--retries', '3'], 4]] as const) {
			let asked = 0;
			await runCommand(['doctor', 'feishu-openapi', ...args], {fetch: async (input, init) => {
				asked++;
				return failing('ECONNRESET')(input, init);
			}});
			expect(asked).toBe(attempts);
		}
	});

	it('send everything to --base-url, and --host to the vendors that have it', async () => {
		const {checks} = await doctor(['feishu-openapi', 'trae-openapi', '--base-url', 'http://127.0.0.1:8787/'], {fetch: bothApis()});
		expect(checks.filter(({check}) => check === 'connection').map(({detail}) => detail)).toEqual(['http://127.0.0.1:8787', 'http://127.0.0.1:8787']);
		const lark = await doctor(['--host', 'lark'], {fetch: bothApis()});
		const hostOf = (name: string) => lark.checks.find(({source, check}) => source === name && check === 'connection')?.detail;
		expect(['feishu-openapi', 'trae-openapi'].map(hostOf)).toEqual(['https://open.larksuite.com', 'https://console.enterprise.trae.cn']);
	});

	it.each([
		[['nowhere'], /"nowhere" is not a source/], [['--format', 'xml'], /--format/], [['--timeout', 'soon'], /--timeout/],
		[['--retries', '-1'], /--retries/], [['--host', 'moon'], /--host/], [['trae-openapi', '--host', 'lark'], /--host/],
	])('%j are refused before anything is asked', async (args, message) => {
		const {code, stdout, stderr} = await runCommand(['doctor', ...args], {fetch: failing('EUNEXPECTED')});
		expect(code).toBe(2);
		expect(stdout).toBe('');
		expect(stderr).toMatch(message);
	});
});

it('ends without a verdict when it is interrupted', async () => {
	const interruption = new AbortController();
	const {InterruptedError} = await import('../../../src/base/errors.ts');
	const {code, stdout} = await runCommand(['doctor'], {signal: interruption.signal, async fetch() {
		interruption.abort(new InterruptedError('SIGINT'));
		throw new TypeError('fetch failed');
	}});
	expect(code).toBe(130);
	expect(stdout).toBe('');
});

it('masks a secret that the server echoes', async () => {
	const {code, text} = await doctor(['feishu-openapi'], {fetch: async () => answer({code: 10_014, msg: `bad secret ${credentials.FEISHU_APP_SECRET}`})});
	expect(code).toBe(3);
	expect(text).toContain('bad secret ***');
});
