import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {DAY, HOUR} from '../../src/base/duration.ts';
import {createSandbox} from '../../src/sandbox/index.ts';
import {vendors} from '../../src/sources/vendors/index.ts';
import type {VendorDefinition} from '../../src/sources/vendors/types.ts';
import {runCommand} from '../helpers/context.ts';
import {everySource} from '../helpers/every-source.ts';
import {fakeFeishu} from '../helpers/fake-api.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';

const now = Date.UTC(2026, 10, 20, 12);

/** Runs an export against a server whose first answer to a kind of request is this one. */
async function answeredOnce(args: readonly string[], {auth, vendor, at, body, status = 200, env = {}, cwd}: {
	auth?: 'app' | 'user' | undefined; vendor: 'feishu' | 'trae'; at: 'token' | 'rows'; body: unknown; status?: number; env?: Record<string, string>; cwd?: string;
}) {
	const clock = new VirtualClock(now);
	const sandbox = createSandbox({now: clock.now, sleep: clock.sleep, recordsPerDay: 100});
	const {appId, appSecret} = sandbox.credentials[vendor];
	let isAnswered = false;
	const scopes = [...new Set(everySource.map(({source: {scope}}) => scope))];
	const ran = await runCommand([...args, '--since', '2026-11-20T10:00:00Z', '--until', '2026-11-20T12:00:00Z', '--window', '1h'], {
		clock, ...(cwd === undefined ? {} : {cwd}),
		env: {
			[vendors[vendor].env.appId]: appId, [vendors[vendor].env.appSecret]: appSecret,
			...(auth === 'user' ? {FEISHU_USER_ACCESS_TOKEN: sandbox.signIn(scopes).accessToken} : {}), ...env,
		},
		fetch: async (input, init) => {
			const request = new Request(input, init);
			const isExchange = new URL(request.url).pathname === vendors[vendor].exchange.path;
			if (isAnswered || isExchange !== (at === 'token')) return sandbox.fetch(request);
			isAnswered = true;
			return Response.json(body, {status, headers: {'x-tt-logid': 'trace-1', 'x-request-id': 'trace-1'}});
		},
	});
	return {...ran, isAnswered};
}

const cases = everySource.flatMap(({source, args}) => {
	const {errors}: VendorDefinition = vendors[source.vendor];
	return (source.auth === 'user' ? ['rows'] as const : ['token', 'rows'] as const).map(at => ({args, source, at, codes: Object.entries(errors)}));
});

it.each(cases)('$source.name: every code of its vendor once, in place of $at, is got over or ends with its exit code and remedy', async ({source, args, at, codes}) => {
	for (const [code, {verdict, meaning}] of codes) {
		const {exitCode, stderr, isAnswered} = await answeredOnce(args, {...source, at, body: {code: Number(code), [vendors[source.vendor].messageField]: 'so'}}).then(({code: exit, ...rest}) => ({...rest, exitCode: exit}));
		const passes = verdict === 'retry' || verdict === 'rate-limited' || (verdict === 'token' && at === 'rows' && source.auth !== 'user');
		expect({code, isAnswered, exitCode}).toEqual({code, isAnswered: true, exitCode: passes ? 0 : verdict === 'fail' ? 1 : 3});
		if (passes) {
			expect(stderr).toBe('');
			continue;
		}
		expect(stderr).toMatch(new RegExp(`^error: .*code ${code}, .*"so" \\(HTTP 200, trace id trace-1\\)\nhint: .+\n$`));
		expect(stderr).toContain(meaning);
		if (source.auth !== 'user') continue;
		if (verdict === 'token') expect(stderr).toMatch(/hint: set a fresh token in FEISHU_USER_ACCESS_TOKEN, or unset it and sign in with: audit-export auth login feishu/);
		// A user's token is nothing that the app's secret could help.
		expect(stderr).not.toContain('secret and');
	}
});

it('a wrong secret is blamed on the place it came from', async () => {
	const wrong = {vendor: 'feishu', at: 'token', body: {code: 10_015, msg: 'no'}} as const;
	const byVariable = await answeredOnce(['feishu-openapi'], wrong);
	expect(byVariable.stderr).toContain('hint: check FEISHU_APP_ID and FEISHU_APP_SECRET; --host lark');
	const cwd = mkdtempSync(join(tmpdir(), 'codes-'));
	try {
		writeFileSync(join(cwd, 'c.json'), JSON.stringify({profiles: {a: {feishu: {app_id: 'cli_a', app_secret: {env: 'OWN_SECRET'}}}}}));
		const byProfile = await answeredOnce(['feishu-openapi', '--config', 'c.json', '--profile', 'a'], {...wrong, cwd, env: {OWN_SECRET: 'of-the-profile'}});
		expect(byProfile.stderr).toContain('hint: check profiles.a.feishu.app_id and profiles.a.feishu.app_secret (environment variable OWN_SECRET); --host lark');
		expect(byProfile.stderr).not.toContain('FEISHU_APP');
	} finally {
		rmSync(cwd, {recursive: true});
	}
});

it('what is refused is named by the option that sets it', async () => {
	const body = {code: 99_992_402, msg: 'field validation failed', error: {field_violations: [{field: 'page_size', description: 'the max value is 50'}]}};
	expect((await answeredOnce(['feishu-openapi'], {vendor: 'feishu', at: 'rows', body, status: 400})).stderr)
		.toContain('hint: the API does not accept --page-size (page_size) the max value is 50; --dry-run shows the request');
});

it.each([
	['names the length', {code: 99_992_402, msg: 'field validation failed', error: {field_violations: [{field: 'end_time', description: 'at most 1 day'}]}}],
	['names nothing', {code: 4242, msg: 'too long'}],
])('a range that is too long for the API, whose refusal %s, is cut; what nothing can mend ends after few more', async (_, body) => {
	const clock = new VirtualClock(now);
	const api = fakeFeishu([{id: 'a', time: (now - HOUR) / 1000}]);
	let refusals = 0;
	const run = async (longestMs: number) => runCommand(['feishu-openapi', '--since', '2026-11-10T00:00:00Z', '--until', '2026-11-20T12:00:00Z'], {
		clock, env: {FEISHU_APP_ID: 'cli_a', FEISHU_APP_SECRET: 's'},
		fetch: async (input, init) => {
			const request = new Request(input, init);
			const {start_time: start = 0, end_time: end = 0} = await request.clone().json() as {start_time?: number; end_time?: number};
			if ((end - start) * 1000 <= longestMs) return api.fetch(request);
			refusals++;
			return Response.json(body, {status: 400});
		},
	});
	expect(await run(DAY)).toMatchObject({code: 0, stderr: '', stdout: expect.stringContaining('"a"') as string});
	refusals = 0;
	const {code, stderr} = await run(0);
	expect({code, stderr}).toEqual({code: 1, stderr: expect.stringContaining(body.msg) as string});
	expect(refusals).toBeLessThan(4 * 4);
});

it.each(['token', 'rows'] as const)('an unknown code in place of %s is named once with the trace id, whether it passes or not', async at => {
	for (const [status, exit] of [[500, 0], [400, 1]] as const) {
		const {code, stderr} = await answeredOnce(['feishu-openapi'], {vendor: 'feishu', at, body: {code: 4242, msg: 'new'}, status});
		expect({code, told: stderr.match(/unknown code 4242 "new" \(HTTP \d+, trace id trace-1\)/g)?.length}).toEqual({code: exit, told: 1});
	}
});
