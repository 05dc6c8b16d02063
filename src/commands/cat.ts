import {resolve} from 'node:path';
import {loadConfig} from '../access/config/load.ts';
import {readRange} from '../archive/cat.ts';
import {DamagedManifestError} from '../archive/manifest-file.ts';
import type {HeaderLine} from '../archive/manifest.ts';
import {readHeader} from '../archive/open-archive.ts';
import {findRange, type ArchiveRange} from '../archive/range.ts';
import type {Context} from '../base/context.ts';
import {exitCodes, UsageError, type ExitCode} from '../base/errors.ts';
import {oneOf} from '../base/given.ts';
import type {Log} from '../base/log.ts';
import {createRedactor, RecordGuard} from '../engine/redactor.ts';
import type {Window} from '../engine/windows.ts';
import {standardStreamOf} from '../output/target.ts';
import {createFormatter, type Formatter} from '../output/formats/index.ts';
import {tableView} from '../output/formats/layout.ts';
import {chooseFormat, defaultLanguage, traitsOf, type FormatName} from '../query/format-names.ts';
import {redactionsOf} from '../query/names.ts';
import type {ExportFlags} from '../query/options.ts';
import {chosenTimezone, formatUtc, parseTime} from '../query/time.ts';
import {archivedSource, type ConnectionFlags} from '../run/archived-source.ts';
import {commandLog} from '../run/command-log.ts';
import {baseEventsText} from '../run/export-report.ts';
import {labelledColumns, languages} from '../sources/labels.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {openCommandOutput} from './command-output.ts';

/** What the options of `cat` parse to. */
export type CatFlags = ConnectionFlags &
	Pick<
		ExportFlags,
		| 'since'
		| 'until'
		| 'timezone'
		| 'format'
		| 'output'
		| 'fields'
		| 'wide'
		| 'redact'
		| 'redactSecrets'
		| 'labels'
		| 'escapeFormulas'
		| 'csvBom'
		| 'quiet'
		| 'debug'
	>;

/**
 * Writes a range of an archive to stdout or a file, oldest first.
 * @returns 6 when a part of the range was not read yet, or not completely
 */
export async function catCommand(name: string, flags: CatFlags, context: Context): Promise<ExitCode> {
	const dir = resolve(context.cwd, name);
	const log = commandLog(flags, context);
	const {timezone, range} = rangeOf(flags, context);
	const {header, found} = await openRange(name, dir, range);
	const source = await sourceOf(header, {dir, flags, context, log});
	const format = chooseFormat({asked: flags.format, path: flags.output, terminal: (context.stdout.isTTY === true && isStdout(flags)) || flags.wide === true});
	const formatter = await formatterOf(source, {format, timezone, flags, context, log});
	const redact = redactionsOf(flags.redact ?? [], {source});
	const redactor = createRedactor({...flags, redact}, source);
	const guard = new RecordGuard({redact, fields: flags.fields ?? [], source});
	const output = await openCommandOutput(flags.output, {command: 'cat', dirs: [dir], context});
	try {
		await output.write(await formatter.start());
		for await (const records of readRange(dir, {segments: found.segments, range, source, signal: context.signal})) {
			const written = redactor === undefined ? records : records.map(record => redactor(record));
			guard.see(written);
			await output.write(await formatter.write(written));
		}
		await output.write(await formatter.end());
		await output.commit();
	} catch (error) {
		await output.abandon();
		throw error;
	}
	guard.tell(log);
	if (context.stdout.isTTY === true && isStdout(flags) && formatter.closing !== undefined) log.notice(formatter.closing());
	const baseEvents = formatter.baseEvents?.() ?? 0;
	if (baseEvents > 0) log.notice(baseEventsText(baseEvents));
	for (const gap of found.gaps)
		log.error(`${formatUtc(Math.max(gap.from, range.from))} to ${formatUtc(Math.min(gap.to, range.to))} is not complete: ${gap.reason}`);
	const isAhead = Number.isFinite(range.to) && range.to > found.until;
	if (isAhead) log.error(`${formatUtc(Math.max(found.until, range.from))} to ${formatUtc(range.to)} was not read yet`);
	const begins = Math.max(Date.parse(header.since), found.pruned ?? 0);
	if (Number.isFinite(range.from) && range.from < begins) log.warning(`the archive begins at ${formatUtc(begins)}`);
	if (found.gaps.length === 0 && !isAhead) return exitCodes.complete;
	log.error('rows of the range are missing, as named above', 'audit-export run reads what is open');
	return exitCodes.incomplete;
}

function rangeOf(flags: CatFlags, context: Context): {timezone: string | undefined; range: Window} {
	const timezone = chosenTimezone(flags.timezone);
	const bound = (text: string | undefined, option: string, otherwise: number) =>
		text === undefined ? otherwise : parseTime(text, {now: context.now(), timezone, option}).ms;
	const range = {from: bound(flags.since, '--since', -Infinity), to: bound(flags.until, '--until', Infinity)};
	if (range.from > range.to) throw new UsageError('--since is later than --until', {hint: 'the range is [since, until): since comes first'});
	return {timezone, range};
}

async function openRange(name: string, dir: string, range: Window): Promise<{header: HeaderLine; found: ArchiveRange}> {
	const header = await readHeader(dir);
	const found = header === undefined ? undefined : await rangeIn(dir, range);
	if (header === undefined || found === undefined)
		throw new UsageError(`${name} is no archive: there is no manifest.ndjson`, {
			hint: 'name the directory of a job, the one that holds manifest.ndjson',
		});
	return {header, found};
}

async function rangeIn(dir: string, range: Window): Promise<ArchiveRange | undefined> {
	try {
		return await findRange(dir, [range]);
	} catch (error) {
		throw error instanceof DamagedManifestError ? new DamagedManifestError(dir, error.problem, exitCodes.incomplete) : error;
	}
}

async function sourceOf(
	header: HeaderLine, {dir, flags, context, log}: {dir: string; flags: CatFlags; context: Context; log: Log},
): Promise<SourceDefinition | undefined> {
	const warn = log.warning;
	const config = async () => loadConfig({explicitPath: flags.config, env: context.env, cwd: context.cwd});
	const source = await archivedSource({dir, header, flags, context, config, warn});
	if (typeof source !== 'string') return source;
	log.warning(`times cannot be read, so whole windows come one after the other: ${source}`);
	return undefined;
}

async function formatterOf(
	source: SourceDefinition | undefined,
	{
		format, timezone, flags, context, log,
	}: {format: FormatName; timezone: string | undefined; flags: CatFlags; context: Context; log: Log},
): Promise<Formatter> {
	const {fields} = flags;
	const hasColumns = traitsOf(format).labelled === true || traitsOf(format).binary === true;
	if (source === undefined && fields === undefined && hasColumns) {
		throw new UsageError(`--format ${format}: the columns of this source are not known here`, {
			hint: 'name them with --fields, or write ndjson',
		});
	}
	const language = oneOf(flags.labels ?? defaultLanguage(format, fields ?? []), languages, '--labels');
	return createFormatter(format, {
		source,
		columns: source === undefined ? [] : labelledColumns(source, language),
		language,
		...(fields === undefined ? {} : {fields}),
		timezone,
		...(isStdout(flags) ? tableView(context, flags.wide) : {}),
		escapeFormulas: flags.escapeFormulas ?? true,
		bom: flags.csvBom ?? false,
		warn: log.warning,
		written: 0,
	});
}

function isStdout({output}: CatFlags): boolean {
	return output === undefined || standardStreamOf(output) === 'stdout';
}
