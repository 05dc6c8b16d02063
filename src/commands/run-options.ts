import type {Command} from 'commander';
import type {Context} from '../base/context.ts';
import type {ExitCode} from '../base/errors.ts';
import {optionsNamed} from '../query/options.ts';
import {sharedOptions, type RunCommandFlags} from '../run/jobs/flags.ts';
import {mountOptions} from './mount-options.ts';
import type {StatusFlags} from './status.ts';

/** Adds `run` and `status` to the command line. */
export function mountRun(program: Command, context: Context, outcome: {exitCode: ExitCode}): void {
	const run = program.command('run').description('run the jobs of the configuration into their archives')
		.argument('[job...]', 'jobs to run, by name, profile or label, * and ? for any characters and for one; default all')
		.option('--every <duration>', 'keep running: from one start to the next; SIGTERM ends it in order')
		.option('--wait', 'wait while another run uses an archive, instead of ending with exit code 7')
		.option('--thorough', 'look for late rows in all of "overlap", not only where most runs do')
		.option('--jobs-at-once <n>', 'jobs that run beside each other, at most; default 200')
		.option('--shard <i/n>', 'run only the jobs of one machine of several, counted from 0: 3/20; all jobs of one app are together')
		.option('--shards <n>', "the same, with the index in Kubernetes' JOB_COMPLETION_INDEX")
		.option('--dry-run', "show each job's plan and first request; no network, nothing written")
		.option('-f, --format <text|json>', 'how --dry-run writes; default text')
		.option('--summary <file>', 'write how it went as JSON, every job by itself; - is stderr')
		.option('--metrics <file>', "write the state of all jobs for Prometheus' textfile collector")
		.option('--on-failure <command>', 'run this in a shell when the exit code is not 0, with the summary on its stdin')
		.addHelpText('after', `
A job is {"source", "options", "dir", "compress", "since", "overlap", "lag"} under "jobs" of the configuration. Each run goes
on where the archive in "dir" ends, fills its gaps, and looks through "overlap" again for rows that came late. The exit code
is that of the job that went worst; the others are not held up by it.

Examples:
  $ audit-export run
  $ audit-export run calls events --summary /var/log/audit/summary.json
  $ audit-export run --every 15m --metrics /var/lib/node_exporter/audit.prom
  $ audit-export run -q --on-failure 'mail -s "audit-export: $AUDIT_EXPORT_FAILED_JOBS" ops@example.com'`,
		);
	mountOptions(
		run,
		optionsNamed(sharedOptions, {
			rate: 'request budget, instead of what the jobs say', profile: 'profile of the configuration, for jobs that name none',
		}),
	);
	run.action(async (jobs: readonly string[], flags: RunCommandFlags) => {
		const {runCommand} = await import('./run.ts');
		outcome.exitCode = await runCommand(jobs, flags, context);
	});
	const status = program.command('status').description("each job's last run, covered range, gaps and next start")
		.argument('[job|dir...]', 'jobs to show, as for run, or directories of archives, for which no configuration is needed; default all jobs')
		.option('-f, --format <table|json>', 'how to write it; default table')
		.option('--timezone <zone>', "for the table's times; default the system's")
		.option('--check', 'exit with 6 when one is behind, has gaps or cannot be read')
		.option('--max-lag <duration>', 'how far behind is too far, beside the "lag" of its job, with --check; default 1h')
		.option('--config <file>', 'configuration file, JSON or YAML')
		.addHelpText('after', `
Reads what the last runs left and asks no server. The exit code is 0 whatever they left, unless --check asks for more.

Examples:
  $ audit-export status
  $ audit-export status /var/log/audit/feishu --check --max-lag 30m
  $ audit-export status --format json | jq '.jobs[] | select(.exit_code != 0) | {job, status, error}'`);
	status.action(async (jobs: readonly string[], flags: StatusFlags) => {
		const {statusCommand} = await import('./status.ts');
		outcome.exitCode = await statusCommand(jobs, flags, context);
	});
}
