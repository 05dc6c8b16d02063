import {Buffer} from 'node:buffer';
import {constants} from 'node:fs';
import {open, type FileHandle} from 'node:fs/promises';
import {extname} from 'node:path';
import {UsageError} from '../../base/errors.ts';

/** Whether a file of this name can be a configuration: JSON, YAML, or either without an extension. */
export function isConfigFileName(path: string): boolean {
	return ['', '.json', '.yaml', '.yml'].includes(extname(path));
}

/**
 * The document in a configuration file; an empty file is an empty configuration. Throws a `UsageError` with the
 * file and, where known, the line. Parsers quote the text around an error, which may be a secret: nothing of it is
 * shown, nor kept as a cause.
 */
export async function parseConfigText(path: string, text: string): Promise<unknown> {
	const content = text.replace(/^\uFEFF/, '');
	if (content.trim() === '') return {};
	const isJson = extname(path) === '.json' || (extname(path) === '' && content.trimStart().startsWith('{'));
	return isJson ? parseJson(path, content) : parseYaml(path, content);
}

function parseJson(path: string, text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		const offset = jsonErrorOffset(text, error.message);
		throw syntaxError(path, 'JSON', offset === undefined ? undefined : text.slice(0, offset).split('\n').length);
	}
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
		return loadYaml(path, text) ?? {};
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
		hint: language === 'JSON' ? 'look for a missing quote, or a comma too many or too few; comments are members named "//"' : 'check indentation, colons and quotes there',
	});
}

/** The text of a file, a pipe or a device, or undefined when it is longer than `maxBytes`: some never end. */
export async function readAtMost(file: FileHandle, maxBytes: number): Promise<string | undefined> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of file.createReadStream({autoClose: false, end: maxBytes})) {
		const read: unknown = chunk;
		if (!Buffer.isBuffer(read)) continue;
		chunks.push(read);
		bytes += read.length;
	}
	return bytes > maxBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}

/** Opens a regular file for reading, or gives undefined for a pipe, a device or a directory; never waits for the other end of a pipe. */
export async function openRegular(path: string): Promise<FileHandle | undefined> {
	const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
	if ((await file.stat()).isFile()) return file;
	await file.close();
	return undefined;
}
