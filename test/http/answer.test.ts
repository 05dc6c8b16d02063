import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {judgeAnswer, verdictOfStatus, vendorJudge, type Asker, type Judgement} from '../../src/http/answer.ts';
import {Masker} from '../../src/json/secrets/masker.ts';
import {valueAt, wholeNumber} from '../../src/json/value.ts';
import {vendors, type VendorName} from '../../src/sources/vendors/index.ts';
import type {Verdict} from '../../src/sources/vendors/types.ts';

const now = Date.UTC(2026, 10, 20, 12);

function judge(vendor: VendorName, body: unknown, {status = 200, headers = {}, scope = 'the:scope', asker = {}}: {status?: number; headers?: Record<string, string>; scope?: string | null; asker?: Asker} = {}): Judgement {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	return judgeAnswer({status, headers: new Headers(headers), text}, {vendor: vendors[vendor], label: 'test: GET /path', asker: {scope: scope ?? undefined, ...asker}, now, mask: message => message});
}

/** The judgement of an answer that is no success. */
function refusal(...args: Parameters<typeof judge>) {
	const judgement = judge(...args);
	if (judgement.ok) throw new Error('judged a success');
	return judgement;
}

const anyStatus = [200, 400, 401, 403, 404, 429, 500, 502];

type Code = readonly [VendorName, number, Verdict, exitCode: number, says: RegExp, hint: RegExp];

const all = (codes: readonly number[], ...rest: [Verdict, number, RegExp, RegExp]): Code[] => codes.map(code => ['feishu', code, ...rest]);

/** Codes of the vendors' documents: what they ask of the client, the exit code when nothing helps, and the remedy. */
const codes: readonly Code[] = [
	...all([1_780_001, 1_781_001, 1_050_002, 1_050_008, 2200, 1500, 1642, 1663, 1668, 5000, 10_101, 10_500, 40_003, 40_006, 55_001, 95_001], 'retry', 1, /internal error/, /again later/),
	...all([99_991_400, 1_000_004, 1_000_005, 11_232, 11_233, 11_247, 90_217], 'rate-limited', 1, /too many requests/, /budget/),
	...all([99_991_403, 99_991_406], 'fail', 1, /quota/, /next month/),
	...all([99_991_663, 99_991_664, 99_991_665, 20_013], 'token', 3, /the access token is invalid or expired/, /fresh token/),
	...all([99_991_668, 99_991_677, 20_005], 'token', 3, /user access token is invalid or expired/, /fresh token/),
	...all([99_991_661], 'credentials', 3, /no access token/, /kind of token/),
	...all([99_991_671], 'credentials', 3, /kind of access token/, /kind of token/),
	...all([99_991_672], 'credentials', 3, /scope is missing/, /the:scope; grant it to the app/),
	...all([99_991_676], 'credentials', 3, /scope is missing from the access token/, /the:scope; grant it to the app/),
	...all([99_991_679], 'credentials', 3, /user has not granted it/, /sign in again/),
	...all([99_991_662], 'credentials', 3, /app is disabled/, /enable the app/),
	...all([99_991_673], 'credentials', 3, /cannot be used in this tenant/, /make the app available/),
	...all([99_991_543, 10_015], 'credentials', 3, /app id or app secret is wrong/, /check the app id and secret/),
	...all([10_003], 'credentials', 3, /invalid parameter/, /form cli_/),
	...all([10_005], 'credentials', 3, /not authorized for this tenant/, /approved in this tenant/),
	...all([10_012], 'credentials', 3, /no such app/, /check the app id/),
	...all([10_013], 'credentials', 3, /no access token could be had/, /installed and enabled/),
	...all([10_014], 'credentials', 3, /app cannot be used/, /is it disabled/),
	...all([11_207], 'credentials', 3, /not installed/, /to install it/),
	...all([11_209], 'credentials', 3, /is disabled/, /to enable it/),
	...all([11_210], 'credentials', 3, /not available/, /make it available/),
	...all([20_009], 'credentials', 3, /not installed/, /have it approved/),
	...all([99_991_401], 'credentials', 3, /allow-list/, /public address/),
	...all([9499, 10_001, 20_001, 99_992_402, 99_991_201, 99_991_301, 1_780_103, 1_781_000, 2_320_001, 1_050_004, 1_050_011, 1_050_012, 1_050_019], 'fail', 1, /parameter is not accepted/, /check the filters, --page-size and the time range; --dry-run/),
	...all([1_050_001], 'fail', 1, /time range/, /30 days.*180 days.*--since/),
	...all([1_050_005], 'fail', 1, /page size/, /--page-size/),
	...all([1_050_006], 'fail', 1, /page token/, /run the same command again/),
	...all([1_050_007], 'fail', 1, /no such event/, /--event-name/),
	...all([1_050_009], 'fail', 1, /no such operator/, /--operator/),
	['trae', 1001, 'credentials', 3, /app id or app secret is wrong/, /check the app id and secret/],
	['trae', 1002, 'token', 3, /token is invalid or expired/, /fresh token/],
	['trae', 2001, 'retry', 1, /internal error/, /again later/],
	['trae', 4001, 'fail', 1, /parameter/, /check the filters/],
	['trae', 30_017, 'credentials', 3, /permission/, /"audit"/],
	['trae', 64_290, 'rate-limited', 1, /too many requests/, /budget/],
];

it.each(codes)('judges %s code %i as %s, exit code %i, on every HTTP status', (vendor, code, verdict, exitCode, says, hint) => {
	for (const status of anyStatus) {
		for (const written of [code, String(code)]) {
			const judgement = refusal(vendor, {code: written}, {status});
			expect(judgement.verdict).toBe(verdict);
			expect(judgement.error.exitCode).toBe(exitCode);
			expect(judgement.error.message).toMatch(says);
			expect(judgement.error.message).toContain(`code ${code}`);
			expect(judgement.error.hint).toMatch(hint);
			expect(judgement).not.toHaveProperty('unknownCode');
		}
	}
});

it('knows every code of the vendor definitions', () => {
	const known = Object.values(vendors).flatMap(({name, errors}) => Object.keys(errors).map(code => `${name} ${code}`));
	expect(codes.map(([vendor, code]) => `${vendor} ${code}`).toSorted()).toEqual(known.toSorted());
});

describe('an answer without a known code', () => {
	it.each<readonly [number, Verdict, number]>([
		[400, 'fail', 1], [404, 'fail', 1], [401, 'token', 3], [403, 'credentials', 3], [408, 'retry', 1], [429, 'rate-limited', 1],
		[500, 'retry', 1], [502, 'retry', 1], [503, 'retry', 1], [504, 'retry', 1], [302, 'fail', 1],
	])('is judged by HTTP %i: %s, exit code %i', (status, verdict, exitCode) => {
		for (const body of ['', '<html>', '{}', {code: 424_242, msg: 'new'}]) {
			const judgement = refusal('feishu', body, {status});
			expect(judgement.verdict).toBe(verdict);
			expect(judgement.error.exitCode).toBe(exitCode);
			expect(judgement.error.message).toContain(`HTTP ${status}`);
		}
	});

	it('on HTTP 200 is tried again when it is no answer of the API, and final when it is one', () => {
		for (const body of ['', '<html>', '{"code":0,"data":{"it', '[]', '{"data":{}}', '{"code":null}']) expect(refusal('feishu', body).verdict).toBe('retry');
		for (const body of [{code: 424_242}, {code: -1}]) expect(refusal('feishu', body).verdict).toBe('fail');
	});
});

describe('a success', () => {
	it('is code 0, also as a string, on a status of the 200s', () => {
		expect(judge('feishu', {code: 0, data: 1})).toEqual({ok: true, body: {code: 0, data: 1}});
		expect(judge('trae', {code: '0'}, {status: 201}).ok).toBe(true);
	});

	it('is never what the message or the status alone say', () => {
		expect(judge('feishu', {code: 1_780_001, msg: 'success'}).ok).toBe(false);
		expect(judge('feishu', {msg: 'success'}).ok).toBe(false);
		expect(judge('feishu', {code: 0}, {status: 500}).ok).toBe(false);
		expect(judge('feishu', {code: 0}, {status: 302}).ok).toBe(false);
		expect(judge('feishu', '{"__proto__":{"code":0}}').ok).toBe(false);
	});
});

describe('the wait that a refusal asks for', () => {
	const waitOf = (vendor: VendorName, headers: Record<string, string>) => refusal(vendor, {code: vendor === 'feishu' ? 99_991_400 : 64_290}, {status: 429, headers}).waitMs;

	it.each<readonly [VendorName, Record<string, string>, number | undefined]>([
		['feishu', {'x-ogw-ratelimit-reset': '7'}, 7000],
		['feishu', {'x-ogw-ratelimit-reset': '0'}, 0],
		['feishu', {'x-ogw-ratelimit-reset': ' 1.2 '}, 1200],
		['feishu', {'x-ogw-ratelimit-reset': '1.25'}, 1250],
		['feishu', {'x-ogw-ratelimit-reset': '0.0001'}, 1],
		['feishu', {'x-ogw-ratelimit-reset': '12s', 'retry-after': '3'}, 3000],
		['feishu', {'retry-after': ''}, undefined],
		['feishu', {'x-ogw-ratelimit-reset': '1000000000'}, 1e12],
		['feishu', {'x-ogw-ratelimit-reset': '7', 'retry-after': '30'}, 7000],
		['feishu', {'x-ogw-ratelimit-reset': '', 'retry-after': '30'}, 30_000],
		['feishu', {'x-ogw-ratelimit-reset': 'soon', 'retry-after': '30'}, 30_000],
		['feishu', {}, undefined],
		['trae', {'retry-after': '2'}, 2000],
		['trae', {'retry-after': 'Fri, 20 Nov 2026 12:00:05 GMT'}, 5000],
		['trae', {'retry-after': 'Fri, 20 Nov 2026 11:00:00 GMT'}, 0],
		['trae', {'retry-after': 'later'}, undefined],
		['trae', {'retry-after': ' 2 '}, 2000],
		['trae', {'retry-after': 'in about 12'}, undefined],
		['trae', {'retry-after': '12 s'}, undefined],
		['trae', {'x-ogw-ratelimit-reset': '7'}, undefined],
	])('of %s with %j is %s ms', (vendor, headers, waitMs) => {
		expect(waitOf(vendor, headers)).toBe(waitMs);
	});

	it('counts for a failing server, too, and not for an answer that no waiting helps', () => {
		expect(refusal('feishu', '', {status: 503, headers: {'retry-after': '9'}}).waitMs).toBe(9000);
		expect(refusal('feishu', {code: 99_991_403}, {status: 429, headers: {'retry-after': '9'}})).not.toHaveProperty('waitMs');
	});
});

describe('the message', () => {
	it.each<readonly [VendorName, Record<string, string>, Record<string, unknown>, string | undefined]>([
		['feishu', {'x-tt-logid': 'T1', 'x-request-id': 'R1'}, {error: {log_id: 'L1'}}, 'T1'],
		['feishu', {'x-request-id': 'R1'}, {error: {log_id: 'L1'}}, 'R1'],
		['feishu', {}, {error: {log_id: 'L1'}}, 'L1'],
		['feishu', {}, {error: {logid: 'L2'}}, 'L2'],
		['trae', {'x-request-id': 'R1'}, {request_id: 'Q1'}, 'R1'],
		['trae', {}, {request_id: 'Q1'}, 'Q1'],
		['trae', {}, {request_id: 7}, undefined],
		['trae', {}, {request_id: ''}, undefined],
		['trae', {'x-request-id': ''}, {request_id: 'Q1'}, 'Q1'],
	])('of %s with headers %j and body %j names the trace id %s', (vendor, headers, body, trace) => {
		const {error} = refusal(vendor, {code: 4242, ...body}, {status: 400, headers});
		expect(error.message).toBe(`test: GET /path: unknown code 4242 (HTTP 400${trace === undefined ? '' : `, trace id ${trace}`})`);
	});

	it('quotes what the vendor says', () => {
		expect(refusal('feishu', {code: 4242, msg: 'no'}).error.message).toContain('unknown code 4242 "no" (HTTP 200)');
		expect(refusal('trae', {code: 4242, message: 'no'}).error.message).toContain('unknown code 4242 "no" (HTTP 200)');
	});

	it('and the hint are one line without control characters, and not endless, whatever the answer holds', () => {
		const wild = fc.string({unit: fc.oneof(fc.constantFrom('\n', '\r', '\u001B', '\u0007', '\u009B', '\u2028', '\u202E', '\u200B'), fc.string({unit: 'binary', minLength: 1, maxLength: 1})), maxLength: 400});
		fc.assert(fc.property(wild, wild, wild, fc.constantFrom(4242, 99_991_672), (message, trace, page, code) => {
			const body = {code, msg: message, error: {log_id: trace, permission_violations: [{subject: message, url: page}]}};
			const {error} = refusal('feishu', body, {status: 400});
			for (const text of [error.message, error.hint ?? '']) {
				expect(text).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
				expect(text.length).toBeLessThan(1000);
			}
		}));
	});

	it.each<readonly [unknown, number, string]>([
		['', 302, 'answered with a redirect, which is not followed (HTTP 302)'],
		['', 300, 'answered with a redirect, which is not followed (HTTP 300)'],
		['', 304, 'answered with no readable JSON (HTTP 304)'],
		['', 400, 'answered with no readable JSON (HTTP 400)'],
		[{data: 1}, 200, 'answered with JSON without a code (HTTP 200)'],
		[{code: 4242, msg: ''}, 200, 'unknown code 4242 (HTTP 200)'],
		[{code: 4242, msg: 7}, 200, 'unknown code 4242 (HTTP 200)'],
		[{code: 1_780_001, msg: 'no'}, 200, `code 1780001, ${vendors.feishu.errors[1_780_001]?.meaning} "no" (HTTP 200)`],
	])('of %j on HTTP %i is: %s', (body, status, message) => {
		expect(refusal('feishu', body, {status}).error.message).toBe(`test: GET /path: ${message}`);
	});

	it('names the code for programs, too', () => {
		expect(refusal('feishu', {code: 4242}).error).toMatchObject({vendorCode: 4242});
	});

	it('carries neither the body nor the query of what is no answer of the API', () => {
		expect(refusal('feishu', '<html>internal page</html>', {status: 502}).error.message).toBe('test: GET /path: answered with no readable JSON (HTTP 502)');
	});
});

it.each<readonly [number, Verdict, Verdict]>([
	[100, 'fail', 'fail'], [199, 'fail', 'fail'], [200, 'retry', 'fail'], [299, 'retry', 'fail'], [300, 'fail', 'fail'], [400, 'fail', 'fail'], [401, 'token', 'token'], [402, 'fail', 'fail'],
	[403, 'credentials', 'credentials'], [407, 'fail', 'fail'], [408, 'retry', 'retry'], [429, 'rate-limited', 'rate-limited'], [499, 'fail', 'fail'], [500, 'retry', 'retry'], [599, 'retry', 'retry'],
])('judges HTTP %i as %s without a code, as %s with one that is unknown', (status, without, withOne) => {
	expect(verdictOfStatus(status, undefined)).toBe(without);
	expect(verdictOfStatus(status, 4242)).toBe(withOne);
	expect(judge('feishu', {code: 0}, {status}).ok).toBe(status >= 200 && status < 300);
});

it('masks what it quotes before it is cut', () => {
	const masker = new Masker();
	masker.add('s3cr3t-value');
	const judgeFeishu = vendorJudge(vendors.feishu, {now: () => now, masker}, {scope: 'the:scope'});
	const judgement = judgeFeishu({status: 400, headers: new Headers({'x-tt-logid': 's3cr3t-value', 'x-ogw-ratelimit-reset': String(now / 1000 + 7)}), text: JSON.stringify({code: 99_991_400, msg: `${'x'.repeat(295)}s3cr3t-value`})}, 'test');
	if (judgement.ok) throw new Error('judged a success');
	expect(judgement.waitMs).toBe(7000);
	expect(judgement.error.message).toContain(`"${'x'.repeat(295)}***"`);
	expect(judgement.error.message).toContain('trace id ***');
	expect(judgement.error.message).not.toContain('s3cr');
	const missing = judgeFeishu({status: 403, headers: new Headers(), text: ''}, 'test');
	expect(missing).toMatchObject({error: {hint: 'the credentials need the permission the:scope'}});
});

describe('the hint', () => {
	it.each<readonly [string, unknown, Parameters<typeof judge>[2], string]>([
		['a refused token', '', {status: 401}, 'the token was refused; check the app id and secret, or set a fresh token'],
		['a permission that is missing', '', {status: 403}, 'the credentials need the permission the:scope'],
		['one that nobody can name', '', {status: 403, scope: null}, 'check the credentials and their permissions'],
		['too many requests', '', {status: 429}, 'another program may be using the same budget; lower --rate or run later'],
		['a success that is no answer', '<html>', {status: 200}, 'run the same command again; if it stays, check --base-url and the host setting: this does not look like the API, perhaps a sign-in page or a proxy answers in its place'],
		['a failing server', '', {status: 500}, 'this is a failure on the server side; run the same command again later'],
		['a failing server that gives a code', {code: 4242}, {status: 500}, 'this is a failure on the server side; run the same command again later'],
		['a code of an internal error on HTTP 200', {code: 1_780_001}, {status: 200}, 'this is a failure on the server side; run the same command again later'],
		['a redirect', '', {status: 300}, 'credentials never follow a redirect; check --base-url and the host setting'],
		['a redirect with a code', {code: 4242}, {status: 399}, 'credentials never follow a redirect; check --base-url and the host setting'],
		['the answer of a cache', '', {status: 304}, 'check --base-url and the host setting: this does not look like the API'],
		['a path that is not there', '', {status: 400}, 'check --base-url and the host setting: this does not look like the API'],
		['an unknown code', {code: 4242}, {status: 200}, "look the code up in the API's documentation; --dry-run shows the request"],
		['fields that are not accepted', {code: 99_992_402, error: {field_violations: [{field: 'page_size', description: 'max 100'}, {field: 'x'}, {description: 'odd'}, 'odd']}}, {asker: {optionFor: name => name === 'page_size' ? '--page-size' : undefined}}, 'the API does not accept --page-size (page_size) max 100, x; --dry-run shows the request'],
		['fields of an unknown code', {code: 4242, error: {field_violations: [{field: 'x', description: 'odd'}]}}, {status: 400}, 'the API does not accept x odd; --dry-run shows the request'],
		['a refused app', {code: 10_015}, {asker: {remedies: {app: 'check profiles.a.feishu.app_secret'}}}, 'check profiles.a.feishu.app_secret'],
		['a scope with a page to grant it', {code: 99_991_672}, {status: 400, asker: {scopePage: 'https://a.example/app'}}, `needed scope: the:scope; ${vendors.feishu.errors[99_991_672]?.hint}; see https://a.example/app`],
		['scopes listed without a page where one is known', {code: 1, error: {permission_violations: [{scope: 'a:b'}]}}, {status: 400, asker: {scopePage: 'https://a.example/app'}}, 'grant a:b at https://a.example/app'],
		['a scope that is missing', {code: 99_991_672}, {status: 400}, `needed scope: the:scope; ${vendors.feishu.errors[99_991_672]?.hint}`],
		['a scope that nobody can name', {code: 99_991_672}, {status: 400, scope: null}, vendors.feishu.errors[99_991_672]?.hint ?? ''],
		['credentials that no scope helps', {code: 99_991_662}, {status: 400}, vendors.feishu.errors[99_991_662]?.hint ?? ''],
		['scopes listed without a name', {code: 4242, error: {permission_violations: [{url: 'https://a.example'}, {subject: 7}]}}, {status: 400}, "look the code up in the API's documentation; --dry-run shows the request"],
		['no scopes listed', {code: 4242, error: {permission_violations: []}}, {status: 400}, "look the code up in the API's documentation; --dry-run shows the request"],
		['scopes listed without a page', {code: 4242, error: {permission_violations: [{scope: 'a:b'}, {scope: 'c:d', url: 7}]}}, {status: 400}, 'grant a:b, c:d'],
		['scopes on two pages', {code: 4242, error: {permission_violations: [{scope: 'a:b', url: 'https://a.example'}, {scope: 'c:d', url: 'https://b.example'}]}}, {status: 400}, 'grant a:b, c:d at https://a.example https://b.example'],
	])('for %s says what to do', (_, body, how, hint) => {
		expect(refusal('feishu', body, how).error.hint).toBe(hint);
	});

	it('names the scopes that an answer lists as missing, and the page that grants them', () => {
		const violations = [{type: 'action_scope_required', subject: 'a:b', url: 'https://a.example/1'}, {scope: 'c:d'}, {subject: 'a:b'}, 'odd'];
		expect(refusal('feishu', {code: 99_991_672, error: {permission_violations: violations}}, {status: 400}).error.hint).toBe('grant a:b, c:d at https://a.example/1');
	});

	it('names the scope of the source where the answer lists none', () => {
		expect(refusal('feishu', {code: 99_991_672}, {status: 400}).error.hint).toContain('the:scope');
		expect(refusal('feishu', '', {status: 403}).error.hint).toContain('the:scope');
	});
});

it('finds values by own keys only, and whole numbers also where they are written as strings', () => {
	expect(valueAt({a: {b: 1}}, ['a', 'b'])).toBe(1);
	expect(valueAt({a: null}, ['a', 'b'])).toBeUndefined();
	expect(valueAt({a: 'text'}, ['a', 'length'])).toBeUndefined();
	expect(valueAt({a: null}, ['a'])).toBeNull();
	expect(valueAt(7, [])).toBe(7);
	expect(valueAt({}, ['constructor'])).toBeUndefined();
	expect([7, '7', '-7', 0, '007', '42'].map(wholeNumber)).toEqual([7, 7, -7, 0, 7, 42]);
	expect([7.5, '7.5', '', '-', ' 7', '7 ', '1e3', 2 ** 53, '9007199254740993', null, undefined, true, {}].map(wholeNumber)).toEqual(Array.from({length: 13}, () => undefined));
});

it('takes a reset far above any duration for an instant in Unix seconds', () => {
	const wait = (reset: number) => refusal('feishu', {code: 99_991_400}, {status: 429, headers: {'x-ogw-ratelimit-reset': String(reset)}}).waitMs;
	expect(wait(now / 1000 + 42)).toBe(42_000);
	expect(wait(now / 1000 - 5)).toBe(0);
	expect(wait(42)).toBe(42_000);
});
