import {expect, test} from 'vitest';
import {HOUR} from '../../../src/base/duration.ts';
import {formatMetrics} from '../../../src/run/jobs/metrics.ts';
import {stateOf} from './job-states.ts';

test('a gauge is named once, with a line for every job that has a value', () => {
	const states = [{job: 'one', ranAt: HOUR, exitCode: 5}, {job: 'two', ranAt: HOUR}, {job: 'never'}].map(stateOf);
	expect(formatMetrics(states, HOUR)).toContain(`# HELP audit_export_last_exit_code Exit code of the last run.
# TYPE audit_export_last_exit_code gauge
audit_export_last_exit_code{archive_job="one",source="feishu-openapi"} 5
audit_export_last_exit_code{archive_job="two",source="feishu-openapi"} 0
# HELP `);
});

test('a job that never ran is told of, and gauges that nobody has are not', () => {
	expect(formatMetrics([stateOf({job: 'never'})], HOUR)).toBe(`# HELP audit_export_configured Whether the configuration has the job, 1.
# TYPE audit_export_configured gauge
audit_export_configured{archive_job="never",source="feishu-openapi"} 1
`);
});

test('quotes, backslashes and line ends in a name stay inside its label', () => {
	expect(formatMetrics([stateOf({job: 'a "b" \\ c\nd'})], HOUR)).toContain(String.raw`{archive_job="a \"b\" \\ c\nd",`);
});
