import type {Masker} from '../../base/context.ts';
import {join} from 'node:path';
import * as z from 'zod';
import {lastRunName} from '../../archive/layout.ts';
import {exitCodes, InterruptedError, LockedError, systemCode, UsageError} from '../../base/errors.ts';
import {readRegularFile, UnreadableFileError} from '../../base/regular-file.ts';
import {accountSchema, type Account} from '../../output/account.ts';
import {makeDirectory, writeFileAtomic} from '../../output/atomic.ts';
import {writeFailure} from '../../output/failure.ts';
import {formatUtc} from '../../base/timezone.ts';
import type {JobOutcome} from './job-summary.ts';

const instant = z.iso.datetime();
const count = z.int().min(0);

/** The part of `last-run.json` that is read again; the rest of it is the job's summary. */
const lastRunSchema = z.object({
	started_at: instant,
	ended_at: instant,
	status: z.enum(['complete', 'incomplete', 'failed', 'interrupted']),
	exit_code: z.int(),
	/** When a run last ended with exit code 0; null before the first. */
	last_success_at: instant.nullable(),
	/** Milliseconds from one start to the next, where `--every` says so. */
	every_ms: z.int().positive().nullable(),
	records: count,
	requests: count,
	waited_ms: count,
	late: z.object({records: count}),
	error: z.string().optional(),
	/** Whose rows the archive holds, where its later runs told more than its first. */
	account: accountSchema.optional(),
	/** The last line of the manifest when it ended. */
	head: z.object({line: count, sha256: z.string()}).nullable().optional(),
});

/** How a job's last run ended. Times are RFC 3339 in UTC. */
export type LastRun = z.infer<typeof lastRunSchema>;

/** How the last run into an archive ended, or undefined where nothing says so. */
export async function readLastRun(dir: string): Promise<LastRun | undefined> {
	try {
		return lastRunSchema.safeParse(JSON.parse((await readRegularFile(join(dir, lastRunName))).bytes.toString('utf8'))).data;
	} catch (error) {
		// Of another version, or touched by somebody: no run depends on it.
		const isUseless = error instanceof SyntaxError || error instanceof UnreadableFileError;
		if (isUseless || ['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
		throw error;
	}
}

/** What the runs into an archive told of the account, beyond its first line. No run depends on it, and what cannot be read is told when it is written. */
export async function readLearned(dir: string): Promise<Account | undefined> {
	try {
		return (await readLastRun(dir))?.account;
	} catch (error) {
		if (systemCode(error) !== undefined) return undefined;
		throw error;
	}
}

/**
 * Keeps how a run ended, for `status` and metrics; its owner alone may read it. A job that never got to its archive leaves
 * that word, too. Nothing is kept of a run that another one kept out, that was interrupted before it asked for anything, or
 * whose configuration was wrong before there was an archive.
 * @throws OutputError; UsageError when the directory cannot be used
 */
export async function writeLastRun({job, error, exitCode, summary, account, startedAt, endedAt}: JobOutcome, {everyMs, masker}: {
	everyMs: number | undefined; masker: Masker;
}): Promise<void> {
	// Where two jobs meet, the word there is about neither, or about the other.
	if (job.problem !== undefined) return;
	const neverMind =
		error instanceof UsageError
			? summary.covered === null
			: error instanceof InterruptedError
				? summary.requests === 0
				: error instanceof LockedError;
	if (neverMind) return;
	const path = join(job.dir, lastRunName);
	let before: LastRun | undefined;
	try {
		await makeDirectory(job.dir);
		before = await readLastRun(job.dir);
	} catch (thrown) {
		throw writeFailure(path, thrown);
	}
	const lastRun = {
		...summary,
		started_at: formatUtc(startedAt),
		ended_at: formatUtc(endedAt),
		last_success_at: exitCode === exitCodes.complete ? formatUtc(endedAt) : before?.last_success_at ?? null,
		every_ms: everyMs ?? null,
		account: account ?? before?.account,
	} satisfies LastRun;
	await writeFileAtomic(path, masker.mask(`${JSON.stringify(lastRun, undefined, '\t')}\n`), {mode: 0o600});
}
