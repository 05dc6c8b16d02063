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

export const lineSchema = z.discriminatedUnion('kind', [headerLine, segmentLine, gapLine]);

/** One line of the manifest. Times are RFC 3339 in UTC. */
export type ManifestLine = z.infer<typeof lineSchema>;

export type HeaderLine = z.infer<typeof headerLine>;

export type SegmentLine = z.infer<typeof segmentLine>;

export type GapLine = z.infer<typeof gapLine>;

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
}

/** A line's standing. */
export function readStanding({until, segments, records, gaps}: Standing): ArchiveStanding {
	return {
		until: Date.parse(until),
		segments,
		records,
		gaps: gaps.map(gap => ({from: Date.parse(gap.since), to: Date.parse(gap.until), reason: gap.reason})),
	};
}

/** A standing as a line carries it. */
export function writeStanding({until, segments, records, gaps}: ArchiveStanding): Standing {
	return {
		until: formatUtc(until), segments, records,
		gaps: gaps.map(({from, to, reason}) => ({since: formatUtc(from), until: formatUtc(to), reason})),
	};
}
