import {gzipSync} from 'node:zlib';
import {ByteWriter, ParquetWriter} from 'hyparquet-writer';
import type {AuditRecord} from '../../base/record.ts';
import {decodeString, kindAt} from '../../json/text.ts';
import type {Field} from './fields.ts';
import {createOutputReader} from './row-reader.ts';
import type {FormatOptions, Formatter} from './types.ts';

/** A row group ends with this many rows or characters: what is held in memory, and written at once. */
const groupRows = 10_000;
const groupCharacters = 4 * 1024 * 1024;

/** Everything else packs better only a little, and costs several times the time. */
const gzipLevel = 1;

type Cell = Uint8Array | bigint | boolean | null;

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

/**
 * Apache Parquet: a column of its own type for every column of the source, and the whole record as text of JSON in a last
 * one, `record`. With `fields` exactly those. Times are instants in UTC, integers have 64 bits. A value that its type cannot
 * hold is null in its column.
 * https://parquet.apache.org/docs/file-format/
 */
export function createParquet(options: FormatOptions): Formatter<Uint8Array | Promise<Uint8Array>> {
	const {fields: names, warn} = options;
	const {fields, read} = createOutputReader(options, false);
	const wholeNames = names === undefined ? [unused('record', fields)] : [];
	const bytes = new ByteWriter();
	const parquet = new ParquetWriter({
		writer: bytes, codec: 'GZIP', compressors: {GZIP: input => gzipSync(input, {level: gzipLevel})}, createdBy: 'audit-export',
		schema: [
			{name: 'row', num_children: fields.length + wholeNames.length}, ...fields.map(field => elementOf(field)),
			...wholeNames.map(name => ({name, ...elements.text, repetition_type: 'REQUIRED' as const})),
		],
	});
	let group: Cell[][] = [];
	let characters = 0;
	let misfits = 0;
	/** One for all the cells of the row group that hold the same. */
	const texts = new Map<string, Uint8Array>();

	const take = ({text, time}: AuditRecord) => {
		const {values} = read(text);
		for (const [index, field] of fields.entries()) {
			const value = field.path === undefined ? time?.toString() : values[index];
			const found = value === undefined || value === 'null' ? null : cellOf(value, field);
			const cell = typeof found === 'string' ? utf8(found) : found;
			if (cell === undefined) misfits++;
			(group[index] ??= []).push(cell ?? null);
		}
		if (names === undefined) (group[fields.length] ??= []).push(Buffer.from(text));
		characters += text.length;
	};
	const utf8 = (text: string) => {
		let known = texts.get(text);
		if (known === undefined) texts.set(text, known = Buffer.from(text));
		return known;
	};
	const taken = () => {
		const made = bytes.getBytes().slice();
		bytes.index = 0;
		return made;
	};
	const cut = async () => {
		const rowGroupSize = group[0]?.length ?? 0;
		const columnData = [...fields.map(({name}) => name), ...wholeNames].map((name, index) => ({
			name, data: group[index] ?? [], offsetIndex: false,
			// What readers skip row groups by; of other columns it would only grow what is held until the end.
			statistics: fields[index]?.type === 'time' || fields[index]?.type === 'integer',
		}));
		[group, characters] = [[], 0];
		texts.clear();
		if (rowGroupSize > 0) await parquet.write({columnData, rowGroupSize});
	};

	return {
		start: () => taken(),
		async write(records) {
			for (const record of records) {
				take(record);
				if ((group[0]?.length ?? 0) >= groupRows || characters >= groupCharacters) await cut();
			}
			return taken();
		},
		async end() {
			await cut();
			await parquet.finish();
			if (misfits > 0) {
				const where = names === undefined ? `${wholeNames[0]} holds them as they are` : 'leave out --fields to keep them in whole records';
				warn(`${misfits} value${misfits === 1 ? '' : 's'} of another type than the column's: null there; ${where}`);
			}
			return taken();
		},
	};
}

/** The name, or the first longer one that no field has. */
function unused(name: string, fields: readonly Field[]): string {
	return fields.some(field => field.name === name) ? unused(`${name}_`, fields) : name;
}

const elements = {
	text: {type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: {type: 'STRING'}},
	integer: {type: 'INT64'},
	boolean: {type: 'BOOLEAN'},
	time: {
		type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', logical_type: {type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS'},
	},
} as const;

function elementOf({name, type}: Field): SchemaElement {
	const element = type === 'object' || type === 'list' || type === 'json' ? elements.text : elements[type];
	return {name, ...element, repetition_type: 'OPTIONAL'};
}

/** What stands for the JSON text of a value; undefined where the type cannot hold it. */
function cellOf(value: string, {type, unitMs = 1}: Field): string | bigint | boolean | undefined {
	const content = kindAt(value, 0) === 'string' ? decodeString(value, 0, value.length) : value;
	switch (type) {
		case 'integer': return integer(content);
		case 'time': {
			const units = integer(content);
			return units === undefined ? undefined : instant(units * BigInt(unitMs));
		}
		case 'boolean': return content === 'true' || content === 'false' ? content === 'true' : undefined;
		case 'object':
		case 'list': return value;
		case 'text':
		case 'json': return content;
	}
}

function integer(digits: string): bigint | undefined {
	if (digits.length > 20 || !/^-?\d+$/.test(digits)) return undefined;
	const number = BigInt(digits);
	return BigInt.asIntN(64, number) === number ? number : undefined;
}

/** Readers fail on whole files for instants that their calendars do not reach. */
function instant(ms: bigint): bigint | undefined {
	return ms >= -8_640_000_000_000_000n && ms <= 8_640_000_000_000_000n ? ms : undefined;
}
