import {realpath} from 'node:fs/promises';
import {basename, dirname, join, sep} from 'node:path';
import type {LoadedConfig} from '../../access/config/load.ts';
import {expandPath} from '../../access/config/search-places.ts';
import type {SegmentCompression} from '../../archive/layout.ts';
import {parseDuration} from '../../base/duration.ts';
import {systemCode, UsageError} from '../../base/errors.ts';
import {nearestText} from '../../base/nearest.ts';
import type {JobOptions} from './job-options.ts';

/** One job of the configuration: what is archived where, and how much of it is read again. */
export interface Job {
	readonly name: string;
	/** The words of the source's subcommand: `feishu-openapi`, `feishu-app-log event`. */
	readonly source: string;
	/** The source's options as they stand in the configuration; unchecked. */
	readonly options: JobOptions;
	/** The archive's directory, absolute. */
	readonly dir: string;
	readonly compression: SegmentCompression;
	/** The archive's first instant as `--since` takes it, read at the first run. */
	readonly since: string;
	/** How far back every run looks for late rows, in milliseconds; undefined for the source's own. */
	readonly overlapMs: number | undefined;
	/** How much of the newest time is left to the next run, in milliseconds. */
	readonly lagMs: number;
	readonly profile: string | undefined;
	/** Most records of one segment. */
	readonly maxRecords: number;
	/** Gaps that end by then, Unix milliseconds, do not make a run incomplete: nothing can fill them any more. */
	readonly acceptGapsBefore: number | undefined;
	/** The configuration's file, for messages. */
	readonly file: string;
}

/** Records of a segment where a job does not say. */
const defaultMaxRecords = 100_000;

/**
 * Every job of the configuration, in its order.
 * @throws UsageError when there is none, and when two jobs share a directory or one's is in another's
 */
export async function jobsOf({config, path}: LoadedConfig, env: Readonly<Record<string, string | undefined>>): Promise<Job[]> {
	const entries = Object.entries(config.jobs ?? {});
	if (path === undefined || entries.length === 0) {
		throw new UsageError(path === undefined ? 'there is no configuration, and so no job' : `${path} has no jobs`, {
			hint: 'write them under "jobs" of a configuration file, see config.example.json: {"jobs": {"calls": {"source": "feishu-openapi", "dir": "archive/calls", "since": "7d"}}}',
		});
	}
	const jobs = entries.map(([name, job]): Job => ({
		name,
		source: job.source,
		options: job.options ?? {},
		dir: expandPath(job.dir, dirname(path), env),
		compression: job.compress ?? 'gzip',
		since: job.since ?? '24h',
		overlapMs: job.overlap === undefined ? undefined : parseDuration(job.overlap),
		lagMs: parseDuration(job.lag ?? '0s') ?? 0,
		profile: job.profile,
		maxRecords: job.max_records ?? defaultMaxRecords,
		acceptGapsBefore: job.accept_gaps_before === undefined ? undefined : Date.parse(job.accept_gaps_before),
		file: path,
	}));
	await requireOwnDirectories(jobs);
	return jobs;
}

/**
 * The jobs of these names, in the configuration's order; without names all of them.
 * @throws UsageError for a name that no job has
 */
export function selectJobs(jobs: readonly Job[], names: readonly string[]): readonly Job[] {
	const known = jobs.map(({name}) => name);
	const unknown = names.filter(name => !known.includes(name));
	if (unknown.length > 0) {
		throw new UsageError(unknown.map(name => `${JSON.stringify(name)} is no job of ${jobs[0]?.file ?? 'the configuration'}: ${nearestText(name, known)}`).join('\n'), {
			hint: 'audit-export status lists them',
		});
	}
	return names.length === 0 ? jobs : jobs.filter(({name}) => names.includes(name));
}

async function requireOwnDirectories(jobs: readonly Job[]): Promise<void> {
	const owners = await Promise.all(jobs.map(async job => ({job, directory: await realDirectory(job.dir)})));
	for (const [index, {job, directory}] of owners.entries()) {
		for (const other of owners.slice(0, index)) {
			const names = `jobs ${other.job.name} and ${job.name}`;
			if (directory === other.directory) throw new UsageError(`${job.file}: ${names} have the same directory: ${job.dir}`, {hint: 'give each a "dir" of its own'});
			if (`${directory}${sep}`.startsWith(`${other.directory}${sep}`) || `${other.directory}${sep}`.startsWith(`${directory}${sep}`)) {
				throw new UsageError(`${job.file}: of ${names}, one's directory is in the other's: ${other.job.dir}, ${job.dir}`, {hint: 'put them beside each other'});
			}
		}
	}
}

/** The path with the links in it followed, as far as it exists. */
async function realDirectory(path: string): Promise<string> {
	try {
		return await realpath(path);
	} catch (error) {
		const code = systemCode(error);
		if (code === undefined) throw error;
		// What is not there leads nowhere else; any other problem is told by the run that opens it.
		return code === 'ENOENT' && dirname(path) !== path ? join(await realDirectory(dirname(path)), basename(path)) : path;
	}
}
