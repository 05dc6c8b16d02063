import type {Context} from '../base/context.ts';
import {formatDuration} from '../base/duration.ts';
import {oneOf} from '../base/given.ts';
import {writeReport} from '../output/stream-output.ts';
import {openableNamed, openables, type Openable} from '../run/registry.ts';
import {labelledColumns} from '../sources/labels.ts';
import {isAlwaysThere, rowSchema} from '../sources/schema.ts';
import {vendors} from '../sources/vendors/index.ts';

const asProfile = 'as the request profile says';

/** What `audit-export sources` says of one source; null is what only a request profile knows. */
function describe({name, outline, shape, options}: Openable) {
	const {window, pagination, range} = outline;
	const isLearned = shape === 'learned';
	const request = `${outline.endpoint.method} ${outline.endpoint.path}`;
	return {
		name,
		title: outline.title,
		docs: outline.docs,
		request: isLearned ? asProfile : shape === 'either' ? `${request}; with --via console ${asProfile}` : request,
		hosts: vendors[outline.vendor].hosts,
		scope: isLearned ? 'a session of the developer console' : outline.scope,
		rate: `${outline.budget.requests}/${formatDuration(outline.budget.perMs)}`,
		page_size: isLearned ? null : {default: pagination.defaultSize, max: pagination.maxSize},
		window: {default: formatDuration(window.defaultMs), max: window.maxMs === undefined ? null : formatDuration(window.maxMs)},
		id: isLearned ? null : outline.id,
		time: isLearned ? null : {field: outline.time, unit: formatDuration(range.rowUnitMs ?? range.unitMs)},
		// Whose token, or what instead of one, requests are signed with.
		token: isLearned ? 'console' : outline.auth ?? 'app',
		reach: pagination.style === 'offset' ? pagination.cap : null,
		reach_back: outline.reachMs === undefined ? null : formatDuration(outline.reachMs),
		filters: options.filter(({group}) => group === 'Filters:')
			.map(({flags, description, repeatable = false}) => ({option: flags, description, repeatable})),
		columns: isLearned
			? null
			: labelledColumns(outline, 'en').map(column => ({
				name: column.name,
				type: column.type,
				// How the row counts it; a time without stands in no row, and is written as RFC 3339.
				unit: column.unitMs === undefined ? null : formatDuration(column.unitMs),
				nullable: !isAlwaysThere(outline, column),
				meaning: column.meaning,
			})),
	};
}

/**
 * Lists every source: limits, filters, columns; or, with `schema`, prints the JSON Schema of one source's rows.
 * @throws UsageError for a source or a format that there is not
 */
export async function sourcesCommand(flags: {format?: string; schema?: string}, context: Context): Promise<void> {
	if (flags.schema !== undefined) {
		const {outline, shape} = openableNamed(flags.schema);
		// Of rows whose shape only a request profile knows, nothing can be said beforehand.
		const schema = rowSchema(shape === 'learned' ? {...outline, columns: []} : outline);
		await writeReport(`${JSON.stringify(schema, undefined, '\t')}\n`, 'json', context);
		return;
	}
	const described = openables().map(openable => describe(openable));
	// `status` and others call their text a table.
	const format = oneOf(flags.format ?? 'text', ['text', 'json', 'table'], '--format');
	const text = format === 'json' ? `${JSON.stringify(described, undefined, '\t')}\n` : described.map(paragraph).join('\n');
	await writeReport(text, format === 'json' ? 'json' : 'text', context);
}

/** What is known of a source, for people. */
function paragraph(source: ReturnType<typeof describe>): string {
	const {page_size: size, window, filters, columns, reach, reach_back: reachBack} = source;
	const rows: ReadonlyArray<readonly [string, string] | undefined> = [
		['request', source.request],
		['hosts', Object.entries(source.hosts).map(([name, url]) => `${name} ${url}`).join(', ')],
		[source.token === 'console' ? 'needs' : 'permission', source.scope + (source.token === 'user' ? ', of a user who signed in' : '')],
		['rate', source.rate],
		['page size', size === null ? asProfile : `${size.default}, at most ${size.max}`],
		['window', `${window.default}${window.max === null ? '' : `, at most ${window.max} a request`}`],
		reachBack === null ? undefined : ['goes back', reachBack],
		reach === null ? undefined : ['reach', `${reach} rows a query; windows with more are cut`],
		['filters', filters.map(({option, repeatable}) => `${option}${repeatable ? ' (repeatable)' : ''}`).join(', ')],
		['columns', columns === null ? asProfile : columns.map(({name}) => name).join(', ')],
		['docs', source.docs],
	];
	const lines = rows.filter(row => row !== undefined).map(([name, text]) => `  ${name.padEnd(11)} ${text}`);
	return [source.name, `  ${source.title}`, ...lines, ''].join('\n');
}
