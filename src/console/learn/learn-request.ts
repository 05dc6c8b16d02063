import {UsageError} from '../../base/errors.ts';
import {searchFilters} from '../../sources/app-log-filters.ts';
import type {FilterName} from '../../sources/app-log-kinds.ts';
import type {SearchProfile} from '../profile.ts';
import {isSafeKey, isLeftOut, toConstant, isCsrfName, isSecretName, looksRandom, type SecretValues} from './secrets.ts';
import type {Draft} from './draft.ts';
import {findFilters, mergeFilters, type FilterGuess} from './filters.ts';
import type {NameAndValue} from './har.ts';
import {readInstant} from './instants.ts';
import {samePlace, valueAtPlace, type Place, isScalar, spots, type RequestTree} from './request-tree.ts';
import {canHold, toTemplate} from './template.ts';
import {anyOf, namesOf, wordsOf} from './words.ts';

const kept = new Set(['accept-language', 'origin', 'referer']);

/** Written anew with every request, or about who asks. */
const passing =
	anyOf('trace|span|request-?id|req-?id|log-?id|timestamp|time$|nonce|random|user|uid|account|mail|phone|device',
		'forwarded|real-ip|client-ip|client-data|b3|datadog|sentry|amz');

/** Make of a request another one than its method and path say: a service behind a proxy may obey them. */
const overriding = /(?:^|-)(?:http-)?method(?:-override)?$|override|^x-(?:original|rewrite|forwarded)-|^x-(?:original|rewrite)|^x-http-/;

/** The headers that a console may insist on, without secrets and without those that every request has of itself. */
function learnHeaders(headers: readonly NameAndValue[], {appId, appIdHeaders, secrets, csrfToken}: {
	appId: string | undefined;
	/** Headers that carry the app's id. */
	appIdHeaders: readonly string[];
	secrets: SecretValues;
	csrfToken: string | undefined;
}): {headers: Record<string, string>; leftOut: Array<{name: string; why: string}>} {
	const found: Record<string, string> = {};
	const leftOut: Array<{name: string; why: string}> = [];
	for (const [name, value] of headers) {
		if (appIdHeaders.includes(name)) {
			found[name] = '{app_id}';
			continue;
		}
		if (overriding.test(name)) {
			leftOut.push({name, why: 'it can override the method, the path or the host of a request'});
			continue;
		}
		const isOwn = name.startsWith('x-') && isSafeKey(name, secrets);
		if (value === csrfToken || isCsrfName(name) || (!isOwn && !kept.has(name)) || value === '' || /[^\x20-\x7e]/.test(value)) continue;
		if (isOwn && (isSecretName(name) || passing.test(wordsOf(name).join('-')))) {
			leftOut.push({name, why: isSecretName(name) ? 'its name is that of a secret' : 'it differs with every request or user'});
			continue;
		}
		const text = name === 'referer' ? toReferer(value, appId, secrets)
			: name === 'origin' ? toOrigin(value, secrets) : toConstant([name], value, {secrets, csrfToken});
		if (typeof text === 'string' && text.length <= 300) found[name] = text;
		else if (isLeftOut(text)) leftOut.push({name, why: text.leftOut});
	}
	return {headers: found, leftOut};
}

/** The origin alone, whatever was recorded there; none where its host's name looks like a secret. */
function toOrigin(value: string, secrets: SecretValues): string | undefined {
	if (!URL.canParse(value)) return undefined;
	const {origin, hostname} = new URL(value);
	return origin !== 'null' && hostname.split('.').every(label => isSafeKey(label, secrets)) ? origin : undefined;
}

/** Without query and fragment; only the origin where something in the path looks like a secret. */
function toReferer(value: string, appId: string | undefined, secrets: SecretValues): string | undefined {
	if (!URL.canParse(value)) return undefined;
	const {origin, pathname} = new URL(value);
	const segments = pathname.split('/').map(segment => (segment === appId ? '{app_id}' : segment));
	const isSafe = segments.every(
		segment => segment === '{app_id}' || (isSafeKey(segment, secrets) && !looksRandom(segment) && !/[{}]/.test(segment)),
	);
	return isSafe ? `${origin}${segments.join('/')}` : `${origin}/`;
}

/** The app's id in a request. */
interface AppIdGuess {
	readonly id: string;
	/** Everywhere that it stands as a text of its own; `header` places too. */
	readonly places: readonly Place[];
	/** Where it stands as a number, which a text cannot replace. */
	readonly numberPlaces: readonly Place[];
}

const ownForm = /^cli_[\da-z]{6,}$/i;

const idName = /^(?:appid|appids|clientid|applicationid|appkey|xappid|app|appcode)$/;

const appSegment = /^(?:app|apps|application|applications|client|clients)$/i;

/** The id of the app that a request asks about, by its form, its name, or its place after `app` in the path. */
function findAppId(request: RequestTree, given?: Place): AppIdGuess | undefined {
	const scalars = [...spots(request)].flatMap(({place, value}) =>
		isScalar(value) && place.length > 1 && !isSecretHeader(place) ? [{place, value}] : [],
	);
	const segments = scalars.filter(({place, value}) => place[0] === 'path' && typeof value === 'string' &&
		(looksRandom(value) || /^(?=.*\d)(?=.*[a-z])[\da-z_-]{12,}$/i.test(value)));
	const guess = given !== undefined ? scalars.find(({place}) => samePlace(place, given))
		: scalars.find(({value}) => typeof value === 'string' && ownForm.test(value)) ??
			scalars.find(({place, value}) => isId(value) && place[0] !== 'path' && idName.test(namesOf(place.slice(1))[0] ?? '')) ??
			scalars.find(({place, value}) => isId(value) && isAfterApp(request, place)) ??
			(segments.length === 1 ? segments[0] : undefined);
	if (guess === undefined || guess.value === null || guess.value === '') return undefined;
	const id = String(guess.value);
	const same = scalars.filter(({value}) => value !== null && String(value) === id);
	return {
		id,
		places: same.filter(({value}) => typeof value === 'string').map(({place}) => place),
		numberPlaces: same.filter(({value}) => typeof value === 'number').map(({place}) => place),
	};
}

function isSecretHeader([part, name = '']: Place): boolean {
	return part === 'header' && (isSecretName(name) || !/^x-|app/.test(name));
}

function isId(value: unknown): boolean {
	const text = typeof value === 'number' ? String(value) : value;
	return typeof text === 'string' && /^[\w-]{3,64}$/.test(text) && /\d/.test(text) && readInstant(value) === undefined &&
		!/^v\d/.test(text);
}

function isAfterApp({path}: RequestTree, [part, index = '']: Place): boolean {
	return part === 'path' && appSegment.test(path[Number(index) - 1] ?? '');
}

/** Puts `{app_id}` where the request has the app's id; gives back the id and the headers that carry it. */
export function learnAppId(draft: Draft): {id: string | undefined; headers: string[]} {
	const given = draft.flags.appIdAt === undefined ? undefined : draft.placeOf('--app-id-at', draft.flags.appIdAt);
	const guess = findAppId(draft.best.exchange.request, given);
	const isKnown = (place: Place) => draft.known.some(other => samePlace(other, place));
	if (guess === undefined || guess.places.length === 0) {
		draft.unknown.push('app id (--app-id-at <place>)');
		if (guess !== undefined)
			draft.notes.push(
				`${guess.numberPlaces.map(place => draft.show(place)).join(', ')} may be the app's id; ` +
					'as a number it keeps its recorded value',
			);
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
		const found = findFilters(exchange.request, known, rows?.columns ?? [], draft.kind);
		for (const filter of found.filters) {
			const {name, place, wasSet} = filter;
			const before = filters.get(name);
			if (!isBest && !canHold(draft.best.exchange.request, place))
				draft.notes.push(`${draft.show(place)} of another request has no place in this one, and is left out`);
			else if (supported.has(name)) filters.set(name, before === undefined ? filter : mergeFilters(before, filter));
			else if (wasSet && isBest && typed.has(name)) {
				draft.replacements.push({place, by: undefined});
				draft.notes.push(`${draft.show(place)} was set in the recording and is no filter of the ${draft.kind} search: ` +
					'it is left out');
			}
		}
		if (!isBest) continue;
		for (const [index, place] of found.conditions.entries()) {
			draft.replacements.push({place, by: undefined});
			if (index === mostListed) draft.notes.push(`${found.conditions.length - mostListed} more such filters are left out`);
			if (index < mostListed)
				draft.notes.push(
					`${draft.show(place)}, a filter that was set in the recording, is left out; ` +
						'such filters are applied to the rows instead',
				);
		}
	}
	for (const {name, place} of filters.values()) draft.replacements.push({place, by: `{${name}}`});
	const described = [...filters.values()].map(({name, place, wasSet}) =>
		`${draft.show(place)} (--${name.replaceAll('_', '-')}${wasSet ? ', its recorded value is not kept' : ''})`);
	if (described.length > 0) draft.lines.push(['filters', described.join(', ')]);
	const learned = Object.fromEntries([...filters.values()].map(({name, how}) => [name, how]));
	const always = [...filters.values()].filter(
		({name, wasSet, isUnset, how}) => wasSet && !isUnset && how.otherwise === undefined && name !== 'app_feature',
	);
	for (const {name, place} of always)
		draft.notes.push(
			`${draft.show(place)} was set in all of the recording; without --${name.replaceAll('_', '-')} it is left out, ` +
				`and where the console insists on it, write what to send in filters.${name}.otherwise of the profile`,
		);
	noteValues(draft, learned);
	for (const {name, required} of searchFilters[draft.kind]) {
		if (required === true && !filters.has(name))
			draft.notes.push(
				`no place of --${name.replaceAll('_', '-')} was recognised: searches ask for what was recorded, without that option; ` +
					`where a member of the request means it, write {${name}} in its place in the profile`,
			);
	}
	return learned;
}

/** Names of the command line that the console writes in a way of its own, which a recording seldom shows. */
function noteValues(draft: Draft, filters: NonNullable<SearchProfile['filters']>): void {
	const feature = draft.replacements.find(({by}) => by === '{app_feature}')?.place;
	if (filters.app_feature !== undefined && feature !== undefined) {
		const sent = valueAtPlace(draft.best.exchange.request, feature);
		const isWord = typeof sent === 'number' ||
			(typeof sent === 'string' && /^[a-z_-]{1,20}$/i.test(sent) && !draft.secrets.holds(sent));
		draft.notes.push(
			'write in filters.app_feature.values of the profile what the console calls mini-program, ' +
				`web-app and widget${isWord ? `; the recording sent ${String(sent)}` : ''}`,
		);
	}
	const {status} = filters;
	if (status !== undefined && status.as?.startsWith('number') === true && status.values === undefined) {
		draft.notes.push(
			'the status is sent as a number: write in filters.status.values of the profile which number success and failed have, ' +
				'to use these names',
		);
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
		throw new UsageError(`${segment} of the search's URL looks like a secret or a person, which a profile must not hold`, {
			hint: `if it is the app's id, say so: --app-id-at ${segment}`,
		});
	}
	if (Object.keys(headers).length > 0) draft.lines.push(['headers', listed(Object.keys(headers))]);
	const gone = [...template.leftOut, ...leftOut.map(({name, why}) => ({place: `header.${name}`, why}))];
	if (gone.length > mostListed) draft.notes.push(`${gone.length - mostListed} more places are left out, for reasons like these`);
	for (const {place, why} of gone.slice(0, mostListed)) draft.notes.push(`${place} is left out: ${why}`);
	if (template.kept.length > 0)
		draft.lines.push(['as recorded', `${listed(template.kept)}   (a filter among them narrows every search: ` +
			'then record again without it)']);
	return {
		method: exchange.method,
		path: template.path,
		...(Object.keys(headers).length === 0 ? {} : {headers}),
		...(Object.keys(template.query).length === 0 ? {} : {query: template.query}),
		...(template.json === undefined ? {} : {json: template.json}),
		...(template.form === undefined ? {} : {form: template.form}),
	};
}

/** Most places that the report names of one sort: no console has as many, and a recording may have any number. */
const mostListed = 100;

function listed(names: readonly string[]): string {
	const more = names.length - mostListed;
	return `${names.slice(0, mostListed).join(', ')}${more > 0 ? `, and ${more} more in the profile` : ''}`;
}

/** The CSRF token that a request carries in a header. */
function csrfTokenOf(headers: ReadonlyArray<readonly [string, string]>): string | undefined {
	const value = headers.find(([name]) => isCsrfName(name))?.[1];
	return value === '' ? undefined : value;
}
