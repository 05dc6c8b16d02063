import type {WindowReport} from '../engine/problems.ts';
import type {Window} from '../engine/windows.ts';
import type {AuditRecord} from '../base/record.ts';
import type {ArchiveResult} from './archive-result.ts';
import type {Recorder} from './recorder.ts';
import {settled} from './repair-work.ts';
import type {SeenBefore} from './seen-before.ts';
import type {SegmentDraft} from './segment-draft.ts';
import {WindowWriter} from './window-writer.ts';

export interface WindowWorkOptions {
	/** What is written of the window: its end may be earlier than that of what was read. */
	readonly window: Window;
	/** Undefined for a first reading. */
	readonly completes: 'late' | 'gap' | undefined;
	/** Why it stays, or becomes, a gap. */
	readonly gap: string | undefined;
	/** What its reading found out. */
	readonly report: WindowReport;
	/** The number of rows that the API stated for exactly this window. */
	readonly total: WindowReport['total'];
	readonly maxRecords: number;
	readonly seenBefore: SeenBefore;
	readonly recorder: Recorder;
	readonly result: ArchiveResult;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: () => number;
	/** Told the records that are written. */
	readonly inspect: (records: readonly AuditRecord[]) => void;
}

/** Writes the rows of one window that was read whole. */
export class WindowWork {
	/** Rows of segments before whose content was another. */
	#changedBefore = 0;
	readonly #writer: WindowWriter;
	readonly #options: WindowWorkOptions;

	constructor(options: WindowWorkOptions) {
		const {window, maxRecords, recorder} = options;
		this.#options = options;
		this.#writer = new WindowWriter({
			window,
			maxRecords,
			draft: async from => recorder.draft(from),
			commit: async (part, draft, oldest) => this.#commit(part, draft, oldest),
		});
	}

	/** Rows that the archive had with another content. */
	get changed(): number {
		return this.#options.seenBefore.changed;
	}

	/** Takes the next records, oldest first. Rows from the window's end on are left to another reading. */
	async take(records: readonly AuditRecord[]): Promise<void> {
		const {window, seenBefore, inspect, report} = this.#options;
		const own = records.filter(({time}) => time === undefined || time < window.to);
		const unseen = await seenBefore.unseen(settled(own, report));
		if (unseen.length === 0) return;
		inspect(unseen);
		await this.#writer.take(unseen);
	}

	/** Records that the window was read. */
	async end(): Promise<void> {
		const {window, completes, gap, total, recorder} = this.#options;
		if (await this.#writer.end()) return;
		// Nothing new and nothing to say: no late rows, or a gap that stays one.
		if (completes === 'late' ? gap === undefined : completes === 'gap' && gap !== undefined) return;
		await recorder.read({...window, draft: undefined, completes, total, gap});
	}

	/** Gives up the segment under way. */
	async abandon(): Promise<void> {
		if (this.#writer.draft !== undefined) await this.#options.recorder.discard(this.#writer.draft);
	}

	async #commit(part: Window, draft: SegmentDraft, oldest: number | undefined): Promise<void> {
		const {window, completes, gap, total, recorder, result, now, seenBefore} = this.#options;
		const isLate = completes === 'late' && oldest !== undefined;
		const lateByMs = isLate ? Math.max(0, now() - oldest) : undefined;
		const isWhole = part.from === window.from && part.to === window.to;
		const {records} = draft;
		await recorder.read({...part, draft, completes, gap, lateByMs, total: isWhole ? total : undefined});
		result.records += records;
		result.segments++;
		// What only changed did not come late.
		const changed = Math.min(records, seenBefore.changed - this.#changedBefore);
		this.#changedBefore += changed;
		const late = records - changed;
		if (completes !== 'late' || late === 0) return;
		result.late.records += late;
		result.late.latestByMs = Math.max(result.late.latestByMs, lateByMs ?? 0);
		result.late.windows.push({...part, records: late, lateByMs: lateByMs ?? 0});
	}
}
