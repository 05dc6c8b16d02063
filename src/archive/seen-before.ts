import type {Window} from '../engine/windows.ts';
import type {AuditRecord} from '../record.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {KnownRows, readKnownRows} from './known-rows.ts';
import type {ListedSegment} from './listed-segment.ts';
import {DamagedSegmentError} from './segment-file.ts';
import {indexSegments} from './segment-index.ts';

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
	/** Rows that the archive has with another content. */
	changed = 0;
	readonly #timed: KnownRows;
	/** Rows whose time cannot be read, looked up when there are any. */
	#timeless: Promise<KnownRows> | undefined;
	readonly #options: SeenBeforeOptions;

	private constructor(options: SeenBeforeOptions, timed: KnownRows) {
		this.#options = options;
		this.#timed = timed;
	}

	/**
	 * Reads what the archive has of a window.
	 * @throws DamagedSegmentError when that cannot be told
	 */
	static async open(options: SeenBeforeOptions): Promise<SeenBefore> {
		const {dir, source, segments = [], window} = options;
		const timed = await readKnownRows(dir, segments, {source, remember: ({time}) => time !== undefined && time >= window.from && time < window.to});
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
				const verdict = known.judge(record);
				if (verdict === 'new') unseen.push(record);
				else if (verdict === 'changed') this.changed++;
			}
		}
		return unseen;
	}

	async #readTimeless(): Promise<KnownRows> {
		const {dir, source, window, strayMs} = this.#options;
		const around = {from: window.from - strayMs, to: window.to + strayMs};
		try {
			const index = await indexSegments(dir, [around]);
			return await readKnownRows(dir, index.within(around), {source, remember: ({time}) => time === undefined});
		} catch (error) {
			// Half of the window may be written by now; rather a row twice than not at all.
			if (error instanceof DamagedSegmentError) return new KnownRows();
			throw error;
		}
	}
}
