import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {HOUR, MINUTE} from '../../src/base/duration.ts';
import {formatMetrics} from '../../src/run/jobs/metrics.ts';
import {stateOf, type Told} from '../run/jobs/job-states.ts';

const rules = join(import.meta.dirname, '../../deploy/prometheus-rules.yaml');

/** Runs Debian's promtool and throws what it complains about. */
function promtool(args: readonly string[], input = ''): void {
	const {status, stdout, stderr, error} = spawnSync('/usr/bin/promtool', args, {input, encoding: 'utf8'});
	if (error !== undefined) throw error;
	if (status !== 0) throw new Error(`promtool ${args[0]}: ${stdout}${stderr}`);
}

const calm: Told = {job: 'calm', ranAt: 24 * HOUR, exitCode: 0, until: 24 * HOUR, gaps: 0};

/** The alerts after these jobs have told the same for a while, up to a day of Prometheus' own calendar: it begins at 1970. */
function expectAlerts(jobs: readonly Told[], expected: Readonly<Record<string, Readonly<Record<string, string>>>>): void {
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
	promtool(['test', 'rules', file]);
}

test('metrics are what Prometheus reads, whatever jobs are called', () => {
	promtool(['check', 'metrics'], formatMetrics([calm, {...calm, job: 'a "b" \\ c\nd'}, {job: 'never'}].map(stateOf), 24 * HOUR));
	promtool(['check', 'rules', rules]);
});

test('no alert is about a job that is well', () => {
	expectAlerts([calm], {});
});

test('an alert tells of a job that is behind', () => {
	expectAlerts([calm, {...calm, job: 'slow', until: 20 * HOUR}], {AuditExportBehind: {slow: 'Archive of slow is 4h 0m 0s behind'}});
});

test('an alert tells of a job that fails', () => {
	expectAlerts([calm, {...calm, job: 'down', exitCode: 4, until: 23 * HOUR}], {AuditExportFailing: {down: 'Runs of down end with exit code 4'}});
});

test('an alert tells of a job with gaps', () => {
	expectAlerts([calm, {...calm, job: 'holes', gaps: 3}], {AuditExportGaps: {holes: 'Archive of holes has 3 windows that could not be read completely'}});
});

test('an alert tells of a job that has not run for long, and of one that never ran', () => {
	const stopped = {...calm, job: 'stopped', ranAt: 21 * HOUR, until: 22 * HOUR + MINUTE};
	expectAlerts([calm, stopped, {job: 'never'}], {
		AuditExportNoRun: {never: 'audit-export does not run never', stopped: 'audit-export does not run stopped'},
	});
});

test('an alert tells of metrics that do not arrive', () => {
	expectAlerts([], {AuditExportNoRun: {'': 'audit-export does not run any job'}});
});
