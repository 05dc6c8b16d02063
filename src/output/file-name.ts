import {basename} from 'node:path';
import type {FormatName} from '../formats/index.ts';

/** How a file's bytes are packed. */
export type Compression = 'none' | 'gzip' | 'zstd';

const compressedEnding = /\.(?<kind>gz|zst)$/i;

const formatsByEnding: Readonly<Record<string, FormatName>> = {
	'.ndjson': 'ndjson',
	'.jsonl': 'ndjson',
	'.json': 'json',
	'.csv': 'csv',
	'.txt': 'table',
};

/** The compression that a file's name asks for: `.gz` is gzip, `.zst` is Zstandard, anything else is none. */
export function compressionOf(path: string): Compression {
	const kind = compressedEnding.exec(path)?.groups?.['kind']?.toLowerCase();
	return kind === 'gz' ? 'gzip' : kind === 'zst' ? 'zstd' : 'none';
}

/** The format that a file's name asks for, its compression aside, or undefined: `audit.csv.gz` is `csv`. */
export function formatOf(path: string): FormatName | undefined {
	const [ending = ''] = /\.[^.]+$/.exec(basename(path).replace(compressedEnding, '')) ?? [];
	return formatsByEnding[ending.toLowerCase()];
}

/**
 * The standard stream that a path names, or undefined. These paths must not be opened like files: `>>` puts a regular
 * file behind them, which would be replaced, and a socket behind them cannot be opened at all.
 */
export function standardStreamOf(path: string): 'stdout' | 'stderr' | undefined {
	if (path === '-') return 'stdout';
	const number = /^\/(?:dev\/fd|proc\/self\/fd)\/(?<number>[12])$/.exec(path)?.groups?.['number'];
	if (path === '/dev/stdout' || number === '1') return 'stdout';
	return path === '/dev/stderr' || number === '2' ? 'stderr' : undefined;
}
