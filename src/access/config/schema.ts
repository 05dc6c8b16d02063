import * as z from 'zod';
import {configuredOptions, type SourceDefaults} from '../../query/options.ts';
import {DAY, formatDuration, parseDuration} from '../../base/duration.ts';
import {parseRate} from '../../base/given.ts';
import {maxResponseProblem} from '../../base/size.ts';
import {sources} from '../../sources/index.ts';
import type {SourceDefinition} from '../../sources/types.ts';
import {feishu} from '../../sources/vendors/feishu.ts';
import {baseUrlProblem} from './base-url.ts';
import {requireValid} from './explain.ts';
import {jobsSchema} from './jobs-schema.ts';
import {duration, named, positive, section, systemText, text, timezone, word} from './schema-parts.ts';

const names = z.array(text).min(1, 'expected at least one name');
const rate = z.string().refine(value => parseRate(value) !== undefined, 'expected requests per duration: 100/1m');
const maxResponse = z.string().superRefine((value, context) => {
	const message = maxResponseProblem(value);
	if (message !== undefined) context.addIssue({code: 'custom', message});
});
/** The path of a token endpoint, below a base URL. */
export const tokenPath = z.string().regex(/^\/(?!\/)[^?#\s\\]*$/, 'expected a path that starts with one slash: /openapi/v1/auth/token');
/** Where an API is; see `baseUrlProblem`. */
export const baseUrl = word.superRefine((value, context) => {
	const message = baseUrlProblem(value);
	if (message !== undefined) context.addIssue({code: 'custom', message});
});

const referenceForms = 'one of {"env": "NAME"}, {"file": "path"} and {"command": ["program", "argument"]}';
const reference = section({
	env: word.optional(),
	file: text.optional(),
	command: z.array(systemText).min(1, 'expected a program and its arguments')
		.refine(([program]) => program !== '', 'expected the name of a program')
		.optional(),
}).refine(({env, file, command}) => [env, file, command].filter(form => form !== undefined).length === 1, {
	error: `expected exactly ${referenceForms}`,
	// A misspelt key is the better message.
	when: ({issues}) => issues.length === 0,
});
const referable = z.union([text, reference], {error: `expected a string or ${referenceForms}`});

const profile = section({
	account: text.optional(),
	feishu: section({
		account: text.optional(),
		host: word.pipe(z.enum(Object.keys(feishu.hosts))).optional(),
		base_url: baseUrl.optional(),
		app_id: referable.optional(),
		app_secret: referable.optional(),
		tenant_access_token: referable.optional(),
		console_cookie: referable.optional(),
		console_csrf_token: referable.optional(),
		console_authorization: referable.optional(),
	}).optional(),
	trae: section({
		account: text.optional(),
		base_url: baseUrl.optional(),
		token_path: tokenPath.optional(),
		app_id: referable.optional(),
		app_secret: referable.optional(),
		access_token: referable.optional(),
	}).optional(),
});

const profileNameText = 'expected a profile name of letters, digits, dots, dashes and underscores';
const profileName = z.string().regex(/^[a-z\d][\w.-]*$/i, profileNameText);
const profiles = named(profileName, profileNameText, profile);

/** The part of a source that limits its defaults. */
interface SourceLimits {
	readonly pagination: Pick<SourceDefinition['pagination'], 'style' | 'maxSize'>;
	readonly window: SourceDefinition['window'];
}

/** The console's log searches share their defaults; how long their pages may be, the request profile says. */
const appLogLimits: SourceLimits = {
	pagination: {style: 'numbered', maxSize: Number.MAX_SAFE_INTEGER}, window: {defaultMs: DAY, maxMs: DAY},
};

/** What a source's options default to, within the limits that its API documents. */
function sourceDefaults({pagination, window}: SourceLimits) {
	const kinds = {
		names, positive, duration, rate, timezone,
		whole: z.int('expected a whole number').min(0, 'expected a whole number from 0 on'),
		size: maxResponse,
		text: word,
		'yes-or-no': z.boolean('expected true or false'),
	};
	const limited: Readonly<Record<string, z.ZodType>> = {
		page_size: positive.max(pagination.maxSize, `expected at most ${pagination.maxSize}, the API's limit`),
		window: duration.refine(
			value => (parseDuration(value) ?? 0) <= (window.maxMs ?? Infinity),
			`expected at most ${formatDuration(window.maxMs ?? 0)}, the API's limit`,
		),
	};
	const options = configuredOptions.map(({key, kind}): [string, z.ZodType] => [
		key, (limited[key] ?? (typeof kind === 'string' ? kinds[kind] : z.enum(kind))).optional(),
	]);
	return section({
		...Object.fromEntries<z.ZodType>(options),
		offset_counts: z.enum(['rows', 'pages'])
			.refine(() => pagination.style === 'offset', 'expected only for a source that is read by offsets')
			.optional(),
	});
}

const sourceSections = Object.fromEntries(
	Object.entries<SourceLimits>({...sources, 'feishu-app-log': appLogLimits}).map(([name, limits]) => [
		name, sourceDefaults(limits).optional() as z.ZodType<SourceDefaults | undefined>,
	]),
);

/** What a file beside the configuration, in `jobs.d`, may add to it. */
const addedSchema = section({profiles: profiles.optional(), jobs: jobsSchema.optional()});

/** The configuration file. Keys are written as the vendors write theirs, in snake_case. */
export const configSchema = section({
	default_profile: word.optional(),
	profiles: profiles.optional(),
	sources: section(sourceSections).optional(),
	jobs: jobsSchema.optional(),
});

export type Config = z.infer<typeof configSchema>;
/** A profile: one section per vendor. */
export type Profile = z.infer<typeof profile>;
/** A value in the file, or where to find it: environment variable, file, or a program's output. */
export type Referable = z.infer<typeof referable>;

/**
 * The validated configuration.
 * @param beside the names of the profiles that files beside it add
 * @throws UsageError as `requireValid`
 */
export function validateConfig(document: unknown, file: string, beside: readonly string[] = []): Config {
	const schema = configSchema.superRefine(({default_profile: name, profiles: own}, context) => {
		const known = [...Object.keys(own ?? {}), ...beside];
		if (name === undefined || known.includes(name)) return;
		const message = `expected the name of a profile in this file (${known.join(', ') || 'it has none'})`;
		context.addIssue({code: 'custom', path: ['default_profile'], message});
	});
	return requireValid(schema, document, {file, hint: 'config.example.json shows every key and what it takes'});
}

/** A file of `jobs.d`, validated. @throws UsageError as `requireValid` */
export function validateAdded(document: unknown, file: string): z.infer<typeof addedSchema> {
	return requireValid(addedSchema, document, {file, hint: 'a file of jobs.d holds "jobs" and "profiles" as the configuration does'});
}


