import {Command} from 'commander';
import {exportCommand} from '../../src/run/export.ts';
import {exportOptions, type ExportFlags} from '../../src/query/options.ts';
import {mountOptions} from '../../src/commands/mount-options.ts';
import {openApi} from '../../src/access/open-source.ts';
import type {Context} from '../../src/base/context.ts';
import {ExportError} from '../../src/base/errors.ts';
import type {run} from '../../src/main.ts';
import {feishuApaas} from '../../src/sources/feishu-apaas.ts';
import {runCommand, type Ran} from '../helpers/context.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';
import {ModelServer} from './model-server.ts';
import {now, type Scenario} from './scenarios.ts';
import type {Script} from './faults.ts';

/** A server for a scenario, with its clock. */
export function serve(scenario: Scenario, {script = new Map(), exchangeScript = new Map(), clock = new VirtualClock(now)}: {script?: Script; exchangeScript?: Script; clock?: VirtualClock} = {}): {server: ModelServer; clock: VirtualClock} {
	const {dialect, rows, behaviour} = scenario;
	return {server: new ModelServer({dialect, rows, behaviour, script, exchangeScript, clock}), clock};
}

/** The command line of a scenario's export. */
export function argsOf({dialect: {source, args}, since, until, windowMs, auto, pageSize, concurrency, retries, order, rate}: Scenario): string[] {
	return [
		source, ...args, '--since', new Date(since).toISOString(), '--until', new Date(until).toISOString(), ...(auto ? [] : ['--window', `${windowMs}ms`]), '--page-size', String(pageSize),
		'--concurrency', String(concurrency), '--retries', String(retries), '--order', order, '--rate', `${rate}/1s`,
	];
}

/** Runs the export of a scenario against a server. */
export async function runExport(scenario: Scenario, {server, clock}: {server: ModelServer; clock: VirtualClock}, {args = [], cwd, signal}: {args?: readonly string[]; cwd?: string; signal?: AbortSignal} = {}): Promise<Ran> {
	const {dialect: {env}, knownCap} = scenario;
	return runCommand([...argsOf(scenario), ...args], {
		fetch: server.fetch, clock, env: {...env},
		...(cwd === undefined ? {} : {cwd}), ...(signal === undefined ? {} : {signal}),
		...(knownCap === undefined ? {} : {program: async (argv, _, context) => runWithCap(argv, context, knownCap)}),
	});
}

/** The export of feishu-apaas as the program runs it, but with a lower cap: ten thousand rows take long to make. */
async function runWithCap(argv: readonly string[], context: Context, cap: number): ReturnType<typeof run> {
	const source = {...feishuApaas, pagination: {...feishuApaas.pagination, cap}};
	let exitCode: Awaited<ReturnType<typeof run>> = 0;
	const command = new Command(source.name).exitOverride();
	mountOptions(command, exportOptions(source, ['feishu', 'lark']));
	command.action(async (flags: ExportFlags) => {
		exitCode = await exportCommand(openApi(source), flags, context);
	});
	try {
		await command.parseAsync(argv.slice(3), {from: 'user'});
		return exitCode;
	} catch (error) {
		if (!(error instanceof ExportError)) throw error;
		context.stderr.write(`error: ${error.message}\n`);
		return error.exitCode;
	}
}
