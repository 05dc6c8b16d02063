import {z} from 'zod';
import {UsageError} from '../errors.ts';
import {formatDuration, parseDuration} from '../query/duration.ts';
import {resolveTimezone} from '../query/timezone.ts';
import {sources} from '../sources/index.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {feishu} from '../vendors/feishu.ts';
import {baseUrlProblem} from './base-url.ts';
import {explainIssues, unknownKeyText} from './explain.ts';

const comment = z.union([z.string(), z.array(z.string())], {error: 'expected a comment: a string or an array of strings'});

/** An object that knows its keys, suggests the nearest for any other, and takes "//" as a comment. */
function section<T extends z.core.$ZodLooseShape>(shape: T) {
	const knownKeys = Object.keys(shape);
	return z.strictObject({...shape, '//': comment.optional()}, {
		error: issue => issue.code === 'unrecognized_keys' ? issue.keys.map(key => unknownKeyText(key, knownKeys)).join('\n') : undefined,
	});
}

const text = z.string().min(1, 'expected a string that is not empty');
const names = z.array(text).min(1, 'expected at least one name');
const positive = z.int('expected a whole number').min(1, 'expected a whole number from 1 on');
const duration = z.string().refine(value => (parseDuration(value) ?? 0) > 0, 'expected a duration: 30s, 15m, 24h, 7d or 2w');
const rate = z.string().refine(isRate, 'expected requests per duration: 100/1m');
const timezone = z.string().refine(value => resolveTimezone(value) !== undefined, 'expected an IANA time zone: Asia/Shanghai');
const tokenPath = z.string().regex(/^\/(?!\/)[^?#\s\\]*$/, 'expected a path that starts with one slash: /openapi/v1/auth/token');
const baseUrl = z.string().superRefine((value, context) => {
	const message = baseUrlProblem(value);
	if (message !== undefined) context.addIssue({code: 'custom', message});
});

const referenceForms = 'one of {"env": "NAME"}, {"file": "path"} and {"command": ["program", "argument"]}';
const reference = section({
	env: text.optional(),
	file: text.optional(),
	command: z.array(z.string()).min(1, 'expected a program and its arguments').refine(([program]) => program !== '', 'expected the name of a program').optional(),
}).refine(({env, file, command}) => [env, file, command].filter(form => form !== undefined).length === 1, {
	error: `expected exactly ${referenceForms}`,
	// A misspelt key is the better message.
	when: ({issues}) => issues.length === 0,
});
const referable = z.union([text, reference], {error: `expected a string or ${referenceForms}`});

const profile = section({
	feishu: section({
		host: z.enum(Object.keys(feishu.hosts)).optional(),
		base_url: baseUrl.optional(),
		app_id: referable.optional(),
		app_secret: referable.optional(),
		tenant_access_token: referable.optional(),
	}).optional(),
	trae: section({
		base_url: baseUrl.optional(),
		token_path: tokenPath.optional(),
		app_id: referable.optional(),
		app_secret: referable.optional(),
		access_token: referable.optional(),
	}).optional(),
});

const profileNameText = 'expected a profile name of letters, digits, dots, dashes and underscores';
const profileName = z.string().regex(/^[a-z\d][\w.-]*$/i, profileNameText);
const profiles = z.preprocess(withoutComment, z.record(profileName, profile));

/** What a source's options default to, within the limits that its API documents. */
const sourceDefaults = ({pagination, window}: SourceDefinition) => section({
	format: z.enum(['ndjson', 'json', 'csv', 'table']).optional(),
	fields: names.optional(),
	order: z.enum(['time', 'served']).optional(),
	page_size: positive.max(pagination.maxSize, `expected at most ${pagination.maxSize}, the API's limit`).optional(),
	window: duration.refine(value => (parseDuration(value) ?? 0) <= (window.maxMs ?? Infinity), `expected at most ${formatDuration(window.maxMs ?? 0)}, the API's limit`).optional(),
	rate: rate.optional(),
	concurrency: positive.optional(),
	timeout: duration.optional(),
	retries: z.int('expected a whole number').min(0, 'expected a whole number from 0 on').optional(),
	redact: names.optional(),
	timezone: timezone.optional(),
	offset_counts: z.enum(['rows', 'pages']).refine(() => pagination.style === 'offset', 'expected only for a source that is read by offsets').optional(),
});

const sourceSections = Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, sourceDefaults(source).optional()]));

/** The configuration file. Keys are written as the vendors write theirs, in snake_case. */
export const configSchema = section({
	default_profile: text.optional(),
	profiles: profiles.optional(),
	sources: section(sourceSections).optional(),
}).superRefine((config, context) => {
	const known = Object.keys(config.profiles ?? {});
	if (config.default_profile !== undefined && !known.includes(config.default_profile)) {
		context.addIssue({code: 'custom', path: ['default_profile'], message: `expected the name of a profile in this file (${known.join(', ') || 'it has none'})`});
	}
});

export type Config = z.infer<typeof configSchema>;
/** A profile: one section per vendor. */
export type Profile = z.infer<typeof profile>;
/** The defaults of one source. */
export type SourceDefaults = z.infer<ReturnType<typeof sourceDefaults>>;
/** A value in the file, or where to find it: environment variable, file, or a program's output. */
export type Referable = z.infer<typeof referable>;

/**
 * The validated configuration. Throws a `UsageError` with a line for every problem, each naming the file, the
 * path in it and what is expected, none of them a value.
 */
export function validateConfig(document: unknown, file: string): Config {
	const result = configSchema.safeParse(document);
	if (!result.success) {
		throw new UsageError(explainIssues(result.error.issues).map(problem => `${file}: ${problem}`).join('\n'), {
			hint: 'config.example.json shows every key and what it takes',
		});
	}
	return result.data;
}

/** A record has no fixed keys, so its comment is taken out before its members are checked. */
function withoutComment(value: unknown, context: z.core.$RefinementCtx): unknown {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	// Zod passes over this key in records without a word.
	if (Object.hasOwn(value, '__proto__')) context.addIssue({code: 'custom', path: ['__proto__'], message: profileNameText});
	return Object.fromEntries(Object.entries(value).filter(([key, member]) => key !== '//' || !comment.safeParse(member).success));
}

function isRate(value: string): boolean {
	const [, requests, amount, unit] = /^(\d+)\/(\d*)([a-z]+)$/.exec(value) ?? [];
	return Number(requests) >= 1 && (parseDuration(`${amount || '1'}${unit}`) ?? 0) > 0;
}
