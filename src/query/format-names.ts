import {basename} from 'node:path';
import {UsageError} from '../base/errors.ts';
import type {Language} from '../sources/labels.ts';

/** Endings of formats that are none of ours: lines of JSON under such a name open in nothing. */
const otherFormats: ReadonlySet<string> = new Set([
	'.tsv', '.tab', '.xls', '.xlsx', '.xlsm', '.xlsb', '.ods', '.doc', '.docx', '.odt', '.rtf', '.pdf', '.xml', '.html', '.htm', '.yaml',
	'.yml', '.toml', '.avro', '.parquet', '.orc', '.arrow', '.feather', '.sqlite', '.db', '.zip', '.7z', '.tar', '.tgz', '.bz2', '.xz',
]);

/** How a file's bytes are packed. */
export type Compression = 'none' | 'gzip' | 'zstd';

export const compressedEnding = /\.(?<kind>gz|zst)$/i;

export const formatsByEnding: Readonly<Record<string, FormatName>> = {
	'.ndjson': 'ndjson',
	'.jsonl': 'ndjson',
	'.json': 'json',
	'.csv': 'csv',
};

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
	const [ending = ''] = /\.[^.]+$/.exec(basename(path).replace(compressedEnding, '')) ?? [];
	const name = ending.toLowerCase();
	if (otherFormats.has(name))
		throw new UsageError(`${path}: "${name}" is no format that can be written`, {
			hint: 'name the file .ndjson, .json or .csv, or say with --format what it holds',
		});
	return formatsByEnding[name];
}

/** Every name that `--format` takes. */
export const formatNames = ['ndjson', 'json', 'csv', 'table', 'ocsf'] as const;

export type FormatName = (typeof formatNames)[number];

/**
 * The language of labels where the user asks for none: English in csv, in tables and for the `fields` named; `off` for
 * whole rows in ndjson and json, which stay as the API gave them.
 */
export function defaultLanguage(name: FormatName, fields: readonly string[]): Language {
	return name === 'csv' || name === 'table' || fields.length > 0 ? 'en' : 'off';
}
