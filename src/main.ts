import {CommanderError} from 'commander';
import type {Context} from './base/context.ts';
import {BrokenPipeError, ExportError, exitCodes, systemCode, UsageError, type ExitCode} from './base/errors.ts';
import {failureOf} from './output/failure.ts';
import {graceMs} from './output/stream-output.ts';
import {createLog, type Log} from './base/log.ts';
import {setSystemTimezone} from './base/system-timezone.ts';
import {createProcessContext} from './process-context.ts';
import {createProgram, type Outcome} from './program.ts';

/**
 * The process edge: runs the command line and turns whatever is thrown into `error: …`, `hint: …` and an exit code.
 * @param argv as `process.argv`.
 */
export async function main(argv: readonly string[], version: string): Promise<ExitCode> {
	let context: Context;
	try {
		context = createProcessContext();
	} catch (thrown) {
		// There is no log yet, nor anything to mask.
		const {message, hint, exitCode} = failureOf(thrown);
		process.stderr.write(`error: ${message}\n${hint === undefined ? '' : `hint: ${hint}\n`}`);
		return exitCode;
	}
	// Without a listener a reader that goes away ends the process with a stack trace. Writers see the error themselves.
	process.stdout.on('error', error => {
		if (systemCode(error) !== 'EPIPE') process.exitCode ??= exitCodes.api;
	});
	// Messages that nobody can read any more must not end an export.
	process.stderr.on('error', () => undefined);
	// With nothing left to wait for, the process would end in the middle of a run, and as if all was well.
	const endedEarly = () => {
		process.exitCode = report(new Error('nothing is left to wait for, and yet the run has not ended'), argv, context);
	};
	process.once('beforeExit', endedEarly);
	const exitCode = await run(argv, version, context);
	process.off('beforeExit', endedEarly);
	// What was written may still be on its way to a reader that takes nothing: an interrupted run does not wait for that.
	if (context.signal.aborted) setTimeout(() => process.exit(exitCode), graceMs).unref();
	return exitCode;
}

/** As `main`, in any context. */
export async function run(argv: readonly string[], version: string, context: Context): Promise<ExitCode> {
	const outcome: Outcome = {exitCode: exitCodes.complete};
	setSystemTimezone(context.env['TZ'], message => {
		edgeLog(argv, context).warning(message);
	});
	const program = createProgram(context, version, outcome, argv, async (words, other) => run(words, version, other));
	try {
		await program.parseAsync([...argv]);
		return outcome.exitCode;
	} catch (error) {
		return report(error, argv, context);
	}
}

function report(thrown: unknown, argv: readonly string[], context: Context): ExitCode {
	const {error, message, hint, exitCode} = failureOf(thrown);
	if (error instanceof CommanderError) {
		// Help and version are thrown, too, with exit code 0. Help asked for by giving no command is a usage error.
		if (error.exitCode === 0) return exitCodes.complete;
		if (error.code === 'commander.help') return exitCodes.usage;
		return report(usageError(error, argv), argv, context);
	}
	if (error instanceof BrokenPipeError) return error.exitCode;
	const log = edgeLog(argv, context);
	log.error(message, hint ?? (error instanceof UsageError ? `See ${commandOf(argv)} --help` : undefined));
	if (error instanceof ExportError && error.kept !== undefined) log.notice(error.kept);
	log.debug?.(stackOf(error));
	return exitCode;
}

/** What options are called elsewhere. */
const otherNames: Readonly<Record<string, string>> = {
	from: 'since', start: 'since', begin: 'since', after: 'since', last: 'since', to: 'until', end: 'until', before: 'until', tz: 'timezone',
};

/** Commander's one-line message, with its suggestion as the hint. */
function usageError(error: CommanderError, argv: readonly string[]): UsageError {
	const [told = '', ...suggestion] = error.message.replace(/^error: /, '').split('\n');
	// An option that does not exist may have been given a secret: a value is never repeated.
	const message = error.code === 'commander.unknownOption' ? told.replace(/^([^=]*)=.*'/, "$1'") : told;
	const [, name = ''] = error.code === 'commander.unknownOption' ? /^unknown option '--([\w-]+)/.exec(told) ?? [] : [];
	const meant = Object.hasOwn(otherNames, name) ? `Did you mean --${otherNames[name]}?` : undefined;
	const hint = meant ?? suggestion.join(' ').replace(/^\((.*)\)$/, '$1');
	return new UsageError(message, {
		hint: `${hint === '' ? '' : `${hint} `}See ${error.code === 'commander.unknownCommand' ? 'audit-export' : commandOf(argv)} --help`,
	});
}

/** Program and command, whose help tells of the options. */
function commandOf([, , command]: readonly string[]): string {
	return command === undefined || command.startsWith('-') ? 'audit-export' : `audit-export ${command}`;
}

/** The log as the command line asks for it, whether or not it could be parsed. */
function edgeLog(argv: readonly string[], {stderr, masker, now}: Context): Log {
	const isJson = argv.includes('--log-format=json') || argv[argv.indexOf('--log-format') + 1] === 'json';
	const isQuiet = argv.includes('-q') || argv.includes('--quiet');
	return createLog({
		stderr, masker, now, format: isJson ? 'json' : 'text', level: argv.includes('--debug') ? 'debug' : isQuiet ? 'error' : 'notice',
	});
}

function stackOf(error: unknown): string {
	if (!(error instanceof Error)) return '';
	const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
	return `${error.stack ?? error.message}${cause}`;
}
