import type {HarEntry} from './har.ts';
import {parseJson, parseNested, type Json, type Scalar} from './json.ts';

/** JSON that stands in a text of the request. */
export class JsonText {
	readonly value: Tree;

	constructor(value: Tree) {
		this.value = value;
	}
}

/** A value of the request, texts that hold JSON opened. */
export type Tree = Scalar | JsonText | readonly Tree[] | {readonly [key: string]: Tree};

type Members = Readonly<Record<string, Tree>>;

/** A recorded request in its parts: `path` are the segments of the URL's path, `header` the headers by lower-case name. */
export interface RequestTree {
	readonly path: readonly string[];
	readonly query: Members;
	readonly json?: Tree;
	readonly form?: Members;
	readonly header: Readonly<Record<string, string>>;
}

/** Where a value stands in a request: its part, then keys and numbers of array places. Text that holds JSON is no step. */
export type Place = readonly string[];

export interface Spot {
	readonly place: Place;
	readonly value: Tree;
}

/** The request in its parts, or undefined when its body is of a kind that no profile can send (a file upload, plain text). */
export function decodeRequest({headers, body}: HarEntry, url: URL): RequestTree | undefined {
	const request = {
		path: url.pathname.split('/').slice(1),
		query: openMembers([...url.searchParams]),
		header: Object.fromEntries(headers.filter(([name]) => !name.startsWith(':'))),
	};
	if (body === undefined || (body.text === undefined && body.params.length === 0)) return request;
	const json = body.text === undefined ? undefined : parseJson(body.text);
	if (json !== undefined && !body.mimeType.includes('form-urlencoded')) return {...request, json: open(json)};
	if (body.mimeType.includes('multipart')) return undefined;
	if (body.text !== undefined && /^[^\s=&]+=[^\s]*$/.test(body.text))
		return {...request, form: openMembers([...new URLSearchParams(body.text)])};
	return body.text === undefined ? {...request, form: openMembers(body.params)} : undefined;
}

/** Every value of a request, lists and objects before what they hold. Headers come last. */
export function* spots({path, query, json, form, header}: RequestTree): Generator<Spot> {
	for (const [part, tree] of Object.entries({path, query, json, form, header})) {
		if (tree !== undefined) yield* walk([part], tree);
	}
}

/** What a place leads to in a request, or undefined. */
export function valueAtPlace(request: RequestTree, place: Place): Tree | undefined {
	for (const spot of spots(request)) if (samePlace(spot.place, place)) return spot.value;
	return undefined;
}

/** A place as users write it: `json.filter.range.0`. */
export function formatPlace(place: Place): string {
	return place.join('.');
}

/** The place in this request that a text such as `query.start` means, also where keys hold dots; undefined when there is none. */
export function findPlace(request: RequestTree, text: string): Place | undefined {
	for (const {place} of spots(request)) if (place.length > 1 && formatPlace(place) === text) return place;
	return undefined;
}

export function samePlace(a: Place, b: Place): boolean {
	return a.length === b.length && a.every((key, index) => key === b[index]);
}

/** A place as a key; keys of its own may hold dots. */
export function keyOf(place: Place): string {
	return place.join('\0');
}

/** A place and all that it stands in, as keys, the outermost first: what holds what is then looked up, however many places there are. */
export function keysAround(place: Place): string[] {
	return place.map((_, index) => keyOf(place.slice(0, index + 1)));
}

export function isScalar(value: unknown): value is Scalar {
	return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function* walk(place: Place, value: Tree): Generator<Spot> {
	yield {place, value};
	const held = value instanceof JsonText ? value.value : value;
	if (typeof held !== 'object' || held === null) return;
	for (const [key, member] of Object.entries(held)) yield* walk([...place, key], member);
}

function open(value: Json): Tree {
	if (typeof value === 'string') {
		const nested = parseNested(value);
		return nested === undefined ? value : new JsonText(open(nested));
	}
	if (Array.isArray(value)) return value.map(element => open(element));
	if (typeof value === 'object' && value !== null)
		return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, open(member)]));
	return value;
}

/** Members by name; a name that repeats holds the list of its values. */
function openMembers(pairs: Iterable<readonly [string, string]>): Members {
	const lists = new Map<string, Tree[]>();
	for (const [name, value] of pairs) lists.set(name, [...lists.get(name) ?? [], open(value)]);
	return Object.fromEntries([...lists].map(([name, [first = '', ...more]]) => [name, more.length === 0 ? first : [first, ...more]]));
}
