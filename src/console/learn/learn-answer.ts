import {UsageError} from '../../base/errors.ts';
import type {SearchProfile} from '../profile.ts';
import type {Draft} from './draft.ts';
import type {Exchange} from './exchange.ts';
import {findFields} from './filters.ts';
import {findExpired, findMessage, findSuccess, type Outcome} from './outcome.ts';
import type {Refusal} from './recording.ts';
import {formatPlace, isScalar, samePlace, spots} from './request-tree.ts';
import {findIds, identity} from './row-time.ts';

type Response = SearchProfile['response'];

/** What the answers of a search look like; `rows` is missing where a flag has to tell. */
export interface LearnedAnswer {
	readonly rows: string | undefined;
	readonly id: string | null | undefined;
	readonly outcome: Pick<Response, 'success' | 'expired' | 'message'>;
	readonly fields: NonNullable<SearchProfile['fields']>;
}

export function learnAnswer(draft: Draft, refusals: readonly Refusal[]): LearnedAnswer {
	const rows = learnRows(draft);
	const fields = findFields(draft.kind, draft.best.rows?.columns ?? [], draft.best.rows?.time?.path);
	return {
		rows,
		id: rows === undefined ? undefined : learnId(draft),
		outcome: learnOutcome(draft, refusals),
		fields: Object.fromEntries(Object.entries(fields).filter(([, path]) => draft.isSafePath(path.split('.')))),
	};
}

function learnRows(draft: Draft): string | undefined {
	const {best: {rows, exchange}, flags} = draft;
	const lists = exchange.answer.lists.map(({path, count}) => `${draft.show(path)} (${count})`);
	if (flags.items !== undefined && rows === undefined) {
		throw new UsageError(`--items ${draft.show(flags.items.split('.'))}: the answer has no list of rows there`, {
			hint: lists.length > 0 ? `lists stand at ${lists.join(', ')}` : 'the answer has no list at all',
		});
	}
	if (rows === undefined || !draft.isSafePath(rows.list.path)) {
		draft.missing.push({flag: '--items <path>', why: 'the list of rows was not recognised'});
		return undefined;
	}
	draft.lines.push(['rows', `${draft.show(rows.list.path)}   ${rows.list.count} in the recording's answer`]);
	return rows.list.path.join('.');
}

function learnId(draft: Draft): string | null | undefined {
	const {best, flags} = draft;
	if (flags.id === 'none') {
		draft.lines.push(['row id', 'none']);
		return null;
	}
	const columns = best.rows?.columns ?? [];
	const rowCount = best.rows?.list.rows.length ?? 0;
	if (flags.id !== undefined) {
		const path = flags.id.split('.');
		const values = columns.find(column => samePlace(column.path, path))?.values.map(value => identity(value));
		if (values === undefined || values.length !== rowCount || values.includes(undefined)) {
			throw new UsageError(`--id ${draft.show(path)}: not every row has such a field`, {
				hint: `rows have ${columns.slice(0, 30).map(column => draft.show(column.path)).join(', ')}`,
			});
		}
		if (new Set(values).size !== rowCount)
			throw new UsageError(`--id ${draft.show(path)}: its value repeats within one page`, {
				hint: 'an id differs in all rows; --id none where rows have none',
			});
		draft.lines.push(['row id', flags.id]);
		return flags.id;
	}
	const guess = findIds(columns, rowCount, path => elsewhere(draft, path))
		.find(({path}) => draft.isSafePath(path) && !samePlace(path, best.rows?.time?.path ?? []));
	if (guess === undefined) {
		draft.missing.push({flag: '--id <path|none>', why: 'no field tells all rows apart'});
		return undefined;
	}
	// On another page it went on counting.
	if (guess.isCounter && elsewhere(draft, guess.path).size === 0) {
		const first = identity(columns.find(({path}) => path === guess.path)?.values[0] ?? null) ?? '?';
		draft.notes.push(
			`the rows' ${draft.show(guess.path)} counts from ${first}: ` +
				'see whether it starts anew on every page, and give --id if it does',
		);
	}
	draft.lines.push(['row id', draft.show(guess.path)]);
	return guess.path.join('.');
}

/** The values of a field in the other pages of the same search. */
function elsewhere(draft: Draft, path: readonly string[]): ReadonlySet<string> {
	const {best, members, replacements} = draft;
	const placesOf = (pattern: RegExp) =>
		replacements.filter(({by}) => typeof by === 'string' && pattern.test(by)).map(({place}) => formatPlace(place));
	const pagePlaces = placesOf(/^\{(?:page|offset|cursor)\b/);
	const rangePlaces = placesOf(/\{(?:since|until)\b/);
	const valuesAt = ({request}: Exchange, isMeant: (place: string) => boolean) =>
		JSON.stringify([...spots({...request, header: {}})].filter(({place, value}) => isScalar(value) && isMeant(formatPlace(place))));
	const search = (exchange: Exchange) => valuesAt(exchange, place => !pagePlaces.includes(place) && !rangePlaces.includes(place));
	const page = (exchange: Exchange) => valuesAt(exchange, place => pagePlaces.includes(place));
	const others = members.filter(({exchange}) => search(exchange) === search(best.exchange) && page(exchange) !== page(best.exchange));
	const columns = others.flatMap(({rows}) => rows?.columns.find(column => samePlace(column.path, path)) ?? []);
	return new Set(columns.flatMap(({values}) => values.flatMap(value => identity(value) ?? [])));
}

function learnOutcome(draft: Draft, refusals: readonly Refusal[]): LearnedAnswer['outcome'] {
	const {endpoint, exchange: {origin}} = draft.best;
	const answers = draft.members.filter(({rows}) => (rows?.list.count ?? 0) > 0).map(({exchange}) => exchange.answer);
	const success = safe(draft, findSuccess(answers, draft.secrets));
	const refused = refusals.filter(refusal => refusal.endpoint === endpoint || (refusal.origin === origin && refusal.status === 401));
	const expired = safe(draft, findExpired(refused, answers, success, draft.secrets));
	const message = findMessage([...answers, ...refused.map(({answer}) => answer)]);
	if (success === undefined) draft.unknown.push('what a success says (response.success in the profile)');
	else draft.lines.push(['success', `${draft.show(success.at)}   ${success.is.join(', ')}`]);
	if (expired !== undefined) draft.lines.push(['expired session', `${draft.show(expired.at)}   ${expired.is.join(', ')}`]);
	return {
		...(success === undefined ? {} : {success: toProfile(success)}),
		...(expired === undefined ? {} : {expired: toProfile(expired)}),
		...(message === undefined || !draft.isSafePath(message) ? {} : {message: message.join('.')}),
	};
}

function safe(draft: Draft, outcome: Outcome | undefined): Outcome | undefined {
	return outcome !== undefined && draft.isSafePath(outcome.at) ? outcome : undefined;
}

function toProfile({at, is}: Outcome): {at: string; is: Array<string | number | boolean>} {
	return {at: at.join('.'), is: [...is]};
}
