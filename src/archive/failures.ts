import {NetworkError, type ExportError} from '../base/errors.ts';
import type {Recorder} from './recorder.ts';
import {DamagedSegmentError} from './segment-file.ts';
import {mostFailuresInRow, type Progress, type Task} from './tasks.ts';

/** Of a reason, no more than this is kept in every line from then on. */
const mostReasonCharacters = 160;

interface Failed {
	readonly task: Task;
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

	/** @param options.mask takes secrets out of a text */
	constructor({progress, mask}: {progress: Progress; mask: (text: string) => string}) {
		this.#progress = progress;
		this.#mask = mask;
	}

	/**
	 * Takes a window that could not be read.
	 * @throws its error, when that is no matter of this window any more
	 */
	add(task: Task, error: ExportError): void {
		if (task.purpose !== 'gap' && task.purpose !== 'probe') this.#waiting.push({task, error});
		// The API answered, or was not asked.
		if (error instanceof DamagedSegmentError || task.purpose === 'unreachable') return;
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
		for (const {task, error} of failed) await this.#record(recorder, task, {to: task.to, error});
	}

	/**
	 * Settles the failures at the end of a run.
	 * @param options.to how far there can be rows already, by the server's clock; Unix milliseconds
	 * @throws the error of windows that are left for the next run
	 */
	async settle(recorder: Recorder, {to}: {to: number}): Promise<void> {
		const failed = this.#waiting;
		this.#waiting = [];
		for (const {task, error} of failed) {
			if (!this.#progress.succeeded || error instanceof NetworkError) throw error;
			await this.#record(recorder, task, {to: Math.min(task.to, to), error});
		}
	}

	async #record(recorder: Recorder, {purpose, from}: Task, {to, error}: {to: number; error: ExportError}): Promise<void> {
		if (to <= from) return;
		const reason = this.#mask(error.message).slice(0, mostReasonCharacters);
		if (purpose !== 'overlap') await recorder.gap({from, to}, reason);
		else await recorder.read({from, to, draft: undefined, completes: 'late', total: undefined, gap: reason});
	}
}
