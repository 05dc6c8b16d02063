import {UsageError} from '../base/errors.ts';
import type {Template} from './profile.ts';

/** The values of one request by the names of their placeholders; what is not among them is left out of the request. */
export type Values = Readonly<Record<string, unknown>>;

const whole = /^\{([a-z_]+)(:text)?\}$/;
const every = /\{([a-z_]+)(?::text)?\}/g;

/** The names of all placeholders in a template. */
export function placeholdersOf(template: unknown): Set<string> {
	if (typeof template === 'string') return new Set([...template.matchAll(every)].map(([, name = '']) => name));
	if (typeof template !== 'object' || template === null) return new Set();
	return new Set(Object.values(template).flatMap(member => [...placeholdersOf(member)]));
}

/**
 * A template with its placeholders filled in. Where one is the whole text, its value keeps its type; members and elements
 * without a value are left out. `{json_text: …}` becomes JSON in a text.
 * @returns undefined where the template itself has no value
 */
export function fill(template: Template, values: Values): unknown {
	if (typeof template === 'string') return fillText(template, values);
	if (typeof template !== 'object' || template === null) return template;
	if (isList(template)) return template.map(element => fill(element, values)).filter(element => element !== undefined);
	const {json_text: inner, ...others} = template;
	if (inner !== undefined && Object.keys(others).length === 0) return JSON.stringify(fill(inner, values));
	return Object.fromEntries(
		Object.entries(template).map(([key, member]) => [key, fill(member, values)] as const)
			.filter(([, value]) => value !== undefined),
	);
}

/** Filled in as a query string or a form carries it: a list repeats its key, and everything is text. */
export function fillPairs(template: Readonly<Record<string, Template>>, values: Values): Array<readonly [string, string]> {
	return Object.entries(template).flatMap(([key, member]) => {
		const value = fill(member, values);
		if (value === undefined) return [];
		return (Array.isArray(value) ? value : [value]).map((entry: unknown) => [key, textOf(entry)] as const);
	});
}

/** Headers, filled in, their names in lower case: a header of another spelling would stand beside it. One without a value is left out. */
export function fillHeaders(template: Readonly<Record<string, string>>, values: Values): Record<string, string> {
	return Object.fromEntries(fillPairs(template, values).map(([name, value]) => [name.toLowerCase(), value]));
}

/** A path, filled in; every value is one segment of it, or a part of one. @throws UsageError where a value would lead elsewhere */
export function fillPath(template: string, values: Values): string {
	const path = template.replaceAll(every, (_, name: string) => encodeURIComponent(textOf(values[name] ?? '').toWellFormed()));
	if (path.split('/').some(step => step === '.' || step === '..'))
		throw new UsageError(`${path}: no step of the request's path may be . or ..`, {
			hint: 'check --app-id, and the path in the request profile',
		});
	return path;
}

function fillText(template: string, values: Values): unknown {
	const [, name, asText] = whole.exec(template) ?? [];
	if (name !== undefined) {
		const value = values[name];
		return value === undefined || asText === undefined ? value : textOf(value);
	}
	let missing = false;
	const text = template.replaceAll(every, (_, inner: string) => {
		const value = values[inner];
		missing ||= value === undefined;
		return textOf(value ?? '');
	});
	return missing ? undefined : text;
}

function textOf(value: unknown): string {
	if (typeof value === 'string') return value;
	if (Array.isArray(value)) return value.map(entry => textOf(entry)).join(',');
	if (typeof value === 'number' || typeof value === 'boolean') return String(value);
	return value === null ? '' : JSON.stringify(value);
}

function isList(template: Template): template is readonly Template[] {
	return Array.isArray(template);
}
