import {basename} from 'node:path';
import {UsageError} from '../base/errors.ts';
import type {Language} from '../sources/labels.ts';

/** Endings of formats that are none of ours: lines of JSON under such a name open in nothing. */
const otherFormats: ReadonlySet<string> = new Set([
	'.tsv', '.tab', '.xls', '.xlsm', '.xlsb', '.ods', '.doc', '.docx', '.odt', '.rtf', '.pdf', '.xml', '.html', '.htm', '.yaml',
	'.yml', '.toml', '.avro', '.orc', '.arrow', '.feather', '.sqlite', '.db', '.zip', '.7z', '.tar', '.tgz', '.bz2', '.xz',
]);

/** How a file's bytes are packed. */
export type Compression = 'none' | 'gzip' | 'zstd';

export const compressedEnding = /\.(?<kind>gz|zst)$/i;

/** What is known of a format before it is opened. */
interface FormatTraits {
	/** Files with these endings are of it. */
	readonly endings: readonly string[];
	/** A later run can go on with the file of an interrupted one. Default: its end sums up, or its layout depends on, all of it. */
	readonly resumable?: true;
	/** It is no text: no terminal shows it, and what it holds is compressed already. */
	readonly binary?: true;
	/** By whose clocks it shows times where no `--timezone` is given. Default: it shows none. */
	readonly clocks?: 'UTC' | 'system';
	/** Codes come with what they mean unless `--labels` says otherwise. */
	readonly labelled?: true;
}

/** Every name that `--format` takes. */
export const formats = {
	ndjson: {endings: ['.ndjson', '.jsonl'], resumable: true},
	json: {endings: ['.json'], resumable: true},
	csv: {endings: ['.csv'], resumable: true, labelled: true, clocks: 'UTC'},
	table: {endings: [], labelled: true, clocks: 'system'},
	ocsf: {endings: [], resumable: true},
	xlsx: {endings: ['.xlsx'], binary: true, labelled: true},
	parquet: {endings: ['.parquet'], binary: true},
} as const satisfies Record<string, FormatTraits>;

export type FormatName = keyof typeof formats;

export const formatNames: readonly FormatName[] = Object.keys(formats).filter((name): name is FormatName => Object.hasOwn(formats, name));

/** What is known of the format of this name. */
export function traitsOf(name: FormatName): FormatTraits {
	return formats[name];
}

/** The compression that a file's name asks for: `.gz` is gzip, `.zst` is Zstandard, anything else is none. */
export function compressionOf(path: string): Compression {
	const kind = compressedEnding.exec(path)?.groups?.['kind']?.toLowerCase();
	return kind === 'gz' ? 'gzip' : kind === 'zst' ? 'zstd' : 'none';
}

/**
 * The format that a file's name asks for, its compression aside, or undefined: `audit.csv.gz` is `csv`.
 * @throws UsageError for another program's format
 */
export function formatOf(path: string): FormatName | undefined {
	const plain = basename(path).replace(compressedEnding, '');
	const [ending = ''] = /\.[^.]+$/.exec(plain.toLowerCase()) ?? [];
	if (otherFormats.has(ending))
		throw new UsageError(`${path}: "${ending}" is no format that can be written`, {
			hint: 'name the file .ndjson, .json, .csv, .xlsx or .parquet, or say with --format what it holds',
		});
	const name = formatNames.find(candidate => traitsOf(candidate).endings.includes(ending));
	if (name !== undefined && traitsOf(name).binary === true && plain !== basename(path))
		throw new UsageError(`${path}: what ${name} holds is compressed already`, {hint: `name the file ${plain}`});
	return name;
}

/**
 * The format of an output: what was asked for, else by the file's name, else a table on a terminal and ndjson elsewhere.
 * @throws UsageError for a name that is none, and for a format that the terminal cannot show
 */
export function chooseFormat({asked, configured, path, terminal}: {
	asked: string | undefined; configured?: string | undefined; path: string | undefined; terminal: boolean;
}): FormatName {
	const name = asked ?? (path === undefined ? undefined : formatOf(path)) ?? configured ?? (terminal ? 'table' : 'ndjson');
	const format = formatNames.find(candidate => candidate === name);
	if (format === undefined) throw new UsageError(`--format: "${name}" is not one of ${formatNames.join(', ')}`);
	if (terminal && traitsOf(format).binary === true)
		throw new UsageError(`--format ${format}: a terminal cannot show it`, {hint: `name a file: -o audit${traitsOf(format).endings[0]}`});
	return format;
}

/**
 * The language of labels where the user asks for none: English where people read, and for the `fields` named; `off` for
 * whole rows and what programs read, which stay as the API gave them.
 */
export function defaultLanguage(name: FormatName, fields: readonly string[]): Language {
	return traitsOf(name).labelled === true || fields.length > 0 ? 'en' : 'off';
}
