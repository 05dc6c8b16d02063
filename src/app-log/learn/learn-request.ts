import {UsageError} from '../../errors.ts';
import {searchFilters} from '../filters.ts';
import type {FilterName} from '../kinds.ts';
import type {SearchProfile} from '../profile.ts';
import {findAppId} from './app-id.ts';
import type {Draft} from './draft.ts';
import {findFilters, mergeFilters, type FilterGuess} from './filters.ts';
import {learnHeaders} from './headers.ts';
import {samePlace, valueAtPlace, type Place} from './request-tree.ts';
import {isCsrfName} from './secrets.ts';
import {toTemplate} from './template.ts';

/** Puts `{app_id}` where the request has the app's id; gives back the id and the headers that carry it. */
export function learnAppId(draft: Draft): {id: string | undefined; headers: string[]} {
	const given = draft.flags.appIdAt === undefined ? undefined : draft.placeOf('--app-id-at', draft.flags.appIdAt);
	const guess = findAppId(draft.best.exchange.request, given);
	const isKnown = (place: Place) => draft.known.some(other => samePlace(other, place));
	if (guess === undefined || guess.places.length === 0) {
		draft.unknown.push('app id (--app-id-at <place>)');
		if (guess !== undefined) draft.notes.push(`${guess.numberPlaces.map(place => draft.show(place)).join(', ')} may be the app's id; as a number it keeps its recorded value`);
		return {id: undefined, headers: []};
	}
	const places = guess.places.filter(place => !isKnown(place));
	for (const place of places) if (place[0] !== 'header') draft.replacements.push({place, by: '{app_id}'});
	draft.lines.push(['app id', places.map(place => draft.show(place)).join(', ')]);
	return {id: guess.id, headers: places.flatMap(([part, name = '']) => part === 'header' ? [name] : [])};
}

/** Filters whose values somebody has typed, and which may say something of people. */
const typed: ReadonlySet<FilterName> = new Set(['keyword', 'user_open_id', 'request_id', 'event_id', 'tenant_key', 'error_message']);

/** Puts placeholders where the request has filters, those included that only other requests of the search carry. */
export function learnFilters(draft: Draft): NonNullable<SearchProfile['filters']> {
	const filters = new Map<FilterName, FilterGuess>();
	const supported = new Set(searchFilters[draft.kind].map(({name}) => name));
	const known = draft.known;
	const others = draft.members.filter(({exchange, standing}) => exchange !== draft.best.exchange && standing !== 'no');
	for (const {exchange, rows} of [draft.best, ...others]) {
		const isBest = exchange === draft.best.exchange;
		const found = findFilters(exchange.request, known, rows?.columns ?? []);
		for (const filter of found.filters) {
			const {name, place, wasSet} = filter;
			const before = filters.get(name);
			if (supported.has(name)) filters.set(name, before === undefined ? filter : mergeFilters(before, filter));
			else if (wasSet && isBest && typed.has(name)) {
				draft.replacements.push({place, by: undefined});
				draft.notes.push(`${draft.show(place)} was set in the recording and is no filter of the ${draft.kind} search: it is left out`);
			}
		}
		if (!isBest) continue;
		for (const place of found.conditions) {
			draft.replacements.push({place, by: undefined});
			draft.notes.push(`${draft.show(place)}, a filter that was set in the recording, is left out; such filters are applied to the rows instead`);
		}
	}
	for (const {name, place} of filters.values()) draft.replacements.push({place, by: `{${name}}`});
	const described = [...filters.values()].map(({name, place, wasSet}) => `${draft.show(place)} (--${name.replaceAll('_', '-')}${wasSet ? ', its recorded value is not kept' : ''})`);
	if (described.length > 0) draft.lines.push(['filters', described.join(', ')]);
	const learned = Object.fromEntries([...filters.values()].map(({name, how}) => [name, how]));
	const always = [...filters.values()].filter(({name, wasSet, isUnset, how}) => wasSet && !isUnset && how.otherwise === undefined && name !== 'app_feature');
	for (const {name, place} of always) draft.notes.push(`${draft.show(place)} was set in all of the recording; without --${name.replaceAll('_', '-')} it is left out, and where the console insists on it, write what to send in filters.${name}.otherwise of the profile`);
	noteValues(draft, learned);
	return learned;
}

/** Names of the command line that the console writes in a way of its own, which a recording seldom shows. */
function noteValues(draft: Draft, filters: NonNullable<SearchProfile['filters']>): void {
	const feature = draft.replacements.find(({by}) => by === '{app_feature}')?.place;
	if (filters.app_feature !== undefined && feature !== undefined) {
		const sent = valueAtPlace(draft.best.exchange.request, feature);
		const isWord = typeof sent === 'number' || (typeof sent === 'string' && /^[a-z_-]{1,20}$/i.test(sent) && !draft.secrets.holds(sent));
		draft.notes.push(`write in filters.app_feature.values of the profile what the console calls mini-program, web-app and widget${isWord ? `; the recording sent ${String(sent)}` : ''}`);
	}
	const {status} = filters;
	if (status !== undefined && status.as?.startsWith('number') === true && status.values === undefined) {
		draft.notes.push('the status is sent as a number: write in filters.status.values of the profile which number success and failed have, to use these names');
	}
}

/** The request as a template; every other step must have put its placeholders before. */
export function learnRequest(draft: Draft, app: {id: string | undefined; headers: readonly string[]}): SearchProfile['request'] {
	const {exchange} = draft.best;
	const csrfToken = csrfTokenOf(exchange.headers);
	const known = {secrets: draft.secrets, csrfToken};
	const template = toTemplate(exchange.request, draft.replacements, known);
	const {headers, leftOut} = learnHeaders(exchange.headers, {appId: app.id, appIdHeaders: app.headers, ...known});
	const [segment] = template.secretSegments;
	if (segment !== undefined) {
		throw new UsageError(`${segment} of the search's URL looks like a secret or a person, which a profile must not hold`, {hint: `if it is the app's id, say so: --app-id-at ${segment}`});
	}
	const gone = [...template.leftOut, ...leftOut.map(({name, why}) => ({place: `header.${name}`, why}))];
	for (const {place, why} of gone) draft.notes.push(`${place} is left out: ${why}`);
	if (template.kept.length > 0) draft.lines.push(['as recorded', `${template.kept.join(', ')}   (a filter among them narrows every search: then record again without it)`]);
	return {
		method: exchange.method,
		path: template.path,
		...(Object.keys(headers).length === 0 ? {} : {headers}),
		...(Object.keys(template.query).length === 0 ? {} : {query: template.query}),
		...(template.json === undefined ? {} : {json: template.json}),
		...(template.form === undefined ? {} : {form: template.form}),
	};
}

/** The CSRF token that a request carries in a header. */
export function csrfTokenOf(headers: ReadonlyArray<readonly [string, string]>): string | undefined {
	const value = headers.find(([name]) => isCsrfName(name))?.[1];
	return value === '' ? undefined : value;
}
