import {parseJson} from '../json/value.ts';
import type {SourceDefinition, SourceFile} from '../sources/types.ts';
import {isJsonObject} from './json-object.ts';
import {BadParameter, type Parameters} from './parameters.ts';
import type {Filter} from './selection.ts';

/** One test that a row must pass: one of its values at `path` is one of the wanted, or contains it (`anywhere`), or the source `lets` it. */
type Condition =
	| {readonly path: readonly string[]; readonly wanted: readonly string[]}
	| {readonly anywhere: string}
	| {readonly lets: string; readonly value: string};

/**
 * What the parameters of a request let through: a row whose fields equal the values of its options, or one of the values;
 * that holds the text which is looked for anywhere; that passes the filter expression. Empty values filter nothing.
 * @throws BadParameter for a filter expression that is not understood.
 */
export function filterOf({source, lets = {}}: Pick<SourceFile, 'source' | 'lets'>, parameters: Parameters): Filter | undefined {
	const conditions = [...optionConditions(source, parameters), ...expressionConditions(source, parameters)];
	for (const name of Object.keys(lets)) if (parameters[name] !== undefined) conditions.push({lets: name, value: String(parameters[name])});
	if (conditions.length === 0) return undefined;
	const matches = (row: unknown) => conditions.every(condition =>
		'lets' in condition ? lets[condition.lets]?.(row, condition.value) !== false : passes(row, condition));
	return {key: JSON.stringify(conditions), matches};
}

function* optionConditions({options, splitBy}: SourceDefinition, parameters: Parameters): Generator<Condition> {
	for (const {parameter, field, match} of Object.values(options)) {
		const value = parameters[parameter];
		if (value === undefined || value === '' || (typeof value === 'object' && value.length === 0)) continue;
		if (parameter === splitBy?.parameter && value === splitBy.all) continue;
		if (match === 'anywhere') yield {anywhere: String(value).toLowerCase()};
		else if (field !== undefined) {
			const wanted = new Set((typeof value === 'object' ? value : [value]).map(String));
			yield {path: field.split('.'), wanted: [...wanted].toSorted()};
		}
	}
}

function expressionConditions({filter, columns}: SourceDefinition, parameters: Parameters): Condition[] {
	const text = filter === undefined ? undefined : parameters[filter.parameter];
	if (filter === undefined || typeof text !== 'string' || text === '') return [];
	const refuse = (reason: string) => new BadParameter(filter.parameter, reason);
	const fields = new Set(columns.flatMap(({path}) => (path === undefined ? [] : [path.join('.')])));
	const expression = parseJson(text);
	if (!isJsonObject(expression) || !Array.isArray(expression['items'])) throw refuse('must be {"items": [{"left", "operator", "right"}]}');
	return expression['items'].map((item: unknown): Condition => {
		if (!isJsonObject(item)) throw refuse('every item must be an object');
		const {left, operator, right} = item;
		const name = String(left);
		// Beside the documented names, those of the answer are taken, spelled either way.
		const field = [filter.names[name], name, name.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)].find(
			candidate => candidate !== undefined && fields.has(candidate),
		);
		if (field === undefined) throw refuse('left names no field');
		if (operator !== '=') throw refuse('operator must be "="');
		if (!Array.isArray(right) || right.length === 0) throw refuse('right must be an array of values');
		return {path: field.split('.'), wanted: right.map(String).toSorted()};
	});
}

function passes(row: unknown, condition: Exclude<Condition, {lets: string}>): boolean {
	if ('anywhere' in condition) return JSON.stringify(row).toLowerCase().includes(condition.anywhere);
	return valuesAt(row, condition.path).some(value => condition.wanted.includes(value));
}

/** A row with the fields alone that a request picks, where it does; a name that the API does not know picks nothing. */
export function shownBy({options}: SourceDefinition, parameters: Parameters): (row: unknown) => unknown {
	for (const {parameter, picks} of Object.values(options)) {
		const names = parameters[parameter];
		if (picks === undefined || typeof names !== 'object' || names.length === 0) continue;
		const fields = new Set(names.map(name => picks[name]));
		return row => isJsonObject(row) ? Object.fromEntries(Object.entries(row).filter(([name]) => fields.has(name))) : row;
	}
	return row => row;
}

/** The texts at a path: through every entry of an array, and of a map at its end. */
function valuesAt(value: unknown, path: readonly string[]): string[] {
	if (Array.isArray(value)) return value.flatMap(entry => valuesAt(entry, path));
	const [key, ...rest] = path;
	if (key !== undefined) return isJsonObject(value) ? valuesAt(value[key], rest) : [];
	if (isJsonObject(value)) return Object.values(value).flatMap(entry => valuesAt(entry, []));
	return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [];
}
