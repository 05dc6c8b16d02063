import type {OpenedSource} from '../access/open-source.ts';
import type {Context} from '../base/context.ts';
import {exportOptions, snakeCase, type ExportFlags} from '../query/options.ts';
import type {SourceOption} from '../sources/types.ts';

/** What decides which rows are asked for, without secrets: options by their long names in snake_case, beside `base_url`. */
export type Asked = Readonly<Record<string, string | string[] | boolean>>;

/** What is asked for, the range aside. Of whom is another matter; see `OpenedSource.account`. */
export function askedOf({source, baseUrl}: OpenedSource, flags: ExportFlags, env: Context['env']): Asked {
	const asked: Record<string, string | string[] | boolean> = {base_url: baseUrl};
	const deciding = exportOptions(source, []).flatMap(({name, decides}) => decides === 'rows' ? [name] : []);
	for (const name of [...deciding, 'via']) {
		const {env: variable, choices}: Partial<SourceOption> = source.options[name] ?? {};
		const given = flags[name] ?? (variable === undefined ? undefined : env[variable] || undefined);
		if (given === undefined) continue;
		const code = (value: unknown) => choices?.[String(value)] ?? String(value);
		asked[snakeCase(name)] = Array.isArray(given) ? given.map(code) : code(given);
	}
	return asked;
}
