import type {Column} from '../sources/types.ts';
import {searchFilters} from './filters.ts';
import type {SearchKind} from './kinds.ts';
import type {SearchProfile} from './profile.ts';

/** The columns of csv and tables: the row's time and identity, and what the request profile names; csv keeps the rest in `extra`. */
export function columnsOf(kind: SearchKind, {response, fields = {}}: SearchProfile): readonly Column[] {
	const named = searchFilters[kind].flatMap(({name}) => fields[name] ?? []);
	const paths = new Set([...(response.id === null ? [] : [response.id]), response.time.at, ...named]);
	// A column of that name is the row's time already, in one form for all sources.
	paths.delete('time');
	return [
		{name: 'time', table: true},
		...[...paths].map((path): Column => ({name: path, path: path.split('.'), table: path !== response.time.at})),
	];
}
