import {NetworkError, type ExportError} from '../base/errors.ts';
import type {Window} from '../engine/windows.ts';
import type {Recorder} from './recorder.ts';
import {DamagedSegmentError} from './segment-file.ts';
import {mostFailuresInRow, type Progress, type Task} from './tasks.ts';

/** Of a reason, no more than this is kept in every line from then on. */
const mostReasonCharacters = 160;

interface Failed {
	readonly window: Window;
	readonly error: ExportError;
}

/**
 * Windows that could not be read. They become gaps once a later window was read, so that the archive's end never passes
 * one that is recorded nowhere; where nothing can be read, nothing is recorded, and the run ends with the error.
 */
export class Failures {
	#waiting: Failed[] = [];
	#ofNetwork = 0;
	readonly #progress: Progress;
	readonly #mask: (text: string) => string;
	readonly #covered: number;

	/**
	 * @param options.covered where the time begins that no run has read, Unix milliseconds
	 * @param options.mask takes secrets out of a text
	 */
	constructor({progress, covered, mask}: {progress: Progress; covered: number; mask: (text: string) => string}) {
		this.#progress = progress;
		this.#covered = covered;
		this.#mask = mask;
	}

	/** Takes time that no run has read, and none can any more. */
	unreachable(window: Window, error: ExportError): void {
		this.#waiting.push({window, error});
	}

	/**
	 * Takes a window that could not be read.
	 * @throws its error, when that is no matter of this window any more
	 */
	add(task: Task, error: ExportError): void {
		if (task.purpose !== 'gap' && task.purpose !== 'probe') this.#waiting.push({window: task, error});
		// The API answered.
		if (error instanceof DamagedSegmentError) return;
		if (task.purpose === 'gap') this.#progress.gapFailures++;
		else this.#progress.failures++;
		this.#ofNetwork = error instanceof NetworkError ? this.#ofNetwork + 1 : 0;
		if (this.#ofNetwork >= mostFailuresInRow || task.purpose === 'probe') throw error;
	}

	/** A window was read. */
	succeeded({purpose}: Task): void {
		this.#ofNetwork = 0;
		this.#progress.succeeded = true;
		if (purpose === 'gap') this.#progress.gapFailures = 0;
		else this.#progress.failures = 0;
	}

	/** Records as gaps what failed before a window that was read. */
	async record(recorder: Recorder): Promise<void> {
		const failed = this.#waiting;
		this.#waiting = [];
		for (const {window, error} of failed) await this.#record(recorder, window, error);
	}

	/**
	 * Settles the failures at the end of a run.
	 * @param options.to how far there can be rows already, by the server's clock; Unix milliseconds
	 * @throws the error of windows that are left for the next run
	 */
	async settle(recorder: Recorder, {to}: {to: number}): Promise<void> {
		const failed = this.#waiting;
		this.#waiting = [];
		for (const {window, error} of failed) {
			if (!this.#progress.succeeded || error instanceof NetworkError) throw error;
			await this.#record(recorder, {from: window.from, to: Math.max(Math.min(window.to, this.#covered), Math.min(window.to, to))}, error);
		}
	}

	async #record(recorder: Recorder, {from, to}: Window, error: ExportError): Promise<void> {
		const reason = this.#mask(error.message).slice(0, mostReasonCharacters);
		const known = Math.min(to, this.#covered);
		if (from < known) await recorder.read({from, to: known, draft: undefined, completes: 'late', total: undefined, gap: reason});
		const start = Math.max(from, this.#covered);
		if (start < to) await recorder.gap({from: start, to}, reason);
	}
}
