import {UsageError} from '../base/errors.ts';
import {valueAt} from '../json/value.ts';
import {declaredOption, optionName, searchFilters, type FilterDeclaration} from '../sources/app-log-filters.ts';
import type {SearchKind} from '../sources/app-log-kinds.ts';
import {outcomes} from '../sources/outcome.ts';
import type {ParameterRule, SourceOption} from '../sources/types.ts';
import {printable} from '../base/visible.ts';
import {comparisonOf} from './compare.ts';
import type {SearchProfile, FilterPlace} from './profile.ts';
import {placeholdersOf} from './template.ts';

/** The values of options, as they are typed. */
export type Given = Readonly<Record<string, unknown>>;

/** What decides how a search's filters are applied. */
export interface FilterSetting {
	readonly kind: SearchKind;
	readonly search: SearchProfile;
	/** Names of the placeholders in the request. */
	readonly placeholders: ReadonlySet<string>;
	/** The options that were given. */
	readonly given: Given;
	/** Takes a warning for stderr. */
	readonly warn: (message: string) => void;
}

/** A search's filters as options of its source, by name. */
export interface FilterOptions {
	readonly options: Readonly<Record<string, SourceOption>>;
	readonly parameters: Readonly<Record<string, ParameterRule>>;
}

/**
 * Each documented filter as an option that is sent where the request has its place, compared here where the rows have a
 * field for it, and refused otherwise.
 * @throws UsageError for a value that the request profile does not know how to send
 */
export function filterOptions({kind, search, placeholders, given, warn}: FilterSetting): FilterOptions {
	const options: Record<string, SourceOption> = {};
	const parameters: Record<string, ParameterRule> = {};
	for (const filter of searchFilters[kind]) {
		const key = optionName(filter.name);
		const way = wayOf(filter, valuesOf(given[key]), {kind, search, placeholders, warn});
		const option = declaredOption(filter);
		// What can be neither sent nor compared cannot be asked for: the search is then what the profile makes of it.
		options[key] = {...option, required: option.required === true && way.refusal === undefined, ...way};
		parameters[filter.name] = {type: filter.repeatable === true ? 'string[]' : 'string'};
	}
	return {options, parameters};
}

function wayOf(
	filter: FilterDeclaration, values: readonly string[], {kind, search, placeholders, warn}: Omit<FilterSetting, 'given'>,
): Pick<SourceOption, 'locally' | 'refusal'> {
	const {name} = filter;
	const place = search.filters?.[name] ?? {};
	const field = search.fields?.[name];
	const path = field?.split('.');
	const compare = comparisonOf(name, path, place.values);
	const unknown = values.find(value => isName(filter, value) && !Object.hasOwn(place.values ?? {}, value));
	let warned = name !== 'status' || path === undefined || unknown === undefined;
	const locally = {
		locally(row: unknown, asked: readonly string[]) {
			const status = warned || path === undefined ? undefined : valueAt(row, path);
			if (isUnclear(status)) {
				warned = true;
				warn(
					`--status: the log's status ${String(status)} is taken for failed; where it is not, ` +
						`write what the names mean in the request profile: searches.${kind}.filters.status.values`,
				);
			}
			return compare(row, meantValues(filter, asked));
		},
	};
	if (placeholders.has(name)) {
		if (unknown === undefined) {
			if (values.length > 0) sentValue(filter, values, place);
			return {};
		}
		if (field !== undefined) return locally;
		throw new UsageError(`${filter.flags.split(' ')[0]}: the request profile does not say what the console calls "${unknown}"`, {
			hint: `write it there: searches.${kind}.filters.${name}.values.${unknown}` +
				(name === 'status' ? ', or give the value that the console itself uses' : ''),
		});
	}
	if (field !== undefined || name === 'keyword') return locally;
	const fixed = fixedMembers(search.request);
	const others = fixed.length > mostShown ? ` and ${fixed.length - mostShown} more` : '';
	const seen = fixed.length === 0 ? '' : `; as recorded it always asks with ${fixed.slice(0, mostShown).join(', ')}${others}: ` +
		`where one of them is this filter, write {${name}} in its place`;
	return {
		refusal: `the request profile has neither {${name}} in searches.${kind}.request, where the console would be asked for it, ` +
			`nor searches.${kind}.fields.${name}, by which rows could be compared here${seen}`,
	};
}

const mostShown = 8;

/** What a request asks the same with every search, for people: `json.tab = 2`. */
function fixedMembers({query = {}, json = null, form = {}}: SearchProfile['request']): string[] {
	const found: string[] = [];
	const walk = (path: string, value: unknown): void => {
		if (typeof value === 'object' && value !== null)
			for (const [key, member] of Object.entries(value)) walk(key === 'json_text' ? path : `${path}.${key}`, member);
		else if (value !== null && placeholdersOf(value).size === 0) found.push(printable(`${path} = ${JSON.stringify(value)}`));
	};
	for (const [part, tree] of Object.entries({query, json, form})) walk(part, tree);
	return found;
}

/** Whether a status is a code that could mean anything: 1 is a success here and a failure there. */
function isUnclear(status: unknown): boolean {
	return (typeof status === 'number' || typeof status === 'string') && /^[1-9]\d?$/.test(String(status));
}

/** Whether a value is this program's own name for something, which no console knows. */
function isName({values, name}: FilterDeclaration, value: string): boolean {
	return values?.includes(value) === true || (name === 'status' && outcomes.some(outcome => outcome === value));
}

function valuesOf(given: unknown): readonly string[] {
	if (given === undefined) return [];
	return (Array.isArray(given) ? given : [given]).map(String);
}

/** The values of a filter as they are meant: keywords may also be given in one text, with spaces between them. */
function meantValues({name}: Pick<FilterDeclaration, 'name'>, given: readonly string[]): readonly string[] {
	return name === 'keyword' ? given.flatMap(text => text.split(/\s+/).filter(word => word !== '')) : given;
}

/**
 * What a request carries for the values of a filter, as the request profile says.
 * @throws UsageError for several values where it says no separator, and for a text where it says a number
 */
export function sentValue(
	filter: FilterDeclaration, given: readonly string[], {as = 'text', separator, values = {}}: FilterPlace,
): unknown {
	const [option = filter.flags] = filter.flags.split(' ');
	const sent = meantValues(filter, given).map(value => (Object.hasOwn(values, value) ? (values[value] ?? value) : value));
	const numbers = () =>
		sent.map(value => {
			const number = typeof value === 'number' || /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
			if (Number.isNaN(number))
				throw new UsageError(`${option}: the request profile sends a number, and "${value}" is none`, {
					hint: `known names: ${Object.keys(values).join(', ') || 'none'}`,
				});
			return number;
		});
	switch (as) {
		case 'list': return sent;
		case 'numbers': return numbers();
		case 'text':
			if (sent.length > 1 && separator === undefined) break;
			return sent.join(separator ?? '');
		case 'number':
			if (sent.length > 1) break;
			return numbers()[0];
	}
	throw new UsageError(`${option}: the request profile sends one value, not ${sent.length}`, {
		hint: `run once for each value, or write in the profile how several are sent: filters.${filter.name}.as or .separator`,
	});
}
