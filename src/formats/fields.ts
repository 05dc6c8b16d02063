import {parseFieldPath, type FieldPath} from '../json/edit.ts';
import type {Column} from '../sources/types.ts';

/** A column of the output: where its value stands, or the row's time when there is no path. */
export interface Field {
	readonly name: string;
	readonly path: FieldPath | undefined;
}

/** What `--fields` names: columns of the source by their names, everything else by dotted path. */
export function toFields(names: readonly string[], columns: readonly Column[]): Field[] {
	return names.map(name => {
		const column = columns.find(candidate => candidate.name === name);
		return {name, path: column === undefined ? parseFieldPath(name) : column.path};
	});
}

/** The columns of a source as fields. */
export function columnFields(columns: readonly Column[]): Field[] {
	return columns.map(({name, path}) => ({name, path}));
}
