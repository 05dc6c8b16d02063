import type {AuditRecord} from '../../base/record.ts';
import type {Chunk} from '../output.ts';
import type {Language} from '../../sources/labels.ts';
import type {Column, SourceDefinition} from '../../sources/types.ts';

/** What a format needs to know about the export. */
export interface FormatOptions {
	/** All columns of the source, as `labelledColumns` gives them. */
	readonly columns: readonly Column[];
	/** Where the records come from; undefined where that is not known. */
	readonly source?: Pick<SourceDefinition, 'name' | 'vendor' | 'time' | 'localeMaps' | 'ocsf'> | undefined;
	/** Only these, in this order: names of columns, or dotted paths into a row. Default: everything. */
	readonly fields?: readonly string[];
	/** In which language columns with a `label` say what a value means; `off` shows the value. Default off. */
	readonly language?: Language;
	/** The zone in which tables and csv show times: an IANA name or an offset. Default: the system's, for csv UTC. */
	readonly timezone?: string | undefined;
	/** Columns of the terminal that tables must fit; undefined when there is no terminal. */
	readonly width?: number | undefined;
	/** Whether tables mark failures by colour. Default false. */
	readonly colour?: boolean;
	/** Whether csv neutralises cells that a spreadsheet would run as formulas. */
	readonly escapeFormulas: boolean;
	/** Whether csv begins with a byte order mark, which Excel needs to read UTF-8. */
	readonly bom: boolean;
	/** Told at the end what the format could not hold, for people. */
	readonly warn: (message: string) => void;
	/** Records that an earlier, interrupted run has already written: nothing that stands before them comes again. */
	readonly written: number;
}

/** Turns records into text or bytes, in the order they are given, without holding more than a few. */
export interface Formatter<Made extends Chunk | Promise<Chunk> = Chunk | Promise<Chunk>> {
	/** What comes before the first record; nothing when records have already been written. */
	start(): Made;
	/** What these records come to, or those that were waiting for others. */
	write(records: readonly AuditRecord[]): Made;
	/** What is still held back, and what closes the output. */
	end(): Made;
	/** Of a table: how many rows it has, how many of them are failures, and what it does not show; for people, once all is written. */
	readonly closing?: () => string;
	/** How many records so far have become OCSF events of no class; absent in other formats. */
	readonly baseEvents?: () => number;
}
