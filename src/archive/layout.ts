import {DAY} from '../base/duration.ts';
import {formatUtc} from '../base/timezone.ts';
import type {CompactLine, SegmentLine} from './manifest.ts';

/*
 * What lies in an archive's directory:
 *
 *   manifest.ndjson                                        what there is: append-only, hash-chained
 *   data/                                                  the table: whoever reads below it finds records and nothing else
 *     dt=2026-11-20/20261120T000000Z_20261120T010000Z.ndjson.gz   a segment: the rows of a window, oldest first
 *     dt=2026-11-20/20261120T000000Z_20261120T010000Z.late-412.ndjson.gz   rows that came later, or filled a gap; 412 is its line
 *     dt=2026-11-20/20261120T000000Z_20261121T000000Z.day-998.ndjson.gz    the segments of a day as one
 *   run.json                                               a run is under way, or was cut off
 *   last-run.json                                          how the last run ended
 *   set-aside/                                             files that were damaged or that no line lists, renamed
 *   manifest.ndjson.lock/                                  the lock of the run under way
 */

export const manifestName = 'manifest.ndjson';

export const runMarkerName = 'run.json';

export const lastRunName = 'last-run.json';

export const setAsideName = 'set-aside';

/** The directory of the partitions, for which readers of tables look. */
export const dataName = 'data';

/** How segments are packed. */
export type SegmentCompression = 'gzip' | 'none';

/** A segment's place, by its name. */
export interface SegmentName {
	/** The window `[from, to)` in Unix milliseconds. */
	readonly from: number;
	readonly to: number;
	/** The manifest line that a later segment was written with; undefined for the first of its window. */
	readonly late?: number | undefined;
	/** The manifest line that says that it stands for all others of its day. */
	readonly day?: number | undefined;
	readonly compression: SegmentCompression;
}

const namePattern = /^data\/dt=(\d{4}-\d{2}-\d{2})\/(\d{8}T\d{6}(?:\.\d{3})?Z)_(\d{8}T\d{6}(?:\.\d{3})?Z)(?:\.(late|day)-(\d+))?\.ndjson(\.gz)?$/;

/** The path of a segment below the archive's directory, with `/` on every platform. */
export function segmentPath({from, to, late, day, compression}: SegmentName): string {
	const kind = day === undefined ? (late === undefined ? '' : `.late-${late}`) : `.day-${day}`;
	return `${dataName}/${partitionOf(from)}/${compact(from)}_${compact(to)}${kind}.ndjson${compression === 'gzip' ? '.gz' : ''}`;
}

/** What a path says, or undefined when no segment is called so. */
export function parseSegmentPath(path: string): SegmentName | undefined {
	const [, date, start, end, kind, line, gz] = namePattern.exec(path) ?? [];
	if (date === undefined || start === undefined || end === undefined) return undefined;
	const name: SegmentName = {
		from: expanded(start), to: expanded(end), compression: gz === undefined ? 'none' : 'gzip',
		...(kind === undefined ? {} : {[kind]: Number(line)}),
	};
	return Number.isNaN(name.from) || Number.isNaN(name.to) || segmentPath(name) !== path ? undefined : name;
}

/** The partition of an instant: its UTC day, as Hive writes it. */
export function partitionOf(ms: number): string {
	return `dt=${new Date(ms).toISOString().slice(0, 10)}`;
}

/** The first instant of a UTC day. */
export function startOfPartition(ms: number): number {
	return Math.floor(ms / DAY) * DAY;
}

/** The first instant of the next UTC day: no segment reaches beyond it. */
export function endOfPartition(ms: number): number {
	return (Math.floor(ms / DAY) + 1) * DAY;
}

function compact(ms: number): string {
	return new Date(ms).toISOString().replaceAll(/[-:]/g, '').replace('.000Z', 'Z');
}

function expanded(text: string): number {
	return Date.parse(text.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})/, '$1-$2-$3T$4:$5:'));
}

/** A segment file as its line lists it. */
export interface ListedSegment {
	/** The number of its line. */
	readonly line: number;
	/** Below the archive's directory. */
	readonly file: string;
	/** Its window `[from, to)` in Unix milliseconds. */
	readonly from: number;
	readonly to: number;
	readonly records: number;
	/** Size and hash of the file as it lies there. */
	readonly bytes: number;
	readonly sha256: string;
	/** What it completes, replaces, or is the whole `day` of; undefined for the first reading of a window. */
	readonly completes: 'late' | 'gap' | 'replaces' | 'day' | undefined;
}

/** The file that a line lists; undefined when its window needed none, or when it says what no line can say. */
export function listedSegment(line: SegmentLine | CompactLine): ListedSegment | undefined {
	const {file, sha256, records, bytes, replaces} = line;
	if (file === null || sha256 === null) return undefined;
	return {
		line: line.line, file, from: Date.parse(line.since), to: Date.parse(line.until), records, bytes, sha256,
		completes: line.kind === 'compact' ? 'day' : replaces === undefined ? line.completes : 'replaces',
	};
}

/** Why a segment cannot be called so, or undefined when it can. What no segment is called must not be opened: it could lie anywhere. */
export function nameProblem({file, from, to, line, completes}: ListedSegment): string | undefined {
	const name = parseSegmentPath(file);
	if (name === undefined) return 'no segment has such a name';
	if (name.from !== from || name.to !== to) return `its name says ${formatUtc(name.from)} to ${formatUtc(name.to)}`;
	if (from >= to) return 'its window is empty';
	if (to > endOfPartition(from)) return 'its window goes beyond the day of its partition';
	const {late, day} = completes === undefined ? {} : completes === 'day' ? {day: line, late: undefined} : {day: undefined, late: line};
	if (name.late === late && name.day === day) return undefined;
	return `its name should ${completes === undefined ? 'be that of a first reading' : `say ${day === undefined ? 'late' : 'day'}-${line}`}`;
}
