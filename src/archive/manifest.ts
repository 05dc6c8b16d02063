import {createHash} from 'node:crypto';
import * as z from 'zod';
import {formatUtc} from '../base/timezone.ts';
import {accountSchema} from '../output/account.ts';
import type {Gap} from './gaps.ts';

const instant = z.iso.datetime();

const sha256 = z.string().regex(/^[\da-f]{64}$/);

const range = z.object({since: instant, until: instant});

/**
 * What an archive comes to after a line, so that its last line alone tells where to go on. `until`: everything from the
 * archive's start up to here was read, but for the gaps.
 */
const standing = z.object({
	until: instant,
	/** Segment files and records in them, late ones included, replaced ones not. */
	segments: z.int().min(0),
	records: z.int().min(0),
	/** Windows that could not be read, or not completely; oldest first, without overlaps. */
	gaps: z.array(range.extend({reason: z.string()})),
	/** Of the time before this nothing is here any more: it was pruned. Absent as long as all is. */
	pruned: instant.optional(),
	/** Up to here, days were looked through for what can be compacted. */
	compacted: instant.optional(),
});

const common = {
	/** Number of the line, from 0. */
	line: z.int().min(0),
	/** When it was written. */
	at: instant,
	/** SHA-256 of the line before, without its line feed; 64 zeros in the first. */
	prev: sha256,
};

/** Of the archives that this program writes and reads. */
export const archiveVersion = 2;

/** The first line: what is archived. */
const headerLine = z.object({
	kind: z.literal('archive'),
	version: z.literal(archiveVersion),
	/** The source as a job names it. */
	source: z.string(),
	/** The archive's first instant. */
	since: instant,
	/** What decides which rows are asked for, without secrets: options by name, base URL. */
	query: z.record(z.string(), z.json()),
	/** Who signed in when it began. */
	account: accountSchema.optional(),
	...common,
	standing,
});

/** A window that was read. */
const segmentLine = z.object({
	kind: z.literal('segment'),
	...range.shape,
	/** Below the archive's directory; null where no file was needed. */
	file: z.string().nullable(),
	records: z.int().min(0),
	/** Size and hash of the file as it lies there; 0 and null without one. */
	bytes: z.int().min(0),
	sha256: sha256.nullable(),
	/** The number of rows that the API stated for its request, whose range may be a unit wider than the window. */
	total: z.int().nullable(),
	/**
	 * Why there is one more segment of a window that was read before: `late` rows that were not there then, or a `gap` that
	 * is filled, wholly unless the standing still names it. Absent for the first reading of a window.
	 */
	completes: z.enum(['late', 'gap']).optional(),
	/** By how much its latest row came late at most, in milliseconds: from its time to its discovery. */
	late_by_ms: z.int().min(0).optional(),
	/** The file that this one stands for from now on: it was damaged or lost, and its window was exported again. */
	replaces: z.string().optional(),
	...common,
	standing,
});

/** A window that could not be read; later ones were. */
const gapLine = z.object({kind: z.literal('gap'), ...range.shape, reason: z.string(), ...common, standing});

/** Time of which nothing is kept any more: from the archive's start, or the end of the line of this kind before, to `until`. */
const pruneLine = z.object({
	kind: z.literal('prune'),
	...range.shape,
	/** Why, for people: the option or the setting that said so. */
	rule: z.string(),
	/** The segments that were there; they are removed once this line stands. */
	removed: z.array(z.object({file: z.string(), records: z.int().min(0), sha256})),
	...common,
	standing,
});

/** The segments of a day as one: the same rows byte for byte, oldest first, those of the same time in the order of their lines. */
const compactLine = z.object({
	kind: z.literal('compact'),
	...range.shape,
	file: z.string(),
	records: z.int().min(0),
	bytes: z.int().min(0),
	sha256,
	/** The files that it stands for from now on; they are removed once this line stands. */
	replaces: z.array(z.string()),
	...common,
	standing,
});

export const lineSchema = z.discriminatedUnion('kind', [headerLine, segmentLine, gapLine, pruneLine, compactLine]);

/** One line of the manifest. Times are RFC 3339 in UTC. */
export type ManifestLine = z.infer<typeof lineSchema>;

export type HeaderLine = z.infer<typeof headerLine>;

export type SegmentLine = z.infer<typeof segmentLine>;

export type PruneLine = z.infer<typeof pruneLine>;

export type CompactLine = z.infer<typeof compactLine>;

export type Standing = z.infer<typeof standing>;

/** What the first line has in place of the hash of a line before it. */
export const chainStart = '0'.repeat(64);

/** The hash that the line after this text carries; the text comes without its line feed. */
export function hashLine(text: string | Uint8Array): string {
	return createHash('sha256').update(text).digest('hex');
}

/** What an archive comes to, as `Standing` says, with times in Unix milliseconds. */
export interface ArchiveStanding {
	readonly until: number;
	readonly segments: number;
	readonly records: number;
	readonly gaps: readonly Gap[];
	readonly pruned?: number | undefined;
	readonly compacted?: number | undefined;
}

/** A line's standing. */
export function readStanding({until, segments, records, gaps, pruned, compacted}: Standing): ArchiveStanding {
	return {
		until: Date.parse(until),
		segments,
		records,
		gaps: gaps.map(gap => ({from: Date.parse(gap.since), to: Date.parse(gap.until), reason: gap.reason})),
		...(pruned === undefined ? {} : {pruned: Date.parse(pruned)}),
		...(compacted === undefined ? {} : {compacted: Date.parse(compacted)}),
	};
}

/** A standing as a line carries it. */
export function writeStanding({until, segments, records, gaps, pruned, compacted}: ArchiveStanding): Standing {
	return {
		until: formatUtc(until), segments, records,
		gaps: gaps.map(({from, to, reason}) => ({since: formatUtc(from), until: formatUtc(to), reason})),
		...(pruned === undefined ? {} : {pruned: formatUtc(pruned)}),
		...(compacted === undefined ? {} : {compacted: formatUtc(compacted)}),
	};
}

/** From when on there are records: where the archive begins, or what was pruned of it ends. Unix milliseconds. */
export function firstKept({since}: Pick<HeaderLine, 'since'>, {pruned}: Pick<Standing, 'pruned'>): number {
	return Math.max(Date.parse(since), pruned === undefined ? -Infinity : Date.parse(pruned));
}

/** The files that are no part of the archive any more once a line stands. */
export function replacedBy(line: ManifestLine): readonly string[] {
	if (line.kind === 'compact') return line.replaces;
	if (line.kind === 'prune') return line.removed.map(({file}) => file);
	return line.kind === 'segment' && line.replaces !== undefined ? [line.replaces] : [];
}
