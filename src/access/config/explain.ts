import type * as z from 'zod';
import {UsageError} from '../../base/errors.ts';
import {nearestText} from '../../base/nearest.ts';

/** What to say about a key that does not exist: the nearest one that does, or all when none is near. */
export function unknownKeyText(key: string, knownKeys: readonly string[]): string {
	return `unknown key, ${nearestText(key, knownKeys)}`;
}

/** One line per problem: `profiles.production.feishu.app_id: expected string, received number`. No values in it. */
export function explainIssues(issues: readonly z.core.$ZodIssue[], parents: readonly PropertyKey[] = []): string[] {
	return issues.flatMap(issue => {
		const path = [...parents, ...issue.path];
		if (issue.code === 'unrecognized_keys') {
			// The schema's message holds one line per key, see `section`.
			const texts = issue.message.split('\n');
			return issue.keys.map((key, index) => `${formatPath([...path, key])}: ${texts[index] ?? 'unknown key'}`);
		}
		if (issue.code === 'invalid_union') {
			// Of a string or an object, an object was meant when the value is one: say what is wrong in it.
			const meant = issue.errors.find(branch => !branch.some(({code, path: {length}}) => code === 'invalid_type' && length === 0));
			if (meant !== undefined) return explainIssues(meant, path);
		}
		if (issue.code === 'invalid_key') {
			return [`${formatPath(path)}: ${issue.issues[0]?.message ?? 'not a valid name'}`];
		}
		return [`${formatPath(path)}: ${issue.message.replace(/^[A-Z][a-z]+ [a-z]+: /, '')}`];
	});
}

/** More problems than this are counted only. */
const mostProblems = 100;

/**
 * The document as its schema has it.
 * @throws UsageError with a line for every problem up to a hundred, naming the file, the path in it and what is expected, never a value
 */
export function requireValid<Schema extends z.ZodType>(
	schema: Schema, document: unknown, {file, hint}: {file: string; hint: string},
): z.output<Schema> {
	const result = schema.safeParse(document);
	if (result.success) return result.data;
	const problems = explainIssues(result.error.issues);
	const more = problems.length > mostProblems ? [`and ${problems.length - mostProblems} more`] : [];
	throw new UsageError([...problems.slice(0, mostProblems), ...more].map(problem => `${file}: ${problem}`).join('\n'), {hint});
}

/** A path of keys as users write it: `profiles.production.feishu`, `sources["a b"].fields[2]`. */
export function formatPath(path: readonly PropertyKey[]): string {
	if (path.length === 0) return 'the file';
	return path.reduce<string>((text, key) => {
		if (typeof key === 'number') return `${text}[${key}]`;
		const name = String(key);
		// Anything but plain names is quoted, so that no control character reaches the terminal.
		if (!/^[\w/-]+$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
		return text === '' ? name : `${text}.${name}`;
	}, '');
}
