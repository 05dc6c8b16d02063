import * as z from 'zod';
import {systemCode, UsageError} from '../base/errors.ts';
import {readRegularFile} from '../base/regular-file.ts';
import {parseJson} from '../json/value.ts';
import {DAY} from '../base/duration.ts';
import {formatUtc} from '../base/timezone.ts';
import {accountSchema, meetAccount, type Identity, type Meeting} from './account.ts';

/** How far the bounds of a range that moves with the clock may have moved for a run to be continued. */
const greatestSlideMs = DAY;

/** The range `[since, until)` of an export in Unix milliseconds, and which bounds move with the clock (`now`, `24h`). */
export interface OutputRange {
	readonly since: number;
	readonly until: number;
	readonly slidingSince: boolean;
	readonly slidingUntil: boolean;
}

const sidecarSchema = z.object({
	version: z.literal(1),
	/** Of everything that decides the bytes of the output, the range aside. */
	fingerprint: z.string(),
	/** Whose rows they are. */
	account: accountSchema.optional(),
	since: z.int(),
	until: z.int(),
	slidingSince: z.boolean(),
	slidingUntil: z.boolean(),
	/** When the first of the runs began, Unix milliseconds. */
	startedAt: z.int(),
	/** The length of the partial file up to the checkpoint; what follows is written again. */
	bytes: z.int().nonnegative(),
	checkpoint: z.object({
		nextFrom: z.int(), records: z.int().nonnegative(), failed: z.int().nonnegative().optional(), baseEvents: z.int().nonnegative().optional(),
		plan: z.string().optional(),
	}),
}).refine(({since, until, checkpoint: {nextFrom}}) => since <= nextFrom && nextFrom <= until);

/** What stands beside a partial file: all that a later run needs to continue it. */
export type Sidecar = z.infer<typeof sidecarSchema>;

/** Continue from a sidecar, or start over, with the reason where there is something to give up. */
export type ResumeDecision = {readonly resume: Sidecar; readonly met: Meeting} | {readonly restart: string | undefined};

/** What an earlier run left. */
export interface Leftovers {
	/** The sidecar's text, or undefined when there is none. */
	readonly sidecar: string | undefined;
	/** Bytes of the partial file, or undefined when there is none. */
	readonly partialBytes: number | undefined;
}

/** The text of a regular file, or undefined when there is none. @throws as `readRegularFile` */
export async function readIfThere(path: string): Promise<string | undefined> {
	try {
		return (await readRegularFile(path)).bytes.toString('utf8');
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return undefined;
		throw error;
	}
}

/**
 * Whether what an earlier run left is the beginning of this very export.
 * @param name the partial file, for messages
 * @throws UsageError when it is the beginning of another export, or of another account's, which must not be lost
 */
export function decideResume(
	name: string, {sidecar: text, partialBytes}: Leftovers, wanted: OutputRange & {fingerprint: string; account?: Identity | undefined},
): ResumeDecision {
	if (text === undefined)
		return {restart: partialBytes === undefined || partialBytes === 0 ? undefined : 'it has no checkpoint to continue from'};
	if (partialBytes === undefined) return {restart: 'it is gone, only its checkpoint is left'};
	const sidecar = sidecarSchema.safeParse(parseJson(text)).data;
	if (sidecar === undefined) return {restart: 'its checkpoint cannot be read'};
	const met = meetAccount(sidecar.account ?? {}, wanted.account ?? {});
	const foreign = foreignBecause(sidecar, wanted) ?? met.other;
	if (foreign !== undefined) {
		throw new UsageError(`${name} belongs to a different export: ${foreign}`, {
			hint: 'run that command again, name another output, or start over with --no-resume',
		});
	}
	if (partialBytes < sidecar.bytes) return {restart: 'it is shorter than its checkpoint says'};
	if (Math.max(Math.abs(sidecar.since - wanted.since), Math.abs(sidecar.until - wanted.until)) > greatestSlideMs) {
		return {restart: `its range, ${formatRange(sidecar)}, is more than a day away from the one asked for`};
	}
	return {resume: sidecar, met};
}

/** `<since> to <until>`. */
export function formatRange({since, until}: {since: number; until: number}): string {
	return `${formatUtc(since)} to ${formatUtc(until)}`;
}

/** Why a partial file is of another export, or undefined when it is not. A bound slides only where both runs let it. */
function foreignBecause(sidecar: Sidecar, wanted: OutputRange & {fingerprint: string}): string | undefined {
	if (sidecar.fingerprint !== wanted.fingerprint) return 'other options wrote it';
	const sameSince = sidecar.since === wanted.since || (sidecar.slidingSince && wanted.slidingSince);
	const sameUntil = sidecar.until === wanted.until || (sidecar.slidingUntil && wanted.slidingUntil);
	return sameSince && sameUntil ? undefined : `its range is ${formatRange(sidecar)}`;
}
