import {realpath} from 'node:fs/promises';
import {basename, dirname, join, sep} from 'node:path';
import type {LoadedConfig} from '../../access/config/load.ts';
import {expandPath} from '../../access/config/search-places.ts';
import type {SegmentCompression} from '../../archive/layout.ts';
import {parseDuration} from '../../base/duration.ts';
import {systemCode, UsageError} from '../../base/errors.ts';
import {nearestText} from '../../base/nearest.ts';
import {comparablePath} from '../../output/windows.ts';
import {forEach, patternOf} from './for-each.ts';
import type {JobOptions} from './job-options.ts';

/** One job of the configuration: what is archived where, and how much of it is read again. */
export interface Job {
	/** As the configuration names it; of a job for many profiles `name@profile`. */
	readonly name: string;
	/** Its key under `jobs` of the configuration, for messages. */
	readonly key: string;
	/** Words by which it is found beside its names. */
	readonly labels: readonly string[];
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
	/** How long records are kept, in milliseconds; undefined for ever. */
	readonly keepMs: number | undefined;
	/** Whether each closed day becomes one segment. */
	readonly compact: boolean;
	readonly profile: string | undefined;
	/** Most records of one segment. */
	readonly maxRecords: number;
	/** Gaps that end by then, Unix milliseconds, do not make a run incomplete: nothing can fill them any more. */
	readonly acceptGapsBefore: number | undefined;
	/** Why it cannot run: its directory is another job's as well, or in it, or around it. */
	readonly problem: UsageError | undefined;
	/** The file that it stands in, for messages. */
	readonly file: string;
	/** Where its relative paths start. */
	readonly base: string;
}

/** Records of a segment where a job does not say. */
const defaultMaxRecords = 100_000;

/**
 * Every job of the configuration, in its order.
 * @throws UsageError when there is none
 */
export async function jobsOf({config, path, jobFiles}: LoadedConfig, env: Readonly<Record<string, string | undefined>>): Promise<Job[]> {
	const entries = Object.entries(config.jobs ?? {}).flatMap(([key, job]) =>
		forEach(key, job, {config, file: jobFiles?.get(key) ?? path ?? ''}),
	);
	if (path === undefined || entries.length === 0) {
		throw new UsageError(path === undefined ? 'there is no configuration, and so no job' : `${path} has no jobs`, {
			hint:
				'write them under "jobs" of a configuration file, see config.example.json: {"jobs": {"calls": {"source": "feishu-openapi", "dir": "archive/calls", "since": "7d"}}}',
		});
	}
	const base = dirname(path);
	const jobs = entries.map(({name, key, job}): Job => ({
		name,
		key,
		labels: job.labels ?? [],
		source: job.source,
		options: job.options ?? {},
		dir: expandPath(job.dir, base, env),
		compression: job.compress ?? 'gzip',
		since: job.since ?? '24h',
		overlapMs: job.overlap === undefined ? undefined : parseDuration(job.overlap),
		lagMs: parseDuration(job.lag ?? '0s') ?? 0,
		keepMs: job.keep === undefined ? undefined : parseDuration(job.keep),
		compact: job.compact === true,
		profile: job.profile,
		maxRecords: job.max_records ?? defaultMaxRecords,
		acceptGapsBefore: job.accept_gaps_before === undefined ? undefined : Date.parse(job.accept_gaps_before),
		problem: undefined,
		file: jobFiles?.get(key) ?? path,
		base,
	}));
	const problems = conflicts(await Promise.all(jobs.map(async (job): Promise<Owner> => ({job, directory: await realDirectory(job.dir)}))));
	return jobs.map(job => ({...job, problem: problems.get(job)}));
}

/**
 * The jobs of these names, in the configuration's order; without names all of them. A job is meant by its name, that of
 * the profile it was made for, its key in the configuration, and its labels; `*` and `?` stand for any characters and for one.
 * @throws UsageError for a name that no job has
 */
export function selectJobs(jobs: readonly Job[], names: readonly string[]): readonly Job[] {
	if (names.length === 0) return jobs;
	const wordsOf = ({name, key, profile, labels}: Job) => [name, key, ...(name === key || profile === undefined ? [] : [profile]), ...labels];
	const chosen = new Set<Job>();
	const unknown: string[] = [];
	for (const name of names) {
		const pattern = patternOf(name);
		const meant = jobs.filter(job => wordsOf(job).some(word => pattern.test(word)));
		for (const job of meant) chosen.add(job);
		if (meant.length === 0) unknown.push(name);
	}
	if (unknown.length > 0) {
		const known = [...new Set(jobs.flatMap(job => wordsOf(job)))];
		const file = jobs[0]?.file ?? 'the configuration';
		throw new UsageError(unknown.map(name => `${JSON.stringify(name)} is no job of ${file}: ${nearestText(name, known)}`).join('\n'), {
			hint: 'audit-export status lists them',
		});
	}
	return jobs.filter(job => chosen.has(job));
}

/** A job with its directory, the links to it followed. */
interface Owner {
	readonly job: Job;
	readonly directory: string;
}

/** Runs of two jobs must not meet in one directory: neither of them runs. */
function conflicts(owners: readonly Owner[]): Map<Job, UsageError> {
	const problems = new Map<Job, UsageError>();
	// In this order whatever is within a directory follows it.
	const sorted = owners
		.map(owner => ({...owner, path: `${comparablePath(owner.directory).replace(/[/\\]$/, '')}${sep}`}))
		.toSorted((a, b) => (a.path < b.path ? -1 : 1));
	let around: (typeof sorted)[number] | undefined;
	for (const owner of sorted) {
		if (around === undefined || !owner.path.startsWith(around.path)) {
			around = owner;
			continue;
		}
		const problem = conflictOf(
			owners.findIndex(({job}) => job === around?.job) < owners.findIndex(({job}) => job === owner.job) ? [around, owner] : [owner, around],
		);
		problems.set(owner.job, problem);
		if (!problems.has(around.job)) problems.set(around.job, problem);
	}
	return problems;
}

function conflictOf([{job: first, directory}, {job: second, directory: other}]: readonly [Owner, Owner]): UsageError {
	const names = `jobs ${first.name} and ${second.name}`;
	return comparablePath(directory) === comparablePath(other)
		? new UsageError(`${second.file}: ${names} have the same directory: ${second.dir}`, {hint: 'give each a "dir" of its own'})
		: new UsageError(`${second.file}: of ${names}, one's directory is in the other's: ${first.dir}, ${second.dir}`, {
			hint: 'put them beside each other',
		});
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
