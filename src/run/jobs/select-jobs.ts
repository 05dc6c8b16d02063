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
	/** Why it cannot run: its directory is another job's as well, or in it, or around it. */
	readonly problem: UsageError | undefined;
	/** The configuration's file, for messages. */
	readonly file: string;
}

/** Records of a segment where a job does not say. */
const defaultMaxRecords = 100_000;

/**
 * Every job of the configuration, in its order.
 * @throws UsageError when there is none
 */
export async function jobsOf({config, path}: LoadedConfig, env: Readonly<Record<string, string | undefined>>): Promise<Job[]> {
	const entries = Object.entries(config.jobs ?? {});
	if (path === undefined || entries.length === 0) {
		throw new UsageError(path === undefined ? 'there is no configuration, and so no job' : `${path} has no jobs`, {
			hint:
				'write them under "jobs" of a configuration file, see config.example.json: {"jobs": {"calls": {"source": "feishu-openapi", "dir": "archive/calls", "since": "7d"}}}',
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
		problem: undefined,
		file: path,
	}));
	const owners = await Promise.all(jobs.map(async (job): Promise<Owner> => ({job, directory: await realDirectory(job.dir)})));
	return owners.map(owner => ({...owner.job, problem: conflictOf(owner, owners)}));
}

/**
 * The jobs of these names, in the configuration's order; without names all of them.
 * @throws UsageError for a name that no job has
 */
export function selectJobs(jobs: readonly Job[], names: readonly string[]): readonly Job[] {
	const known = jobs.map(({name}) => name);
	const unknown = names.filter(name => !known.includes(name));
	if (unknown.length > 0) {
		throw new UsageError(
			unknown
				.map(name => `${JSON.stringify(name)} is no job of ${jobs[0]?.file ?? 'the configuration'}: ${nearestText(name, known)}`)
				.join('\n'),
			{
				hint: 'audit-export status lists them',
			},
		);
	}
	return names.length === 0 ? jobs : jobs.filter(({name}) => names.includes(name));
}

/** A job with its directory, the links to it followed. */
interface Owner {
	readonly job: Job;
	readonly directory: string;
}

/** Runs of two jobs must not meet in one directory: neither of them runs. */
function conflictOf(owner: Owner, all: readonly Owner[]): UsageError | undefined {
	const other = all.find(
		({job, directory}) => job !== owner.job && (isWithin(directory, owner.directory) || isWithin(owner.directory, directory)),
	);
	if (other === undefined) return undefined;
	const [first, second] = all.indexOf(other) < all.indexOf(owner) ? [other.job, owner.job] : [owner.job, other.job];
	const names = `jobs ${first.name} and ${second.name}`;
	if (other.directory === owner.directory)
		return new UsageError(`${first.file}: ${names} have the same directory: ${second.dir}`, {hint: 'give each a "dir" of its own'});
	return new UsageError(`${first.file}: of ${names}, one's directory is in the other's: ${first.dir}, ${second.dir}`, {
		hint: 'put them beside each other',
	});
}

function isWithin(path: string, directory: string): boolean {
	return `${path}${sep}`.startsWith(directory.endsWith(sep) ? directory : `${directory}${sep}`);
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
