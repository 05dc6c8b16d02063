import {dirname, join} from 'node:path';
import {LockedError} from '../base/errors.ts';
import {formatUtc} from '../base/timezone.ts';
import type {Window} from '../engine/windows.ts';
import type {ArchiveFiles} from './file-system.ts';
import {closestAsOne, withGap, withoutWindow} from './gaps.ts';
import {endOfPartition, type SegmentCompression} from './layout.ts';
import type {LineBody, ManifestWriter} from './manifest-writer.ts';
import {
	readStanding, writeStanding, type ArchiveStanding, type CompactLine, type PruneLine, type SegmentLine,
} from './manifest.ts';
import {draftSegment, type SegmentDraft, type WrittenSegment} from './segment-draft.ts';

/** Every line repeats the open gaps: beyond so many, neighbours become one. */
const mostGaps = 30;

/** A window that was read, or a part of one. */
export interface Reading extends Window {
	/** Its rows; undefined where there are none to write. */
	readonly draft: SegmentDraft | undefined;
	/** What it completes; undefined for a first reading. */
	readonly completes: SegmentLine['completes'];
	/** The number of rows that the API stated, where it is that of exactly this window. */
	readonly total: number | undefined;
	readonly lateByMs?: number | undefined;
	/** Why it stays, or becomes, a gap; undefined for a window that was read completely. */
	readonly gap: string | undefined;
}

export interface RecorderOptions {
	readonly dir: string;
	readonly files: ArchiveFiles;
	readonly writer: ManifestWriter;
	readonly compression: SegmentCompression;
	readonly standing: ArchiveStanding;
	/** Aborts when the archive's lock was taken away. */
	readonly lost: AbortSignal;
}

/** What a line of such a change says, beside what every line has. */
type ChangeOf<L> = Omit<L, 'line' | 'at' | 'prev' | 'standing'>;

/** Writes what was read into the archive: segment, then line, each durable before the next. */
export class Recorder {
	/** What the archive comes to, with what is held back. */
	standing: ArchiveStanding;
	/** What it comes to by its last line. */
	recorded: ArchiveStanding;
	/** Whether a file may lie there that no line lists: the next run has to sweep. */
	unclean = false;
	/** Where the earliest window begins of which it wrote rows. */
	earliest = Infinity;
	/** Windows without rows that follow one another: they become one line. */
	#held: (Window & {readonly total: number | undefined}) | undefined;
	readonly #options: RecorderOptions;

	constructor(options: RecorderOptions) {
		this.#options = options;
		this.standing = options.standing;
		this.recorded = options.standing;
	}

	/** Begins a segment of a window that starts at this instant. */
	async draft(from: number, compression = this.#options.compression): Promise<SegmentDraft> {
		const {dir, files, lost} = this.#options;
		lost.throwIfAborted();
		const draft = await draftSegment(dir, {from, to: endOfPartition(from), compression}, files);
		this.unclean = true;
		return draft;
	}

	/** Gives up a segment that was begun. What cannot be removed is left to the next run. */
	async discard(draft: SegmentDraft): Promise<void> {
		if (await draft.discard()) this.unclean = false;
	}

	/** Records that a window was read. The first reading of one without rows may be held back until the next line. */
	async read(reading: Reading): Promise<void> {
		if (reading.draft === undefined && reading.completes === undefined && reading.gap === undefined) {
			await this.#hold(reading);
			return;
		}
		await this.flush();
		const written =
			reading.draft === undefined ? undefined : await this.commit(reading, reading.draft, reading.completes === undefined ? undefined : 'late');
		await this.#append(reading, written);
		await this.#limitGaps();
	}

	/** Records a window, the next one, that could not be read. */
	async gap(window: Window, reason: string): Promise<void> {
		await this.flush();
		this.standing = {
			...this.standing, until: Math.max(this.standing.until, window.to),
			gaps: withGap(this.standing.gaps, {from: window.from, to: window.to, reason}),
		};
		await this.#line({kind: 'gap', ...asRange(window), reason, standing: writeStanding(this.standing)});
		await this.#limitGaps();
	}

	/** Writes what is held back. */
	async flush(): Promise<void> {
		const held = this.#held;
		if (held === undefined) return;
		this.#held = undefined;
		await this.#line(segmentLine({...held, draft: undefined, completes: undefined, gap: undefined}, undefined, this.standing));
	}

	/**
	 * Records a change of what is archived already.
	 * @param file what it would list: removed when the line cannot be added
	 */
	async change(line: ChangeOf<PruneLine> | ChangeOf<CompactLine>, change: Partial<ArchiveStanding>, file?: string): Promise<void> {
		const standing = {...this.standing, ...change};
		await this.#line({...line, standing: writeStanding(standing)}, file);
		this.standing = standing;
		this.unclean = false;
	}

	async #hold({from, to, total}: Window & {readonly total: number | undefined}): Promise<void> {
		const held = this.#held;
		const joins = held !== undefined && held.to === from && endOfPartition(held.from) >= to;
		if (!joins) await this.flush();
		this.#held = joins ? {from: held.from, to, total: undefined} : {from, to, total};
		this.standing = {...this.standing, until: to, gaps: withoutWindow(this.standing.gaps, {from, to})};
	}

	/** Gives a segment its name, before the next line lists it. @param kind what it is beside a first reading */
	async commit(
		{from, to}: Window, draft: SegmentDraft, kind: 'late' | 'day' | undefined, compression = this.#options.compression,
	): Promise<WrittenSegment> {
		const {writer, lost} = this.#options;
		lost.throwIfAborted();
		return draft.commit({from, to, compression, ...(kind === undefined ? {} : {[kind]: writer.nextLine})});
	}

	async #append(reading: Reading, written: WrittenSegment | undefined): Promise<void> {
		const {from, to, completes, gap} = reading;
		const before = this.standing;
		const standing: ArchiveStanding = {
			...before,
			until: completes === undefined ? to : before.until,
			segments: before.segments + (written === undefined ? 0 : 1),
			records: before.records + (written?.records ?? 0),
			gaps: gap === undefined ? withoutWindow(before.gaps, {from, to}) : withGap(before.gaps, {from, to, reason: gap}),
		};
		await this.#line(segmentLine(reading, written, standing), written?.file);
		if (written !== undefined) this.earliest = Math.min(this.earliest, from);
		this.standing = standing;
		this.unclean = false;
	}

	/** Adds a line. A file that it would have listed is removed when it cannot be added: its window is read again. */
	async #line(body: LineBody, file?: string): Promise<void> {
		const {dir, files, writer, lost} = this.#options;
		lost.throwIfAborted();
		try {
			await writer.append(body);
			this.recorded = readStanding(body.standing);
		} catch (error) {
			if (file !== undefined && !writer.unsettled && !(error instanceof LockedError)) {
				await files.remove(join(dir, file));
				await files.syncDirectory(dirname(join(dir, file)));
				this.unclean = false;
			}
			throw error;
		}
	}

	async #limitGaps(): Promise<void> {
		const {gaps} = this.standing;
		const joint = gaps.length > mostGaps ? closestAsOne(gaps) : undefined;
		if (joint !== undefined)
			await this.#append({from: joint.from, to: joint.to, gap: joint.reason, draft: undefined, completes: 'gap', total: undefined}, undefined);
	}
}

function segmentLine(
	{from, to, total, completes, lateByMs}: Reading, written: WrittenSegment | undefined, standing: ArchiveStanding,
): Extract<LineBody, {kind: 'segment'}> {
	return {
		kind: 'segment',
		...asRange({from, to}),
		file: written?.file ?? null,
		records: written?.records ?? 0,
		bytes: written?.bytes ?? 0,
		sha256: written?.sha256 ?? null,
		total: total ?? null,
		...(completes === undefined ? {} : {completes}),
		...(lateByMs === undefined ? {} : {late_by_ms: lateByMs}),
		standing: writeStanding(standing),
	};
}

function asRange({from, to}: Window): {since: string; until: string} {
	return {since: formatUtc(from), until: formatUtc(to)};
}
