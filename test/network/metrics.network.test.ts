import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {HOUR} from '../../src/base/duration.ts';
import {formatMetrics} from '../../src/run/jobs/metrics.ts';
import {stateOf, type Told} from '../run/jobs/job-states.ts';

const rules = join(import.meta.dirname, '../../deploy/prometheus-rules.yaml');

/** What Debian's promtool complains about; nothing when all is well. */
function promtool(args: readonly string[], input = ''): string {
	const {status, stdout, stderr, error} = spawnSync('/usr/bin/promtool', args, {input, encoding: 'utf8'});
	if (error !== undefined) throw error;
	return status === 0 ? '' : `${stdout}${stderr}`;
}

const calm: Told = {job: 'calm', ranAt: 24 * HOUR, exitCode: 0, until: 24 * HOUR, gaps: 0};

/** Where the alerts are not these after jobs have told the same for a day of Prometheus' own calendar: it begins at 1970. */
function unexpectedAlerts(jobs: readonly Told[], expected: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
	// As a scrape of node_exporter stores them.
	const series = formatMetrics(jobs.map(stateOf), 24 * HOUR).split('\n').filter(line => line !== '' && !line.startsWith('#')).map(line => {
		const [, name = '', labels = '', value = ''] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
		return {series: `${name}{${labels},job="node",instance="host:9100"}`, values: `${value}x1440`};
	});
	const alerts = ['AuditExportBehind', 'AuditExportFailing', 'AuditExportGaps', 'AuditExportNoRun'].map(alertname => ({
		eval_time: '24h',
		alertname,
		exp_alerts: Object.entries(expected[alertname] ?? {}).map(([job, summary]) => ({
			exp_labels: {
				...job === '' ? {} : {archive_job: job, source: 'feishu-openapi', job: 'node', instance: 'host:9100'},
				severity: alertname === 'AuditExportNoRun' ? 'critical' : 'warning',
			},
			exp_annotations: {summary},
		})),
	}));
	const directory = mkdtempSync(join(tmpdir(), 'audit-export-rules-'));
	onTestFinished(() => rmSync(directory, {recursive: true}));
	const file = join(directory, 'alerts.json');
	writeFileSync(file, JSON.stringify({rule_files: [rules], evaluation_interval: '1m', tests: [{interval: '1m', input_series: series, alert_rule_test: alerts}]}));
	return promtool(['test', 'rules', file]);
}

test('metrics are what Prometheus reads, whatever jobs are called', () => {
	expect(promtool(['check', 'metrics'], formatMetrics([calm, {...calm, job: 'a "b" \\ c\nd'}, {job: 'never'}].map(stateOf), 24 * HOUR))).toBe('');
	expect(promtool(['check', 'rules', rules])).toBe('');
});

test('no alert is about a job that is well', () => {
	expect(unexpectedAlerts([calm], {})).toBe('');
});

test('an alert tells of a job that is behind', () => {
	expect(unexpectedAlerts([calm, {...calm, job: 'slow', until: 20 * HOUR}], {AuditExportBehind: {slow: 'Archive of slow is 4h 0m 0s behind'}})).toBe('');
});

test('an alert tells of a job that fails', () => {
	expect(unexpectedAlerts([calm, {...calm, job: 'down', exitCode: 4, until: 23 * HOUR}], {AuditExportFailing: {down: 'Runs of down end with exit code 4'}})).toBe('');
});

test('an alert tells of a job with gaps', () => {
	expect(unexpectedAlerts([calm, {...calm, job: 'holes', gaps: 3}], {AuditExportGaps: {holes: 'Archive of holes has 3 windows that could not be read completely'}})).toBe('');
});

test('an alert tells of a job that has not run for long, and of one that never ran', () => {
	const stopped = {...calm, job: 'stopped', ranAt: 21 * HOUR, until: 23 * HOUR};
	expect(unexpectedAlerts([calm, stopped, {job: 'never'}], {
		AuditExportNoRun: {never: 'audit-export does not run never', stopped: 'audit-export does not run stopped'},
	})).toBe('');
});

test('an alert tells of metrics that do not arrive', () => {
	expect(unexpectedAlerts([], {AuditExportNoRun: {'': 'audit-export does not run any job'}})).toBe('');
});
