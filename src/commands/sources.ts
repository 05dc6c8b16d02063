import type {Context} from '../base/context.ts';
import {formatDuration} from '../base/duration.ts';
import {UsageError} from '../base/errors.ts';
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
	const {format = 'text'} = flags;
	if (format !== 'text' && format !== 'json' && format !== 'table') throw new UsageError(`--format: "${format}" is not one of text, json`);
	const text =
		format === 'json'
			? `${JSON.stringify(described, undefined, '\t')}\n`
			: described.map(source =>
						[
							source.name, `  ${source.title}`, `  request     ${source.request}`,
							`  hosts       ${Object.entries(source.hosts).map(([name, url]) => `${name} ${url}`)
								.join(', ')}`,
							`  ${source.token === 'console' ? 'needs       ' : 'permission  '}${source.scope}${source.token === 'user' ? ', of a user who signed in' : ''}`,
							`  rate        ${source.rate}`,
							`  page size   ${source.page_size === null ? asProfile : `${source.page_size.default}, at most ${source.page_size.max}`}`,
							`  window      ${source.window.default}${source.window.max === null ? '' : `, at most ${source.window.max} a request`}`,
							...(source.reach_back === null ? [] : [`  goes back   ${source.reach_back}`]),
							...(source.reach === null ? [] : [`  reach       ${source.reach} rows a query; windows with more are cut`]),
							`  filters     ${source.filters.map(filter => `${filter.option}${filter.repeatable ? ' (repeatable)' : ''}`).join(', ')}`,
							`  columns     ${source.columns === null ? asProfile : source.columns.map(({name}) => name).join(', ')}`, `  docs        ${source.docs}`, '',
						].join('\n'),
					)
					.join('\n');
	await writeReport(text, format === 'json' ? 'json' : 'text', context);
}
