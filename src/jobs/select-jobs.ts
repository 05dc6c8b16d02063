import {realpath} from 'node:fs/promises';
import {basename, dirname, join, sep} from 'node:path';
import {nearestText} from '../config/explain.ts';
import type {LoadedConfig} from '../config/load.ts';
import {expandPath} from '../config/search-places.ts';
import {systemCode, UsageError} from '../errors.ts';
import {parseDuration} from '../query/duration.ts';
import type {Job} from './job.ts';

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
