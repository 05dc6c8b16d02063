import type {Context} from '../base/context.ts';
import {formatDuration} from '../base/duration.ts';
import {UsageError} from '../base/errors.ts';
import {searchOptions} from '../console/options.ts';
import {searchOutline} from '../console/outline.ts';
import {writeReport} from '../output/stream-output.ts';
import {exportOptions, type OptionRow} from '../query/options.ts';
import {searchKinds, type SearchKind} from '../sources/app-log-kinds.ts';
import {sources} from '../sources/index.ts';
import {labelledColumns} from '../sources/labels.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {vendors} from '../sources/vendors/index.ts';

const asProfile = 'as the request profile says';

/** What `audit-export sources` says of one source. @param rows its options */
function describe(source: SourceDefinition, rows: readonly OptionRow[] = exportOptions(source, [])) {
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
		time: {field: source.time, unit: formatDuration(source.range.rowUnitMs ?? source.range.unitMs)},
		token: tokenOf(source),
		reach: source.pagination.style === 'offset' ? source.pagination.cap : null,
		reach_back: source.reachMs === undefined ? null : formatDuration(source.reachMs),
		filters: rows.filter(({group}) => group === 'Filters:').map(({flags, description, repeatable = false}) => ({option: flags, description, repeatable})),
		columns: labelledColumns(source, 'en').map(column => column.name),
	};
}

/** Whose token, or what instead of one, requests are signed with. */
function tokenOf({auth}: SourceDefinition): 'app' | 'user' | 'console' {
	return auth ?? 'app';
}

type Described = ReturnType<typeof describe>;

/** A source as it is listed; null is what only a request profile knows. */
type Listed = Omit<Described, 'page_size' | 'time' | 'columns'> & {readonly [Key in 'page_size' | 'time' | 'columns']: Described[Key] | null};

function describeSearch(kind: SearchKind): Listed {
	const described = describe(searchOutline(kind), searchOptions(kind));
	if (kind === 'server') return {...described, request: `${described.request}; with --via console ${asProfile}`};
	return {...described, request: asProfile, scope: 'a session of the developer console', token: 'console', page_size: null, id: null, time: null, columns: null};
}

/** Lists every source: limits, filters, columns. */
export async function sourcesCommand(flags: {format?: string}, context: Context): Promise<void> {
	const described: Listed[] = [...Object.values<SourceDefinition>(sources).map(source => describe(source)), ...searchKinds.map(kind => describeSearch(kind))];
	const {format = 'text'} = flags;
	if (format !== 'text' && format !== 'json' && format !== 'table') throw new UsageError(`--format: "${format}" is not one of text, json`);
	const text = format === 'json' ? `${JSON.stringify(described, undefined, '\t')}\n` : described.map(source => [
		source.name,
		`  ${source.title}`,
		`  request     ${source.request}`,
		`  hosts       ${Object.entries(source.hosts).map(([name, url]) => `${name} ${url}`).join(', ')}`,
		`  ${source.token === 'console' ? 'needs       ' : 'permission  '}${source.scope}${source.token === 'user' ? ', of a user who signed in' : ''}`,
		`  rate        ${source.rate}`,
		`  page size   ${source.page_size === null ? asProfile : `${source.page_size.default}, at most ${source.page_size.max}`}`,
		`  window      ${source.window.default}${source.window.max === null ? '' : `, at most ${source.window.max} a request`}`,
		...(source.reach_back === null ? [] : [`  goes back   ${source.reach_back}`]),
		...(source.reach === null ? [] : [`  reach       ${source.reach} rows a query; windows with more are cut`]),
		`  filters     ${source.filters.map(filter => `${filter.option}${filter.repeatable ? ' (repeatable)' : ''}`).join(', ')}`,
		`  columns     ${source.columns === null ? asProfile : source.columns.join(', ')}`,
		`  docs        ${source.docs}`,
		'',
	].join('\n')).join('\n');
	await writeReport(text, format === 'json' ? 'json' : 'text', context);
}
