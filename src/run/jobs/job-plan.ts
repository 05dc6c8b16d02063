import {readStanding, type ArchiveStanding} from '../../archive/manifest.ts';
import {requireArchive} from '../../archive/open-archive.ts';
import {nextWindow, planRun} from '../../archive/run-plan.ts';
import type {Context} from '../../base/context.ts';
import {planOf} from '../plan.ts';
import type {Window} from '../../engine/windows.ts';
import {formatDuration} from '../../base/duration.ts';
import type {Query} from '../../query/query.ts';
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
	readonly windows: number;
	/** The fewest requests: one page for every window. */
	readonly fewest_requests: number;
	readonly budget: string;
	/** The least time for that many requests under the budget, in milliseconds. */
	readonly least_time_ms: number;
	/** The first request as a curl command, the credentials masked. */
	readonly first_request: string | null;
}

/**
 * The plan of a job as the clock stands. Looks at the archive, touches neither network nor lock, and writes nothing.
 * @throws UsageError when the directory holds the archive of another query; DamagedManifestError
 */
export async function planJob({job, opened, overlapMs, asked, account, resolve}: OpenJob, {now}: Pick<Context, 'now'>): Promise<JobPlan> {
	await requireArchive(job.dir, {source: job.source, query: asked, account, learned: await readLearned(job.dir)});
	const archive = await readArchiveFacts(job.dir);
	const {query} = resolve(archive);
	const since = archive === undefined ? query.since : Date.parse(archive.since);
	const standing: ArchiveStanding = archive === undefined ? {until: since, segments: 0, records: 0, gaps: []} : readStanding(archive);
	const {gaps, overlap, unreachable, fresh} = planRun({standing, since, query, overlapMs, lagMs: job.lagMs, now: now()});
	const ranges = [...gaps, ...overlap, ...(fresh.from < fresh.to ? [fresh] : [])];
	const windows = ranges.reduce((sum, range) => sum + countWindows(range, query, now), 0);
	const [first] = ranges;
	const {requests, perMs} = query.budget;
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
		fewest_requests: windows,
		budget: `${requests}/${formatDuration(perMs)}`,
		least_time_ms: windows === 0 ? 0 : Math.floor((windows - 1) / requests) * perMs,
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
		['windows', String(plan.windows)],
		['fewest requests', `${plan.fewest_requests}, one page a window`],
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

function countWindows(range: Window, query: Query, now: () => number): number {
	let count = 0;
	for (let {from} = range; from < range.to; count++) from = nextWindow({from, to: range.to}, {query, lengthMs: query.windowMs, now}).to;
	return count;
}

function toRange({from, to}: Window): Range {
	return {since: formatUtc(from), until: formatUtc(to)};
}
