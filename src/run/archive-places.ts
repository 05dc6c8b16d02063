import {join, resolve, sep} from 'node:path';
import {loadConfig, type LoadedConfig} from '../access/config/load.ts';
import {diskFiles, isThere} from '../archive/file-system.ts';
import {manifestName} from '../archive/layout.ts';
import type {HeaderLine} from '../archive/manifest.ts';
import {openArchive, readHeader, type OpenArchive} from '../archive/open-archive.ts';
import type {Context} from '../base/context.ts';
import {ExportError, systemCode, UsageError} from '../base/errors.ts';
import type {Log} from '../base/log.ts';
import {jobsOf, selectJobs, type Job} from './jobs/select-jobs.ts';

/** An archive that was named: by its directory, or by the job that writes it. */
export interface ArchivePlace {
	/** Absolute. */
	readonly dir: string;
	readonly job: Job | undefined;
}

/**
 * The archives of these names: those of jobs, or else the directories that hold one. A name with a `/` in it, or one that
 * begins with a dot, is a directory; no configuration is read where all are.
 * @throws UsageError for a name that is neither; what loading a configuration throws
 */
export async function archivePlaces(
	names: readonly string[], {config: explicitPath, context}: {config: string | undefined; context: Context},
): Promise<{places: ArchivePlace[]; config: LoadedConfig | undefined}> {
	let config: LoadedConfig | undefined;
	const places: ArchivePlace[] = [];
	for (const name of names) {
		const dir = resolve(context.cwd, name);
		const isArchive = await holdsManifest(dir);
		try {
			if (name.includes('/') || name.includes(sep) || name.startsWith('.')) throw noArchive(name);
			config ??= await loadConfig({explicitPath, env: context.env, cwd: context.cwd});
			if (config.path === undefined) throw noArchive(name);
			places.push(...selectJobs(await jobsOf(config, context.env), [name]).map(job => ({dir: job.dir, job})));
		} catch (error) {
			if (!isArchive || !(error instanceof ExportError)) throw error;
			places.push({dir, job: undefined});
		}
	}
	return {places, config};
}

async function holdsManifest(dir: string): Promise<boolean> {
	try {
		return await isThere(join(dir, manifestName));
	} catch (error) {
		if (systemCode(error) === undefined) throw error;
		// Whoever opens it says what else is wrong.
		return systemCode(error) !== 'ENOTDIR';
	}
}

function noArchive(name: string): UsageError {
	return new UsageError(`${name} is no archive: there is no manifest.ndjson`, {
		hint: 'name the directory of a job, the one that holds manifest.ndjson, or the job',
	});
}

/**
 * Opens an archive that is there, to change what it holds: takes its lock and clears away what a run left that was cut off.
 * @throws UsageError where there is none; LockedError, DamagedManifestError, OutputError
 */
export async function openToChange(
	{dir, job}: Pick<ArchivePlace, 'dir'> & Partial<ArchivePlace>, {context, log}: {context: Context; log: Log},
): Promise<{archive: OpenArchive; header: HeaderLine}> {
	if (job?.problem !== undefined) throw job.problem;
	const header = await readHeader(dir);
	if (header === undefined) throw noArchive(dir);
	const archive = await openArchive({
		dir, job: {source: header.source, query: header.query}, since: Date.parse(header.since), wait: false, files: diskFiles, context,
		notice: log.notice, warning: log.warning,
	});
	return {archive, header};
}
