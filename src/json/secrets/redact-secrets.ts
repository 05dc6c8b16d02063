import type {JsonPath} from '../../base/json-path.ts';
import {maxDepth, redactedValue} from '../edit.ts';
import {applied, merged, respelled, type Edit} from '../edits.ts';
import {parseJson} from '../value.ts';
import {decodeString, elements, endOfValue, kindAt, members, skipSpace} from '../text.ts';
import {mayHoldSecret} from './hint.ts';
import {isGrantName, isSecretText, secretKindOf, type SecretKind} from './names.ts';
import {redactedText, secretsInText} from './text.ts';

/** A text without its credentials. */
export interface Redacted {
	readonly text: string;
	/** Values that were replaced. */
	readonly values: number;
}

/** Members that name another member's value: `{"name": "Authorization", "value": …}`. */
const labelNames: ReadonlySet<string> = new Set([
	'name', 'key', 'header', 'field', 'param', 'parameter', 'attribute', 'property', 'variable', 'k', 'info_key',
]);

const labelledNames: ReadonlySet<string> = new Set(['value', 'values', 'val', 'content', 'v', 'info_val']);

/** What is known about a value from where it stands. */
interface Place {
	readonly depth: number;
	/** Paths from here whose values stay as they are. */
	readonly kept: readonly JsonPath[];
	/** Stands in an array of its own kind. */
	readonly inArray: boolean;
}

const nowhere: readonly JsonPath[] = [];

/**
 * The JSON text with everything that looks like a credential replaced by `[REDACTED]`: values of keys that are called like
 * one, tokens and private keys wherever they stand, also in JSON inside of strings, in forms, query strings, headers and in
 * texts that are cut off. Every other character stays as it was written. Redacting twice changes nothing more.
 * @param text valid JSON
 * @param kept paths of values that stay whatever they look like: what a record is known by
 */
export function redactSecrets(text: string, kept: readonly JsonPath[] = nowhere): Redacted {
	if (!mayHoldSecret(text)) return {text, values: 0};
	const edits: Edit[] = [];
	walk(text, skipSpace(text, 0), {depth: 0, kept, inArray: false}, edits);
	const final = merged(edits);
	return final.length === 0 ? {text, values: 0} : {text: applied(text, final), values: final.length};
}

/** As `redactSecrets`, for a text that may be JSON or anything else. */
export function redactSecretsInText(text: string): Redacted {
	const edits = secretsInContent(text, 0);
	return {text: applied(text, edits), values: edits.length};
}

/** Whether a text, JSON or anything else, holds what `redactSecrets` takes out. */
export function holdsSecret(text: string): boolean {
	return secretsInContent(text, 0).length > 0;
}

/** Collects the edits of the value at `start`. Returns the index just past it. */
function walk(text: string, start: number, place: Place, edits: Edit[]): number {
	const kind = kindAt(text, start);
	if (kind === 'scalar') return endOfValue(text, start);
	if (kind === 'string') return walkString(text, start, place.depth, edits);
	if (place.depth > maxDepth) {
		const end = endOfValue(text, start);
		if (mayHoldSecret(text.slice(start, end))) edits.push({start, end, value: redactedValue});
		return end;
	}
	return kind === 'object' ? walkObject(text, start, place, edits) : walkArray(text, start, place, edits);
}

function walkObject(text: string, start: number, {depth, kept}: Place, edits: Edit[]): number {
	let label: SecretKind | undefined;
	const keys: string[] = [];
	const codes: number[] = [];
	const labelled: Array<{readonly start: number; readonly kept: readonly JsonPath[]}> = [];
	const end = members(text, start, (key, valueStart, keyStart) => {
		const below = kept.length === 0 ? kept : kept.filter(path => path[0] === key).map(path => path.slice(1));
		if (below.some(path => path.length === 0)) return endOfValue(text, valueStart);
		if (key.length > 8) walkString(text, keyStart, depth, edits);
		keys.push(key);
		const kind = secretKindOf(key);
		if (kind !== undefined) return takeOut(text, valueStart, {depth: depth + 1, kept: below, inArray: false, kind}, edits);
		if (labelledNames.has(key)) {
			// Walked once, when it is known what it is called: twice at each level would double with every level below.
			labelled.push({start: valueStart, kept: below});
			return endOfValue(text, valueStart);
		}
		if (key === 'code') codes.push(valueStart);
		else if (labelNames.has(key) && kindAt(text, valueStart) === 'string')
			label ??= secretKindOf(decodeString(text, valueStart, endOfValue(text, valueStart)));
		return walk(text, valueStart, {depth: depth + 1, kept: below, inArray: false}, edits);
	});
	for (const value of labelled) {
		const below = {depth: depth + 1, kept: label === undefined ? value.kept : nowhere, inArray: false};
		if (label === undefined) walk(text, value.start, below, edits);
		else takeOut(text, value.start, {...below, kind: label}, edits);
	}
	if (codes.length > 0 && keys.some(isGrantName)) for (const valueStart of codes) takeCode(text, valueStart, edits);
	return end;
}

function walkArray(text: string, start: number, {depth, inArray, kept}: Place, edits: Edit[]): number {
	let count = 0;
	let kind: SecretKind | undefined;
	let named: number | undefined;
	const below = {depth: depth + 1, kept, inArray: true};
	const end = elements(text, start, elementStart => {
		count++;
		// Headers as pairs: [["Authorization", "…"], …]. The value is walked once, when it is known that nothing follows.
		if (count === 1 && inArray && kindAt(text, elementStart) === 'string')
			kind = secretKindOf(decodeString(text, elementStart, endOfValue(text, elementStart)));
		if (count !== 2 || kind === undefined) return walk(text, elementStart, below, edits);
		named = elementStart;
		return endOfValue(text, elementStart);
	});
	if (named === undefined) return end;
	if (count === 2 && kind !== undefined) takeOut(text, named, {...below, kept: nowhere, inArray: false, kind}, edits);
	else walk(text, named, below, edits);
	return end;
}

/** Takes out the value of a name that is a credential's. Returns the index just past it. */
function takeOut(text: string, start: number, place: Place & {readonly kind: SecretKind}, edits: Edit[]): number {
	const {kind, depth} = place;
	switch (kindAt(text, start)) {
		case 'string': {
			const end = endOfValue(text, start);
			if (isSecretText(decodeString(text, start, end), kind)) edits.push({start, end, value: redactedValue});
			return end;
		}
		case 'scalar': {
			const end = endOfValue(text, start);
			// A short number counts or chooses something; true, false and null say whether there is one.
			if (/^-?\d.{3}/.test(text.slice(start, end)) && kind !== 'document') edits.push({start, end, value: redactedValue});
			return end;
		}
		case 'array':
			return depth > maxDepth
				? walk(text, start, place, edits)
				: elements(text, start, elementStart => takeOut(text, elementStart, {...place, depth: depth + 1}, edits));
		case 'object':
			return kind === 'secret' && depth <= maxDepth ? takeTexts(text, start, depth, edits) : walk(text, start, place, edits);
	}
}

/** Takes out every text in an object that is a secret as a whole. */
function takeTexts(text: string, start: number, depth: number, edits: Edit[]): number {
	return members(text, start, (key, valueStart, keyStart) => {
		walkString(text, keyStart, depth, edits);
		const isText = kindAt(text, valueStart) !== 'scalar' || secretKindOf(key) !== undefined;
		return isText
			? takeOut(text, valueStart, {depth: depth + 1, kept: nowhere, inArray: false, kind: 'secret'}, edits)
			: endOfValue(text, valueStart);
	});
}

function takeCode(text: string, start: number, edits: Edit[]): void {
	const end = endOfValue(text, start);
	if (kindAt(text, start) !== 'string') return;
	const code = decodeString(text, start, end);
	if (/\D/.test(code) && isSecretText(code, 'secret')) edits.push({start, end, value: redactedValue});
}

/** Collects the edits of a string's content as edits of its literal. Returns the index just past it. */
function walkString(text: string, start: number, depth: number, edits: Edit[]): number {
	const end = endOfValue(text, start);
	if (!mayHoldSecret(text.slice(start, end))) return end;
	const inner = secretsInContent(decodeString(text, start, end), depth + 1);
	if (inner.length > 0) {
		const spelled = respelled(inner, {
			start: start + 1,
			unit: index => text[index] !== '\\' ? 1 : text[index + 1] === 'u' ? 6 : 2,
			spell: value => JSON.stringify(value).slice(1, -1),
		});
		for (const edit of spelled) edits.push(edit);
	}
	return end;
}

function secretsInContent(content: string, depth: number): Edit[] {
	if (!mayHoldSecret(content)) return [];
	if (!isJson(content)) return secretsInText(content);
	// Strings in strings in strings: each level doubles its backslashes, so that there are never many.
	if (depth > maxDepth) return [{start: 0, end: content.length, value: redactedText}];
	const edits: Edit[] = [];
	walk(content, skipSpace(content, 0), {depth, kept: nowhere, inArray: false}, edits);
	return merged(edits);
}

/** Whether a string holds JSON in which credentials may stand by name: an object, an array, or such in a string again. */
function isJson(content: string): boolean {
	return kindAt(content, skipSpace(content, 0)) !== 'scalar' && parseJson(content) !== undefined;
}
