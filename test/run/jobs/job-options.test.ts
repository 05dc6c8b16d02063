import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {exportOptions} from '../../../src/query/options.ts';
import {openableNamed} from '../../../src/run/registry.ts';
import {jobSourceNames, type JobOptionValue} from '../../../src/access/config/jobs-schema.ts';
import {UsageError} from '../../../src/base/errors.ts';
import {flagsOfJob} from '../../../src/run/jobs/job-options.ts';
import {feishuOpenapi} from '../../../src/sources/feishu-openapi.ts';
import {feishuApaas} from '../../../src/sources/feishu-apaas.ts';

const rows = exportOptions(feishuOpenapi, ['feishu', 'lark']);
const flags = (options: Record<string, JobOptionValue>, of = rows) => flagsOfJob(options, {rows: of, file: 'c.json', path: ['jobs', 'calls', 'options']});

function problem(options: Record<string, JobOptionValue>): string {
	try {
		flags(options);
	} catch (error) {
		if (error instanceof UsageError) return error.message;
		throw error;
	}
	return 'accepted';
}

describe('names', () => {
	it('are those of the subcommand, in any spelling', () => {
		const usable = ['page-size', 'base-url', 'app-id', 'window', 'rate', 'concurrency', 'timeout', 'retries', 'host', 'timezone'];
		fc.assert(fc.property(fc.constantFrom(...usable), fc.constantFrom('kebab', 'snake', 'camel'), (name, spelling) => {
			const key = spelling === 'kebab' ? name : spelling === 'snake' ? name.replaceAll('-', '_') : name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
			expect(flags({[key]: '1'})).toEqual({[name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())]: '1'});
		}));
	});

	it.each([
		[{pagesize: 10}, 'c.json: jobs.calls.options.pagesize: unknown option, did you mean "page_size"?'],
		[{apikey: 'x'}, 'c.json: jobs.calls.options.apikey: unknown option, did you mean "api_key"?'],
		[{constructor: 'x'}, /^c\.json: jobs\.calls\.options\.constructor: unknown option, /],
		[{namespace: 'x'}, /unknown option, expected "api_key", "app_id"/],
		[{page_size: 10, 'page-size': 10}, 'c.json: jobs.calls.options.page-size: given twice, in two spellings'],
	])('%j is refused', (options, message) => {
		if (typeof message === 'string') expect(problem(options as Record<string, JobOptionValue>)).toBe(message);
		else expect(problem(options as Record<string, JobOptionValue>)).toMatch(message);
	});

	it.each(['since', 'until', 'format', 'fields', 'limit', 'order', 'output', 'state', 'resume', 'no_resume', 'summary', 'csvBom', 'profile', 'config', 'dry-run', 'log_format', 'labels'])('%s is refused with the reason', key => {
		expect(problem({[key]: 'x'})).toMatch(/not an option of a job: .{20,}|unknown option/);
	});

	it('of options that are not known are all told at once', () => {
		expect(problem({pagesize: 1, format: 'csv'}).split('\n')).toHaveLength(2);
	});
});

describe('values', () => {
	it('may be text, numbers, or lists where the option repeats', () => {
		expect(flags({api_key: ['a', 'b'], page_size: 50, redact: 'ip', rate: '5/1s'})).toEqual({apiKey: ['a', 'b'], pageSize: '50', redact: ['ip'], rate: '5/1s'});
		expect(flags({filter: 'status=18002', log_type: 10002}, exportOptions(feishuApaas, ['feishu']))).toEqual({filter: ['status=18002'], logType: '10002'});
	});

	it.each([
		[{page_size: [1, 2]}, 'expected one value, not a list'],
		[{api_key: []}, 'expected at least one value'],
		[{page_size: true}, 'expected a string or a number'],
	])('%j is refused', (options, message) => {
		expect(problem(options)).toContain(message);
	});
});

it.each([...jobSourceNames])('knows the options of %s', async name => {
	const source = openableNamed(name);
	expect(flags({rate: '1/1s', page_size: 1}, [...source.options])).toEqual({rate: '1/1s', pageSize: '1'});
	expect(source.hosts.length).toBeGreaterThan(0);
});
