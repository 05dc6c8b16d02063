import {parseFieldPath, type FieldPath} from '../../json/edit.ts';
import type {Language} from '../../sources/labels.ts';
import type {Column, ColumnType} from '../../sources/types.ts';
import {createLabeller, type Labeller} from './labeller.ts';

/** A column of the output: where its value stands, or the row's time when there is no path. */
export interface Field {
	readonly name: string;
	readonly path: FieldPath | undefined;
	/** As of a column; `json` where nothing declares it. */
	readonly type: ColumnType;
	readonly unitMs?: number | undefined;
	/** Turns the value into what is shown in its place; absent where the value itself is shown. */
	readonly show?: Labeller | undefined;
	/** Whether a table may cut it; undefined where nobody declared that. */
	readonly isProse?: boolean | undefined;
	/** What stands above it in a table of a source's own columns. */
	readonly heading?: string;
}

/** What `--fields` names: columns of the source by their names, everything else by dotted path. */
export function toFields(names: readonly string[], columns: readonly Column[], language: Language = 'off'): Field[] {
	return names.map(name => {
		const column = columns.find(candidate => candidate.name === name);
		return column === undefined ? {name, path: parseFieldPath(name), type: 'json'} : columnField(column, language);
	});
}

/** The columns of a source as fields. */
export function columnFields(columns: readonly Column[], language: Language = 'off'): Field[] {
	return columns.map(column => columnField(column, language));
}

/** The JSON text to show for a field whose value in the row is this. */
export function shownValue({show}: Field, value: string | undefined): string | undefined {
	return show === undefined || value === undefined ? value : show(value);
}

function columnField({name, path, type, unitMs, label, prose, heading = path?.at(-1) ?? name}: Column, language: Language): Field {
	return {
		name, path, type, unitMs, heading,
		show: label === undefined || language === 'off' ? undefined : createLabeller(label, language),
		isProse: prose ?? (type === 'json' && path !== undefined ? undefined : false),
	};
}
