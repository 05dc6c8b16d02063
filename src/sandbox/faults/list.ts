import * as z from 'zod';
import {catalogue} from './catalogue.ts';
import type {FaultDefinition} from './fault.ts';
import {presets} from './presets.ts';
import {conditionsSchema} from './rule.ts';

/** One setting as JSON Schema describes it. */
interface Setting {
	readonly type?: unknown;
	readonly description?: string | undefined;
	readonly default?: unknown;
	readonly enum?: readonly unknown[] | undefined;
	readonly const?: unknown;
	readonly anyOf?: ReadonlyArray<Setting | boolean> | undefined;
}

/** Everything that a faults file can hold, as text for people. */
export function faultList(): string {
	const faults = Object.entries<FaultDefinition>(catalogue).map(([name, {summary, parameters}]) => entry(name, summary, settingsOf(parameters)));
	return [
		'Presets (--faults <preset>):',
		...Object.entries(presets).map(([name, {summary, rules}]) => entry(name, summary, rules.map(rule => JSON.stringify(rule)))),
		'',
		'Faults, with what can be set:',
		...faults,
		'',
		'When a rule does its fault: all that is set must hold, with nothing set it is every request. The first rule of the file that is due is the one.',
		...settingsOf(conditionsSchema).map(line => `  ${line}`),
		'',
		'A faults file (--faults <file.json|file.yaml>):',
		'  {"seed": 1, "rules": [{"fault": "reset", "at": "body", "source": "feishu-openapi", "requests": "2-5,9"}, {"fault": "status", "status": 503, "probability": 0.05}]}',
		'',
	].join('\n');
}

function entry(name: string, summary: string, details: readonly string[]): string {
	return [`  ${name}`, `      ${summary}`, ...details.map(detail => `        ${detail}`)].join('\n');
}

function settingsOf(schema: z.ZodObject): string[] {
	const {properties = {}} = z.toJSONSchema(schema, {io: 'input', unrepresentable: 'any'});
	return Object.entries(properties).map(([name, property]) => {
		const setting: Setting = typeof property === 'object' ? property : {};
		const byDefault = setting.default === undefined ? '' : ` (default ${JSON.stringify(setting.default)})`;
		return `${name} <${valuesOf(setting)}>${setting.description === undefined ? '' : `: ${setting.description}`}${byDefault}`;
	});
}

/** What a setting takes: its values where they are few, otherwise its type. */
function valuesOf(setting: Setting | boolean): string {
	if (typeof setting === 'boolean') return 'value';
	if (setting.enum !== undefined) return setting.enum.join('|');
	if (setting.const !== undefined) return JSON.stringify(setting.const);
	return setting.anyOf?.map(valuesOf).join('|') ?? (typeof setting.type === 'string' ? setting.type : 'value');
}
