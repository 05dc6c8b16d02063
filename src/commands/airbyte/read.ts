import {openApi} from '../../access/open-source.ts';
import type {Context} from '../../base/context.ts';
import {HOUR, parseDuration} from '../../base/duration.ts';
import {BrokenPipeError, exitCodes, ExportError, type ExitCode} from '../../base/errors.ts';
import {formatUtc} from '../../base/timezone.ts';
import {FormatSink, runExport} from '../../engine/export.ts';
import {ServerClock} from '../../engine/server-clock.ts';
import {Budget} from '../../http/budget.ts';
import type {Formatter} from '../../output/formats/index.ts';
import {failureOf} from '../../output/failure.ts';
import type {Checkpoint, Output} from '../../output/output.ts';
import {resolveSettings} from '../../query/settings.ts';
import {withRun} from '../../run/session.ts';
import type {SourceDefinition} from '../../sources/types.ts';
import {ownContext, profileOf, type ConnectorConfig, type StreamState} from './config.ts';
import type {Messages} from './messages.ts';

/** What a stream is read with. */
export interface StreamReading {
	readonly source: SourceDefinition;
	/** From where it ended, and otherwise from the start. */
	readonly isIncremental: boolean;
	/** Where an earlier read ended. */
	readonly state: StreamState | undefined;
	readonly config: ConnectorConfig;
	/** The configuration's file, for messages. */
	readonly path: string;
	readonly context: Context;
	readonly messages: Messages;
}

/**
 * Reads one stream: its records, and behind those of each window a STATE from which another read goes on, as long as nothing
 * is missing. How it ended is told.
 * @throws what ends the whole read: an interruption, a reader that went away
 */
export async function readStream(reading: StreamReading): Promise<ExitCode> {
	const {source: {name}, messages, context} = reading;
	await messages.status(name, 'STARTED');
	let failure: unknown;
	try {
		await readRecords(reading);
	} catch (error) {
		if (error instanceof BrokenPipeError) throw error;
		failure = error;
		await messages.failure(error, name);
	}
	await messages.status(name, failure === undefined ? 'COMPLETE' : 'INCOMPLETE');
	if (failure === undefined) return exitCodes.complete;
	if (context.signal.aborted) throw failure;
	return failureOf(failure).exitCode;
}

/** The API delivered, and not everything. */
class IncompleteError extends ExportError {
	override readonly exitCode = exitCodes.incomplete;
}

async function readRecords({source, isIncremental, state, config, path, messages, context}: StreamReading): Promise<void> {
	const {log} = messages;
	const own = ownContext(config, context);
	const opened = await openApi(source)({}, {
		context: own, config: profileOf(config, path), warn: log.warning,
	});
	const {query} = resolveSettings({
		source, defaults: {}, env: own.env, now: context.now(), terminal: false,
		flags: {since: formatUtc(startOf({source, isIncremental, state, config})), until: 'now', redactSecrets: config.redact_secrets === true},
	});
	const refreshing = isIncremental ? {} : {refreshing: true};
	const formatter = recordMessages(source.name, context);
	const ended = await withRun({context: own, log, budget: new Budget(query.budget, own)}, async ({counters, stop, connect}) => {
		const {client, inspect} = await connect(opened, query);
		const output = stateOutput(messages, {name: source.name, since: query.since, refreshing});
		const sink = new FormatSink({
			query, formatter, output, counters, inspect, clock: new ServerClock(context.now), beforeWrite: () => undefined, verbose: log.verbose,
		});
		await runExport(sink, {client, stop, signal: context.signal, now: context.now, sleep: context.sleep});
	});
	if ('error' in ended) throw ended.error;
	const {counters: {problems}} = ended;
	for (const {kind, since, until, detail} of problems) log.error(`${source.name}: ${kind} in ${formatUtc(since)} to ${formatUtc(until)}: ${detail}`);
	if (problems.length > 0)
		throw new IncompleteError(`${source.name} is not complete: ${problems.map(({detail}) => detail).slice(0, 10).join('; ')}`);
}

/** Unix milliseconds. A full refresh goes on only where an earlier attempt at it ended. */
function startOf({source, isIncremental, state, config}: Pick<StreamReading, 'source' | 'isIncremental' | 'state' | 'config'>): number {
	const first = Date.parse(config.start_date);
	if (state === undefined || (!isIncremental && state.refreshing !== true)) return first;
	const from = Date.parse(state.next_from);
	const overlapMs = config.overlap === undefined ? source.arrivesWithinMs ?? HOUR : parseDuration(config.overlap) ?? 0;
	return Math.max(first, isIncremental ? from - overlapMs : from);
}

/** Records as messages, each with the bytes that the API gave it. */
function recordMessages(stream: string, {now}: Pick<Context, 'now'>): Formatter {
	const name = JSON.stringify(stream);
	return {
		start: () => '',
		write: records => records.map(({text}) => `{"type":"RECORD","record":{"stream":${name},"emitted_at":${now()},"data":${text}}}\n`).join(''),
		end: () => '',
	};
}

/** Says as STATE what a file keeps as its checkpoint. */
function stateOutput(messages: Messages, {name, since, refreshing}: {name: string; since: number; refreshing: object}): Output {
	let last: Checkpoint = {nextFrom: since, records: 0};
	let told = 0;
	let isRunning = false;
	const tell = async (end: object) => {
		await messages.state(name, {next_from: formatUtc(last.nextFrom), ...end}, last.records - told);
		told = last.records;
	};
	return {
		async write(lines) {
			if (!isRunning && lines.length > 0) await messages.status(name, 'RUNNING');
			isRunning ||= lines.length > 0;
			await messages.lines(lines);
		},
		async checkpoint(checkpoint) {
			last = checkpoint;
			await tell(refreshing);
		},
		commit: async () => tell({}),
		abandon: async () => undefined,
	};
}
