import {readStanding, type ArchiveStanding} from '../../archive/manifest.ts';
import {requireArchive} from '../../archive/open-archive.ts';
import {planRun} from '../../archive/run-plan.ts';
import type {Context} from '../../base/context.ts';
import {fewestWindows, leastTimeMs, planOf, rangeText, windowText} from '../plan.ts';
import {countWindowsOf} from '../../engine/window-plan.ts';
import type {Window} from '../../engine/windows.ts';
import {formatDuration} from '../../base/duration.ts';
import {formatUtc} from '../../base/timezone.ts';
import {readArchiveFacts} from '../../archive/facts.ts';
import {readLearned} from './last-run.ts';
import type {OpenJob} from './open-job.ts';

interface Range {
	readonly since: string;
	readonly until: string;
}

/** What a job would do, as far as it can be known without asking the API. */
export interface JobPlan {
	readonly job: string;
	readonly source: string;
	readonly dir: string;
	/** What its archive covers already; null for one that is new. */
	readonly covered: Range | null;
	/** Gaps that are tried again. */
	readonly gaps: readonly Range[];
	/** What is looked through again for rows that came late. */
	readonly again: readonly Range[];
	/** What no run has read and the source no longer gives out. */
	readonly unreachable: Range | null;
	/** What no run has read; null where that is nothing. */
	readonly fresh: Range | null;
	/** Windows at most: as many as there are of the least length. They are longer where little happens. */
	readonly windows: number;
	/** How long they are. */
	readonly window: string;
	/** Requests where there is hardly a row. */
	readonly fewest_requests: number;
	readonly budget: string;
	/** The least time for that many requests under the budget, in milliseconds. */
	readonly least_time_ms: number;
	/** The first request as a curl command, the credentials masked. */
	readonly first_request: string | null;
}

/**
 * The plan of a job as the clock stands, for a run with or without `--thorough`. Looks at the archive, touches neither network nor lock, and writes nothing.
 * @throws UsageError when the directory holds the archive of another query; DamagedManifestError
 */
export async function planJob(
	{job, opened, overlapMs, asked, account, resolve}: OpenJob, {now, isThorough}: Pick<Context, 'now'> & {readonly isThorough: boolean},
): Promise<JobPlan> {
	await requireArchive(job.dir, {source: job.source, query: asked, account, learned: await readLearned(job.dir)});
	const archive = await readArchiveFacts(job.dir);
	const {query} = resolve(archive);
	const since = archive === undefined ? query.since : Date.parse(archive.since);
	const standing: ArchiveStanding = archive === undefined ? {until: since, segments: 0, records: 0, gaps: []} : readStanding(archive);
	const {gaps, overlap, unreachable, fresh, stretches} = await planRun({dir: job.dir, standing, since, query, overlapMs, lagMs: job.lagMs, isThorough, now: now()});
	const count = (windows: typeof countWindowsOf) =>
		stretches.reduce((sum, {from, to}) => sum + windows({...query, since: from, until: to}, from, now), 0);
	const [windows, fewest] = [count(countWindowsOf), count(fewestWindows)];
	const first = stretches.find(({from, to}) => from < to);
	return {
		job: job.name,
		source: job.source,
		dir: job.dir,
		covered: archive === undefined ? null : {since: archive.since, until: archive.until},
		gaps: gaps.map(gap => toRange(gap)),
		again: overlap.map(range => toRange(range)),
		unreachable: unreachable === undefined ? null : toRange(unreachable),
		fresh: fresh.from < fresh.to ? toRange(fresh) : null,
		windows,
		window: windowText(query),
		fewest_requests: fewest,
		budget: `${query.budget.requests}/${formatDuration(query.budget.perMs)}`,
		least_time_ms: leastTimeMs(fewest, query.budget),
		first_request: first === undefined ? null : planOf({...query, since: first.from, until: first.to}, opened, now).first_request,
	};
}

/** The plan for people, one fact a line. */
export function formatJobPlan(plan: JobPlan): string {
	const ranges = (all: readonly Range[]) => all.map(({since, until}) => `${since} up to ${until}`).join(', ');
	const rows: Array<[name: string, value: string | undefined]> = [
		['source', plan.source],
		['archive', plan.dir],
		['covered', plan.covered === null ? 'nothing yet' : ranges([plan.covered])],
		['gaps', plan.gaps.length === 0 ? undefined : ranges(plan.gaps)],
		['late rows', plan.again.length === 0 ? undefined : ranges(plan.again)],
		['out of reach', plan.unreachable === null ? undefined : ranges([plan.unreachable])],
		['new', plan.fresh === null ? 'nothing' : ranges([plan.fresh])],
		['windows', `${rangeText(plan)} of ${plan.window}`],
		['requests', `${rangeText(plan)}, and one for each further page of a window`],
		['budget', plan.budget],
		['least time', `${formatDuration(plan.least_time_ms)} under the budget`],
	];
	return [
		plan.job,
		...rows.flatMap(([name, value]) => value === undefined ? [] : [`  ${`${name}:`.padEnd(17)} ${value}`]),
		...(plan.first_request === null ? ['  first request:    none'] : ['  first request:', plan.first_request.replaceAll(/^/gm, '  ')]),
		'',
	].join('\n');
}

function toRange({from, to}: Window): Range {
	return {since: formatUtc(from), until: formatUtc(to)};
}
