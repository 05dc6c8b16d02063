import {UsageError} from '../../base/errors.ts';
import type {SearchProfile} from '../profile.ts';
import {readFlag} from '../answers.ts';
import type {Candidate} from './candidate.ts';
import type {Draft} from './draft.ts';
import {findMore, findTotal, isCount, isLastName, scalarAt, type MoreGuess} from './outcome.ts';
import {findNextCursor, findPageSize, findPaging, firstNumber, type PageSeen, type PagingGuess} from './paging.ts';
import {isScalar, valueAtPlace} from './request-tree.ts';

/** How a search is paged, and what its answers say of that. */
export interface LearnedPages {
	readonly pages: SearchProfile['pages'];
	readonly response: Pick<SearchProfile['response'], 'total' | 'more' | 'last' | 'cursor'>;
}

export function learnPages(draft: Draft): LearnedPages {
	const seen = draft.members.map(candidate => toPage(candidate));
	const best = toPage(draft.best);
	const paging = learnStyle(draft, seen);
	const size = learnSize(draft, best);
	const answers = seen.filter(({rowCount}) => rowCount > 0);
	const total = learnTotal(draft, answers, size === best.rowCount);
	const more = learnMore(draft, answers);
	const cursor = paging?.style === 'cursor' ? paging.cursorPath : undefined;
	if (paging === undefined && draft.flags.pageAt !== 'none') requireWhole(draft, best, {total, more});
	const isDefault = paging?.style === 'cursor' || paging?.first === (paging?.style === 'offset' ? 0 : 1);
	const first = paging === undefined || isDefault ? {} : {first: paging.first};
	// A full page shows how many rows the console serves where the request does not say.
	const pageSize = size ?? (paging === undefined ? undefined : Math.max(best.rowCount, ...seen.map(({rowCount}) => rowCount)));
	return {
		pages: {style: paging?.style ?? 'none', ...first, ...(pageSize === undefined || pageSize < 1 ? {} : {size: pageSize})},
		response: {
			...pathMember('total', total), ...pathMember(more?.isLast === true ? 'last' : 'more', more?.path),
			...pathMember('cursor', cursor),
		},
	};
}

function toPage({exchange, rows}: Candidate): PageSeen {
	return {exchange, rowCount: rows?.list.count ?? 0};
}

function learnStyle(draft: Draft, pages: readonly PageSeen[]): PagingGuess | undefined {
	const {flags} = draft;
	if (flags.pageAt === 'none') return undefined;
	const guess = (flags.pageAt ?? flags.offsetAt ?? flags.cursorAt) === undefined ? findPaging(pages, draft.known) : givenStyle(draft, pages);
	if (guess === undefined) return undefined;
	const path = flags.nextCursor?.split('.') ?? guess.cursorPath;
	const cursorPath = path !== undefined && draft.isSafePath(path) ? path : undefined;
	if (guess.style === 'cursor' && cursorPath === undefined)
		draft.missing.push({flag: '--next-cursor <path>', why: 'where the answer has the next cursor was not recognised'});
	if (guess.style === 'cursor' && cursorPath !== undefined) requireScalar(draft, '--next-cursor', cursorPath, pages);
	draft.replacements.push({place: guess.place, by: `{${guess.style}${guess.isText && guess.style !== 'cursor' ? ':text' : ''}}`});
	for (const place of guess.alsoChanged) {
		// The other way to say the same: it is left out rather than sent with the recorded number.
		draft.replacements.push({place, by: guess.style === 'page' ? '{offset}' : '{page}'});
		draft.notes.push(`${draft.show(place)} also changed with the page, and is left out; pages go by ${draft.show(guess.place)}`);
	}
	const what = guess.style === 'page' ? `page number, from ${guess.first}`
		: guess.style === 'offset' ? `rows to skip, from ${guess.first}`
			: `cursor, the next one at ${cursorPath === undefined ? '?' : draft.show(cursorPath)}`;
	draft.lines.push([
		'paging',
		`${draft.show(guess.place)}   ${what}${guess.isProven ? '' : ' (by its name; turn one page in the recording to be sure)'}`,
	]);
	return {...guess, cursorPath};
}

function givenStyle(draft: Draft, pages: readonly PageSeen[]): PagingGuess {
	const {pageAt, offsetAt, cursorAt} = draft.flags;
	const style = pageAt !== undefined ? 'page' : offsetAt !== undefined ? 'offset' : 'cursor';
	const place = draft.placeOf(`--${style}-at`, pageAt ?? offsetAt ?? cursorAt ?? '', style === 'cursor');
	const values = pages.map(({exchange}) => valueAtPlace(exchange.request, place)).filter(value => isScalar(value));
	if (style !== 'cursor' && values.some(value => !isCount(value)))
		throw new UsageError(`--${style}-at ${draft.show(place)}: no whole number stands there`, {
			hint: 'name the place that changes with the page',
		});
	return {
		style, place, isText: values.some(value => typeof value === 'string'), isProven: true, alsoChanged: [],
		first: firstNumber(pages, {style, place}),
		cursorPath: pages.map(({exchange}) => findNextCursor(exchange)).find(path => path !== undefined),
	};
}

function learnSize(draft: Draft, best: PageSeen): number | undefined {
	const {sizeAt} = draft.flags;
	const given = sizeAt === undefined ? undefined : draft.placeOf('--size-at', sizeAt);
	const value = given && valueAtPlace(best.exchange.request, given);
	if (given !== undefined && !isCount(value))
		throw new UsageError(`--size-at ${draft.show(given)}: no whole number stands there`, {
			hint: 'name the place that holds the number of rows per page',
		});
	const guess =
		given === undefined ? findPageSize(best, draft.known) : {place: given, size: Number(value), isText: typeof value === 'string'};
	if (guess === undefined) {
		draft.unknown.push('page size (--size-at <place>)');
		return undefined;
	}
	draft.replacements.push({place: guess.place, by: guess.isText ? '{page_size:text}' : '{page_size}'});
	draft.lines.push(['page size', `${draft.show(guess.place)}   ${guess.size}`]);
	return guess.size;
}

function learnTotal(draft: Draft, pages: readonly PageSeen[], isFullPage: boolean): readonly string[] | undefined {
	const answers = pages.map(({exchange}) => exchange.answer);
	const total = draft.flags.total?.split('.') ?? findTotal(answers, pages.map(({rowCount}) => rowCount), isFullPage);
	if (total === undefined || !draft.isSafePath(total)) {
		draft.unknown.push('total (--total <path>)');
		return undefined;
	}
	if (
		draft.flags.total !== undefined &&
		pages.map(({exchange, rowCount}) => ({stated: scalarAt(exchange.answer, total), rowCount}))
			.some(({stated, rowCount}) => !isCount(stated) || Number(stated) < rowCount)
	) {
		throw new UsageError(`--total ${draft.show(total)}: not every answer has a number there that is at least that of its rows`, {
			hint: 'leave it out where the console states no total',
		});
	}
	draft.lines.push(['total', draft.show(total)]);
	return total;
}

function learnMore(draft: Draft, pages: readonly PageSeen[]): MoreGuess | undefined {
	const given = draft.flags.more?.split('.');
	const more = given === undefined ? findMore(pages.map(({exchange}) => exchange.answer)) : {path: given, isLast: isLastName(given)};
	if (given !== undefined) requireScalar(draft, '--more', given, pages);
	if (more === undefined || !draft.isSafePath(more.path)) {
		draft.unknown.push('whether there is more (--more <path>)');
		return undefined;
	}
	draft.lines.push(['more', `${draft.show(more.path)}${more.isLast ? '   true on the last page' : ''}`]);
	return more;
}

/** Rows that would never be asked for are lost without a word: a search of one page must have been seen whole. */
function requireWhole(
	draft: Draft, {exchange, rowCount}: PageSeen, {total, more}: {total: readonly string[] | undefined; more: MoreGuess | undefined},
): void {
	const stated = scalarAt(exchange.answer, total);
	const flag = readFlag(scalarAt(exchange.answer, more?.path));
	const isMore = flag === undefined ? undefined : flag !== more?.isLast;
	const isStated = stated !== undefined && Number(stated) > rowCount;
	const next = findNextCursor(exchange);
	const cursor = scalarAt(exchange.answer, next);
	const hasCursor = next !== undefined && cursor !== '' && cursor !== null;
	const isRound = rowCount >= 10 && (rowCount % 10 === 0 || rowCount === 15 || rowCount === 25) &&
		stated === undefined && isMore !== false;
	if (!isStated && isMore !== true && !hasCursor && !isRound) {
		draft.lines.push(['paging', 'none: the search is one page']);
		return;
	}
	const why = isStated ? `the answer holds ${rowCount} of ${String(stated)} rows`
		: hasCursor ? `the answer gives a cursor at ${draft.show(next)}`
			: isMore === true ? 'the answer says that there is more' : `the answer holds ${rowCount} rows, which looks like a full page`;
	draft.missing.push({
		flag: next === undefined ? '--page-at, --offset-at or --cursor-at <place>' : '--cursor-at <place>',
		why: `how pages are turned was not recognised, and ${why}; ` +
			`best record again and turn one page${isRound ? ' (--page-at none if there are no pages)' : ''}`,
	});
}

function requireScalar(draft: Draft, flag: string, path: readonly string[], pages: readonly PageSeen[]): void {
	if (pages.some(({exchange}) => scalarAt(exchange.answer, path) !== undefined)) return;
	throw new UsageError(`${flag} ${draft.show(path)}: no answer has a value there`, {
		hint: `answers have ${(pages[0]?.exchange.answer.scalars ?? []).slice(0, 30).map(scalar => draft.show(scalar.path)).join(', ')}`,
	});
}

function pathMember<T extends string>(name: T, path: readonly string[] | undefined): Partial<Record<T, string>> {
	const members: Partial<Record<T, string>> = {};
	if (path !== undefined) members[name] = path.join('.');
	return members;
}
