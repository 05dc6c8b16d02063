import type {FormatName} from '../../query/format-names.ts';
import type {FormatOptions, Formatter} from './types.ts';

export type {FormatOptions, Formatter} from './types.ts';

/** Loaded when asked for: an export in lines of JSON need not wait for the others. */
const makers: Readonly<Record<FormatName, () => Promise<(options: FormatOptions) => Formatter>>> = {
	ndjson: async () => (await import('./json-text.ts')).createNdjson,
	json: async () => (await import('./json-text.ts')).createJson,
	csv: async () => (await import('./csv.ts')).createCsv,
	table: async () => (await import('./table.ts')).createTable,
	ocsf: async () => (await import('./ocsf.ts')).createOcsf,
	xlsx: async () => (await import('./xlsx.ts')).createXlsx,
	parquet: async () => (await import('./parquet.ts')).createParquet,
};

/**
 * A formatter for one output.
 * @throws UsageError when a field is not a field.
 */
export async function createFormatter(name: FormatName, options: FormatOptions): Promise<Formatter> {
	return (await makers[name]())(options);
}
