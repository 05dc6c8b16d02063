import type {Context} from '../base/context.ts';
import {requireDuration} from '../base/duration.ts';
import {oneOf, requireWholeNumber} from '../base/given.ts';
import {consolePaths} from '../sandbox/console/handler.ts';
import {consoleShapeNames} from '../sandbox/console/shape-names.ts';
import type {Sandbox} from '../sandbox/options.ts';
import {createSandbox} from '../sandbox/sandbox.ts';
import {serveSandbox} from '../sandbox/serve.ts';
import {sources} from '../sources/index.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {vendors, type VendorName} from '../sources/vendors/index.ts';

/** The values of `sandbox`'s options, as they are typed. */
export interface SandboxCommandOptions {
	readonly port?: string;
	readonly records?: string;
	readonly seed?: string;
	readonly latency?: string;
	readonly rate?: string;
	readonly order?: string;
	readonly ends?: string;
	readonly offset?: string;
	readonly cap?: string;
	readonly largestPage?: string;
	readonly totals?: string;
	readonly console?: string;
	readonly consoleReach?: string;
}

/** Where the sandbox listens unless `--port` says otherwise. */
export const defaultSandboxPort = 8787;

/** More rows in a day would no longer be made quickly. */
const maxRecordsPerDay = 1_000_000;

/** Seeds of random numbers are below this. */
const maxSeed = 2 ** 32 - 1;

/**
 * Serves the sandbox until the context's signal aborts, then closes it and returns. What to set and run stands on
 * stdout, as text that a shell can also read.
 * @throws UsageError for a wrong option, or a port that is taken.
 */
export async function sandboxCommand(
	options: SandboxCommandOptions, context: Pick<Context, 'stdout' | 'now' | 'sleep' | 'signal'>,
): Promise<void> {
	const sandbox = createSandbox({
		now: context.now,
		sleep: context.sleep,
		seed: requireWholeNumber(options.seed ?? '1', '--seed', {most: maxSeed}),
		recordsPerDay: requireWholeNumber(options.records ?? '1000', '--records', {most: maxRecordsPerDay}),
		latencyMs: options.latency === undefined ? 0 : requireDuration(options.latency, '--latency'),
		rate: oneOf(options.rate ?? 'real', ['real', 'off'], '--rate'),
		order: oneOf(options.order ?? 'descending', ['descending', 'ascending'], '--order'),
		ends: oneOf(options.ends ?? 'inclusive', ['inclusive', 'exclusive'], '--ends'),
		offsetCounts: oneOf(options.offset ?? 'rows', ['rows', 'pages'], '--offset'),
		...(options.cap === undefined ? {} : {cap: requireWholeNumber(options.cap, '--cap', {most: maxRecordsPerDay})}),
		...(options.largestPage === undefined ? {} : {largestPage: requireWholeNumber(options.largestPage, '--largest-page', {most: maxRecordsPerDay})}),
		totals: oneOf(options.totals ?? 'honest', ['honest', 'saturating'], '--totals'),
		console: oneOf(options.console ?? consoleShapeNames[0], consoleShapeNames, '--console'),
		consoleReach: oneOf(options.consoleReach ?? 'days', ['days', 'hours'], '--console-reach'),
	});
	const port = requireWholeNumber(options.port ?? String(defaultSandboxPort), '--port', {most: 65_535});
	context.signal.throwIfAborted();
	const served = await serveSandbox(sandbox, {port});
	try {
		context.stdout.write(sandboxPage(served.url, sandbox));
		await aborted(context.signal);
	} finally {
		await served.close();
	}
}

async function aborted(signal: AbortSignal): Promise<void> {
	await new Promise<void>(resolve => {
		if (signal.aborted) resolve();
		else signal.addEventListener('abort', () => resolve(), {once: true});
	});
}



/**
 * What `sandbox` tells its user: where it listens, and what to set and run to export from it. Everything but the
 * settings stands in comments, so a POSIX shell can read the page as it is.
 */
export function sandboxPage(
	url: string, {credentials, places, consolePassword}: Pick<Sandbox, 'credentials' | 'places' | 'consolePassword'>,
): string {
	const definitions = Object.values<SourceDefinition>(sources);
	const settings = [...new Set<VendorName>(definitions.map(({vendor}) => vendor))].flatMap(vendor => [
		`export ${vendors[vendor].env.appId}=${credentials[vendor].appId}`,
		`export ${vendors[vendor].env.appSecret}=${credentials[vendor].appSecret}`,
	]);
	const placeSettings = [
		...new Set(
			definitions.flatMap(({vendor, options}) =>
				Object.values(options).flatMap(({in: where, env, parameter}) =>
					where === 'path' && env !== undefined ? [`export ${env}=${places[vendor][parameter] ?? ''}`] : [],
				),
			),
		),
	];
	const signIns = [
		...new Set(
			definitions.filter(({auth}) => auth === 'user').map(({vendor}) => `#   audit-export auth login ${vendor} --base-url ${url}`),
		),
	];
	return [
		`# The sandbox stands in for the remote APIs at ${url} (Ctrl+C ends it).`,
		'# In another terminal, set its credentials (they are good for nothing else):',
		...settings,
		...placeSettings,
		'# and export from it:',
		...signIns,
		...definitions.map(({name}) => `#   audit-export ${name} --base-url ${url} --since 1h --limit 20`),
		`# Its developer console: ${url}${consolePaths.log(credentials.feishu.appId)} (any user name, password ${consolePassword})`,
		'',
	].join('\n');
}
