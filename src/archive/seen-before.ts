import {createHash} from 'node:crypto';
import type {AuditRecord} from '../base/record.ts';
import {toRecord} from '../engine/rows-of.ts';
import {SeenRows} from '../engine/seen-rows.ts';
import type {Window} from '../engine/windows.ts';
import type {SourceDefinition} from '../sources/types.ts';
import type {ListedSegment} from './layout.ts';
import {DamagedSegmentError, readSegment} from './segment-file.ts';
import {SegmentIndex} from './range.ts';

/**
 * Reads the rows of segments, and makes sure that these are as they were written.
 * @param dir the archive's directory
 * @param options.remember which of the rows are wanted: memory holds no others
 * @returns them as an earlier reading: the one that asks is another
 * @throws DamagedSegmentError when a segment is not what its line says: then it cannot be told what is known
 */
async function readKnownRows(dir: string, segments: readonly ListedSegment[], {source, remember}: {
	source: SourceDefinition; remember: (record: AuditRecord) => boolean;
}): Promise<SeenRows> {
	const known = new SeenRows();
	for (const {file, sha256, records} of segments) {
		const digest = createHash('sha256');
		let count = 0;
		for await (const lines of readSegment(dir, file, {onBytes: bytes => digest.update(bytes)})) {
			count += lines.length;
			for (const line of lines) {
				const record = parseRow(line, {file, source});
				if (remember(record)) known.add(record);
			}
		}
		if (count !== records || digest.digest('hex') !== sha256) throw new DamagedSegmentError(file, 'was altered since it was written');
	}
	known.begin();
	return known;
}

function parseRow(text: string, {file, source}: {file: string; source: SourceDefinition}): AuditRecord {
	try {
		return toRecord(text, JSON.parse(text), source);
	} catch (error) {
		if (error instanceof SyntaxError) throw new DamagedSegmentError(file, 'was altered since it was written', error);
		throw error;
	}
}

export interface SeenBeforeOptions {
	/** The archive's directory. */
	readonly dir: string;
	readonly source: SourceDefinition;
	/** The window that is read. */
	readonly window: Window;
	/** The archive's segments of this window; undefined where it is read for the first time. */
	readonly segments: readonly ListedSegment[] | undefined;
	/** Rows whose time cannot be read may have come with a window as far away as this, in milliseconds. */
	readonly strayMs: number;
}

/** Tells the rows of one window that the archive has from those that it does not. */
export class SeenBefore {
	/** Rows that the archive has with another content: it keeps both. */
	changed = 0;
	readonly #timed: SeenRows;
	/** Rows whose time cannot be read, looked up when there are any. */
	#timeless: Promise<SeenRows> | undefined;
	readonly #options: SeenBeforeOptions;

	private constructor(options: SeenBeforeOptions, timed: SeenRows) {
		this.#options = options;
		this.#timed = timed;
	}

	/**
	 * Reads what the archive has of a window.
	 * @throws DamagedSegmentError when that cannot be told
	 */
	static async open(options: SeenBeforeOptions): Promise<SeenBefore> {
		const {dir, source, segments = [], window} = options;
		const timed = await readKnownRows(dir, segments, {
			source, remember: ({time}) => time !== undefined && time >= window.from && time < window.to,
		});
		return new SeenBefore(options, timed);
	}

	/** The records that the archive does not have. */
	async unseen(records: readonly AuditRecord[]): Promise<AuditRecord[]> {
		const isFirstReading = this.#options.segments === undefined;
		const unseen: AuditRecord[] = [];
		for (const record of records) {
			// A first reading can only repeat a row that an earlier window took for its own, and that needs an id to be told.
			if (isFirstReading && (record.time !== undefined || record.id === undefined)) unseen.push(record);
			else {
				const known = record.time === undefined ? await (this.#timeless ??= this.#readTimeless()) : this.#timed;
				const seen = known.add(record);
				if (seen === 'new' || seen === 'other' || seen === 'changed') unseen.push(record);
				if (seen === 'changed') this.changed++;
			}
		}
		return unseen;
	}

	async #readTimeless(): Promise<SeenRows> {
		const {dir, source, window, strayMs} = this.#options;
		const around = {from: window.from - strayMs, to: window.to + strayMs};
		try {
			const index = await SegmentIndex.of(dir, [around]);
			return await readKnownRows(dir, index.within(around), {source, remember: ({time}) => time === undefined});
		} catch (error) {
			// Half of the window may be written by now; rather a row twice than not at all.
			if (error instanceof DamagedSegmentError) return new SeenRows();
			throw error;
		}
	}
}
