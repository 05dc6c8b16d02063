import {createHash, hash} from 'node:crypto';
import type {AuditRecord} from '../base/record.ts';
import {toRecord} from '../engine/rows-of.ts';
import type {Window} from '../engine/windows.ts';
import type {SourceDefinition} from '../sources/types.ts';
import type {ListedSegment} from './layout.ts';
import {DamagedSegmentError, readSegment} from './segment-file.ts';
import {indexSegments} from './segment-index.ts';

/**
 * Rows that the archive has. A row is known by its id, also when its content has changed since; one without an id by its
 * text, as often as it was there.
 */
export class KnownRows {
	readonly #byId = new Map<string, string>();
	/** Of ids that several rows have, the contents of all but the first. */
	readonly #further = new Map<string, Set<string>>();
	readonly #withoutId = new Map<string, number>();

	/** Remembers a row. */
	add({id, text}: AuditRecord): void {
		const content = contentOf(text);
		if (id === undefined) this.#withoutId.set(content, (this.#withoutId.get(content) ?? 0) + 1);
		else if (!this.#byId.has(id)) this.#byId.set(id, content);
		// Two rows under one id: neither of them is a change of the other.
		else if (this.#byId.get(id) !== content) this.#further.set(id, (this.#further.get(id) ?? new Set()).add(content));
	}

	/** Looks a row up that was read again. Each is asked about once: of equal rows without an id, the archive may have fewer. */
	judge({id, text}: AuditRecord): 'new' | 'same' | 'changed' {
		const content = contentOf(text);
		if (id === undefined) {
			const count = this.#withoutId.get(content) ?? 0;
			if (count === 0) return 'new';
			this.#withoutId.set(content, count - 1);
			return 'same';
		}
		const known = this.#byId.get(id);
		if (known === undefined) return 'new';
		return known === content || this.#further.get(id)?.has(content) === true ? 'same' : 'changed';
	}
}

function contentOf(text: string): string {
	return hash('sha256', text, 'base64');
}

/**
 * Reads the rows of segments, and makes sure that these are as they were written.
 * @param dir the archive's directory
 * @param options.remember which of the rows are wanted: memory holds no others
 * @throws DamagedSegmentError when a segment is not what its line says: then it cannot be told what is known
 */
async function readKnownRows(dir: string, segments: readonly ListedSegment[], {source, remember}: {
	source: SourceDefinition; remember: (record: AuditRecord) => boolean;
}): Promise<KnownRows> {
	const known = new KnownRows();
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
