import type {Exchange} from './exchange.ts';
import {findFilterName} from './filter-names.ts';
import {readInstant} from './instants.ts';
import type {Scalar} from './json.ts';
import {formatPlace, isScalar, samePlace, spots, type Place} from './request-tree.ts';
import {isSecretName, looksRandom} from './secrets.ts';
import {anyOf, namesOf, rankOf, wholly} from './words.ts';

/** How a search goes from page to page. */
export interface PagingGuess {
	readonly style: 'page' | 'offset' | 'cursor';
	readonly place: Place;
	/** The number is a text in the request. */
	readonly isText: boolean;
	/** The number of the first page, or of its first row. */
	readonly first: 0 | 1;
	/** Where the answer has the next cursor. */
	readonly cursorPath?: readonly string[] | undefined;
	/** Seen in two requests rather than guessed by a name. */
	readonly isProven: boolean;
	/** Further places that changed with the page. */
	readonly alsoChanged: readonly Place[];
}

/** A search's request and how many rows it brought. */
export interface PageSeen {
	readonly exchange: Exchange;
	readonly rowCount: number;
}

/** Of names in two groups, those of the second may as well be something else: alone they count only where the value is a first one. */
const pageNames = [
	/^(?:page|pageno|pagenum|pagenumber|pageindex|currentpage|curpage|cur|pg|pageidx|pagecurrent|current|pageid|whichpage|nopage)$/,
	/^(?:pn|p|pagenow|index|no|num|number)$/,
];
const offsetNames = [
	wholly('offset|startindex|beginindex|firstrow|pos|startrow|rowstart|firstresult|skip|skipcount|pagestart|rowoffset|limitstart',
		'startrecord|nextoffset|startoffset|pageoffset'),
	/^(?:start|from|begin|first|index)$/,
];
const cursorNames = [
	anyOf('cursor|pagetoken|nexttoken|scrollid|scrolltoken|searchafter|continuation|startingafter|startkey|startafter',
		'sortid|sortkey|anchor|lastid|nextid'),
	/^(?:token|after|next|marker|position|iterator|nextkey|nextpage|context|page)$/,
];
const sizeNames = [
	wholly('pagesize|size|limit|perpage|pagelimit|pagecount|pagerows|rowsperpage|numperpage|sizeperpage|maxresults?|itemsperpage',
		'pagelength|querysize|querylimit'),
	/^(?:rows|count|num|ps|length|take|top|max|number|batchsize|fetchsize|pagenums?|first)$/,
];

/** Numbers that make another search when they change, not another page. */
const otherNumbers = /type|tab|kind|category|level|sort|order|version|lang|scene|source|mode|region|env/;

const isIndex = (value: unknown): boolean =>
	(typeof value === 'number' || (typeof value === 'string' && /^\d{1,7}$/.test(value))) &&
	Number.isInteger(Number(value)) &&
	Number(value) >= 0 &&
	Number(value) < 1e7;

/** The values of a request by place, without those that are known to be something else. */
function valuesOf({request}: Exchange, known: readonly Place[]): Map<string, {place: Place; value: Scalar}> {
	const values = new Map<string, {place: Place; value: Scalar}>();
	for (const {place, value} of spots({...request, header: {}})) {
		if (isScalar(value) && !known.some(other => samePlace(other, place))) values.set(formatPlace(place), {place, value});
	}
	return values;
}

/**
 * How pages are turned: read from two requests of a search that differ in just that, or else by names and values.
 * @param pages requests of the search, in their order
 * @param known places that hold something else: the time range, the app id
 */
export function findPaging(pages: readonly PageSeen[], known: readonly Place[]): PagingGuess | undefined {
	for (const [index, later] of pages.entries()) {
		for (const earlier of pages.slice(0, index).toReversed()) {
			const turn = findTurn(earlier, later, known);
			if (turn !== undefined) return {...turn, first: firstNumber(pages, turn)};
		}
	}
	const [page] = pages;
	return page && byName(page, known);
}

function findTurn(earlier: PageSeen, later: PageSeen, known: readonly Place[]): Omit<PagingGuess, 'first'> | undefined {
	const before = valuesOf(earlier.exchange, known);
	const after = valuesOf(later.exchange, known);
	const changed = [...after].flatMap(([key, {place, value}]) => {
		const old = before.get(key)?.value;
		return old === value ? [] : [{place, value, old}];
	});
	const shared = {isProven: true, cursorPath: undefined};
	const numbers = changed.flatMap(({place, value, old}) => {
		const isNumber = isIndex(value) && (isIndex(old) || old === undefined || old === null || old === '');
		return isNumber && mayCount(place, isIndex(old)) ? [{place, value, step: Number(value) - Number(old ?? 0)}] : [];
	});
	for (const {place, value, old} of changed) {
		const source = cursorSource(earlier.exchange, place, value);
		// `next_page: 2` in an answer does not make a page number a cursor.
		if (
			source !== undefined && value !== old &&
			!(isIndex(value) && rankOf(namesOf(place.slice(1)), [...pageNames, ...offsetNames]) !== undefined)
		) {
			return {
				...shared, style: 'cursor', place, isText: typeof value === 'string', cursorPath: source,
				alsoChanged: numbers.map(number => number.place).filter(other => other !== place),
			};
		}
	}
	const others = changed.filter(({place, value}) => !numbers.some(number => number.place === place) && !isPassing(place, value));
	if (others.length > 0 || [...before].some(([key, {place, value}]) => !after.has(key) && !isPassing(place, value))) return undefined;
	const sizes = [
		earlier.rowCount,
		...[...before.values()]
			.filter(({place, value}) => isIndex(value) && rankOf(namesOf(place.slice(1)), sizeNames) !== undefined)
			.map(({value}) => Number(value)),
	].filter(size => size > 1);
	const judged = numbers.flatMap(({place, value, step}) => {
		const names = namesOf(place.slice(1));
		const byRows = step > 1 && sizes.some(size => step % size === 0);
		const isPage = rankOf(names, pageNames) !== undefined && !(byRows && rankOf(names, pageNames.slice(0, 1)) === undefined);
		const style = byRows && !(isPage && step < (sizes[0] ?? 0)) ? 'offset' as const
			: step === 1 || isPage ? 'page' as const : undefined;
		const named = rankOf(names, style === 'offset' ? offsetNames : pageNames) === undefined ? 0 : 1;
		return style === undefined || step < 0 ? [] : [{place, style, isText: typeof value === 'string', named}];
	});
	const [first, ...more] = judged.toSorted((a, b) => b.named - a.named || (a.style === 'page' ? -1 : 1));
	// More than two numbers at once is another search, not another page.
	if (first === undefined || numbers.length > 2) return undefined;
	return {...shared, style: first.style, place: first.place, isText: first.isText, alsoChanged: more.map(({place}) => place)};
}

/** Whether a number that changed can be that of a page; one that was not there before only by its name. */
function mayCount(place: Place, wasThere: boolean): boolean {
	const names = namesOf(place.slice(1));
	if (rankOf(names, [...pageNames, ...offsetNames]) !== undefined) return true;
	return wasThere && rankOf(names, sizeNames) === undefined && !otherNumbers.test(names[0] ?? '') && findFilterName(place) === undefined;
}

/** What changes with every request and says nothing about pages. */
function isPassing(place: Place, value: Scalar): boolean {
	const name = place.at(-1) ?? '';
	return (
		isSecretName(name) || readInstant(value) !== undefined || /trace|request_?id|log_?id|^_|rand/i.test(name) ||
		(typeof value === 'string' && looksRandom(value))
	);
}

/** Where the answer before had the value that a request sends. */
function cursorSource({answer}: Exchange, place: Place, value: Scalar): readonly string[] | undefined {
	if (value === null || value === '' || typeof value === 'boolean') return undefined;
	const sources = answer.scalars.filter(scalar => scalar.value !== null && String(scalar.value) === String(value));
	const isNamed = rankOf(namesOf(place.slice(1)), cursorNames) !== undefined;
	const [best] = sources.toSorted((a, b) => (rankOf(namesOf(a.path), cursorNames) ?? 9) - (rankOf(namesOf(b.path), cursorNames) ?? 9));
	if (best === undefined) return undefined;
	const isTelling = typeof value === 'string' && value.length >= 6 && !/^\d{1,6}$/.test(value);
	return isTelling || isNamed || rankOf(namesOf(best.path), cursorNames) !== undefined ? best.path : undefined;
}

/** What is counted from: pages from 1 unless a 0 was seen; rows from 0 unless all numbers seen follow from a 1. */
export function firstNumber(pages: readonly PageSeen[], {style, place}: Pick<PagingGuess, 'style' | 'place'>): 0 | 1 {
	const key = formatPlace(place);
	const numbers = pages.map(({exchange}) => valuesOf(exchange, []).get(key)?.value);
	if (style !== 'offset') return numbers.some(value => Number(value ?? 1) === 0) ? 0 : 1;
	const size = Math.max(1, ...pages.map(({rowCount}) => rowCount));
	return size > 1 && numbers.length > 0 &&
		numbers.every(value => isIndex(value) && Number(value) % size === 1 % size && Number(value) > 0)
		? 1
		: 0;
}

function byName(page: PageSeen, known: readonly Place[]): PagingGuess | undefined {
	const values = [...valuesOf(page.exchange, known).values()];
	const pick = (patterns: readonly RegExp[], fits: (value: Scalar) => boolean) => values.flatMap(spot => {
			const rank = rankOf(namesOf(spot.place.slice(1)), patterns);
			return rank === undefined || !fits(spot.value) ? [] : [{...spot, rank}];
		})
		.toSorted((a, b) => a.rank - b.rank)[0];
	const next = findNextCursor(page.exchange);
	const cursor = pick(
		cursorNames,
		value => value === null || value === '' || value === 0 || value === '0' || (typeof value === 'string' && value.length > 5),
	);
	const shared = {isProven: false, alsoChanged: [], first: 1 as const};
	if (cursor !== undefined && next !== undefined)
		return {...shared, style: 'cursor', place: cursor.place, isText: typeof cursor.value === 'string', cursorPath: next};
	const numbered = pick(pageNames.slice(0, 1), isIndex) ?? pick(pageNames, value => isIndex(value) && Number(value) <= 1);
	const offset = pick(offsetNames.slice(0, 1), isIndex) ?? pick(offsetNames, value => isIndex(value) && Number(value) <= 1);
	if (numbered !== undefined && (numbered.rank === 0 || offset === undefined))
		return {
			...shared, style: 'page', place: numbered.place, isText: typeof numbered.value === 'string',
			first: Number(numbered.value) === 0 ? 0 : 1,
		};
	return (
		offset && {
			...shared, style: 'offset', place: offset.place, isText: typeof offset.value === 'string',
			first: Number(offset.value) === 1 ? 1 : 0,
		}
	);
}

/** Where an answer has what is by its name the cursor of the next page. */
export function findNextCursor({answer}: Exchange): readonly string[] | undefined {
	const named = answer.scalars.flatMap(({path, value}) => {
		const [name = ''] = namesOf(path);
		const isClear = /cursor|pagetoken|nexttoken|scrollid|searchafter|continuation|nextid|lastid|nextkey|anchor$|marker$/.test(name);
		const isText = typeof value === 'string' && !/^https?:/.test(value) && (isClear || name.startsWith('next'));
		const isSet = value !== null && value !== '' && value !== '0';
		return isText || (isClear && (value === null || (typeof value === 'number' && value > 0)))
			? [{path, order: (isSet ? 0 : 10) + (/next|end/.test(name) ? 0 : 1)}]
			: [];
	});
	return named.toSorted((a, b) => a.order - b.order)[0]?.path;
}

/** Where the number of rows per page is asked for. */
export function findPageSize(
	{exchange, rowCount}: PageSeen, known: readonly Place[],
): {place: Place; size: number; isText: boolean} | undefined {
	const spotsOfSize = [...valuesOf(exchange, known).values()].flatMap(({place, value}) => {
		if (!isIndex(value) || Number(value) < 1 || Number(value) > 10_000 || Number(value) < rowCount) return [];
		const rank = rankOf(namesOf(place.slice(1)), sizeNames) ?? (Number(value) === rowCount && rowCount >= 5 ? 3 : undefined);
		return rank === undefined ? [] : [{place, size: Number(value), isText: typeof value === 'string', rank}];
	});
	return spotsOfSize.toSorted((a, b) => a.rank - b.rank)[0];
}
