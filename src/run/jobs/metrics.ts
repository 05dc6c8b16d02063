import type {JobState} from './job-state.ts';

/** One gauge: its name below `audit_export_`, what it says in a line without backslashes, and its value for a job, if it is known. */
interface GaugeDeclaration {
	readonly name: string;
	readonly help: string;
	readonly value: (state: JobState, now: number) => number | undefined;
}

const seconds = (time: string | null | undefined) => typeof time === 'string' ? Date.parse(time) / 1000 : undefined;

const gauges: readonly GaugeDeclaration[] = [
	// What a job that never ran is told by: it has none of the others.
	{name: 'configured', help: 'Whether the configuration has the job, 1.', value: () => 1},
	{
		name: 'last_success_timestamp_seconds',
		help: 'When a run of the job last ended with exit code 0, Unix time.',
		value: ({lastRun}) => seconds(lastRun?.last_success_at),
	},
	{
		name: 'last_run_timestamp_seconds', help: 'When the last run of the job ended, Unix time.',
		value: ({lastRun}) => seconds(lastRun?.ended_at),
	},
	{name: 'last_exit_code', help: 'Exit code of the last run.', value: ({lastRun}) => lastRun?.exit_code},
	{name: 'last_run_records', help: 'Records that the last run wrote.', value: ({lastRun}) => lastRun?.records},
	{
		name: 'last_run_late_records',
		help: 'Records that the last run found in time that was read before.',
		value: ({lastRun}) => lastRun?.late.records,
	},
	{name: 'last_run_requests', help: 'Requests of the last run, retries included.', value: ({lastRun}) => lastRun?.requests},
	{
		name: 'last_run_waited_seconds',
		help: 'Time that the last run waited for its budget and between retries.',
		value: ({lastRun}) => lastRun === undefined ? undefined : lastRun.waited_ms / 1000,
	},
	{
		name: 'covered_until_timestamp_seconds',
		help: 'Up to when the archive holds everything but its gaps, Unix time.',
		value: ({archive}) => seconds(archive?.until),
	},
	{
		name: 'lag_seconds',
		help: 'How far the archive was behind when this was written.',
		value: ({archive}, now) => archive === undefined ? undefined : Math.max(0, (now - Date.parse(archive.until)) / 1000),
	},
	{name: 'open_gaps', help: 'Windows that could not be read completely so far.', value: ({archive}) => archive?.gaps.length},
	{name: 'archive_records', help: 'Records in the archive.', value: ({archive}) => archive?.records},
	{name: 'archive_segments', help: 'Segment files of the archive.', value: ({archive}) => archive?.segments},
];

/**
 * What a Prometheus textfile collector reads about jobs, each labelled with its name and source. Not as `job`: a scrape has that
 * label already, and would rename ours. A value that is not known has no line; a gauge without one is left out.
 * @param now when this is written, in milliseconds since 1970.
 * @returns text of https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function formatMetrics(states: readonly JobState[], now: number): string {
	return gauges.flatMap(({name, help, value}) => {
		const samples = states.flatMap(state => {
			const current = value(state, now);
			const labels = `archive_job="${labelText(state.job.name)}",source="${labelText(state.job.source)}"`;
			return current === undefined ? [] : [`audit_export_${name}{${labels}} ${current}\n`];
		});
		return samples.length === 0 ? [] : [`# HELP audit_export_${name} ${help}\n# TYPE audit_export_${name} gauge\n`, ...samples];
	}).join('');
}

/** A label's value as it stands between quotes. */
function labelText(value: string): string {
	return value.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`).replaceAll('\n', String.raw`\n`);
}
