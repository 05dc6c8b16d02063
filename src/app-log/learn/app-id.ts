import {readInstant} from './instants.ts';
import {isScalar, samePlace, spots, type Place, type RequestTree} from './request-tree.ts';
import {isSecretName, looksRandom} from './secrets.ts';
import {namesOf} from './words.ts';

/** The app's id in a request. */
export interface AppIdGuess {
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
export function findAppId(request: RequestTree, given?: Place): AppIdGuess | undefined {
	const scalars = [...spots(request)].flatMap(({place, value}) => isScalar(value) && isPlain(place) && !isSecretHeader(place) ? [{place, value}] : []);
	const guess = given === undefined
		? scalars.find(({value}) => typeof value === 'string' && ownForm.test(value))
			?? scalars.find(({place, value}) => isId(value) && place[0] !== 'path' && idName.test(namesOf(place.slice(1))[0] ?? ''))
			?? scalars.find(({place, value}) => isId(value) && isAfterApp(request, place))
			?? only(scalars.filter(({place, value}) => place[0] === 'path' && typeof value === 'string' && (looksRandom(value) || /^(?=.*\d)(?=.*[a-z])[\da-z_-]{12,}$/i.test(value))))
		: scalars.find(({place}) => samePlace(place, given));
	if (guess === undefined || guess.value === null || guess.value === '') return undefined;
	const id = String(guess.value);
	const same = scalars.filter(({value}) => value !== null && String(value) === id);
	return {
		id,
		places: same.filter(({value}) => typeof value === 'string').map(({place}) => place),
		numberPlaces: same.filter(({value}) => typeof value === 'number').map(({place}) => place),
	};
}

function isPlain(place: Place): boolean {
	return place.length > 1;
}

function isSecretHeader([part, name = '']: Place): boolean {
	return part === 'header' && (isSecretName(name) || !/^x-|app/.test(name));
}

function isId(value: unknown): boolean {
	const text = typeof value === 'number' ? String(value) : value;
	return typeof text === 'string' && /^[\w-]{3,64}$/.test(text) && /\d/.test(text) && readInstant(value) === undefined && !/^v\d/.test(text);
}

function isAfterApp({path}: RequestTree, [part, index = '']: Place): boolean {
	return part === 'path' && appSegment.test(path[Number(index) - 1] ?? '');
}

function only<T>(values: readonly T[]): T | undefined {
	return values.length === 1 ? values[0] : undefined;
}
