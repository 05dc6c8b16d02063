import {formatDuration, requireDuration} from '../base/duration.ts';
import {UsageError} from '../base/errors.ts';
import {oneOf, parseRate, requireWholeNumber} from '../base/given.ts';
import {maxResponseProblem, parseSize} from '../base/size.ts';
import type {BudgetLimit} from '../base/transport.ts';
import {defaultMaxResponseBytes} from '../http/body.ts';
import {languages, type Language} from '../sources/labels.ts';
import {earliestStart, longestWindowMs, reachText, stepMs} from '../sources/range.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {resolveFilters} from './filters.ts';
import {chooseFormat, defaultLanguage, type FormatName} from './format-names.ts';
import {namesOf, pickedFields, redactionsOf} from './names.ts';
import type {ExportFlags, SourceDefaults} from './options.ts';
import type {Query} from './query.ts';
import {formatUtc, chosenTimezone, parseTime} from './time.ts';

/** Where and how the records are written. */
export interface OutputSettings {
	readonly format: FormatName;
	/** A file's path, or undefined for stdout. */
	readonly path: string | undefined;
	readonly fields: readonly string[];
	/** IANA name of the zone of tables; undefined for the system's. */
	readonly timezone: string | undefined;
	/** A table cuts nothing, however wide the terminal is. */
	readonly wide: boolean;
	readonly escapeFormulas: boolean;
	readonly bom: boolean;
	/** The language of readable columns beside coded ones. */
	readonly labels: Language;
	readonly resume: boolean;
}

/** An export, resolved from flags, configuration and defaults. */
export interface ExportSettings {
	readonly query: Query;
	readonly output: OutputSettings;
	/** Whether each bound moves with the clock (`now`, an age, the default) rather than naming an instant. */
	readonly sliding: {readonly since: boolean; readonly until: boolean};
	/** What the user must hear about the range before it is exported. */
	readonly warnings: readonly string[];
}

/** Between looking at the clock and the arrival of the first request, which must not start out of reach by then. */
const headStartMs = 5000;

/** A start that went out of reach no longer ago than this is moved, not refused. */
const graceMs = 60_000;

/**
 * Resolves one export: flags over the configuration's defaults for the source over the source's own.
 * @throws UsageError for every value that is not understood or beyond a documented limit.
 */
export function resolveSettings({source, flags, defaults, env, now, terminal, redactAt}: {
	source: SourceDefinition;
	flags: ExportFlags;
	defaults: SourceDefaults;
	env: Readonly<Record<string, string | undefined>>;
	/** Unix milliseconds. */
	now: number;
	/** Whether stdout is a terminal. */
	terminal: boolean;
	/** Where the flag `redact` stands, for messages. Default: on the command line. */
	redactAt?: string;
}): ExportSettings {
	const timezone = chosenTimezone(flags.timezone ?? defaults.timezone);
	const warnings: string[] = [];
	const start = timeBound(flags.since ?? '24h', '--since');
	const since = {...start, ms: withinReach(start)};
	const until = timeBound(flags.until ?? 'now', '--until');
	if (since.ms > until.ms) {
		throw new UsageError('--since is later than --until', {hint: 'the range is [since, until): since comes first'});
	}
	const path = flags.output === undefined || flags.output === '-' ? undefined : flags.output;
	const format = chooseFormat({asked: flags.format, configured: defaults.format, path, terminal: (terminal && path === undefined) || flags.wide === true});
	const fields = pickedFields(source, flags) ??
		namesOf(flags.fields ?? defaults.fields ?? [], flags.fields === undefined ? 'fields in the configuration' : '--fields');
	const limit = flags.limit === undefined ? undefined : requireWholeNumber(flags.limit, '--limit', {least: 1});
	return {
		query: {
			source,
			since: since.ms,
			until: until.ms,
			...resolveFilters(source, flags, env),
			pageSize: pageSize(),
			windowMs: windowMs(),
			followsVolume: (flags.window ?? defaults.window) === undefined && source.window.days === undefined,
			timezone,
			...(limit === undefined ? {} : {limit}),
			order: oneOf(flags.order ?? defaults.order ?? (format === 'table' ? 'time' : 'served'), ['served', 'time'], '--order'),
			...(defaults.offset_counts === undefined ? {} : {offsetCounts: defaults.offset_counts}),
			redact: redactionsOf(flags.redact ?? defaults.redact ?? [], {
				source, place: flags.redact === undefined ? 'redact in the configuration' : redactAt,
			}),
			redactSecrets: flags.redactSecrets ?? defaults.redact_secrets ?? false,
			concurrency: requireWholeNumber(flags.concurrency ?? defaults.concurrency ?? source.concurrency, '--concurrency', {least: 1}),
			budget: budget(),
			timeoutMs: requireDuration(flags.timeout ?? defaults.timeout ?? '30s', '--timeout'),
			retries: requireWholeNumber(flags.retries ?? defaults.retries ?? 5, '--retries'),
			maxResponseBytes: maxResponse(),
		},
		output: {
			format,
			path,
			fields,
			timezone,
			wide: flags.wide ?? false,
			escapeFormulas: flags.escapeFormulas ?? true,
			bom: flags.csvBom ?? false,
			labels: oneOf(flags.labels ?? defaultLanguage(format, fields), languages, '--labels'),
			resume: flags.resume ?? true,
		},
		sliding: {since: since.sliding, until: until.sliding},
		warnings,
	};

	/** A bound that slides with the clock stands on a whole unit: rows of a second still under way would be cut in two. */
	function timeBound(text: string, option: string): {ms: number; sliding: boolean} {
		const bound = parseTime(text, {now, timezone, option});
		const unitMs = stepMs(source.range);
		return bound.sliding ? {ms: Math.floor(bound.ms / unitMs) * unitMs, sliding: true} : bound;
	}

	/**
	 * The first instant that a request may still start at. What is out of reach is an error, unless `--clip` says to start
	 * later; of the seconds that go out of reach while the first request is on its way, a notice is enough.
	 */
	function withinReach({ms, sliding}: {ms: number; sliding: boolean}): number {
		if (source.reachMs === undefined) return ms;
		const unitMs = stepMs(source.range);
		const earliest = Math.ceil(earliestStart(source, now + headStartMs) / unitMs) * unitMs;
		if (ms >= earliest) return ms;
		const reach = `${source.name} reaches back ${reachText(source)}`;
		// Who asks for exactly the reach means everything there is, also a moment later, and where days are counted.
		const oldest = Math.min(earliestStart(source, now - graceMs), sliding ? now - graceMs - source.reachMs : Infinity);
		if (ms < oldest && flags.clip !== true) {
			throw new UsageError(`--since: ${reach}: ${formatUtc(earliest)} is the earliest possible start, not ${formatUtc(ms)}`, {
				hint: `write --since ${formatUtc(earliest)}, or --clip to start as early as possible`,
			});
		}
		warnings.push(`${reach}: the export starts at ${formatUtc(earliest)}, not ${formatUtc(ms)}`);
		return earliest;
	}

	function pageSize(): number {
		const {defaultSize, maxSize} = source.pagination;
		const size = requireWholeNumber(flags.pageSize ?? defaults.page_size ?? defaultSize, '--page-size', {least: 1});
		if (size > maxSize) throw new UsageError(`--page-size: ${size} is more than the ${maxSize} that ${source.name} is asked for at most`);
		return size;
	}

	function windowMs(): number {
		const {maxMs, defaultMs} = source.window;
		const given = flags.window ?? defaults.window;
		const asked = given === undefined ? defaultMs : requireDuration(given, '--window');
		if (maxMs !== undefined && asked > maxMs) {
			throw new UsageError(
				`--window: ${formatDuration(asked)} is more than the ${formatDuration(maxMs)} that the API allows in one request`,
			);
		}
		const unitMs = stepMs(source.range);
		if (asked % unitMs !== 0)
			throw new UsageError(`--window: ${formatDuration(asked)} is no multiple of ${formatDuration(unitMs)}, the API's unit of time`);
		// What the requests ask beyond their window on either side still has to fit under the cap.
		return Math.min(asked, longestWindowMs(source));
	}

	function maxResponse(): number {
		const given = flags.maxResponse ?? defaults.max_response;
		if (given === undefined) return defaultMaxResponseBytes;
		const problem = maxResponseProblem(given);
		if (problem !== undefined) throw new UsageError(`--max-response: "${given}": ${problem}`);
		return parseSize(given) ?? defaultMaxResponseBytes;
	}

	function budget(): BudgetLimit {
		const given = flags.rate ?? defaults.rate;
		if (given === undefined) return source.budget;
		const rate = parseRate(given);
		if (rate === undefined) throw new UsageError(`--rate: "${given}" is no rate`, {hint: 'write 100/1m or 2/1s'});
		return rate;
	}
}
