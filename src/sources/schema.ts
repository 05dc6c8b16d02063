import type {Column, ColumnType, SourceDefinition} from './types.ts';

/** A JSON Schema, as far as rows need one. */
export interface JsonSchema {
	readonly $schema?: string;
	readonly title?: string;
	readonly description?: string;
	readonly type?: readonly string[] | string;
	readonly properties?: Readonly<Record<string, JsonSchema>>;
	readonly required?: readonly string[];
}

const jsonTypes: Readonly<Record<Exclude<ColumnType, 'json'>, string>> = {
	text: 'string', integer: 'integer', boolean: 'boolean', time: 'integer', object: 'object', list: 'array',
};

/** Rows have it always: one without is reported as unreadable, and the export is not complete. */
export function isAlwaysThere({id, time}: Pick<SourceDefinition, 'id' | 'time'>, {path}: Column): boolean {
	const place = path?.join('.');
	return place === undefined || place === id || place === time;
}

/**
 * What the rows of a source look like as the API gives them, as JSON Schema 2020-12. Members that the vendor adds later are
 * valid, and so are values that are missing or null, but for a row's id and time.
 */
export function rowSchema(source: Pick<SourceDefinition, 'title' | 'id' | 'time' | 'columns'>): JsonSchema {
	const root: Branch = {next: new Map(), required: true};
	for (const column of source.columns) {
		if (column.inText === true) continue;
		let branch = root;
		for (const key of column.path ?? []) {
			const next = branch.next.get(key) ?? {next: new Map(), required: false};
			branch.next.set(key, next);
			next.required ||= isAlwaysThere(source, column);
			branch = next;
		}
		branch.column = column;
	}
	return {$schema: 'https://json-schema.org/draft/2020-12/schema', ...schemaOf(root), title: source.title};
}

/** A member of rows, with its own members as far as they are declared. */
interface Branch {
	readonly next: Map<string, Branch>;
	required: boolean;
	column?: Column;
}

function schemaOf({next, required, column}: Branch): JsonSchema {
	const type = next.size > 0 ? 'object' : column?.type ?? 'object';
	const wire = type === 'json' ? undefined : column?.quoted === true ? 'string' : jsonTypes[type];
	const always = [...next].filter(([, branch]) => branch.required).map(([key]) => key);
	return {
		...column?.path === undefined ? {} : {description: meaningOf(column)},
		...wire === undefined ? {} : {type: required ? wire : [wire, 'null']},
		...next.size === 0 ? {} : {properties: Object.fromEntries([...next].map(([key, branch]) => [key, schemaOf(branch)]))},
		...always.length === 0 ? {} : {required: always},
	};
}

function meaningOf({meaning, unitMs, quoted = false}: Column): string {
	if (unitMs === undefined) return meaning;
	return `${meaning}, in Unix ${unitMs === 1000 ? 'seconds' : 'milliseconds'}${quoted ? ' as text' : ''}`;
}
