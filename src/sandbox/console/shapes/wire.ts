import type {SearchKind} from '../../../sources/app-log-kinds.ts';
import {isJsonObject} from '../../json-object.ts';
import {BadParameter} from '../../parameters.ts';
import type {FilterValues} from '../matching.ts';
import type {ConsoleFilter, ConsoleRow, ConsoleSearch} from '../searches.ts';
import type {WireNames} from './types.ts';

/** A row as it is written on the wire. */
export function wireRow(row: ConsoleRow, {filters}: ConsoleSearch, kind: SearchKind, names: WireNames): Record<string, unknown> {
	const body: Record<string, unknown> = {};
	for (const [field, value] of Object.entries(row)) {
		const choices = filters.find(({name}) => name === field)?.choices ?? [];
		const written = field === 'time' ? names.time(row.time) : choices.includes(String(value)) ? names.choice(String(value), choices) : value;
		putAt(body, names.field(field, kind).split('.'), written);
	}
	return body;
}

/**
 * The filters of a search. Empty values filter nothing.
 * @param valuesOf the values of one filter as they were sent.
 * @throws BadParameter for a value that is none of the choices, and where a value is needed.
 */
export function readFilters(
	{filters}: ConsoleSearch, names: WireNames, valuesOf: (filter: ConsoleFilter, wireName: string) => readonly string[],
): FilterValues {
	return Object.fromEntries(
		filters.flatMap(filter => {
			const name = names.filter(filter.name);
			const sent = valuesOf(filter, name).filter(value => value !== '');
			if (sent.length > 1 && filter.many !== true) throw new BadParameter(name, 'takes one value');
			if (sent.length === 0 && filter.required === true) throw new BadParameter(name, 'is required');
			const values = sent.map(value => knownValue(filter, names, value, name));
			return values.length === 0 ? [] : [[filter.name, values]];
		}),
	);
}

function knownValue({choices}: ConsoleFilter, names: WireNames, value: string, name: string): string {
	if (choices === undefined) return value;
	const choice = choices.find(candidate => String(names.choice(candidate, choices)) === value);
	if (choice === undefined) throw new BadParameter(name, 'is not one of the choices');
	return choice;
}

/** The values of one filter in JSON: a list of texts where it takes several, a text else. @throws BadParameter for anything else. */
export function jsonValues(value: unknown, {many}: ConsoleFilter, name: string): readonly string[] {
	if (many === true && Array.isArray(value) && value.every(entry => typeof entry === 'string')) return value;
	if (many !== true && typeof value === 'string') return [value];
	throw new BadParameter(name, many === true ? 'must be a list of texts' : 'must be a text');
}

/** A whole number that must be there as one. @throws BadParameter */
export function requiredInteger(
	value: unknown, name: string, {min, max = Number.MAX_SAFE_INTEGER}: {min: number; max?: number | undefined},
): number {
	if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new BadParameter(name, 'must be an integer');
	if (value < min || value > max) throw new BadParameter(name, `must be between ${min} and ${max}`);
	return value;
}

/** The name of a field as JavaScript writes it: `error_code` is `errorCode`. */
export function camelCase(name: string): string {
	return name.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

function putAt(body: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
	if (rest.length === 0) {
		body[key] = value;
		return;
	}
	const found = body[key];
	const inner = isJsonObject(found) ? found : {};
	body[key] = inner;
	putAt(inner, rest, value);
}
