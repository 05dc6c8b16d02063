import {describe, expect, it} from 'vitest';
import {checksOf, examine} from '../../../src/commands/doctor/source-checks.ts';
import {createSubject} from '../../../src/commands/doctor/subject.ts';
import {UsageError} from '../../../src/base/errors.ts';
import {Masker} from '../../../src/json/secrets/masker.ts';
import type {Query} from '../../../src/query/query.ts';
import {resolveSettings} from '../../../src/query/settings.ts';
import {feishuOpenapi} from '../../../src/sources/feishu-openapi.ts';
import type {SourceDefinition} from '../../../src/sources/types.ts';
import {vendors} from '../../../src/sources/vendors/index.ts';
import {memoryStream} from '../../helpers/context.ts';
import {VirtualClock} from '../../helpers/virtual-clock.ts';

const {appId} = feishuOpenapi.options;

/** A source under examination, `source` differing from feishu-openapi in this; the API refuses whatever it is asked. */
function subjectOf(source: Partial<SourceDefinition>, {named = true, env = {}, query}: {named?: boolean; env?: Record<string, string>; query?: () => Query}) {
	const {now, sleep} = new VirtualClock();
	const changed: SourceDefinition = {...feishuOpenapi, ...source};
	const asked: string[] = [];
	const subject = createSubject({
		source: changed,
		vendor: vendors.feishu,
		named,
		context: {
			env, cwd: '/', stdout: memoryStream(), stderr: memoryStream(), now, monotonic: now, sleep, random: () => 0,
			masker: new Masker(), signal: new AbortController().signal,
			async fetch(input, init) {
				asked.push(new Request(input, init).headers.get('authorization') ?? 'no token');
				return new Response('{"code": 99991679}', {status: 400});
			},
		},
		shared: () => ({connection: {baseUrl: 'https://open.feishu.cn', exchangePath: '/token', profile: undefined}, warnings: []}),
		query: query ?? (() => resolveSettings({source: changed, flags: {since: '1m', pageSize: '1'}, defaults: {}, env, now: now(), terminal: false}).query),
	});
	return {asked, examined: async () => examine(subject, checksOf(changed))};
}

const lacksOption = (): Query => {
	throw new UsageError('--app-id is missing', {hint: 'give --app-id <id>'});
};

it('leaves out a source that lacks an option it needs when it was not named', async () => {
	const {examined, asked} = subjectOf({options: {appId: {...appId, required: true}}}, {named: false, query: lacksOption});
	expect(await examined()).toEqual([{source: 'feishu-openapi', check: 'connection', status: 'skipped', detail: 'not configured: --app-id is missing', remedy: 'give --app-id <id>'}]);
	expect(asked).toEqual([]);
});

it.each([{named: true, required: true}, {named: false, required: false}])('fails a source whose options are wrong: %j', async ({named, required}) => {
	const {examined} = subjectOf({options: {appId: {...appId, required}}}, {named, query: lacksOption});
	expect(await examined()).toMatchObject([{check: 'connection', status: 'failed', detail: '--app-id is missing', exitCode: 2}]);
});

describe('a source that takes the token of a user', () => {
	it('fails with how to sign in where nobody has', async () => {
		const {examined, asked} = subjectOf({auth: 'user'}, {});
		const findings = await examined();
		expect(findings.map(({check, status}) => `${check} ${status}`)).toEqual(['connection ok', 'proxy skipped', 'sign-in failed']);
		expect(findings.at(-1)).toMatchObject({exitCode: 3, remedy: expect.stringMatching(/sign in with: audit-export auth login/)});
		expect(asked).toEqual([]);
	});

	it('is asked with that token, and what it lacks is named', async () => {
		const {examined, asked} = subjectOf({auth: 'user'}, {env: {FEISHU_USER_ACCESS_TOKEN: 'u-token-of-a-user'}});
		const findings = await examined();
		expect(findings.map(({check, status}) => `${check} ${status}`)).toEqual(['connection ok', 'proxy skipped', 'sign-in warning', 'request ok', 'clock skipped', 'access failed']);
		expect(findings.at(-1)).toMatchObject({exitCode: 3, detail: expect.stringContaining('scope is missing'), remedy: expect.stringContaining(feishuOpenapi.scope)});
		expect(asked).toEqual(['Bearer u-token-of-a-user']);
	});
});
