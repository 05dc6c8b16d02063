import {wordsOf} from '../../json/secrets/names.ts';

export {wordsOf} from '../../json/secrets/names.ts';

/** The letters of a name, lower case: `pageNo` and `page_no` are `pageno`. */
export function flat(name: string): string {
	return wordsOf(name).join('');
}

/** What finds one of the alternatives anywhere in a name; each text holds some of them, with `|` between. */
export function anyOf(...alternatives: readonly string[]): RegExp {
	return new RegExp(alternatives.join('|'));
}

/** What matches names that are one of the alternatives as a whole; each text holds some of them, with `|` between. */
export function wholly(...alternatives: readonly string[]): RegExp {
	return new RegExp(`^(?:${alternatives.join('|')})$`);
}

/** Words around a value that say how it is compared or held, not what it is. */
const holders = new Set(['value', 'values', 'in', 'eq', 'is', 'like', 'contains', 'include', 'includes', 'equals', 'list', 'val', 'data']);

/**
 * The names that a value may go by, nearest first, without numbers of array places: `status.in` is `status`,
 * `page.size` is `size` and `pagesize`.
 */
export function namesOf(path: readonly string[]): string[] {
	// Forms and query strings write nested names with dots or brackets: `page[size]`.
	const names = path.flatMap(key => key.split(/[.[\]]+/)).map(key => flat(key)).filter(name => name !== '');
	while (names.length > 1 && holders.has(names.at(-1) ?? '')) names.pop();
	const [own = '', parent] = names.toReversed();
	return parent === undefined
		? [own]
		: [own, `${parent.replace(/^(?:pagination|paging|pager|pageinfo|pageable|pageparams?)$/, 'page')}${own}`];
}

/** How far down a list of patterns one of the names is first met, from 0; undefined when nowhere. */
export function rankOf(names: readonly string[], patterns: readonly RegExp[]): number | undefined {
	const rank = patterns.findIndex(pattern => names.some(name => pattern.test(name)));
	return rank === -1 ? undefined : rank;
}
