import {formatPath} from '../../access/config/explain.ts';
import type {LoadedConfig} from '../../access/config/load.ts';
import {expandPath} from '../../access/config/search-places.ts';
import {requireTrustedJob, requireTrustedPath, requireTrustedPlace} from '../../access/config/trust.ts';
import type {OpenedSource} from '../../access/open-source.ts';
import type {ArchiveFacts} from '../../archive/facts.ts';
import type {Context} from '../../base/context.ts';
import {DAY, formatDuration, HOUR} from '../../base/duration.ts';
import {UsageError} from '../../base/errors.ts';
import type {BudgetLimit} from '../../base/transport.ts';
import type {ExportFlags} from '../../query/options.ts';
import {resolveSettings, type ExportSettings} from '../../query/settings.ts';
import {formatUtc, parseTime} from '../../query/time.ts';
import type {Identity} from '../../output/account.ts';
import {stepMs, wholeUnits} from '../../sources/range.ts';
import {askedOf, type Asked} from '../identity.ts';
import type {Openable} from '../registry.ts';
import {flagsOfJob} from './job-options.ts';
import type {Job} from './select-jobs.ts';

/** What a job takes from the command line of `run`, before its own options. */
export type RunFlags = Pick<ExportFlags, 'config' | 'profile' | 'baseUrl' | 'host' | 'rate'>;

/** A job whose options are known to be usable, and whose source is open. Nothing has been sent yet. */
export interface OpenJob {
	readonly job: Job;
	readonly opened: OpenedSource;
	/** The app whose logs or budget it is; undefined where none is configured. */
	readonly appId: string | undefined;
	/** The requests that it may make. */
	readonly limit: BudgetLimit;
	/** How far back every run looks for late rows, in milliseconds. */
	readonly overlapMs: number;
	/** What an archive keeps to say what it holds, without secrets: another query is another archive. */
	readonly asked: Asked;
	/** Who signs in. */
	readonly account: Identity;
	/** What is asked for as the clock stands now, given what is archived already; of a new archive there may be warnings about its start. */
	readonly resolve: (archive: ArchiveFacts | undefined) => ExportSettings;
}

/**
 * Opens a job's source, with the job's options.
 * @throws UsageError for options that the source does not have or cannot take, and for a place that is unusable or not to be trusted
 */
export async function openJob(job: Job, {source: {open, options: rows, hosts}, runFlags, context, config, warn}: {
	source: Openable; runFlags: RunFlags; context: Context; config: LoadedConfig; warn: (message: string) => void;
}): Promise<OpenJob> {
	if (job.problem !== undefined) throw job.problem;
	const path = ['jobs', job.key, 'options'];
	const own = flagsOfJob(job.options, {rows, file: job.file, path});
	const {baseUrl, host, rate, config: configFile, profile} = runFlags;
	const flags: ExportFlags = {
		...own,
		...(baseUrl === undefined ? {} : {baseUrl}),
		...(rate === undefined ? {} : {rate}),
		...(host !== undefined && hosts.includes(host) ? {host} : {}),
		...(configFile === undefined ? {} : {config: configFile}),
		// A job that names its profile means one tenant: what the command line says is for the others.
		...((job.profile ?? profile) === undefined ? {} : {profile: job.profile ?? profile}),
		// As every path of the configuration, it starts there.
		...(typeof own['requestProfile'] === 'string' ? {requestProfile: expandPath(own['requestProfile'], job.base, context.env)} : {}),
		since: job.since, until: 'now', clip: true, order: 'time', format: 'ndjson',
	};
	requirePast(job, context.now());
	const opened = await open(flags, {context, config, warn});
	if (baseUrl === undefined && own.baseUrl !== undefined) requireTrustedPlace(config, formatPath([...path, 'base_url']), opened.baseUrl);
	// It also says what is asked there, with the session of whoever runs this.
	if (own['requestProfile'] !== undefined) requireTrustedPath(config, formatPath([...path, 'request_profile']));
	const {source, defaults} = opened;
	const resolve: OpenJob['resolve'] = archive => {
		const now = context.now();
		// A clock that was set back must not put the start of what is asked for after its end, the last whole unit of time.
		const since = archive === undefined ? job.since : formatUtc(Math.min(wholeUnits(now, stepMs(source.range)), Date.parse(archive.until)));
		const settings = resolveSettings({
			source, flags: {...flags, since}, defaults, env: context.env, now, terminal: false,
			redactAt: `${job.file}: ${formatPath([...path, 'redact'])}`,
		});
		return archive === undefined ? settings : {...settings, warnings: []};
	};
	const overlapMs = job.overlapMs ?? source.arrivesWithinMs ?? HOUR;
	requireKeepable(job, {overlapMs, config});
	const settings = resolve(undefined);
	return {
		job, opened, appId: await opened.appId?.(), limit: settings.query.budget, overlapMs,
		asked: askedOf({opened, flags, env: context.env, settings}, 'archive'), account: await opened.account(), resolve,
	};
}

/** @throws UsageError where a job would prune what its next runs look at again, or a file that nobody chose would have it prune */
function requireKeepable(
	{file, key, keepMs, lagMs}: Job, {overlapMs, config}: {overlapMs: number; config: LoadedConfig},
): void {
	if (keepMs === undefined) return;
	const setting = `jobs.${key}.keep`;
	requireTrustedJob(config, key);
	const leastMs = overlapMs + lagMs + DAY;
	if (keepMs >= leastMs) return;
	throw new UsageError(
		`${file}: ${setting}: ${formatDuration(keepMs)} is less than overlap, lag and a day, which are ${formatDuration(leastMs)}`,
		{hint: 'runs still look for late rows in that time'},
	);
}

/** @throws UsageError when nothing can be read from where the job begins */
function requirePast({file, key, since}: Job, now: number): void {
	const option = `${file}: jobs.${key}.since`;
	const {ms} = parseTime(since, {now, option});
	if (ms > now)
		throw new UsageError(`${option}: ${formatUtc(ms)} is yet to come; the clock stands at ${formatUtc(now)}`, {
			hint: 'let the job begin in the past, or set the clock',
		});
}
