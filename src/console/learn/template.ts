import type {Template} from '../profile.ts';
import {decoded} from '../session.ts';
import {isLeftOut, isSafeKey, toConstant, type LeftOut, type SecretValues} from './secrets.ts';
import {formatPlace, isScalar, JsonText, keyOf, valueAtPlace, type Place, type RequestTree, type Tree} from './request-tree.ts';

/** What stands for a place of the recorded request; undefined takes it out. */
export interface Replacement {
	readonly place: Place;
	readonly by: Template | undefined;
}

/** A recorded request as a template. */
export interface LearnedRequest {
	readonly path: string;
	readonly query: Readonly<Record<string, Template>>;
	readonly json: Template | undefined;
	readonly form: Readonly<Record<string, Template>> | undefined;
	/** Places whose value was taken out, and why. */
	readonly leftOut: ReadonlyArray<{readonly place: string; readonly why: string}>;
	/** Places whose value is kept as it was recorded. */
	readonly kept: readonly string[];
	/** Segments of the path that look like a secret, which cannot be taken out. */
	readonly secretSegments: readonly string[];
}

/** Writes a recorded request as a template: placeholders where told, secrets and people's data taken out, the rest as it was. */
export function toTemplate(
	request: RequestTree, replacements: readonly Replacement[], known: {secrets: SecretValues; csrfToken: string | undefined},
): LearnedRequest {
	const byPlace = new Map(replacements.map(({place, by}) => [keyOf(place), by]));
	const leftOut: Array<{place: string; why: string}> = [];
	const kept: string[] = [];

	function convert(place: Place, value: Tree): Template | LeftOut | undefined {
		if (byPlace.has(keyOf(place))) return byPlace.get(keyOf(place));
		if (value instanceof JsonText) {
			const held = convert(place, value.value);
			return held === undefined || isLeftOut(held) ? held : {json_text: held};
		}
		if (!isScalar(value)) return Array.isArray(value) ? convertList(place, value) : convertMembers(place, Object.entries(value));
		const constant = toConstant(place.slice(1), value, known);
		if (isLeftOut(constant)) leftOut.push({place: showPlace(place, known.secrets), why: constant.leftOut});
		else if (constant === value && value !== null && value !== '') kept.push(showPlace(place, known.secrets));
		return isLeftOut(constant) ? undefined : constant;
	}

	function convertList(place: Place, list: readonly Tree[]): Template {
		return list.flatMap((element, index) => {
			const converted = convert([...place, String(index)], element);
			return converted === undefined || isLeftOut(converted) ? [] : [converted];
		});
	}

	function convertMembers(place: Place, members: ReadonlyArray<readonly [string, Tree]>): Record<string, Template> {
		return Object.fromEntries(members.flatMap(([key, member]) => {
			if (!isSafeKey(key, known.secrets)) {
				leftOut.push({place: `a member of ${showPlace(place, known.secrets)}`, why: 'its name looks like a secret'});
				return [];
			}
			const converted = convert([...place, key], member);
			return converted === undefined || isLeftOut(converted) ? [] : [[key, converted] as const];
		}));
	}

	const secretSegments: string[] = [];
	const segments = request.path.map((segment, index) => {
		const place = ['path', String(index)];
		const by = byPlace.get(keyOf(place));
		if (typeof by === 'string') return by;
		const constant = segment === '' ? segment : toConstant(['path'], decoded(segment), {...known, csrfToken: undefined});
		if (constant !== decoded(segment)) secretSegments.push(formatPlace(place));
		return segment;
	});
	const add = (part: 'query' | 'json' | 'form', tree: Tree | undefined): Template | undefined => {
		const converted = tree === undefined ? undefined : convert([part], tree);
		let template = isLeftOut(converted) ? undefined : converted;
		// Places that this request does not have, but others of the search do.
		for (const {place, by} of replacements)
			if (place[0] === part && by !== undefined && !hasPlace(request, place)) template = withMember(template, place.slice(1), by);
		return template;
	};
	return {
		path: `/${segments.join('/')}`,
		query: membersOf(add('query', request.query)) ?? {},
		json: add('json', request.json),
		form: membersOf(add('form', request.form)),
		leftOut, kept, secretSegments,
	};
}

/** A place for messages; keys that look like secrets are not shown. */
export function showPlace(place: Place, secrets: SecretValues): string {
	return formatPlace(place.map(key => isSafeKey(key, secrets) ? key : '…'));
}

function hasPlace(request: RequestTree, place: Place): boolean {
	return valueAtPlace(request, place) !== undefined;
}

/** Whether a key is a place in a list of this length, or the one after its end. */
function fitsList(key: string, length: number): boolean {
	return /^(?:0|[1-9]\d{0,5})$/.test(key) && Number(key) <= length;
}

/** Whether a place is there in a request, or can be added to it: no place far beyond the end of a list of its can. */
export function canHold(request: RequestTree, place: Place): boolean {
	let held: unknown = {...request};
	for (const key of place) {
		if (held instanceof JsonText) held = held.value;
		if (Array.isArray(held) && !fitsList(key, held.length)) return false;
		if (typeof held !== 'object' || held === null || !Object.hasOwn(held, key)) return true;
		held = Reflect.get(held, key);
	}
	return true;
}

/** The template with one more value in it, objects and lists on the way made where they are missing. */
function withMember(template: Template | undefined, [key, ...rest]: readonly string[], by: Template): Template {
	if (key === undefined) return by;
	if (isTemplateObject(template) && isTemplateObject(template['json_text']))
		return {json_text: withMember(template['json_text'], [key, ...rest], by)};
	if (Array.isArray(template)) {
		// A place far beyond the end, as another request's object with a number for a key has, would make a list of holes.
		if (!fitsList(key, template.length)) return template;
		const list: Template[] = [...template];
		list[Number(key)] = withMember(list[Number(key)], rest, by);
		return list;
	}
	const members = isTemplateObject(template) ? template : {};
	return {...members, [key]: withMember(members[key], rest, by)};
}

function membersOf(template: Template | undefined): Record<string, Template> | undefined {
	return isTemplateObject(template) ? {...template} : undefined;
}

function isTemplateObject(value: Template | undefined): value is Readonly<Record<string, Template>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
