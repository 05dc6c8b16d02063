import {execFileSync} from 'node:child_process';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {formatPlan, planOf} from '../../src/run/plan.ts';
import {HOUR, MINUTE} from '../../src/base/duration.ts';
import type {Query} from '../../src/query/query.ts';
import {sources} from '../../src/sources/index.ts';

const since = Date.UTC(2026, 10, 19);
const queryOf = (changes: Partial<Query> = {}): Query => ({
	source: sources['feishu-openapi'], since, until: since + 24 * HOUR, filters: {}, pageSize: 100, windowMs: HOUR, timezone: 'UTC', order: 'served', redact: [],
	concurrency: 4, budget: {requests: 100, perMs: MINUTE}, timeoutMs: 30_000, retries: 5, maxResponseBytes: 2 ** 28, ...changes,
});

/** The arguments that a shell hands to curl, command by command. */
function shellArguments(commands: readonly (string | null)[]): string[][] {
	const script = `curl() { printf '%s\\0' "$@"; printf '\\0'; }\n${commands.join('\n')}\n`;
	return execFileSync('sh', {input: script, encoding: 'utf8'}).split('\0\0').slice(0, -1).map(command => command.split('\0'));
}

it.each([
	{hours: 24, windows: 24, leastTimeMs: 0},
	{hours: 100, windows: 100, leastTimeMs: 0},
	{hours: 101, windows: 101, leastTimeMs: MINUTE},
	{hours: 250, windows: 250, leastTimeMs: 2 * MINUTE},
])('needs $windows requests and $leastTimeMs ms for $hours hours', ({hours, windows, leastTimeMs}) => {
	expect(planOf(queryOf({until: since + hours * HOUR}), {baseUrl: 'https://a.example', authorization: 'Authorization: Bearer ***'}, () => since)).toMatchObject({
		windows, fewest_requests: windows, least_time_ms: leastTimeMs, budget: '100/1m', window: 'at most 1h', since: '2026-11-19T00:00:00Z',
	});
});

it('says how few and how many requests it may come to where windows follow the volume', () => {
	const target = {baseUrl: 'https://a.example', authorization: 'Authorization: Bearer ***'};
	const plan = planOf(queryOf({since: since - 6 * 24 * HOUR, followsVolume: true}), target, () => since);
	expect(plan).toMatchObject({windows: 168, window: '1h to 30d', fewest_requests: 1, least_time_ms: 0});
	expect(formatPlan(plan)).toContain('requests:         1 to 168, and');
	expect(plan.first_request).toContain(`"end_time":${(since + 24 * HOUR) / 1000}`);
	expect(planOf(queryOf({since: since - 69 * 24 * HOUR, followsVolume: true}), target, () => since)).toMatchObject({windows: 1680, fewest_requests: 3});
});

it('has no first request for an empty range', () => {
	const plan = planOf(queryOf({until: since}), {baseUrl: 'https://a.example', authorization: 'Authorization: Bearer ***'}, () => since);
	expect(plan).toMatchObject({windows: 0, least_time_ms: 0, first_request: null});
	expect(formatPlan(plan)).toContain('none, the range is empty');
});

describe('the first request', () => {
	it('is a curl command that a shell takes apart again as it was meant, with the token masked', () => {
		const plan = planOf(queryOf({filters: {app_id: `it's $HOME`}}), {baseUrl: 'https://a.example', authorization: 'Authorization: Bearer ***'}, () => since);
		expect(shellArguments([plan.first_request])).toEqual([[
			'-X', 'POST', 'https://a.example/open-apis/security_and_compliance/v1/openapi_logs/list_data',
			'-H', 'Authorization: Bearer ***', '-H', 'Content-Type: application/json; charset=utf-8',
			'-d', JSON.stringify({app_id: `it's $HOME`, start_time: since / 1000 - 1, end_time: since / 1000 + 3600, page_size: 100}),
		]]);
	});

	it('carries filters of any characters through the shell unchanged, in a body and in a query string', () => {
		const value = fc.string({unit: fc.oneof(fc.constantFrom(...Array.from(`'"\\\`$!&|;<>(){}[]*?#~ \t\n%+=`)), fc.string({unit: 'binary', minLength: 1, maxLength: 1})), minLength: 1}).filter(text => !text.includes('\0') && text.isWellFormed());
		// One shell for all of them: starting one takes longer than everything else.
		const values = fc.sample(value, {numRuns: 200, seed: 7});
		const commands = values.flatMap(text => [
			planOf(queryOf({filters: {app_id: text}}), {baseUrl: 'https://a.example', authorization: 'Authorization: Bearer ***'}, () => since).first_request,
			planOf(queryOf({source: sources['trae-openapi'], filters: {api_path: text}}), {baseUrl: 'https://a.example', authorization: 'Authorization: Bearer ***'}, () => since).first_request,
		]);
		const parsed = shellArguments(commands);
		expect(parsed).toHaveLength(2 * values.length);
		for (const [index, text] of values.entries()) {
			expect(JSON.parse(parsed[2 * index]?.at(-1) ?? '')).toMatchObject({app_id: text});
			expect(new URL(parsed[2 * index + 1]?.[2] ?? '').searchParams.get('api_path')).toBe(text);
		}
	});
});
