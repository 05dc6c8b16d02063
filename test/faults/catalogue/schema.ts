import * as z from 'zod';
import {explainIssues, unknownKeyText} from '../../../src/access/config/explain.ts';
import {UsageError} from '../../../src/base/errors.ts';
import {nearestText} from '../../../src/base/nearest.ts';
import {isJsonObject} from '../../../src/sandbox/json-object.ts';
import {catalogue} from './catalogue.ts';
import type {FaultDefinition, Inject} from './fault.ts';
import {conditionsSchema, type Conditions} from './rule.ts';

/** A faults file as it is written. */
export interface FaultsDocument {
	/** Decides everything that is left to chance. Default 1. */
	readonly seed?: number;
	/** The first one that is due does its fault to a request. */
	readonly rules: ReadonlyArray<RuleDocument>;
}

/** The name of a fault, its parameters, and the conditions under which it is done. */
export interface RuleDocument extends z.input<typeof conditionsSchema> {
	readonly fault: string;
	readonly [parameter: string]: unknown;
}

/** A rule that was checked. */
export interface FaultRule {
	readonly fault: string;
	/** The fault and its parameters in words: `reset at body`. */
	readonly text: string;
	/** As `text`, with the conditions. */
	readonly fullText: string;
	readonly conditions: Conditions;
	/** Makes the fault anew, remembering nothing. */
	readonly create: () => Inject;
}

/** A faults file that was checked. */
export interface FaultsFile {
	readonly seed: number;
	readonly rules: readonly FaultRule[];
}

const seedSchema = z.int('expected a whole number').min(0, 'expected a whole number from 0 on').max(2 ** 32 - 1, 'expected a smaller number');

const fileKeys = ['seed', 'rules', '//'];

const conditionKeys = Object.keys(conditionsSchema.shape);

/**
 * Checks a faults file.
 * @param name what to call it in errors.
 * @throws UsageError with a line for every problem: where it is and what is expected there.
 */
export function parseFaults(document: unknown, name = 'faults'): FaultsFile {
	const problems: string[] = [];
	const file = isJsonObject(document) ? document : {rules: document};
	if (isJsonObject(document)) problems.push(...unknownKeys(document, fileKeys, []));
	const seed = check(seedSchema.default(1), file['seed'], ['seed'], problems);
	const given: unknown = file['rules'];
	if (!Array.isArray(given) || given.length === 0) problems.push('rules: expected a list of rules, each with the name of a "fault"');
	const rules = (Array.isArray(given) ? given : []).flatMap((rule: unknown, index) => parseRule(rule, ['rules', index], problems) ?? []);
	if (problems.length > 0 || seed === undefined) {
		throw new UsageError(problems.map(problem => `${name}: ${problem}`).join('\n'), {hint: 'test/faults/catalogue/ has every fault and what it takes'});
	}
	return {seed, rules};
}

function parseRule(rule: unknown, path: readonly PropertyKey[], problems: string[]): FaultRule | undefined {
	if (!isJsonObject(rule)) {
		problems.push(...explainIssues([{code: 'custom', path: [], message: 'expected an object with the name of a "fault"'}], path));
		return undefined;
	}
	const {fault: name, '//': _comment, ...settings} = rule;
	const definition = findFault(name);
	if (definition === undefined || typeof name !== 'string') {
		const known = Object.keys(catalogue);
		problems.push(...explainIssues([{code: 'custom', path: ['fault'], message: typeof name === 'string' ? `unknown fault, ${nearestText(name, known)}` : `expected the name of a fault: ${known.join(', ')}`}], path));
		return undefined;
	}
	const parameterKeys = Object.keys(definition.parameters.shape);
	problems.push(...unknownKeys(settings, [...parameterKeys, ...conditionKeys], path));
	const conditions = check(conditionsSchema, pick(settings, conditionKeys), path, problems);
	const written = pick(settings, parameterKeys);
	const parameters = check(definition.parameters, written, path, problems);
	if (conditions === undefined || parameters === undefined) return undefined;
	const text = [name, words(written, name)].filter(part => part !== '').join(' ');
	const when = words(pick(settings, conditionKeys), '');
	return {fault: name, text, fullText: when === '' ? text : `${text} (${when})`, conditions, create: () => definition.create(parameters)};
}

function findFault(name: unknown): FaultDefinition | undefined {
	return Object.entries<FaultDefinition>(catalogue).find(([known]) => known === name)?.[1];
}

/** The checked value; undefined when it is wrong, which is then told. */
function check<Schema extends z.ZodType>(schema: Schema, value: unknown, path: readonly PropertyKey[], problems: string[]): z.output<Schema> | undefined {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	problems.push(...explainIssues(result.error.issues, path));
	return undefined;
}

function unknownKeys(object: Readonly<Record<string, unknown>>, known: readonly string[], path: readonly PropertyKey[]): string[] {
	return Object.keys(object).filter(key => !known.includes(key))
		.flatMap(key => explainIssues([{code: 'custom', path: [key], message: unknownKeyText(key, known.filter(other => other !== '//'))}], path));
}

function pick(object: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
	return Object.fromEntries(Object.entries(object).filter(([key]) => keys.includes(key)));
}

/** `at body, status 502`; a key of the same name as the fault is not said twice. */
function words(settings: Readonly<Record<string, unknown>>, fault: string): string {
	return Object.entries(settings)
		.map(([key, value]) => `${key === fault ? '' : `${key} `}${typeof value === 'string' && /^[\w.:/-]+$/.test(value) ? value : JSON.stringify(value)}`)
		.join(', ');
}
