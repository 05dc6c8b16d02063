import type {Column, SourceDefinition} from './types.ts';

/** Every value that `--labels` takes: the language of labels, or none. */
export const languages = ['en', 'zh', 'off'] as const;

export type Language = (typeof languages)[number];

/**
 * The columns of a source, each coded field and each map of texts followed by a column `<name>.label` that says what it
 * means. A table shows the meaning in place of the code. With `off` the columns are as the source declares them.
 */
export function labelledColumns(
	source: Pick<SourceDefinition, 'columns' | 'labels' | 'localeMaps'>, language: Language,
): readonly Column[] {
	if (language === 'off') return source.columns;
	return source.columns.flatMap(column => {
		const label = labelOf(source, column);
		if (label === undefined) return [column];
		const {table: _, ...coded} = column;
		return [coded, {...column, name: `${column.name}.label`, type: 'text', meaning: `${column.name} in words`, prose: true, label}];
	});
}

function labelOf({labels, localeMaps}: Pick<SourceDefinition, 'labels' | 'localeMaps'>, {path}: Column): Column['label'] {
	const field = path?.join('.');
	if (field === undefined) return undefined;
	return labels?.[field] ?? (localeMaps?.includes(field) === true ? 'locale-map' : undefined);
}
