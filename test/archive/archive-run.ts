import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {newArchiveResult, type ArchiveResult} from '../../src/archive/archive-result.ts';
import type {ArchiveFiles} from '../../src/archive/file-system.ts';
import {runArchive, type ArchiveOptions} from '../../src/archive/run-archive.ts';
import {newCounters, type RunCounters} from '../../src/engine/summary.ts';
import type {Client} from '../../src/http/client.ts';
import {Masker} from '../../src/json/secrets/masker.ts';
import {HOUR, MINUTE} from '../../src/base/duration.ts';
import type {Query} from '../../src/query/query.ts';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';
import {realSleep} from './real-sleep.ts';

/** When the model's time begins: shortly before a UTC midnight. */
export const beginning = Date.UTC(2026, 10, 20, 21);

/** A clock that goes when it is told to. */
export interface ModelClock {
	ms: number;
	readonly now: () => number;
}

export function modelClock(ms = beginning): ModelClock {
	const clock = {ms, now: () => clock.ms};
	return clock;
}

/** A directory of its own for an archive, not there yet; removed after the test. */
export function archiveDirectory(): string {
	const parent = mkdtempSync(join(tmpdir(), 'archive-'));
	onTestFinished(() => {
		rmSync(parent, {recursive: true, force: true});
	});
	return join(parent, 'logs');
}

export interface RunSetup {
	readonly dir: string;
	readonly client: Client;
	readonly clock: ModelClock;
	readonly options?: Partial<ArchiveOptions>;
	readonly query?: Partial<Query>;
	readonly files?: ArchiveFiles;
	readonly signal?: AbortSignal;
}

/** What a run came to, however it ended. */
export interface Ended {
	readonly result: ArchiveResult;
	readonly error: unknown;
	readonly counters: RunCounters;
	/** Lines of the log, by level. */
	readonly log: string[];
}

/** One run into an archive of the model server. */
export async function archiveRun({dir, client, clock, options = {}, query = {}, files, signal = new AbortController().signal}: RunSetup): Promise<Ended> {
	const counters = newCounters();
	const result = newArchiveResult();
	const log: string[] = [];
	const say = (level: string) => (message: string) => {
		log.push(`${level}: ${message}`);
	};
	const stop = new AbortController();
	const onAbort = () => {
		stop.abort(signal.reason);
	};
	signal.addEventListener('abort', onAbort);
	const ended = {result, counters, log};
	try {
		await runArchive({
			dir, compression: 'none', since: beginning, overlapMs: HOUR, lagMs: 0, maxRecords: 100_000, job: {source: 'feishu-openapi', query: {}}, wait: false, ...options,
		}, {
			query: modelQuery(query), client, counters, stop, result,
			context: {now: clock.now, monotonic: clock.now, random: () => 0.5, sleep: realSleep, signal, masker: new Masker()},
			log: {notice: say('notice'), warning: say('warning'), verbose: say('verbose')},
			inspect: () => undefined,
			...(files === undefined ? {} : {files}),
		});
		return {...ended, error: undefined};
	} catch (error) {
		return {...ended, error};
	} finally {
		signal.removeEventListener('abort', onAbort);
	}
}

function modelQuery(query: Partial<Query>): Query {
	return {
		source: feishuOpenapi, since: 0, until: 0, filters: {}, pageSize: 100, windowMs: 10 * MINUTE, timezone: 'UTC', order: 'time', redact: [],
		concurrency: 4, budget: {requests: 100, perMs: MINUTE}, timeoutMs: 1000, retries: 0, maxResponseBytes: 2 ** 28, ...query,
	};
}
