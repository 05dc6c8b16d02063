import {isIP} from 'node:net';
import {entriesOf} from './names.ts';
import type {ExportFlags} from './options.ts';
import {UsageError} from '../base/errors.ts';
import {oneOf} from '../base/given.ts';
import type {AuditRecord} from '../base/record.ts';
import {refuseRepeatedKeys} from '../json/repeated-key.ts';
import type {ParameterRule, ParameterValue, SourceDefinition, SourceOption} from '../sources/types.ts';

/** The API parameters that the user's filters come to, by name. */
export type Filters = Readonly<Record<string, ParameterValue>>;

/** What the user's filters come to. */
export interface ResolvedFilters {
	readonly filters: Filters;
	/** Whether the filters that are applied here let a record through; undefined where there are none. */
	readonly keeps?: (record: AuditRecord) => boolean;
}

interface Shape {
	readonly fits: (value: string) => boolean;
	/** What a value is that fits. */
	readonly called: string;
	readonly example: string;
}

const ipAddress: Shape = {fits: value => isIP(value) !== 0, called: 'an IP address', example: '203.0.113.7 or 2001:db8::7'};
const codeLike = (example: string): Shape => ({fits: value => /^\d{1,19}$/.test(value), called: 'a code, which is a number', example});
/** Of ids that have no form but this one. */
const withoutBlanks = (called: string): Shape => ({
	fits: value => /^\S+$/.test(value), called, example: 'it as a log shows it, without blanks',
});

/** What the values of some parameters look like, by the parameter's name in the API; of fields of `--filter`, by theirs after `filter.`. */
const shapes: Readonly<Record<string, Shape>> = {
	api_keys: {
		fits: value => /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\/\S+$/.test(value), called: 'an HTTP method and a path joined',
		example: 'POST/open-apis/authen/v1/access_token',
	},
	api_path: {fits: value => /^\/\S*$/.test(value), called: 'a path', example: '/openapi/v1/users'},
	event_name: {fits: value => /^\w+$/.test(value), called: 'the name of an event', example: 'space_create_doc'},
	event_type: {fits: value => /^\w[\w.-]*$/.test(value), called: 'the type of an event', example: 'im.message.receive_v1'},
	event_id: withoutBlanks('the id of an event'), request_id: withoutBlanks('the id of a request'),
	tenant_key: withoutBlanks("a tenant's key"),
	user_open_id: {fits: value => /^ou_\w+$/.test(value), called: "a user's open_id", example: 'ou_ and what follows'},
	'filter.opTime': codeLike('Unix time in milliseconds'),
	'filter.eventName': codeLike('19001'),
	'filter.status': codeLike('18001 (succeeded) or 18002 (failed)'),
	'filter.clientIP': ipAddress,
	app_id: {
		fits: value => /^cli_\w+$/.test(value), called: 'the id of an app',
		example: 'cli_ and what follows, as the developer console shows it',
	},
	source_ip: ipAddress,
};

/**
 * Reads a source's own options: flags over environment, names turned into codes, everything checked that the
 * documentation limits.
 * @throws UsageError naming the option, also for one that cannot be used with this source as it is set up
 */
export function resolveFilters(
	source: SourceDefinition, flags: ExportFlags, env: Readonly<Record<string, string | undefined>>,
): ResolvedFilters {
	const filters: Record<string, ParameterValue> = {};
	const tests: Array<(row: unknown) => boolean> = [];
	for (const [name, option] of Object.entries<SourceOption>(source.options)) {
		const given = flags[name] ?? (option.env === undefined ? undefined : env[option.env] || undefined);
		const longName = longNameOf(option);
		if (option.picks !== undefined) continue;
		if (given === undefined) {
			if (option.required === true)
				throw new UsageError(`${longName} is missing`, {
					hint: `give ${option.flags}${option.env === undefined ? '' : `, or set ${option.env}`}`,
				});
			continue;
		}
		const values = (Array.isArray(given) ? given : [given]).map(value => codeOf(String(value), option, longName));
		if (option.refusal !== undefined)
			throw new UsageError(`${longName} cannot be used here: ${option.refusal}`, {hint: `leave ${longName} out`});
		requireWritable(values, option, longName);
		requireMatchable(values, option.parameter, longName);
		const value = checked(values, source.parameters[option.parameter], longName);
		const {locally} = option;
		if (locally === undefined) filters[option.parameter] = value;
		else tests.push(row => locally(row, values));
	}
	if (source.filter !== undefined) {
		const expression = filterExpression(source, flags);
		if (expression !== undefined)
			filters[source.filter.parameter] = checked([expression], source.parameters[source.filter.parameter], '--filter');
	}
	const sent: Filters = {...source.constants, ...filters};
	const options = Object.values<SourceOption>(source.options);
	for (const option of options) {
		const missing = (source.parameters[option.parameter]?.requires ?? []).filter(other => sent[other] === undefined);
		if (filters[option.parameter] === undefined || missing.length === 0) continue;
		const needed = missing.map(other => longNameOf(options.find(({parameter}) => parameter === other) ?? {flags: other}));
		throw new UsageError(`${longNameOf(option)} needs ${needed.join(' and ')} beside it`);
	}
	if (tests.length === 0) return {filters};
	return {
		filters,
		keeps({text}) {
			const row: unknown = JSON.parse(text);
			return tests.every(test => test(row));
		},
	};
}

/** @throws UsageError for what no request can carry as it is: half of a character, or a step up in a path, which `%2e` is as well */
function requireWritable(values: readonly string[], option: SourceOption, longName: string): void {
	if (values.some(value => /\p{Cs}/u.test(value))) throw new UsageError(`${longName}: the value holds half of a character`);
	if (option.in === 'path' && values.some(value => value === '.' || value === '..'))
		throw new UsageError(`${longName}: "${values.join(', ')}" cannot be a part of a path`);
}

/** @throws UsageError for a value that no row can have: an export of nothing would look complete */
function requireMatchable(values: readonly string[], name: string, longName: string): void {
	const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
	const wrong = shape === undefined ? undefined : values.find(value => value !== '' && !shape.fits(value));
	if (shape !== undefined && wrong !== undefined)
		throw new UsageError(`${longName}: "${wrong}" can match nothing: it is not ${shape.called}`, {hint: `write ${shape.example}`});
}

function longNameOf({flags}: Pick<SourceOption, 'flags'>): string {
	return flags.split(' ')[0] ?? flags;
}

/** The code that a name stands for; a code stands for itself. */
function codeOf(value: string, {choices}: SourceOption, longName: string): string {
	if (choices === undefined) return value;
	if (Object.hasOwn(choices, value)) return choices[value] ?? value;
	if (Object.values(choices).includes(value)) return value;
	const known = Object.entries(choices).map(([name, code]) => name === code ? name : `${name} (${code})`);
	throw new UsageError(`${longName}: "${value}" is not one of ${known.join(', ')}`);
}

function checked(values: readonly string[], rule: ParameterRule | undefined, longName: string): ParameterValue {
	if (values.includes('')) throw new UsageError(`${longName}: the value is empty`);
	const [value = ''] = values;
	if (rule?.type === 'int[]' || rule?.type === 'string[]') {
		if (rule.maxLength !== undefined && values.length > rule.maxLength)
			throw new UsageError(`${longName}: ${values.length} values are more than the ${rule.maxLength} that the API allows`);
		return rule.type === 'int[]' ? values.map(each => checkedNumber(each, rule, longName)) : values;
	}
	if (rule?.type === 'int') return checkedNumber(value, rule, longName);
	const length = Array.from(value).length;
	if (rule?.maxLength !== undefined && length > rule.maxLength)
		throw new UsageError(`${longName}: ${length} characters are more than the ${rule.maxLength} that the API allows`);
	return rule?.values === undefined ? value : oneOf(value, rule.values, longName);
}

function checkedNumber(value: string, {min, max}: ParameterRule, longName: string): number {
	const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
	if (!Number.isSafeInteger(number)) throw new UsageError(`${longName}: "${value}" is no whole number`);
	if (min !== undefined && number < min) throw new UsageError(`${longName}: ${number} is less than ${min}`);
	if (max !== undefined && number > max) throw new UsageError(`${longName}: ${number} is more than ${max}`);
	return number;
}

/** The JSON text of `--filter field=value` (repeatable, several values with commas) or of `--filter-json` as it is. */
function filterExpression(source: SourceDefinition, flags: ExportFlags): string | undefined {
	const {filter: pairs = [], filterJson: json} = flags;
	if ([...pairs, json ?? ''].some(text => /\p{Cs}/u.test(text))) throw new UsageError('--filter: the value holds half of a character');
	if (json !== undefined && pairs.length > 0) throw new UsageError('--filter and --filter-json exclude each other');
	if (json !== undefined) {
		try {
			const parsed: unknown = JSON.parse(json);
			if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new SyntaxError('not an object');
		} catch (error) {
			throw new UsageError('--filter-json is no JSON object', {
				hint: 'write {"items":[{"left":"eventName","operator":"=","right":[19001]}]}', cause: error,
			});
		}
		refuseRepeatedKeys(json, () => '--filter-json');
		return json;
	}
	if (pairs.length === 0) return undefined;
	const items = pairs.map(pair => {
		const match = /^([^=<>!~\s]+)=(.+)$/s.exec(pair);
		if (match === null)
			throw new UsageError(`--filter: "${pair}" is not field=value`, {
				hint: `fields: ${Object.keys(source.filter?.names ?? {}).join(', ')}; anything else goes through --filter-json`,
			});
		const [, left = '', right = ''] = match;
		// An API may ignore a name that it does not know, and deliver everything.
		if (source.filter !== undefined && !Object.hasOwn(source.filter.names, left)) {
			throw new UsageError(`--filter: "${left}" is no documented field`, {
				hint: `fields: ${Object.keys(source.filter.names).join(', ')}; --filter-json passes anything else`,
			});
		}
		const values = entriesOf([right]);
		if (values.length === 0) throw new UsageError(`--filter: "${pair}" has no value`);
		requireMatchable(values, `filter.${left}`, `--filter ${left}`);
		return {left, operator: '=', right: values.map(value => /^(?:0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value)};
	});
	return JSON.stringify({items});
}
