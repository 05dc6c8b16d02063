import {CommanderError} from 'commander';
import type {Context} from './context.ts';
import {BrokenPipeError, ExportError, exitCodes, systemCode, UsageError, type ExitCode} from './errors.ts';
import {graceMs} from './output/interruption.ts';
import {createProcessContext} from './process-context.ts';
import {createProgram, type Outcome} from './program.ts';

/**
 * The process edge: runs the command line and turns whatever is thrown into `error: …`, `hint: …` and an exit code.
 * @param argv as `process.argv`.
 */
export async function main(argv: readonly string[], version: string): Promise<ExitCode> {
	const context = createProcessContext();
	// Without a listener a reader that goes away ends the process with a stack trace. Writers see the error themselves.
	process.stdout.on('error', error => {
		if (systemCode(error) !== 'EPIPE') process.exitCode ??= exitCodes.api;
	});
	// Messages that nobody can read any more must not end an export.
	process.stderr.on('error', () => undefined);
	const exitCode = await run(argv, version, context);
	// What was written may still be on its way to a reader that takes nothing: an interrupted run does not wait for that.
	if (context.signal.aborted) setTimeout(() => process.exit(exitCode), graceMs).unref();
	return exitCode;
}

/** As `main`, in any context. */
export async function run(argv: readonly string[], version: string, context: Context): Promise<ExitCode> {
	const outcome: Outcome = {exitCode: exitCodes.complete};
	const program = createProgram(context, version, outcome, argv);
	try {
		await program.parseAsync([...argv]);
		return outcome.exitCode;
	} catch (error) {
		return report(error, argv, context);
	}
}

function report(error: unknown, argv: readonly string[], context: Context): ExitCode {
	if (error instanceof CommanderError) {
		// Help and version are thrown, too, with exit code 0. Help asked for by giving no command is a usage error.
		if (error.exitCode === 0) return exitCodes.complete;
		if (error.code === 'commander.help') return exitCodes.usage;
		return report(usageError(error, argv), argv, context);
	}
	if (error instanceof BrokenPipeError) return error.exitCode;
	const debug = argv.includes('--debug');
	if (error instanceof ExportError) {
		print(argv, context, error.message, error.hint);
		if (error.kept !== undefined && !argv.includes('-q') && !argv.includes('--quiet')) context.stderr.write(`${error.kept}\n`);
		if (debug) context.stderr.write(`${context.masker.mask(stackOf(error))}\n`);
		return error.exitCode;
	}
	const message = error instanceof Error ? error.message : String(error);
	print(argv, context, `unexpected: ${message}`, 'this is a bug in audit-export; please report it with the output of --debug');
	if (debug) context.stderr.write(`${context.masker.mask(stackOf(error))}\n`);
	return exitCodes.bug;
}

/** Commander's one-line message, with its suggestion as the hint. */
function usageError(error: CommanderError, argv: readonly string[]): UsageError {
	const [message = '', ...suggestion] = error.message.replace(/^error: /, '').split('\n');
	const command = argv[2] === undefined || argv[2].startsWith('-') ? 'audit-export' : `audit-export ${argv[2]}`;
	const hint = suggestion.join(' ').replace(/^\((.*)\)$/, '$1');
	return new UsageError(message, {hint: `${hint === '' ? '' : `${hint} `}See ${error.code === 'commander.unknownCommand' ? 'audit-export' : command} --help`});
}

function print(argv: readonly string[], {masker, ...context}: Context, rawMessage: string, rawHint: string | undefined): void {
	const message = masker.mask(rawMessage);
	const hint = rawHint === undefined ? undefined : masker.mask(rawHint);
	if (argv.includes('--log-format=json') || argv[argv.indexOf('--log-format') + 1] === 'json') {
		context.stderr.write(`${JSON.stringify({time: new Date(context.now()).toISOString(), level: 'error', message, ...(hint === undefined ? {} : {hint})})}\n`);
		return;
	}
	context.stderr.write(`error: ${message}\n${hint === undefined ? '' : `hint: ${hint}\n`}`);
}

function stackOf(error: unknown): string {
	if (!(error instanceof Error)) return '';
	const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
	return `${error.stack ?? error.message}${cause}`;
}
