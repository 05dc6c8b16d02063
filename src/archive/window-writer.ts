import type {Window} from '../engine/windows.ts';
import type {AuditRecord} from '../base/record.ts';
import type {SegmentDraft} from './segment-draft.ts';

/** Text of one instant that is held back, in characters, until it is known whether it fits into the segment. */
const mostHeldCharacters = 8 * 1024 * 1024;

export interface WindowWriterOptions {
	readonly window: Window;
	/** Records per segment; only the rows of one instant may be more. */
	readonly maxRecords: number;
	/** Begins a segment of the time from this instant on. */
	readonly draft: (from: number) => Promise<SegmentDraft>;
	/**
	 * Takes over a segment that is whole: its rows are those of this part of the window.
	 * @param oldest the time of its first row; undefined when that cannot be read
	 */
	readonly commit: (part: Window, draft: SegmentDraft, oldest: number | undefined) => Promise<void>;
}

/**
 * Writes the rows of one window, oldest first, into as many segments as it takes. These tile the window from its start;
 * each ends where an instant does, so that the rows of an instant stay together.
 */
export class WindowWriter {
	/** Where the segment under way starts. */
	#from: number;
	#draft: SegmentDraft | undefined;
	/** The time of its first row. */
	#oldest: number | undefined;
	/** Records that are settled to belong to it, those that wait to be written included. */
	#records = 0;
	#waiting: string[] = [];
	/** The instant of the last row. */
	#instant: number | undefined;
	/** Whether its rows go wherever the segment goes: it is the segment's only one, or no instant at all. */
	#settled = false;
	/** Its rows, while it may still have to go into a segment of its own. */
	#held: string[] = [];
	#heldCharacters = 0;
	readonly #options: WindowWriterOptions;

	constructor(options: WindowWriterOptions) {
		this.#options = options;
		this.#from = options.window.from;
	}

	/** The segment under way, for whoever has to give it up. */
	get draft(): SegmentDraft | undefined {
		return this.#draft;
	}

	/** Takes the next records, in the order of their times; those without a time come last. */
	async take(records: readonly AuditRecord[]): Promise<void> {
		const {maxRecords} = this.#options;
		for (const {text, time} of records) {
			if (time !== this.#instant || this.#records + this.#held.length === 0) await this.#begin(time);
			if (this.#settled) {
				this.#waiting.push(text);
				this.#records++;
				continue;
			}
			this.#held.push(text);
			this.#heldCharacters += text.length;
			const fits = this.#records + this.#held.length <= maxRecords && this.#heldCharacters <= mostHeldCharacters;
			if (fits || time === undefined) continue;
			await this.#cut(time);
			this.#release();
			this.#settled = true;
		}
		await this.#write();
	}

	/** Ends the window: the segment under way reaches up to its end. Returns whether there were rows at all. */
	async end(): Promise<boolean> {
		this.#release();
		await this.#write();
		if (this.#draft === undefined) return false;
		await this.#cut(this.#options.window.to);
		return true;
	}

	/** Another instant begins: the one before is whole, and belongs to the segment under way. */
	async #begin(time: number | undefined): Promise<void> {
		this.#release();
		// Rows whose time cannot be read belong to no other part of the window than its end.
		if (time !== undefined && this.#records >= this.#options.maxRecords) await this.#cut(time);
		this.#instant = time;
		this.#settled = time === undefined || this.#records === 0;
		if (this.#records === 0) this.#oldest = time;
	}

	/** What was held back belongs to the segment under way. */
	#release(): void {
		for (const text of this.#held) this.#waiting.push(text);
		this.#records += this.#held.length;
		this.#held = [];
		this.#heldCharacters = 0;
	}

	async #write(): Promise<void> {
		if (this.#waiting.length === 0) return;
		this.#draft ??= await this.#options.draft(this.#from);
		await this.#draft.write(this.#waiting);
		this.#waiting = [];
	}

	/** Ends the segment under way before this instant. */
	async #cut(at: number): Promise<void> {
		await this.#write();
		const draft = this.#draft;
		if (draft === undefined) return;
		await this.#options.commit({from: this.#from, to: at}, draft, this.#oldest);
		this.#draft = undefined;
		this.#from = at;
		this.#oldest = at;
		this.#records = 0;
	}
}
