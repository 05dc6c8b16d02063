import {applied, type Edit} from './edits.ts';
import {compilePaths, type FieldPath, type PathNode} from './paths.ts';
import {decodeString, elements, encodeString, endOfValue, kindAt, members, oneLine, skipSpace} from './text.ts';

export {parseFieldPath, type FieldPath} from './paths.ts';

/** What stands in place of a redacted value. */
export const redactedValue = '"[REDACTED]"';

/** Arrays in arrays and JSON in strings do not use up a path; deeper than this they are taken whole. */
export const maxDepth = 200;

/**
 * A one-line object with only the values at `paths`, in the order of the paths and in their nested shape; what is
 * absent is left out, and the text of a value stays as written. A path that meets an array applies to each element,
 * and one that meets a string holding a JSON object or array goes on inside it (the part picked appears as JSON
 * there). `absent` gives JSON text for top-level keys that the row itself lacks.
 */
export function pickFields(text: string, paths: readonly FieldPath[], absent?: ReadonlyMap<string, string>): string {
	return pick(text, skipSpace(text, 0), compilePaths(paths), {bare: false, absent, depth: 0}) ?? '{}';
}

/**
 * The JSON text of the value at one path, found as `pickFields` finds it but without the shape around it; an array
 * of values when the path went through an array. Undefined when there is none.
 */
export function pickValue(text: string, paths: readonly [FieldPath]): string | undefined {
	return pick(text, skipSpace(text, 0), compilePaths(paths), {bare: true, absent: undefined, depth: 0});
}

interface PickMode {
	/** Leave out the keys on the way. */
	readonly bare: boolean;
	readonly absent: ReadonlyMap<string, string> | undefined;
	readonly depth: number;
}

function pick(text: string, start: number, node: PathNode, mode: PickMode): string | undefined {
	if (node.ends || mode.depth > maxDepth) return oneLine(text.slice(start, endOfValue(text, start)));
	const deeper = {...mode, absent: undefined, depth: mode.depth + 1};
	const kind = kindAt(text, start);
	if (kind === 'object') return pickMembers(text, start, node, mode);
	if (kind === 'array') {
		const picked: string[] = [];
		elements(text, start, elementStart => {
			const part = pick(text, elementStart, node, deeper);
			if (part !== undefined) picked.push(part);
			return endOfValue(text, elementStart);
		});
		return picked.length === 0 ? undefined : `[${picked.join(',')}]`;
	}
	if (kind === 'scalar') return undefined;
	const inner = jsonInString(decodeString(text, start, endOfValue(text, start)));
	return inner === undefined ? undefined : pick(inner, skipSpace(inner, 0), node, deeper);
}

function pickMembers(text: string, start: number, node: PathNode, mode: PickMode): string | undefined {
	const starts = new Map<string, number>();
	members(text, start, (key, valueStart) => {
		if (node.next.has(key)) starts.set(key, valueStart);
		return endOfValue(text, valueStart);
	});
	const picked: string[] = [];
	for (const [key, next] of node.next) {
		const valueStart = starts.get(key);
		const value = valueStart === undefined
			? mode.absent?.get(key)
			: pick(text, valueStart, next, {...mode, absent: undefined, depth: mode.depth + 1});
		if (value === undefined) continue;
		if (mode.bare) return value;
		picked.push(`${encodeString(key)}:${value}`);
	}
	return picked.length === 0 ? undefined : `{${picked.join(',')}}`;
}

/**
 * The text with the value at each path replaced by the string `[REDACTED]`, whatever its type; every other byte
 * stays. Paths go through arrays, reach every repeated key and keys written with escapes or with the path's dots in
 * them, and go on inside strings that hold a JSON object or array. When it cannot be told what such a string holds
 * (truncated JSON, plain text), the whole string is replaced: rather too much than a secret too many.
 */
export function redactFields(text: string, paths: readonly FieldPath[]): string {
	const edits = redactions(text, paths);
	return edits.length === 0 ? text : applied(text, edits);
}

/** Whether `redactFields` finds anything at one of the paths, which may have been redacted already. */
export function isRedacted(text: string, paths: readonly FieldPath[]): boolean {
	return redactions(text, paths).length > 0;
}

function redactions(text: string, paths: readonly FieldPath[]): Edit[] {
	const edits: Edit[] = [];
	redact(text, skipSpace(text, 0), compilePaths(paths), edits, 0);
	return edits;
}

/** Collects the edits of the value at `start`, in the order of the text. Returns the index just past the value. */
function redact(text: string, start: number, node: PathNode, edits: Edit[], depth: number): number {
	const whole = node.ends || depth > maxDepth;
	const kind = kindAt(text, start);
	if (kind === 'object' && !whole) {
		return members(text, start, (key, valueStart) => {
			const next = node.next.get(key);
			return next === undefined ? endOfValue(text, valueStart) : redact(text, valueStart, next, edits, depth + 1);
		});
	}
	if (kind === 'array' && !whole) return elements(text, start, elementStart => redact(text, elementStart, node, edits, depth + 1));
	const end = endOfValue(text, start);
	if (whole) {
		edits.push({start, end, value: redactedValue});
	} else if (kind === 'string') {
		const value = redactInString(decodeString(text, start, end), node, depth + 1);
		if (value !== undefined) edits.push({start, end, value});
	}
	return end;
}

/** The literal that replaces a string, or undefined when it may stay. */
function redactInString(content: string, node: PathNode, depth: number): string | undefined {
	if (content === '') return undefined;
	const inner = jsonInString(content);
	if (inner === undefined) return redactedValue;
	const edits: Edit[] = [];
	redact(inner, skipSpace(inner, 0), node, edits, depth);
	if (edits.length === 0) return undefined;
	return encodeString(applied(inner, edits));
}

/** The content of a string if it is a JSON object or array. */
function jsonInString(content: string): string | undefined {
	const kind = kindAt(content, skipSpace(content, 0));
	if (kind !== 'object' && kind !== 'array') return undefined;
	try {
		JSON.parse(content);
		return content;
	} catch {
		return undefined;
	}
}
