import type {Context} from '../context.ts';
import {UsageError} from '../errors.ts';
import {createStreamOutput} from '../output/stream-output.ts';
import {formatDuration} from '../query/duration.ts';
import {sources} from '../sources/index.ts';
import {labelledColumns} from '../sources/labels.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {vendors} from '../vendors/index.ts';
import {exportOptions} from './export-options.ts';

/** What `audit-export sources` says of one source. */
function describe(source: SourceDefinition) {
	const vendor = vendors[source.vendor];
	return {
		name: source.name,
		title: source.title,
		docs: source.docs,
		request: `${source.endpoint.method} ${source.endpoint.path}`,
		hosts: vendor.hosts,
		scope: source.scope,
		rate: `${source.budget.requests}/${formatDuration(source.budget.perMs)}`,
		page_size: {default: source.pagination.defaultSize, max: source.pagination.maxSize},
		window: {default: formatDuration(source.window.defaultMs), max: source.window.maxMs === undefined ? null : formatDuration(source.window.maxMs)},
		id: source.id,
		time: {field: source.time, unit: formatDuration(source.range.unitMs)},
		token: source.auth === 'user' ? 'user' : 'app',
		reach: source.pagination.style === 'offset' ? source.pagination.cap : null,
		filters: exportOptions(source, []).filter(({group}) => group === 'Filters:').map(({flags, description, repeatable = false}) => ({option: flags, description, repeatable})),
		columns: labelledColumns(source, 'en').map(column => column.name),
	};
}

/** Lists every source: limits, filters, columns. */
export async function sourcesCommand(flags: {format?: string}, context: Context): Promise<void> {
	const described = Object.values(sources).map(describe);
	const {format = 'text'} = flags;
	if (format !== 'text' && format !== 'json' && format !== 'table') throw new UsageError(`--format: "${format}" is not one of text, json`);
	const text = format === 'json' ? `${JSON.stringify(described, undefined, '\t')}\n` : described.map(source => [
		source.name,
		`  ${source.title}`,
		`  request     ${source.request}`,
		`  hosts       ${Object.entries(source.hosts).map(([name, url]) => `${name} ${url}`).join(', ')}`,
		`  permission  ${source.scope}${source.token === 'user' ? ', of a user who signed in' : ''}`,
		`  rate        ${source.rate}`,
		`  page size   ${source.page_size.default}, at most ${source.page_size.max}`,
		`  window      ${source.window.default}${source.window.max === null ? '' : `, at most ${source.window.max} a request`}`,
		...(source.reach === null ? [] : [`  reach       ${source.reach} rows a query; windows with more are cut`]),
		`  filters     ${source.filters.map(filter => `${filter.option}${filter.repeatable ? ' (repeatable)' : ''}`).join(', ')}`,
		`  columns     ${source.columns.join(', ')}`,
		`  docs        ${source.docs}`,
		'',
	].join('\n')).join('\n');
	const output = createStreamOutput(context.stdout);
	await output.write(text);
	await output.commit();
}
