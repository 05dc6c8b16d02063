import {openApi} from '../access/open-source.ts';
import type {Context} from '../base/context.ts';
import {BrokenPipeError, exitCodes, UsageError, type ExitCode} from '../base/errors.ts';
import {nearestText} from '../base/nearest.ts';
import {newCounters} from '../engine/summary.ts';
import {Budget} from '../http/budget.ts';
import {failureOf} from '../output/failure.ts';
import {resolveSettings} from '../query/settings.ts';
import {firstRequestOf} from '../run/plan.ts';
import {rowSchema} from '../sources/schema.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {
	configurationSchema, offeredSources, ownContext, profileOf, readCatalog, readConfig, readState, type ConnectorConfig,
} from './airbyte/config.ts';
import {Messages} from './airbyte/messages.ts';
import {readStream} from './airbyte/read.ts';

/** The files that a platform gives a connector. */
export interface AirbyteFlags {
	readonly config: string;
	readonly catalog: string;
	readonly state?: string;
}

/** What a connector does, each answered by messages on stdout. Nothing goes to stderr; errors are TRACE messages. */
export type AirbyteWork = (messages: Messages, context: Context) => Promise<ExitCode>;

/** Does the work, and tells how it failed. @throws what ended the process: a reader that went away, an interruption */
export async function airbyteCommand(work: AirbyteWork, context: Context): Promise<ExitCode> {
	const messages = new Messages(context);
	let exitCode: ExitCode;
	try {
		exitCode = await work(messages, context);
	} catch (error) {
		if (error instanceof BrokenPipeError) throw error;
		// An interrupted stream has told of it.
		if (!context.signal.aborted) await messages.failure(error);
		exitCode = failureOf(error).exitCode;
	}
	await messages.end();
	return exitCode;
}

/** `spec`: what a connection needs to know. */
export const specWork: AirbyteWork = async messages => {
	await messages.send('SPEC', {connectionSpecification: configurationSchema(), supportsIncremental: true, protocol_version: '0.3.2'});
	return exitCodes.complete;
};

/** `discover`: a stream for each log that the configuration has credentials for. */
export function discoverWork(flags: Pick<AirbyteFlags, 'config'>): AirbyteWork {
	return async (messages, context) => {
		const config = await readConfig(flags.config, context);
		await messages.send('CATALOG', {streams: offeredSources(config).map(source => streamOf(source))});
		return exitCodes.complete;
	};
}

function streamOf(source: SourceDefinition): object {
	return {
		name: source.name,
		json_schema: {...rowSchema(source), $schema: 'http://json-schema.org/draft-07/schema#'},
		supported_sync_modes: ['full_refresh', 'incremental'],
		source_defined_cursor: true,
		default_cursor_field: source.time.split('.'),
		...(source.id === null ? {} : {source_defined_primary_key: [source.id.split('.')]}),
		is_resumable: true,
	};
}

/** `check`: whether at least one log can be read; those that cannot are named. */
export function checkWork(flags: Pick<AirbyteFlags, 'config'>): AirbyteWork {
	return async (messages, context) => {
		let status: object;
		try {
			const config = await readConfig(flags.config, context);
			const offered = offeredSources(config);
			const problems: string[] = [];
			for (const source of offered) {
				try {
					await ask(source, {config, path: flags.config, messages, context});
				} catch (error) {
					context.signal.throwIfAborted();
					problems.push(failureOf(error).message);
				}
			}
			for (const problem of problems) messages.log.warning(problem);
			status = problems.length < offered.length ? {status: 'SUCCEEDED'} : {status: 'FAILED', message: problems.join('\n')};
		} catch (error) {
			context.signal.throwIfAborted();
			status = {status: 'FAILED', message: failureOf(error).message};
		}
		await messages.send('CONNECTION_STATUS', status);
		return exitCodes.complete;
	};
}

/** Sends the first request of a source. @throws ExportError when it is refused */
async function ask(
	source: SourceDefinition, {config, path, messages: {log}, context}: {config: ConnectorConfig; path: string; messages: Messages; context: Context},
): Promise<void> {
	const own = ownContext(config, context);
	const opened = await openApi(source)({}, {context: own, config: profileOf(config, path), warn: log.warning});
	const {query} = resolveSettings({source, flags: {since: '1h'}, defaults: {}, env: own.env, now: context.now(), terminal: false});
	const client = await opened.connect({
		timeoutMs: query.timeoutMs, retries: 1, maxResponseBytes: query.maxResponseBytes, budget: new Budget(query.budget, own),
		counters: newCounters(), context: own, debug: undefined, warn: log.warning,
	});
	await client.send(firstRequestOf(query, context.now));
}

/** `read`: the records of the catalog's streams, one stream after the other. One that fails does not keep the others from being read. */
export function readWork(flags: AirbyteFlags): AirbyteWork {
	return async (messages, context) => {
		const config = await readConfig(flags.config, context);
		const states = flags.state === undefined ? undefined : await readState(flags.state, context);
		const offered = offeredSources(config);
		const streams = (await readCatalog(flags.catalog, context)).map(({name, isIncremental}) => {
			const source = offered.find(candidate => candidate.name === name);
			if (source !== undefined) return {source, isIncremental, state: states?.get(name)};
			throw new UsageError(`${flags.catalog}: ${flags.config} has no credentials for a stream ${JSON.stringify(name)}`, {
				hint: nearestText(name, offered.map(candidate => candidate.name)),
			});
		});
		let worst: ExitCode = exitCodes.complete;
		for (const stream of streams) {
			const exitCode = await readStream({...stream, config, path: flags.config, messages, context});
			worst = worst === exitCodes.complete ? exitCode : worst;
		}
		return worst;
	};
}
