import type {Sleep} from '../base/context.ts';
import {inOrder, type Planner, type ReadWindow, type WindowEvent} from './in-order.ts';
import type {Window} from './windows.ts';

/** Where the records of a run end up: a format's text, or an archive. Calls are made one after the other. */
export interface Sink<W extends Window = Window> {
	/** Takes what comes next, window after window. */
	take(event: WindowEvent<W>): Promise<void>;
	/** It wants no more, although there may be more. Default false. */
	isFull?(): boolean;
	/** Everything has been taken. */
	end(): Promise<void>;
	/** The run ended with an error: leaves what there is in order, for the next run to go on. Never throws. */
	abandon(error: unknown): Promise<void>;
}

/** What a run of windows is pumped with. */
export interface PumpOptions<W extends Window> {
	/** Cuts windows as they are asked for. */
	readonly plan: Planner<W>;
	readonly read: ReadWindow<W>;
	/** Windows read at once. */
	readonly concurrency: number;
	/** Aborted when the run ends, whichever way; the client must listen to it. */
	readonly stop: AbortController;
	/** Aborts when the run was asked to stop. */
	readonly signal: AbortSignal;
	readonly sleep: Sleep;
}

/**
 * Windows → records → sink: the one way from an API to whatever keeps its records.
 * @throws whatever the reading or the sink throws, and the signal's reason when interrupted; the sink was abandoned by then
 */
export async function pump<W extends Window>(
	sink: Sink<W>, {plan, read, concurrency, stop, signal, sleep}: PumpOptions<W>,
): Promise<void> {
	try {
		if (sink.isFull?.() !== true) {
			for await (const event of inOrder(plan, read, {concurrency, stop, sleep})) {
				signal.throwIfAborted();
				await sink.take(event);
				if (sink.isFull?.() === true) break;
			}
		}
		await sink.end();
	} catch (error) {
		await sink.abandon(error);
		throw error;
	}
}
