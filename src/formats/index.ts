import type {Language} from '../sources/labels.ts';
import {createCsv} from './csv.ts';
import {createJson, createNdjson} from './json-text.ts';
import {createTable} from './table.ts';
import type {FormatOptions, Formatter} from './types.ts';

export type {FormatOptions, Formatter} from './types.ts';

/** Every name that `--format` takes. */
export const formatNames = ['ndjson', 'json', 'csv', 'table'] as const;

export type FormatName = (typeof formatNames)[number];

const formats: Readonly<Record<FormatName, (options: FormatOptions) => Formatter>> = {
	ndjson: createNdjson,
	json: createJson,
	csv: createCsv,
	table: createTable,
};

/**
 * A formatter for one output.
 * @throws UsageError when a field is not a field.
 */
export function createFormatter(name: FormatName, options: FormatOptions): Formatter {
	return formats[name](options);
}

/**
 * The language of labels where the user asks for none: English in csv, in tables and for the `fields` named; `off` for
 * whole rows in ndjson and json, which stay as the API gave them.
 */
export function defaultLanguage(name: FormatName, fields: readonly string[]): Language {
	return name === 'csv' || name === 'table' || fields.length > 0 ? 'en' : 'off';
}
