import {extname} from 'node:path';
import {decodeText, writeInUtf8} from '../../base/clean-text.ts';
import {UsageError} from '../../base/errors.ts';
import {refuseRepeatedKeys} from '../../json/repeated-key.ts';

/** Whether a file of this name can be a configuration: JSON, YAML, or either without an extension. */
export function isConfigFileName(path: string): boolean {
	return ['', '.json', '.yaml', '.yml'].includes(extname(path));
}

/**
 * The document in a file of JSON or YAML that somebody wrote: a configuration, a request profile.
 * @throws UsageError with the file and, where known, the line: for a file that is empty or is no UTF-8, a mistake in its
 * syntax, a key that stands twice, and more than anybody writes. Parsers quote the text around an error, which may be a
 * secret: nothing of it is shown, nor kept as a cause.
 */
export async function parseConfigFile(path: string, bytes: Uint8Array): Promise<unknown> {
	const decoded = decodeText(bytes);
	if ('problem' in decoded) throw new UsageError(`${path}: ${decoded.problem}`, {hint: writeInUtf8});
	const {text} = decoded;
	const isJson = extname(path) === '.json' || (extname(path) === '' && text.trimStart().startsWith('{'));
	const document = text.trim() === '' ? undefined : isJson ? parseJson(path, text) : await parseYaml(path, text);
	if (document === undefined) throw new UsageError(`${path}: the file is empty`, {hint: 'write what it is to say, or name another file'});
	if (isExcessive(document)) {
		throw new UsageError(`${path}: it is nested too deep, or too large`, {hint: 'aliases in YAML may repeat each other without end'});
	}
	return document;
}

function parseJson(path: string, text: string): unknown {
	let document: unknown;
	try {
		document = JSON.parse(text);
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		const offset = jsonErrorOffset(text, error.message);
		throw syntaxError(path, 'JSON', offset === undefined ? undefined : text.slice(0, offset).split('\n').length);
	}
	refuseRepeatedKeys(text, line => `${path}:${line}`);
	return document;
}

/** V8 names the position of an error, or quotes the ten characters before it. */
function jsonErrorOffset(text: string, message: string): number | undefined {
	const position = /at position (\d+)/.exec(message)?.[1];
	if (position !== undefined) return Math.min(Number(position), text.trimEnd().length);
	const before = /, \.\.\."([\s\S]{10})/.exec(message)?.[1];
	if (before === undefined) return message.startsWith('Unexpected end') ? text.trimEnd().length : undefined;
	const start = text.indexOf(before);
	return start === text.lastIndexOf(before) && start !== -1 ? start + before.length : undefined;
}

async function parseYaml(path: string, text: string): Promise<unknown> {
	// Loaded only for YAML: most runs have no such file, and start-up time counts.
	const {loadYaml} = await import('./yaml.ts');
	try {
		// Nothing but comments is null; so is what says no more than that.
		return loadYaml(path, text) ?? undefined;
	} catch (error) {
		// RangeError: nested deeper than the parser can follow.
		if (!(error instanceof RangeError) && (!(error instanceof Error) || error.name !== 'YAMLException')) throw error;
		throw syntaxError(path, 'YAML', yamlErrorLine(error));
	}
}

function yamlErrorLine(error: Error): number | undefined {
	const mark: unknown = 'mark' in error ? error.mark : undefined;
	const line = typeof mark === 'object' && mark !== null && 'line' in mark ? mark.line : undefined;
	return typeof line === 'number' ? line + 1 : undefined;
}

function syntaxError(path: string, language: string, line: number | undefined): UsageError {
	const where = line === undefined ? path : `${path}:${line}`;
	return new UsageError(`${where}: not valid ${language}`, {
		hint:
			language === 'JSON'
				? 'look for a missing quote, or a comma too many or too few; comments are members named "//"'
				: 'check indentation, colons and quotes there',
	});
}

const deepest = 100;

const mostValues = 100_000;

/** Whether a document is deeper or larger than any that somebody wrote. What is repeated counts as often as it stands there. */
function isExcessive(document: unknown): boolean {
	let count = 0;
	let level: unknown[] = [document];
	for (let depth = 0; level.length > 0; depth++) {
		if (depth > deepest) return true;
		const next: unknown[] = [];
		for (const value of level) {
			if (typeof value !== 'object' || value === null) continue;
			for (const member of Object.values(value)) {
				if (++count > mostValues) return true;
				next.push(member);
			}
		}
		level = next;
	}
	return false;
}
