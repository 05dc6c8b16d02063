import {resolve} from 'node:path';
import {loadConfig} from '../access/config/load.ts';
import type {OpenedSource, OpenSource} from '../access/open-source.ts';
import type {Context} from '../base/context.ts';
import {DAY, MINUTE} from '../base/duration.ts';
import {ExportError, exitCodes, UsageError, type ExitCode} from '../base/errors.ts';
import {formatUtc} from '../base/timezone.ts';
import {FormatSink, runExport} from '../engine/export.ts';
import {ServerClock} from '../engine/server-clock.ts';
import type {RunStatus} from '../engine/summary.ts';
import {Budget} from '../http/budget.ts';
import type {Identity} from '../output/account.ts';
import {requireDistinctFiles, standardStreamOf} from '../output/target.ts';
import {createFormatter, type Formatter} from '../output/formats/index.ts';
import {tableView} from '../output/formats/layout.ts';
import type {Output} from '../output/output.ts';
import type {State} from '../output/state.ts';
import {writeReport, createStreamOutput} from '../output/stream-output.ts';
import type {ExportFlags} from '../query/options.ts';
import {traitsOf} from '../query/format-names.ts';
import type {Query} from '../query/query.ts';
import {resolveSettings, type ExportSettings} from '../query/settings.ts';
import {labelledColumns} from '../sources/labels.ts';
import {earliestStart, leavesReachAt, reachText} from '../sources/range.ts';
import {commandLog} from './command-log.ts';
import {reportFile, reportGrowth, reportProblems, writeSummary, type ReportedRun} from './export-report.ts';
import {fingerprintOf} from './identity.ts';
import {formatPlan, planOf} from './plan.ts';
import {startProgress, type Progress} from './progress.ts';
import {withRun} from './session.ts';

/** What one export works with, once flags and configuration are resolved. */
interface Run extends ReportedRun {
	readonly opened: OpenedSource;
	readonly settings: ExportSettings;
	/** Unix milliseconds. */
	readonly startedAt: number;
	readonly clock: ServerClock;
	/** The progress line, once there is one. */
	progress: Progress | undefined;
}

/**
 * One export from the command line: settings → connection → records → summary.
 * @returns the exit code of a run that finished; everything else is thrown after the summary is written.
 */
export async function exportCommand(open: OpenSource, flags: ExportFlags, context: Context): Promise<ExitCode> {
	const run = await prepare(open, flags, context);
	const {opened, settings} = run;
	const asked = {opened, flags, env: context.env, settings};
	if (flags.dryRun === true) {
		const plan = planOf(settings.query, opened, context.now);
		const isJson = flags.format === 'json';
		await writeReport(isJson ? `${JSON.stringify(plan, undefined, '\t')}\n` : formatPlan(plan), isJson ? 'json' : 'text', context);
		return exitCodes.complete;
	}
	const keepsAnything = flags.state !== undefined || settings.output.path !== undefined;
	const account = keepsAnything ? await opened.account() : {};
	const state =
		flags.state === undefined
			? undefined
			: await openStateAt(resolve(context.cwd, flags.state), run, {fingerprint: fingerprintOf(asked, 'state'), account});
	try {
		const {query, output} = await openRange(run, {fingerprint: fingerprintOf(asked, 'file'), account, stateUntil: state?.until});
		const {status, limited, reached} = await execute(run, query, output);
		if (state !== undefined && status === 'complete') {
			if (state.until === undefined && run.clock.skew !== undefined) run.log.notice(`${state.path}: ${run.clock.skew}`);
			if (limited) run.log.notice(`${state.path} stays where it was: --limit ended the export before its range did`);
			else await state.save(Math.max(state.until ?? -Infinity, reached));
		}
		if (status !== 'complete') return exitCodes.incomplete;
		return run.summaryFailed ? exitCodes.api : exitCodes.complete;
	} finally {
		await state?.release();
	}
}

async function prepare(open: OpenSource, flags: ExportFlags, context: Context): Promise<Run> {
	const run: Pick<Run, 'progress' | 'summaryFailed'> = {progress: undefined, summaryFailed: false};
	const log = commandLog(flags, context, () => run.progress?.clear());
	const warn = log.warning;
	const config = await loadConfig({explicitPath: flags.config, env: context.env, cwd: context.cwd});
	for (const warning of config.warnings) warn(warning);
	const opened = await open(flags, {context, config, warn});
	const {source} = opened;
	const startedAt = context.now();
	const settings = resolveSettings({
		source, flags, defaults: opened.defaults, env: context.env, now: startedAt, terminal: context.stdout.isTTY === true,
	});
	for (const warning of settings.warnings) warn(warning);
	const fileOf = (path: string | undefined) => path === undefined || path === '-' ? undefined : resolve(context.cwd, path);
	await requireDistinctFiles({
		output: {option: '--output', path: fileOf(settings.output.path)},
		others: [{option: '--state', path: fileOf(flags.state)}, {option: '--summary', path: fileOf(flags.summary)}],
		config: {option: 'the configuration', path: config.path},
	});
	return Object.assign(run, {source, flags, context, log, opened, settings, startedAt, clock: new ServerClock(context.now)});
}

async function openStateAt(path: string, {source, context, log}: Run, of: {fingerprint: string; account: Identity}): Promise<State> {
	const {openState} = await import('../output/state.ts');
	return openState({
		path, source: source.name, ...of, now: context.now, warn: log.warning});
}

/** Opens the output and settles the range: an interrupted file's own, else the state's end, else as asked. */
async function openRange(
	run: Run, {fingerprint, account, stateUntil}: {fingerprint: string; account: Identity; stateUntil: number | undefined},
): Promise<{query: Query; output: Output}> {
	const {context, log, settings, source} = run;
	const since = stateUntil === undefined ? settings.query.since : continuedFrom(stateUntil, run);
	// Said to whoever sits there: cron jobs have both for good.
	if (stateUntil !== undefined && run.flags.since !== undefined && context.stderr.isTTY === true)
		log.notice(`${source.name}: goes on at ${formatUtc(stateUntil)}, as ${run.flags.state} says; --since counts only as long as that file does not exist`);
	const until = Math.max(since, settings.query.until);
	const {format, path, resume} = settings.output;
	const stream = path === undefined ? 'stdout' : standardStreamOf(path);
	if (path === undefined || stream !== undefined) {
		return {
			query: {...settings.query, since, until},
			output: createStreamOutput(stream === 'stderr' ? context.stderr : context.stdout, stream, context),
		};
	}
	const {openFileOutput} = await import('../output/file-output.ts');
	const output = await openFileOutput({
		path: resolve(context.cwd, path),
		fingerprint,
		account,
		keepsExisting: run.flags.state !== undefined && run.flags.overwrite !== true,
		range: {since, until, slidingSince: settings.sliding.since && stateUntil === undefined, slidingUntil: settings.sliding.until},
		resume,
		resumable: traitsOf(format).resumable === true,
		now: context.now,
		monotonic: context.monotonic,
		signal: context.signal,
		sleep: context.sleep,
		notice: message => {
			log.notice(`${source.name}: ${message}`);
		},
		warn: message => {
			log.warning(`${source.name}: ${message}`);
		},
	});
	return {query: {...settings.query, since: output.resumed?.since ?? since, until: output.resumed?.until ?? until}, output};
}

/**
 * Where an export goes on that a state file tells of.
 * @throws UsageError when the source no longer reaches back so far, unless `--clip` takes what it does reach
 */
function continuedFrom(stateUntil: number, {source, flags, opened, context, log, startedAt}: Run): number {
	// Near the edge it is moved as any start is.
	if (stateUntil >= earliestStart(source, startedAt + MINUTE)) return stateUntil;
	if (stateUntil < earliestStart(source, startedAt) && flags.clip !== true) {
		throw new UsageError(
			`${flags.state}: the last run ended at ${formatUtc(stateUntil)}, and ${source.name} reaches back ${reachText(source)}, and no further`,
			{
				hint: 'add --clip to go on with what can still be had; what came before it is lost',
			},
		);
	}
	const {query, warnings} = resolveSettings({
		source, flags: {...flags, since: formatUtc(stateUntil), until: 'now'}, defaults: opened.defaults, env: context.env, now: startedAt,
		terminal: false,
	});
	for (const warning of warnings) log.warning(warning);
	return query.since;
}

/** Runs the export, settles the output, and writes the summary however it ends. */
async function execute(run: Run, query: Query, output: Output): Promise<{status: RunStatus; limited: boolean; reached: number}> {
	const {context, log, settings, source, opened, clock} = run;
	const budget = new Budget(query.budget, context);
	/** What came of the day that goes out of reach next. */
	let oldest: {from: number; to: number; records: number} | undefined;
	const ended = await withRun({context, log, budget, prefix: `${source.name}: `}, async ({counters, stop, connect}) => {
		const {client, inspect} = await connect(opened, query, settings.output.fields);
		const formatter = await formatterOf(run, output.resumed?.checkpoint.records ?? 0);
		const sink = new FormatSink({
			query, output, counters, inspect, formatter,
			...(run.flags.state === undefined ? {} : {clock}),
			beforeWrite: () => run.progress?.clear(),
			verbose: message => {
				log.verbose(`${source.name}: ${message}`);
			},
			finished({from: start, to}, records) {
				if (leavesReachAt(source, start) <= run.startedAt + DAY)
					oldest = {from: oldest?.from ?? start, to, records: records + (oldest?.records ?? 0)};
			},
		});
		if (context.stderr.isTTY === true && run.flags.progress !== false && run.flags.quiet !== true && run.flags.logFormat !== 'json') {
			run.progress = startProgress({
				name: source.name, counters, budget, range: {from: sink.from, to: query.until}, monotonic: context.monotonic,
			});
		}
		try {
			await runExport(sink, {client, stop, signal: context.signal, now: context.now, sleep: context.sleep});
		} finally {
			run.progress?.stop();
			run.progress = undefined;
		}
		if (context.stdout.isTTY === true && settings.output.path === undefined && formatter.closing !== undefined) log.notice(formatter.closing());
		if (oldest?.records === 0 && oldest.from === query.since)
			log.notice(
				`${source.name}: nothing came of its oldest day, ${formatUtc(oldest.from)} to ${formatUtc(oldest.to)}: there may have been nothing, or the API answers nothing of what it no longer keeps`,
			);
		if (counters.records === 0 && source.whenEmpty !== undefined) log.notice(`${source.name}: nothing was found: ${source.whenEmpty}`);
		return {limited: sink.isFull(), reached: sink.reached};
	});
	const {status, counters} = ended;
	const partial = status === 'complete' ? undefined : await output.abandon();
	const end = {query, ended, partial, readAt: output.resumed?.startedAt ?? run.startedAt};
	reportProblems(run, end);
	if ('value' in ended) reportGrowth(run, end);
	if (status === 'complete') reportFile(run, end, {path: settings.output.path, timezone: settings.output.timezone, output});
	await writeSummary(run, end);
	if ('value' in ended) return {...ended.value, status};
	const {error} = ended;
	if (error instanceof ExportError && output.keepsUnfinished === true && counters.requests > 0) {
		if (partial !== undefined) error.kept = `what was written is kept as ${partial}; the same command continues it`;
		else if (counters.windows === 0) error.kept = 'no window was finished yet: the same command starts over';
	}
	throw error;
}

async function formatterOf({source, log, settings: {output}, context}: Run, written: number): Promise<Formatter> {
	return createFormatter(output.format, {
		source,
		columns: labelledColumns(source, output.labels),
		language: output.labels,
		...(output.fields.length === 0 ? {} : {fields: output.fields}),
		timezone: output.timezone,
		...(output.path === undefined ? tableView(context, output.wide) : {}),
		escapeFormulas: output.escapeFormulas,
		bom: output.bom,
		warn: message => {
			log.warning(`${source.name}: ${message}`);
		},
		written,
	});
}
