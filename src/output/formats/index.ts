import type {FormatName} from '../../query/format-names.ts';
import {createCsv} from './csv.ts';
import {createJson, createNdjson} from './json-text.ts';
import {createOcsf} from './ocsf.ts';
import {createTable} from './table.ts';
import type {FormatOptions, Formatter} from './types.ts';

export type {FormatOptions, Formatter} from './types.ts';

const formats: Readonly<Record<FormatName, (options: FormatOptions) => Formatter>> = {
	ndjson: createNdjson,
	json: createJson,
	csv: createCsv,
	table: createTable,
	ocsf: createOcsf,
};

/**
 * A formatter for one output.
 * @throws UsageError when a field is not a field.
 */
export function createFormatter(name: FormatName, options: FormatOptions): Formatter {
	return formats[name](options);
}
