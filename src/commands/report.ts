import {createReadStream} from 'node:fs';
import {stat} from 'node:fs/promises';
import {resolve} from 'node:path';
import {pipeline} from 'node:stream';
import {createGunzip} from 'node:zlib';
import {loadConfig} from '../access/config/load.ts';
import {readRange} from '../archive/cat.ts';
import {readArchiveFacts} from '../archive/facts.ts';
import {readForward} from '../archive/lines.ts';
import {longestLineBytes} from '../archive/manifest-file.ts';
import {readHeader} from '../archive/open-archive.ts';
import {findRange} from '../archive/range.ts';
import type {Context} from '../base/context.ts';
import {exitCodes, systemCode, UsageError, type ExitCode} from '../base/errors.ts';
import type {Log} from '../base/log.ts';
import {isRow, toRecord} from '../engine/rows-of.ts';
import {parseJson, valueAt} from '../json/value.ts';
import {systemMessage} from '../output/failure.ts';
import {compressionOf} from '../query/format-names.ts';
import type {FlagsOf} from '../query/options.ts';
import {chosenTimezone} from '../query/time.ts';
import {archivedSource, type ConnectionFlags} from '../run/archived-source.ts';
import {commandLog} from '../run/command-log.ts';
import {sources} from '../sources/index.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {openCommandOutput} from './command-output.ts';
import {reportPage, type Subject} from './report/page.ts';
import {Surveyor} from './report/survey.ts';

/** What the options of `report` parse to. */
export type ReportFlags = ConnectionFlags & FlagsOf<'timezone' | 'output' | 'labels' | 'quiet' | 'debug'>;

interface Reading {
	readonly flags: ReportFlags;
	readonly context: Context;
	readonly log: Log;
	readonly timezone: string;
	readonly language: 'en' | 'zh';
}

/**
 * Writes one page about archives and files of exports: what they are, what time they cover, and what their records come to.
 * @param names directories of archives, and files of NDJSON, gzipped or not
 * @returns 6 when a part of the covered time is missing, or a line of a file is no record
 */
export async function reportCommand(names: readonly string[], flags: ReportFlags, context: Context): Promise<ExitCode> {
	const log = commandLog(flags, context);
	if (flags.output === undefined && context.stdout.isTTY === true)
		throw new UsageError('report: the page does not go to a terminal', {hint: 'name its file with -o report.html'});
	const {labels: language = 'en'} = flags;
	if (language !== 'en' && language !== 'zh')
		throw new UsageError(`--labels: ${JSON.stringify(language)} is no language of the page`, {hint: 'write en or zh'});
	const reading = {flags, context, log, timezone: chosenTimezone(flags.timezone) ?? 'UTC', language} as const;
	const subjects: Subject[] = [];
	const dirs: string[] = [];
	for (const name of names) {
		const path = resolve(context.cwd, name);
		const isDirectory = await isDirectoryAt(path, name);
		if (isDirectory) dirs.push(path);
		subjects.push(isDirectory ? await surveyArchive(name, path, reading) : await surveyFile(name, path, reading));
	}
	const output = await openCommandOutput(flags.output, {command: 'report', dirs, context});
	try {
		await output.write(await reportPage(subjects, {language, timezone: reading.timezone, now: context.now()}));
		await output.commit();
	} catch (error) {
		await output.abandon();
		throw error;
	}
	const wanting = subjects.filter(({archive, unreadable}) => unreadable > 0 || (archive?.gaps.length ?? 0) > 0);
	for (const {name, archive, unreadable} of wanting)
		log.error(
			archive === undefined
				? `${name}: ${unreadable} lines are no records`
				: `${name}: ${archive.gaps.length} ranges of time could not be read; the page lists them`,
		);
	return wanting.length === 0 ? exitCodes.complete : exitCodes.incomplete;
}

async function isDirectoryAt(path: string, name: string): Promise<boolean> {
	try {
		return (await stat(path)).isDirectory();
	} catch (error) {
		if (systemCode(error) === undefined) throw error;
		throw new UsageError(`${name} cannot be read: ${systemMessage(error)}`, {
			hint: "name an archive's directory, or a file of an export",
		});
	}
}

async function surveyArchive(name: string, dir: string, {flags, context, log, timezone, language}: Reading): Promise<Subject> {
	const header = await readHeader(dir);
	const all = {from: -Infinity, to: Infinity};
	const found = header && (await findRange(dir, [all]));
	const facts = await readArchiveFacts(dir);
	if (header === undefined || found === undefined || facts === undefined)
		throw new UsageError(`${name} is no archive: there is no manifest.ndjson`, {
			hint: 'name the directory of a job, the one that holds manifest.ndjson',
		});
	const config = async () => loadConfig({explicitPath: flags.config, env: context.env, cwd: context.cwd});
	const source = await archivedSource({dir, header, flags, context, config, warn: log.warning});
	if (typeof source === 'string')
		throw new UsageError(`${name}: times cannot be read: ${source}`, {hint: 'name its profile with --request-profile'});
	const surveyor = new Surveyor(source, timezone, language);
	for await (const records of readRange(dir, {segments: found.segments, range: all, source, signal: context.signal})) {
		for (const record of records) surveyor.see(record);
	}
	return {
		name,
		source: nameOf(source),
		survey: surveyor.result(),
		unreadable: 0,
		archive: {
			since: Date.parse(header.since),
			until: found.until,
			pruned: found.pruned,
			gaps: found.gaps,
			segments: facts.segments,
			head: facts.head,
			query: [...Object.entries(header.account ?? {}), ...Object.entries(header.query)].map(([key, value]) => [
				key,
				typeof value === 'string' ? value : JSON.stringify(value),
			]),
			late: found.segments.filter(({completes}) => completes === 'late'),
		},
	};
}

async function surveyFile(name: string, path: string, {context, timezone, language}: Reading): Promise<Subject> {
	let surveyor: Surveyor | undefined;
	let source: SourceDefinition | undefined;
	let unreadable = 0;
	const decoder = new TextDecoder();
	const unreadableFile = (problem: string) =>
		new UsageError(`${name} cannot be read: ${problem}`, {hint: 'name a file of whole records as NDJSON, .gz or not'});
	const lines = readForward(
		openFile(path, error => unreadableFile(systemMessage(error))),
		{longest: longestLineBytes, endless: () => unreadableFile('a line does not end')},
	);
	for await (const {bytes} of lines) {
		context.signal.throwIfAborted();
		const text = decoder.decode(bytes);
		if (text.trim() === '') continue;
		const row = parseJson(text);
		source ??= sourceOf(row);
		if (source === undefined)
			throw unreadableFile(`it begins with ${JSON.stringify(text.slice(0, 60))}, which is no record of a source that is known here`);
		surveyor ??= new Surveyor(source, timezone, language);
		if (isRow(row)) surveyor.see(toRecord(text, row, source));
		else unreadable += 1;
	}
	if (source === undefined || surveyor === undefined)
		throw new UsageError(`${name} holds no record`, {hint: 'name a file of an export that is not empty'});
	return {name, source: nameOf(source), survey: surveyor.result(), unreadable};
}

function nameOf({title, name, outcome}: SourceDefinition): Subject['source'] {
	return {title, name, hasOutcome: outcome !== undefined};
}

/** The source that a row is of: the one that knows most of what stands in it, its time among that. */
function sourceOf(row: unknown): SourceDefinition | undefined {
	const known = Object.values<SourceDefinition>(sources).map(source => ({
		source,
		score: source.columns.filter(({path, inText}) => path !== undefined && inText !== true && valueAt(row, path) !== undefined).length,
	}));
	return known
		.filter(({source, score}) => score > 1 && valueAt(row, source.time.split('.')) !== undefined)
		.toSorted((a, b) => b.score - a.score)[0]?.source;
}

/** The bytes of a file, unpacked where its name says that it is packed. @param failure the error for what cannot be read */
async function* openFile(path: string, failure: (error: unknown) => Error): AsyncGenerator<Buffer, void, undefined> {
	const file = createReadStream(path);
	try {
		yield* compressionOf(path) === 'gzip' ? pipeline(file, createGunzip(), () => undefined) : file;
	} catch (error) {
		throw systemCode(error) === undefined ? error : failure(error);
	} finally {
		file.destroy();
	}
}
