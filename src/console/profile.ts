import * as z from 'zod';
import {baseUrlProblem} from '../access/config/base-url.ts';
import {requireValid, unknownKeyText} from '../access/config/explain.ts';
import {timezone} from '../access/config/schema-parts.ts';
import {filterNames, type SearchKind} from '../sources/app-log-kinds.ts';
import {timeFormProblem} from './time-form.ts';

/*
 * A request profile: how one console's log searches are asked and answered, learned from a recording or written by
 * hand. It holds no secret: cookie and CSRF token come from elsewhere with every run.
 *
 * In `path`, `query`, `json`, `form` and `headers`, `{name}` stands for a value of the run. Where it is the whole text
 * it keeps its type (a number stays one, a list stays a list); `{name:text}` is always text. A member whose value is
 * not given is left out. `{json_text: …}` writes what it holds as JSON in a text.
 */

/** Every `{placeholder}` that a request may hold, the filters' names aside. */
export const placeholderNames = [
	'app_id', 'since', 'until', 'page', 'offset', 'cursor', 'page_size', 'csrf_token', ...filterNames,
] as const;

export type PlaceholderName = (typeof placeholderNames)[number];

/** A value of a request: as it stands, or with placeholders in its texts. */
export type Template = string | number | boolean | null | readonly Template[] | {readonly [key: string]: Template};

function section<T extends z.core.$ZodLooseShape>(shape: T) {
	const known = Object.keys(shape);
	return z.strictObject(shape, {
		error: issue => issue.code === 'unrecognized_keys' ? issue.keys.map(key => unknownKeyText(key, known)).join('\n') : undefined,
	});
}

const text = z.string().min(1, 'expected a string that is not empty');
const placeholder = /\{([a-z_]+)(?::text)?\}/g;
const known: ReadonlySet<string> = new Set(placeholderNames);

function checkTemplate(value: unknown, context: z.core.$RefinementCtx): void {
	for (const unknown of unknownPlaceholders(value)) {
		context.addIssue({
			code: 'custom',
			message: `unknown placeholder {${unknown}}, expected one of ${placeholderNames.map(name => `{${name}}`).join(', ')}`,
		});
	}
}

function unknownPlaceholders(value: unknown): string[] {
	if (typeof value === 'string') return [...value.matchAll(placeholder)].map(([, name = '']) => name).filter(name => !known.has(name));
	if (typeof value !== 'object' || value === null) return [];
	return Object.values(value).flatMap(member => unknownPlaceholders(member));
}

const template: z.ZodType<Template> = z.json();
const members = z.record(z.string(), template).superRefine(checkTemplate);
/** Dotted keys; digits stand for places in arrays. */
const path = z.string().regex(/^[^.\s]+(?:\.[^.\s]+)*$/, 'expected a key, or keys joined by dots: data.list');
const timeForm = z.string().superRefine((value, context) => {
	const problem = timeFormProblem(value);
	if (problem !== undefined) context.addIssue({code: 'custom', message: problem});
});
const outcome = section({
	at: path,
	/** Any of these values. */
	is: z.array(z.union([z.string(), z.number(), z.boolean()])).min(1, 'expected at least one value'),
});

const filter = section({
	/** How it is sent: a list of all values, one text, or one number. Default text. */
	as: z.enum(['list', 'numbers', 'text', 'number']).optional(),
	/** Joins several values of a text. Without it a text takes one value. */
	separator: z.string().optional(),
	/** What the console expects for a name that is written on the command line. */
	values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
	/** Sent where the filter is not given; without it the member is left out. */
	otherwise: template.optional(),
});

const search = section({
	request: section({
		method: z.enum(['GET', 'POST']),
		path: z.string().regex(/^\/(?!\/)[^?#\s\\]*$/, 'expected a path that starts with one slash').superRefine(checkTemplate),
		headers: z.record(z.string().regex(/^[\w-]+$/, 'expected the name of a header'), z.string()).superRefine(checkTemplate).optional(),
		query: members.optional(),
		/** The body as JSON; excludes `form`. */
		json: template.superRefine(checkTemplate).optional(),
		/** The body as application/x-www-form-urlencoded. */
		form: members.optional(),
	})
		.refine(({json, form}) => json === undefined || form === undefined, 'expected json or form, not both')
		.refine(
			request => ['{since', '{until'].every(name => JSON.stringify(request).includes(name)),
			'expected {since} and {until} somewhere in it',
		),
	time: section({
		/** How {since} and {until} are written. */
		as: timeForm,
		timezone: timezone.optional(),
		/** Whether rows that stand exactly on {until} are delivered. Default unknown: one unit more is asked for. */
		until: z.enum(['inclusive', 'exclusive', 'unknown']).optional(),
	}),
	pages: section({
		/** What is counted up from page to page. `none`: a search is one page. */
		style: z.enum(['page', 'offset', 'cursor', 'none']),
		/** The number of the first page, default 1; with `offset` that of its first row, default 0. */
		first: z.int().min(0).max(1).optional(),
		/** Rows asked for per page, {page_size}. Default 20. */
		size: z.int().min(1).optional(),
		/** Most rows a page may be asked for. Default: `size`. */
		max_size: z.int().min(1).optional(),
	}),
	response: section({
		/** Where the rows stand. */
		rows: path,
		/** A row's identity; null where rows have none. */
		id: path.nullable(),
		time: section({at: path, as: timeForm, timezone: timezone.optional()}),
		total: path.optional(),
		/** Whether there is more: a boolean, 0 or 1, yes or no. */
		more: path.optional(),
		/** Whether this is the last page, in the same ways; excludes `more`. */
		last: path.optional(),
		/** The cursor of the next page; absent, null, empty or "0" on the last. */
		cursor: path.optional(),
		/** What a success says. Default: any readable answer of HTTP 2xx. */
		success: outcome.optional(),
		/** What an answer says when the session has expired. */
		expired: outcome.optional(),
		/** Where a failure says why. */
		message: path.optional(),
	}),
	/** Filters that the console applies: those of the placeholders in the request. */
	filters: z.partialRecord(z.enum(filterNames), filter).optional(),
	/** The field of a row that a filter is compared with here, where the console does not. */
	fields: z.partialRecord(z.enum(filterNames), path).optional(),
	/** Requests per duration, such as 2/1s. Default 2/1s. */
	rate: text.optional(),
}).superRefine(({pages, request, response}, context) => {
	const all = JSON.stringify(request);
	if (pages.style !== 'none' && !all.includes(`{${pages.style}`))
		context.addIssue({code: 'custom', path: ['pages', 'style'], message: `expected {${pages.style}} somewhere in the request`});
	if (response.more !== undefined && response.last !== undefined)
		context.addIssue({code: 'custom', path: ['response', 'last'], message: 'expected more or last, not both'});
	if (pages.style === 'cursor' && response.cursor === undefined)
		context.addIssue({code: 'custom', path: ['response', 'cursor'], message: 'expected the place of the next cursor'});
});

export const profileSchema = section({
	version: z.literal(1, 'expected 1'),
	/** Where the console is. The session goes there and nowhere else. */
	base_url: z.string().superRefine((value, context) => {
		const problem = baseUrlProblem(value);
		if (problem !== undefined) context.addIssue({code: 'custom', message: problem});
	}),
	session: section({
		/** The header that carries the CSRF token. */
		csrf_header: text.optional(),
		/** The cookie whose value is the CSRF token, where it is the same: then the cookie alone is enough. */
		csrf_cookie: text.optional(),
		/** The console is asked with an Authorization header. */
		authorization: z.boolean().optional(),
	}).optional(),
	searches: section(
		{server: search.optional(), event: search.optional(), client: search.optional()} satisfies Record<SearchKind, unknown>,
	),
});

export type RequestProfile = z.infer<typeof profileSchema>;
export type SearchProfile = z.infer<typeof search>;
export type FilterPlace = z.infer<typeof filter>;

/** The validated profile. @throws UsageError as `requireValid` */
export function validateProfile(document: unknown, file: string): RequestProfile {
	return requireValid(profileSchema, document, {
		file, hint: 'docs/console.md shows a whole request profile; audit-export feishu-app-log learn writes one from a recording',
	});
}
