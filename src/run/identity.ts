import {createHash} from 'node:crypto';
import type {OpenedSource} from '../access/open-source.ts';
import type {Context} from '../base/context.ts';
import {systemTimezone} from '../base/system-timezone.ts';
import {traitsOf} from '../query/format-names.ts';
import {exportOptions, snakeCase, type ExportFlags} from '../query/options.ts';
import type {ExportSettings, OutputSettings} from '../query/settings.ts';
import type {SourceOption} from '../sources/types.ts';

/** What two runs have in common that are one, without secrets: options by their long names in snake_case, beside `base_url`. */
export type Asked = Readonly<Record<string, string | string[] | boolean>>;

/** What a run has to know of its options. */
export interface AskedBy {
	readonly opened: OpenedSource;
	readonly flags: ExportFlags;
	readonly env: Context['env'];
	readonly settings: ExportSettings;
}

/** What the options decide that two runs must share: to go on with a state, with an archive, with an interrupted file. */
const shared = {state: ['rows'], archive: ['rows', 'records'], file: ['rows', 'records', 'bytes']} as const;

/**
 * What a run asks for, the range aside, as far as it decides whether it may go on with what another one left. Of whom is
 * another matter; see `OpenedSource.account`. What is off, empty or not given is as if there were no such option.
 */
export function askedOf(by: AskedBy, kept: keyof typeof shared): Asked {
	const {source, baseUrl} = by.opened;
	const deciding: readonly unknown[] = shared[kept];
	const names = [...exportOptions(source, []).filter(({decides}) => deciding.includes(decides)).map(({name}) => name), 'via'];
	const asked: Record<string, string | string[] | boolean> = {base_url: baseUrl};
	for (const name of names) {
		const value = valueOf(name, by);
		if (Array.isArray(value) ? value.length > 0 : value !== undefined && value !== '' && value !== false)
			asked[snakeCase(name)] = Array.isArray(value) ? value.map(String) : value === true ? value : String(value);
	}
	return asked;
}

/** `askedOf` in short, for what need not tell in which option two runs differ. */
export function fingerprintOf(by: AskedBy, kept: keyof typeof shared): string {
	const {source} = by.opened;
	// Known from a file only, it may be another one by the next run.
	const endpoint = source.toRequest === undefined ? undefined : source.endpoint;
	return createHash('sha256').update(JSON.stringify({source: source.name, endpoint, ...askedOf(by, kept)})).digest('hex');
}

/** An option's value: as the settings have it, so that spelling out a default changes nothing; else as it was given. */
function valueOf(name: string, {opened: {source, defaults}, flags, env, settings: {query, output}}: AskedBy): unknown {
	const filter: SourceOption | undefined = source.options[name];
	if (filter !== undefined) {
		const {env: variable, choices} = filter;
		const given = flags[name] ?? (variable === undefined ? undefined : env[variable]);
		const code = (value: unknown) => choices?.[String(value)] ?? value;
		return Array.isArray(given) ? given.map(code) : code(given);
	}
	const settled: Readonly<Record<string, unknown>> = {
		...query, ...output, window: query.followsVolume === true ? 'auto' : query.windowMs, csvBom: output.bom,
		timezone: zoneOf(output),
	};
	const configured: Readonly<Record<string, unknown>> = {...defaults};
	return Object.hasOwn(settled, name) ? settled[name] : flags[name] ?? configured[snakeCase(name)];
}

/** By whose clocks times are written; undefined where none are. */
function zoneOf({format, timezone}: OutputSettings): string | undefined {
	const {clocks} = traitsOf(format);
	return clocks === undefined ? undefined : timezone ?? (clocks === 'system' ? systemTimezone() : clocks);
}
