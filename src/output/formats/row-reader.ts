import {pickValue, type FieldPath} from '../../json/edit.ts';
import {encodeString, endOfValue, kindAt, members, skipSpace} from '../../json/text.ts';
import {columnFields, shownValue, toFields, type Field} from './fields.ts';
import type {FormatOptions} from './types.ts';

/** A row taken apart: the JSON text of each field's value, and of what no field covers. */
export interface RowParts {
	/** By the fields' order; undefined where the row has no such value or the field is the row's time. */
	readonly values: readonly (string | undefined)[];
	/** JSON text of the rest in its nested shape; '' when nothing is left. */
	readonly rest: string;
}

const emptyObject = '{}';

/** A key on the way to one field or several. */
interface Node {
	/** The fields whose value stands here. */
	readonly fields: number[];
	readonly next: Map<string, Node>;
	/** The fields whose value stands here or further below. */
	readonly reached: number[];
	/** Where the member read last stands in the row being read; -1 before it is met. */
	start: number;
	end: number;
	/** What is left of it. */
	rest: string | undefined;
}

/** The fields of an output, and how to read a row into them. */
export interface OutputReader {
	readonly fields: readonly Field[];
	/** What is shown of each field, and the rest of the row where no fields were named. */
	readonly read: (text: string) => RowParts;
}

/** Every column of the source, or exactly the fields that were named. @param keepsRest as of `createRowReader` */
export function createOutputReader({columns, fields: names, language}: FormatOptions, keepsRest = true): OutputReader {
	const fields = names === undefined ? columnFields(columns, language) : toFields(names, columns, language);
	const readRow = createRowReader(fields, keepsRest);
	const readFields = createFieldReader(fields);
	return {
		fields,
		read(text) {
			const {values, rest} = names === undefined ? readRow(text) : {values: readFields(text), rest: ''};
			return {values: fields.map((field, index) => shownValue(field, values[index])), rest};
		},
	};
}

/**
 * Reads the fields' values out of a row in one pass, through objects only. What is not a field's value goes to
 * `rest` (unless `keepsRest` is false): unknown members, all but the last of repeated ones, and parts that have another
 * type than expected.
 */
export function createRowReader(fields: readonly Field[], keepsRest = true): (text: string) => RowParts {
	const root = newNode();
	for (const [index, {path}] of fields.entries()) {
		if (path !== undefined) addField(root, path, index);
	}
	const blank = fields.map((): string | undefined => undefined);
	const inText = fieldsInText(fields);
	return text => {
		const values = [...blank];
		const start = skipSpace(text, 0);
		if (kindAt(text, start) !== 'object') return {values, rest: text};
		readObject(text, start, root, {values, keepsRest});
		for (const {index, holder, paths} of inText) {
			const held = values[holder];
			if (held !== undefined && kindAt(held, 0) === 'string') values[index] = pickValue(held, paths);
		}
		return {values, rest: root.rest ?? ''};
	};
}

/** Fields whose value stands in that of another field, which may hold it as JSON text. */
function fieldsInText(fields: readonly Field[]): Array<{index: number; holder: number; paths: readonly [FieldPath]}> {
	return fields.flatMap(({path = []}, index) => {
		const holder = fields.findIndex(({path: other = path}) => other.length < path.length && other.every((key, at) => key === path[at]));
		return holder === -1 ? [] : [{index, holder, paths: [path.slice(fields[holder]?.path?.length)] as const}];
	});
}

/**
 * As `createRowReader`, without the rest; a field that objects alone do not lead to is looked for in arrays, in
 * strings that hold JSON and under keys with dots.
 */
export function createFieldReader(fields: readonly Field[]): (text: string) => readonly (string | undefined)[] {
	const read = createRowReader(fields, false);
	const deep = fields.flatMap(({path}, index) => path !== undefined && path.length > 1 ? [{index, paths: [path] as const}] : []);
	return text => {
		const values = [...read(text).values];
		for (const {index, paths} of deep) values[index] ??= pickValue(text, paths);
		return values;
	};
}

/** The row being read. */
interface Reading {
	readonly values: (string | undefined)[];
	readonly keepsRest: boolean;
}

/** Fills in the values below `node` and the node's rest. Returns the index just past the object. */
function readObject(text: string, start: number, node: Node, reading: Reading): number {
	let rest = '';
	const keep = (key: string, value: string): void => {
		if (reading.keepsRest) rest += `${rest === '' ? '' : ','}${encodeString(key)}:${value}`;
	};
	for (const next of node.next.values()) next.start = -1;
	const end = members(text, start, (key, valueStart) => {
		const next = node.next.get(key);
		if (next === undefined) {
			const valueEnd = endOfValue(text, valueStart);
			keep(key, text.slice(valueStart, valueEnd));
			return valueEnd;
		}
		if (next.start !== -1) {
			keep(key, text.slice(next.start, next.end));
			for (const index of next.reached) reading.values[index] = undefined;
		}
		next.start = valueStart;
		next.end = readValue(text, valueStart, next, reading);
		return next.end;
	});
	for (const [key, next] of node.next) {
		if (next.start !== -1 && next.rest !== undefined) keep(key, next.rest);
	}
	node.rest = rest === '' ? undefined : `{${rest}}`;
	return end;
}

/** As `readObject`, for a value of any type. */
function readValue(text: string, start: number, node: Node, reading: Reading): number {
	node.rest = undefined;
	const below = node.next.size > 0 && kindAt(text, start) === 'object';
	const end = below ? readObject(text, start, node, reading) : endOfValue(text, start);
	if (node.fields.length > 0) {
		node.rest = undefined;
		const value = text.slice(start, end);
		for (const index of node.fields) reading.values[index] = value;
	} else if (!below || end - start === emptyObject.length) {
		node.rest = text.slice(start, end);
	}
	return end;
}

function newNode(): Node {
	return {fields: [], next: new Map(), reached: [], start: -1, end: -1, rest: undefined};
}

function addField(root: Node, path: FieldPath, index: number): void {
	let node = root;
	for (const key of path) {
		let next = node.next.get(key);
		if (next === undefined) {
			next = newNode();
			node.next.set(key, next);
		}
		node = next;
		node.reached.push(index);
	}
	node.fields.push(index);
}
