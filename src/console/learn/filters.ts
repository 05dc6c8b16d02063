import type {FilterName, SearchKind} from '../../sources/app-log-kinds.ts';
import type {FilterPlace} from '../profile.ts';
import {searchFilters} from '../../sources/app-log-filters.ts';
import type {ColumnFact} from './exchange.ts';
import {findFilterName, findFilterOfField, isClearName} from './filter-names.ts';
import {type Scalar, isObject} from './json.ts';
import {isScalar, keyOf, keysAround, samePlace, spots, type Place, type RequestTree, type Tree} from './request-tree.ts';
import {flat} from './words.ts';

/** A filter's place in a request. */
export interface FilterGuess {
	readonly name: FilterName;
	readonly place: Place;
	readonly how: FilterPlace;
	/** The recording was made with the filter set; its value is not kept. */
	readonly wasSet: boolean;
	/** The value says that nothing is filtered, and little of how a value is written. */
	readonly isUnset: boolean;
}

export interface FiltersGuess {
	readonly filters: readonly FilterGuess[];
	/** Conditions that can be taken out, but not filled in: `{"field": "status", "value": 1}`. */
	readonly conditions: readonly Place[];
}

const openId = /^ou_[\da-z]{8,}$/i;
/** Names that a constant of the request may have as well. */
const vague: ReadonlySet<string> = new Set([
	'event', 'path', 'api', 'interface', 'endpoint', 'result', 'state', 'success', 'key', 'code', 'message', 'msg', 'error', 'reason',
	'url',
	'uri',
]);

/**
 * The filters of a request.
 * @param known places that hold something else
 * @param columns of the rows, which show whether a value was a filter at all
 * @param kind the search: an app's feature is told by its value alone where the search asks for one
 */
export function findFilters(
	request: RequestTree, known: readonly Place[], columns: readonly ColumnFact[], kind?: SearchKind,
): FiltersGuess {
	const filters: FilterGuess[] = [];
	const conditions: Place[] = [];
	const done = new Set(known.map(place => keyOf(place)));
	const aroundKnown = new Set(known.flatMap(place => keysAround(place)));
	for (const {place, value} of spots({...request, path: [], header: {}})) {
		if (place.length < 2 || keysAround(place).some(key => done.has(key))) continue;
		if (isCondition(place, value) && !aroundKnown.has(keyOf(place))) {
			conditions.push(place);
			done.add(keyOf(place));
			continue;
		}
		const values = scalarsIn(value);
		if (values === undefined) continue;
		const name = values.some(member => typeof member === 'string' && openId.test(member))
			? 'user_open_id'
			: (findFilterName(place) ?? (kind === 'client' && values.length === 1 && isFeature(values[0]) ? 'app_feature' : undefined));
		if (
			name === undefined || values.some(member => typeof member === 'boolean' || isLong(member)) ||
			filters.some(filter => filter.name === name)
		)
			continue;
		const evidence = judge(name, values, columns);
		const isUnset = values.every(member => isUnsetValue(member));
		// An id without rows of that id names the request itself: as a filter it would do nothing.
		const isOwn = vague.has(flat(place.at(-1) ?? '')) || name === 'request_id' || name === 'event_id';
		if (!isUnset && evidence !== 'filters' && isOwn) continue;
		const wasSet = !isUnset && evidence !== 'does not filter';
		filters.push({name, place, how: toFilterPlace(name, value, values, wasSet, columns), wasSet, isUnset});
		done.add(keyOf(place));
	}
	return {filters, conditions};
}

/** The fields of rows that filters can be compared with. */
export function findFields(
	kind: SearchKind, columns: readonly ColumnFact[], time: readonly string[] | undefined,
): Partial<Record<FilterName, string>> {
	const fields: Partial<Record<FilterName, string>> = {};
	const ordered = columns.toSorted((a, b) => Number(isClearName(b.path)) - Number(isClearName(a.path)) || a.path.length - b.path.length);
	const names = searchFilters[kind].map(filter => filter.name);
	for (const {path} of ordered) {
		const name = time !== undefined && path.join('.') === time.join('.') ? undefined : findFilterOfField(path);
		// Keywords are looked for in the whole row.
		if (name !== undefined && name !== 'keyword' && names.includes(name)) fields[name] ??= path.join('.');
	}
	return fields;
}

/** What two requests of a search show of one filter: one without a value what is sent then, one with a value how it is written. */
export function mergeFilters(known: FilterGuess, other: FilterGuess): FilterGuess {
	if (!samePlace(known.place, other.place) || known.isUnset === other.isUnset) return known;
	const [unset, set] = known.isUnset ? [known, other] : [other, known];
	const {otherwise: _, ...how} = set.how;
	const values = {...unset.how.values, ...set.how.values};
	return {
		...known, isUnset: false, wasSet: known.wasSet,
		how: {
			...how, ...(Object.keys(values).length === 0 ? {} : {values}),
			...(unset.how.otherwise === undefined ? {} : {otherwise: unset.how.otherwise}),
		},
	};
}

function scalarsIn(value: Tree): Scalar[] | undefined {
	if (isScalar(value)) return [value];
	return Array.isArray(value) && value.every(member => isScalar(member)) ? value : undefined;
}

/** A GraphQL query, a script. */
function isLong(value: Scalar): boolean {
	return typeof value === 'string' && (value.length > 300 || /[{}\n]/.test(value));
}

/** `{"field": "status", "operator": "in", "value": […]}` in a list. */
function isCondition(place: Place, value: Tree): boolean {
	if (!/^\d+$/.test(place.at(-1) ?? '') || !isObject(value) || Object.keys(value).length > 5) return false;
	const name = Object.entries(value).find(
		([key, member]) => /^(?:field|fieldname|name|key|left|column|property|attr|k)$/.test(flat(key)) && typeof member === 'string',
	)?.[1];
	return (
		typeof name === 'string' && findFilterName(['', name]) !== undefined &&
		Object.keys(value).some(key => /^(?:values?|right|val|v|operand|operands|params?)$/.test(flat(key)))
	);
}

function isUnsetValue(value: Scalar): boolean {
	return value === null || value === '' || value === -1 ||
		(typeof value === 'string' && /^(?:all|any|-1|\*|none|unset|全部)$/i.test(value));
}

/** Whether all rows have a value that was asked for. */
function judge(name: FilterName, asked: readonly Scalar[], columns: readonly ColumnFact[]): 'filters' | 'does not filter' | undefined {
	const texts = asked.flatMap(value => String(value).toLowerCase().split(/[,|;]/)).filter(text => text !== '');
	const fields = columns.filter(({path, values}) => findFilterOfField(path) === name && values.length > 0)
		.map(({values}) =>
			values.map(value => {
				const text = String(value).toLowerCase();
				return texts.some(wanted => (name === 'url' || name === 'error_message' ? text.includes(wanted) : text === wanted));
			}),
		);
	if (fields.some(rows => !rows.includes(false))) return 'filters';
	// Rows with the value beside others: it is written alike in both, and was not asked for. Without one it may be written differently.
	return fields.some(rows => rows.includes(true)) ? 'does not filter' : undefined;
}

function toFilterPlace(
	name: FilterName, value: Tree, values: readonly Scalar[], wasSet: boolean, columns: readonly ColumnFact[],
): FilterPlace {
	const isNumeric = values.length > 0 && values.every(member => typeof member === 'number');
	const own = columns.filter(({path}) => findFilterOfField(path) === name);
	const hasNumericField = own.some(({values: held}) => held.length > 0 && held.every(member => typeof member === 'number'));
	const isOpen = values.every(member => member === null) && hasNumericField;
	const isNumber = isNumeric || isOpen;
	const as = Array.isArray(value) ? (isNumber ? 'numbers' as const : 'list' as const) : isNumber ? 'number' as const : 'text' as const;
	const [text] = values;
	const between = typeof text === 'string' ? /^[^\s,|;]+([,|;])/.exec(text)?.[1] : undefined;
	const separator = as === 'text' ? between ?? (name === 'keyword' ? ' ' : undefined) : undefined;
	const words = spellings(name, [...values, ...own.flatMap(column => column.values)]);
	return {
		...(as === 'text' ? {} : {as}),
		...(separator === undefined ? {} : {separator}),
		...(Object.keys(words).length === 0 ? {} : {values: words}),
		...(wasSet ? {} : {otherwise: Array.isArray(value) ? [...values] : text ?? null}),
	};
}

const knownWords: Partial<Record<FilterName, Readonly<Record<string, RegExp>>>> = {
	status: {success: /^(?:success|succeeded|succeed|succ|ok|normal)$/i, failed: /^(?:fail|failed|failure|error|err)$/i},
	app_feature: {
		'mini-program': /^(?:mini_?-?(?:program|app)|gadget|mp)$/i, 'web-app': /^(?:web_?-?(?:app)?|h5|webapplication)$/i,
		widget: /^(?:widgets?|block|blocks)$/i,
	},
};

/** Whether a value is what a console would call a feature of an app, and nothing else. */
function isFeature(value: Scalar | undefined): boolean {
	return typeof value === 'string' && value.length > 3 &&
		Object.values(knownWords.app_feature ?? {}).some(pattern => pattern.test(value));
}

/** What the console writes for the names that the command line knows, where the recording shows it. */
function spellings(name: FilterName, seen: readonly Scalar[]): Record<string, string> {
	const found: Record<string, string> = {};
	for (const [word, pattern] of Object.entries(knownWords[name] ?? {})) {
		const spelling = seen.find(value => typeof value === 'string' && pattern.test(value));
		if (typeof spelling === 'string') found[word] = spelling;
	}
	return found;
}
