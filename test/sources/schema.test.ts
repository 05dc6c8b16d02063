import {readFileSync} from 'node:fs';
import {Ajv2020} from 'ajv/dist/2020.js';
import {describe, expect, it} from 'vitest';
import {valueAt} from '../../src/json/value.ts';
import {sampleRandom} from '../../src/sandbox/random.ts';
import {isAlwaysThere} from '../../src/sources/schema.ts';
import type {ColumnType} from '../../src/sources/types.ts';
import {runCommand} from '../helpers/context.ts';
import {everySource} from '../helpers/every-source.ts';

const offline = {fetch: async () => Promise.reject(new Error('nothing may be asked'))};

/** Values that a declared type must take, as hostile as a row can make them. */
const hostile: Readonly<Record<ColumnType, readonly string[]>> = {
	text: ['""', '"\\ud800"', '"\\u0000\\u2028"', '"=cmd()"', JSON.stringify('审'.repeat(350_000)), 'null'],
	integer: ['0', '-1', '9007199254740993', '123456789012345678901234567890', 'null'],
	time: ['0', '99999999999999', 'null'],
	boolean: ['true', 'false', 'null'],
	object: ['{}', '{"__proto__":{"a":1},"2052":"\\udc00"}', 'null'],
	list: ['[]', '[["\\ud800"],{},123456789012345678901234567890]', 'null'],
	json: ['null'],
};

/** What no value of a type is. */
const wrong: Readonly<Record<ColumnType, string>> = {
	text: '7', integer: '"7"', time: '[]', boolean: '"true"', object: '"{}"', list: '{}', json: '',
};

/** The row with this JSON text at a path, or without it where there is none. */
function changed(row: unknown, path: readonly string[], text?: string): unknown {
	const [key = '', ...rest] = path;
	const {[key]: value, ...others} = row as Record<string, unknown>;
	if (rest.length > 0) return {...others, [key]: changed(value ?? {}, rest, text)};
	return text === undefined ? others : {...others, [key]: JSON.parse(text) as unknown};
}

async function validatorOf(name: string) {
	const {code, stdout} = await runCommand(['sources', '--schema', name], offline);
	expect(code).toBe(0);
	return new Ajv2020({strict: true, strictRequired: false, allowUnionTypes: true}).compile(JSON.parse(stdout) as object);
}

describe.each(everySource)('the schema of $source.name', ({source, sample: sampleOf}) => {
	const unitMs = source.range.rowUnitMs ?? source.range.unitMs;
	const sample = (seed: number) => sampleOf(sampleRandom(seed), {id: '7254062413199179796', time: Date.UTC(2026, 10, 20) / unitMs});
	const inRows = source.columns.flatMap(column => column.path === undefined || column.inText === true ? [] : [{...column, path: column.path}]);

	it('takes the documented rows, those of the sandbox, and what the vendor adds to them', async () => {
		const validate = await validatorOf(source.name);
		const fixture = JSON.parse(readFileSync(new URL(`../fixtures/${source.name}.json`, import.meta.url), 'utf8')) as {response: unknown};
		const documented = valueAt(fixture.response, source.rows) as unknown[];
		const rows = [...documented, ...Array.from({length: 50}, (_, seed) => sample(seed))];
		expect(rows.filter(row => !validate({...row as object, added: {later: [1]}}))).toEqual([]);
	});

	it('takes hostile values of every column, and none of another type', async () => {
		const validate = await validatorOf(source.name);
		const misjudged = inRows.flatMap(column => {
			const always = isAlwaysThere(source, column);
			const type = column.quoted === true ? 'text' : column.type;
			const cases: Array<readonly [text: string | undefined, valid: boolean]> = [
				...hostile[type].map(text => [text, !always || text !== 'null'] as const), [undefined, !always], [wrong[type], false],
			];
			return cases.filter(([text, valid]) => validate(changed(sample(1), column.path, text)) !== valid).map(([text]) => [column.name, text]);
		});
		expect(misjudged).toEqual([]);
	});

	it('counts times in the unit of the range, and says what every column means', () => {
		expect(inRows.filter(({type}) => type === 'time').map(column => [column.name, column.unitMs])).toEqual([[source.time, unitMs]]);
		for (const {meaning} of source.columns) expect(meaning).toMatch(/^\S.*[^.\s]$/);
	});
});

it('says of the console what is known: any row', async () => {
	for (const search of ['event', 'client']) expect((await validatorOf(`feishu-app-log ${search}`))({id: 7, at: 'x'})).toBe(true);
	expect((await validatorOf('feishu-app-log server'))(everySource[0]?.sample(sampleRandom(1), {id: '7', time: 0}))).toBe(true);
});

it('lists the columns with types, units and meanings, for programs', async () => {
	const {stdout} = await runCommand(['sources', '--format', 'json'], offline);
	const listed = JSON.parse(stdout) as Array<{name: string; columns: object[] | null}>;
	expect(listed.find(({name}) => name === 'feishu-apaas')?.columns).toEqual(expect.arrayContaining([
		{name: 'log_id', type: 'text', unit: null, nullable: false, meaning: 'identity of the row'},
		{name: 'op_time', type: 'time', unit: '1ms', nullable: false, meaning: 'when it was done'},
		{name: 'outsider', type: 'boolean', unit: null, nullable: true, meaning: expect.any(String) as string},
		{name: 'status.label', type: 'text', unit: null, nullable: true, meaning: 'status in words'},
	]));
});

it('names the nearest source to one that there is not', async () => {
	expect(await runCommand(['sources', '--schema', 'feishu-opneapi'], offline)).toMatchObject({
		code: 2, stderr: expect.stringContaining('did you mean "feishu-openapi"?') as string,
	});
});
