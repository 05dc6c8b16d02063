import {valueAt, wholeNumber} from '../http/answer.ts';
import {locate} from '../json/text.ts';
import type {AuditRecord} from '../record.ts';
import type {JsonPath, SourceDefinition} from '../sources/types.ts';

type RowRules = Pick<SourceDefinition, 'id' | 'time' | 'readTime' | 'range'>;

interface RowPaths {
	readonly id: JsonPath | undefined;
	readonly time: JsonPath;
}

const compiled = new WeakMap<RowRules, RowPaths>();

/** A row as the engine handles it: its text, with the identity and the time read out of the parsed value. */
export function toRecord(text: string, value: unknown, source: RowRules): AuditRecord {
	if (Array.isArray(value)) return {text, id: undefined, time: undefined};
	const paths = pathsOf(source);
	const time = valueAt(value, paths.time);
	return {
		text,
		id: paths.id === undefined ? undefined : identity(valueAt(value, paths.id), text, paths.id),
		time: source.readTime === undefined ? timeOf(time, source) : source.readTime(time),
	};
}

function pathsOf(source: RowRules): RowPaths {
	let paths = compiled.get(source);
	if (paths === undefined) {
		paths = {id: source.id?.split('.'), time: source.time.split('.')};
		compiled.set(source, paths);
	}
	return paths;
}

function timeOf(value: unknown, {range}: RowRules): number | undefined {
	const units = wholeNumber(value);
	return units === undefined ? undefined : units * range.unitMs;
}

/** A string as it is; a number by its digits in the text, since parsing rounds large ones. */
function identity(value: unknown, text: string, path: JsonPath): string | undefined {
	if (typeof value === 'string') return value === '' ? undefined : value;
	if (typeof value !== 'number') return undefined;
	const place = locate(text, path);
	if (place === undefined) return undefined;
	const digits = text.slice(place.start, place.end);
	// A fresh string: a slice would keep its whole page in memory for as long as the id is remembered.
	return /^-?\d+$/.test(digits) ? String(BigInt(digits)) : String(value);
}
