import {describe, expect, it} from 'vitest';
import {validateConfig} from '../../../src/access/config/schema.ts';
import {UsageError} from '../../../src/base/errors.ts';

const job = {source: 'feishu-openapi', dir: 'archive'};

function problems(jobs: unknown): string {
	try {
		validateConfig({jobs}, 'c.json');
		return 'accepted';
	} catch (error) {
		if (error instanceof UsageError) return error.message;
		throw error;
	}
}

describe('a job', () => {
	it.each([
		job,
		{...job, source: 'feishu-app-log client', options: {app_feature: 'web-app', status: ['failed']}},
		{...job, '//': 'a comment', options: {'//': ['and', 'another'], page_size: 10}, compress: 'none', since: '2026-11-01', overlap: '0s', lag: '30s', profile: 'production', max_records: 5000, accept_gaps_before: '2026-11-20T08:00:00+08:00'},
	])('may be %j', entry => {
		expect(problems({calls: entry})).toBe('accepted');
	});

	it.each<[unknown, string]>([
		[{...job, source: 'feishu-openap'}, 'c.json: jobs.calls.source: unknown source, did you mean "feishu-openapi"?'],
		[{...job, source: 'feishu-app-log evnt'}, 'c.json: jobs.calls.source: unknown source, did you mean "feishu-app-log event"?'],
		[{...job, compress: 'zstd'}, 'c.json: jobs.calls.compress: expected one of "gzip"|"none"'],
		[{...job, overlap: '1 hour'}, 'c.json: jobs.calls.overlap: expected a duration: 0s, 30s, 15m, 24h or 7d'],
		[{...job, max_records: 0}, 'c.json: jobs.calls.max_records: expected a whole number from 1 on'],
		[{...job, compres: 'gzip'}, 'c.json: jobs.calls.compres: unknown key, did you mean "compress"?'],
		[{...job, options: {filter: {a: 1}}}, 'c.json: jobs.calls.options.filter: expected a string, a number, a boolean or an array of them'],
		[{...job, options: {filter: ['a', {}]}}, 'c.json: jobs.calls.options.filter[1]: expected a string, a number or a boolean'],
		[{...job, accept_gaps_before: '24h'}, 'c.json: jobs.calls.accept_gaps_before: expected a time with its offset: 2026-11-20T00:00:00Z'],
		[{source: 'feishu-openapi'}, 'c.json: jobs.calls.dir: expected string, received undefined'],
	])('may not be %j', (entry, message) => {
		expect(problems({calls: entry})).toBe(message);
	});

	it.each(['a b', '-q', '', 'a/b'])('may not be called %j', name => {
		expect(problems({[name]: job})).toContain('expected a job name of letters, digits, dots, dashes and underscores');
	});
});
