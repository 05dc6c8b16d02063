import type {ParameterRule, ParameterValue} from '../sources/types.ts';
import {isJsonObject} from './json-object.ts';

/** Parameters by name, checked: an `int` is a number, a list an array of what it lists. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** A parameter that the API does not accept. Names the parameter, never its value. */
export class BadParameter extends Error {
	override readonly name = 'BadParameter';
	/** The parameter, or `body` for the body as a whole. */
	readonly parameter: string;

	constructor(parameter: string, reason: string) {
		super(reason);
		this.parameter = parameter;
	}
}

/** Parameters as they were sent: of any JSON type in a body; in a query string one that is repeated is an array. */
export type SentParameters =
	| {readonly from: 'body'; readonly values: Readonly<Record<string, unknown>>}
	| {readonly from: 'query'; readonly values: Readonly<Record<string, string | readonly string[]>>};

/** Reads a JSON body. @throws BadParameter when it is no JSON object, or not declared as JSON. */
export function readBody(contentType: string | null, text: string): SentParameters {
	if (!/^application\/json *(; *charset *= *"?utf-8"? *)?$/i.test(contentType ?? '')) {
		throw new BadParameter('body', 'Content-Type must be application/json; charset=utf-8');
	}
	let values: unknown;
	try {
		values = JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) throw new BadParameter('body', 'not valid JSON');
		throw error;
	}
	if (!isJsonObject(values)) throw new BadParameter('body', 'must be a JSON object');
	return {from: 'body', values};
}

/**
 * Reads a query string, and what stands in the path where the template has `:name`. Of two with the same name that in the
 * path counts.
 */
export function readQuery({searchParams, pathname}: URL, template = ''): SentParameters {
	const values = Object.fromEntries([...new Set(searchParams.keys())].map((name): [string, string | string[]] => {
		const all = searchParams.getAll(name);
		return [name, all.length === 1 ? all.join('') : all];
	}));
	return {from: 'query', values: {...values, ...placesIn(pathname, template)}};
}

function placesIn(pathname: string, template: string): Record<string, string> {
	const segments = pathname.split('/');
	return Object.fromEntries(template.split('/').flatMap((name, index): Array<[string, string]> =>
		name.startsWith(':') ? [[name.slice(1), unescaped(segments[index] ?? '')]] : []));
}

function unescaped(segment: string): string {
	try {
		return decodeURIComponent(segment);
	} catch (error) {
		if (error instanceof URIError) return segment;
		throw error;
	}
}

/**
 * Checks parameters against a source's rules as strictly as the vendors' own parsers do: types are never
 * converted in a body, an integer in a query string is decimal digits and nothing else. Names without a rule are
 * ignored, as the vendors ignore them.
 * @throws BadParameter
 */
export function checkParameters(rules: Readonly<Record<string, ParameterRule>>, sent: SentParameters): Parameters {
	const checked: Record<string, ParameterValue> = {};
	for (const [name, rule] of Object.entries(rules)) {
		if (!Object.hasOwn(sent.values, name)) {
			if (rule.required === true) throw new BadParameter(name, 'is required');
			continue;
		}
		const value = sent.from === 'body' ? typedInBody(name, rule, sent.values[name]) : typedInQuery(name, rule, sent.values[name] ?? '');
		checked[name] = checkLimits(name, rule, value);
	}
	for (const name of Object.keys(checked)) {
		const missing = rules[name]?.requires?.find(other => checked[other] === undefined);
		if (missing !== undefined) throw new BadParameter(missing, `is required beside ${name}`);
	}
	return checked;
}

/**
 * The whole number a checked parameter holds, or undefined when it was not given; some APIs carry numbers as strings.
 * @throws BadParameter when it is a string of anything but digits.
 */
export function wholeNumber(parameters: Parameters, name: string): number | undefined {
	const value = parameters[name];
	if (value === undefined || typeof value === 'number') return value;
	if (typeof value !== 'string') throw new BadParameter(name, 'must be an integer');
	return parseDigits(name, value);
}

function parseDigits(name: string, text: string): number {
	const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
	if (!Number.isSafeInteger(number)) throw new BadParameter(name, 'must be an integer');
	return number;
}

/** What a JSON value of a type is, and what a refusal calls it. */
const kinds = {
	int: {fits: (value: unknown): value is number => Number.isSafeInteger(value), called: 'an integer', plural: 'integers'},
	string: {fits: (value: unknown): value is string => typeof value === 'string', called: 'a string', plural: 'strings'},
} as const;

/** The type of one value, and whether the parameter is a list of those. */
function kindOf({type}: ParameterRule): {kind: keyof typeof kinds; isList: boolean} {
	return {kind: type === 'int' || type === 'int[]' ? 'int' : 'string', isList: type === 'int[]' || type === 'string[]'};
}

function typedInBody(name: string, rule: ParameterRule, value: unknown): ParameterValue {
	const {kind, isList} = kindOf(rule);
	const {fits, called, plural} = kinds[kind];
	if (isList && Array.isArray(value) && value.every(entry => fits(entry))) return value;
	if (!isList && fits(value)) return value;
	throw new BadParameter(name, `must be ${isList ? `an array of ${plural}` : called}`);
}

function typedInQuery(name: string, rule: ParameterRule, value: string | readonly string[]): ParameterValue {
	const {kind, isList} = kindOf(rule);
	const typed = (text: string) => kind === 'int' ? parseDigits(name, text) : text;
	if (isList) return (typeof value === 'string' ? [value] : value).map(text => typed(text));
	if (typeof value !== 'string') throw new BadParameter(name, 'must be given once');
	return typed(value);
}

function checkLimits(name: string, {min, max, maxLength, values}: ParameterRule, value: ParameterValue): ParameterValue {
	if (values !== undefined && typeof value === 'string' && !values.includes(value))
		throw new BadParameter(name, `must be one of ${values.join(', ')}`);
	for (const number of typeof value === 'object' ? value : [value]) {
		if (typeof number !== 'number') continue;
		if (min !== undefined && number < min) throw new BadParameter(name, `must be at least ${min}`);
		if (max !== undefined && number > max) throw new BadParameter(name, `must be at most ${max}`);
	}
	if (typeof value !== 'number' && maxLength !== undefined && value.length > maxLength) {
		throw new BadParameter(name, `must not be longer than ${maxLength}`);
	}
	return value;
}
