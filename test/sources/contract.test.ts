import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {createPager} from '../../src/engine/pager.ts';
import {toRecord} from '../../src/engine/rows-of.ts';
import {askedRange} from '../../src/engine/windows.ts';
import {pickValue} from '../../src/json/edit.ts';
import {rows} from '../../src/json/text.ts';
import {valueAt, wholeNumber} from '../../src/json/value.ts';
import {createCsv} from '../../src/output/formats/csv.ts';
import {exportOptions} from '../../src/query/options.ts';
import {checkParameters, readBody, readQuery, type SentParameters} from '../../src/sandbox/parameters.ts';
import {sourceFiles} from '../../src/sources/index.ts';
import type {Pagination} from '../../src/sources/pagination.ts';
import {longestWindowMs} from '../../src/sources/range.ts';
import type {SourceDefinition, SourceFile} from '../../src/sources/types.ts';
import {vendors} from '../../src/sources/vendors/index.ts';

/** The examples of the vendor's documentation: `request` is a JSON body or a query string, `response` the answer to it. */
interface Fixture {
	readonly request: object | string;
	readonly response: unknown;
}

const fixtures = new URL('../fixtures/', import.meta.url);

const definitions = Object.entries<SourceFile>(sourceFiles).map(([key, {source, sample}]) => ({key, name: source.name, source, sampleOf: sample}));

function fixtureOf(name: string): Fixture {
	return JSON.parse(readFileSync(new URL(`${name}.json`, fixtures), 'utf8')) as Fixture;
}

/** Every row of a source's example answer: its text and its parsed value. */
function rowsOf(source: SourceDefinition): Array<{text: string; value: unknown}> {
	const text = JSON.stringify(fixtureOf(source.name).response);
	const values = valueAt(JSON.parse(text), source.rows) as unknown[];
	return (rows(text, source.rows) ?? []).map((row, index) => ({text: row, value: values[index]}));
}

/** A request as the API receives it, with a value for every parameter of the path. */
function sentBy({endpoint, options}: SourceDefinition, request: Fixture['request']): SentParameters {
	if (typeof request !== 'string') return readBody('application/json; charset=utf-8', JSON.stringify(request));
	const inPath = Object.values(options).filter(option => option.in === 'path').map(({parameter}) => `&${parameter}=example`);
	return readQuery(new URL(`https://api.example${endpoint.path}?${request}${inPath.join('')}`));
}

/** The parameters that a pagination style adds to the range, as its first page sends them. */
function pageParameters(pagination: Pagination): Record<string, number> {
	const size = {[pagination.sizeParameter]: pagination.defaultSize};
	switch (pagination.style) {
		case 'token': return size;
		case 'numbered': return {...size, [pagination.pageParameter]: 1};
		case 'offset': return {...size, [pagination.offsetParameter]: 0};
	}
}

/** What stands at a dotted path, through arrays, too. */
function found(value: unknown, path: readonly string[]): unknown[] {
	if (Array.isArray(value)) return value.flatMap(entry => found(entry, path));
	const [key, ...rest] = path;
	return key === undefined ? [value] : found(valueAt(value, [key]), rest).filter(entry => entry !== undefined);
}

const unique = (values: readonly string[]) => new Set(values).size === values.length;

it('every source has its own name and endpoint, and a fixture of its name', () => {
	expect(unique(definitions.map(({name}) => name))).toBe(true);
	expect(unique(definitions.map(({source}) => `${source.vendor} ${source.endpoint.method} ${source.endpoint.path}`))).toBe(true);
	const names = readdirSync(fixtures).filter(file => file.endsWith('.json')).map(file => file.slice(0, -'.json'.length));
	expect(names).toEqual(expect.arrayContaining(definitions.map(({name}) => name)));
});

describe.each(definitions)('$name', ({key, name, source, sampleOf}) => {
	const {parameters, pagination, range, window, budget} = source;

	it('is registered under its name, which is a subcommand', () => {
		expect(key).toBe(name);
		expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
	});

	it('is described: title, documentation, permission, vendor', () => {
		expect(source.title).toMatch(/^\S.*\S$/);
		expect(source.docs).toMatch(/^https:\/\//);
		expect(source.scope).toMatch(/^\S+$/);
		expect(Object.keys(vendors)).toContain(source.vendor);
		expect(source.endpoint.path).toMatch(/^\/[^?#]*[^/?#]$/);
	});

	it('names only parameters that the API has', () => {
		const named = [
			range.start, range.end, ...Object.keys(pageParameters(pagination)), ...(pagination.style === 'token' ? [pagination.tokenParameter] : []),
			...Object.values(source.options).flatMap(({parameter, locally}) => locally === undefined ? [parameter] : []), ...Object.keys(source.constants ?? {}),
			...[source.filter, source.order, source.splitBy].flatMap(rule => rule === undefined ? [] : [rule.parameter]),
			...Object.values(parameters).flatMap(({requires}) => requires ?? []),
		];
		expect(named.filter(parameter => parameters[parameter] === undefined)).toEqual([]);
	});

	it('has an option for every parameter of its path, and only for those', () => {
		const inPath = Object.values(source.options).filter(option => option.in === 'path');
		expect(inPath.map(({parameter}) => `:${parameter}`).toSorted()).toEqual([...source.endpoint.path.matchAll(/:[^/]+/g)].map(String).toSorted());
		expect(inPath.filter(({required}) => required !== true)).toEqual([]);
	});

	it('has options of its own that commander reads back under their names, beside those of every source', () => {
		const flags = exportOptions(source, ['one', 'two']).map(option => option.flags.split(/[ ,]+/).filter(part => part.startsWith('-'))).flat();
		expect(unique(flags)).toBe(true);
		for (const [option, {flags: spelling, description, parameter, repeatable = false, locally}] of Object.entries(source.options)) {
			const [, words = ''] = /^--([a-z]+(?:-[a-z]+)*) <[^>]+>$/.exec(spelling) ?? [];
			expect(words.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())).toBe(option);
			expect(description).toMatch(/./);
			if (locally === undefined) expect(parameters[parameter]?.type.endsWith('[]')).toBe(repeatable);
		}
	});

	it('asks by default within the documented limits', () => {
		const rule = parameters[pagination.sizeParameter];
		expect(pagination.maxSize).toBe(rule?.max);
		expect(pagination.defaultSize).toBeGreaterThanOrEqual(rule?.min ?? 1);
		expect(pagination.defaultSize).toBeLessThanOrEqual(pagination.maxSize);
		expect(window.defaultMs).toBeGreaterThan(0);
		expect(window.defaultMs % range.unitMs).toBe(0);
		expect(window.defaultMs).toBeLessThanOrEqual(longestWindowMs(source));
		expect(longestWindowMs(source)).toBeGreaterThanOrEqual(range.unitMs);
		expect(source.concurrency).toBeGreaterThanOrEqual(1);
		expect(budget.requests).toBeGreaterThanOrEqual(1);
		expect(budget.perMs).toBeGreaterThanOrEqual(1);
	});

	it('accepts the documented example of a request', () => {
		const {request} = fixtureOf(name);
		expect(typeof request === 'string' ? 'GET' : 'POST').toBe(source.endpoint.method);
		const sent = sentBy(source, request);
		expect(Object.keys(parameters)).toEqual(expect.arrayContaining(Object.keys(sent.values)));
		expect(() => checkParameters(parameters, sent)).not.toThrow();
	});

	it('accepts its own first request', () => {
		const asked = askedRange({from: Date.UTC(2026, 10, 19), to: Date.UTC(2026, 10, 20)}, source);
		const own = {...source.constants, [range.start]: asked.start, [range.end]: asked.end, ...pageParameters(pagination)};
		const query = new URLSearchParams(Object.entries(own).map(([parameter, value]): [string, string] => [parameter, String(value)]));
		expect(() => checkParameters(parameters, sentBy(source, source.endpoint.method === 'POST' ? own : query.toString()))).not.toThrow();
	});

	it('finds the rows of the documented answer, and the identity and the time of each', () => {
		const documented = rowsOf(source);
		expect(documented).not.toEqual([]);
		for (const {text, value} of documented) {
			const record = toRecord(text, value, source);
			expect(JSON.parse(record.text)).toEqual(value);
			expect(record.id).toBe(source.id === null ? undefined : String(valueAt(value, source.id.split('.'))));
			// Some instant of the years in which these APIs exist: the unit is right.
			expect(record.time).toBeGreaterThan(Date.UTC(2015, 0));
			expect(record.time).toBeLessThan(Date.UTC(2100, 0));
		}
	});

	it('reads where the pages of the documented answer end', () => {
		const {response} = fixtureOf(name);
		const count = rowsOf(source).length;
		if (pagination.style === 'offset') expect(wholeNumber(valueAt(response, pagination.total))).toBeGreaterThanOrEqual(count);
		else expect(() => createPager(pagination, pagination.defaultSize, name).next({body: response, rows: count, fresh: count})).not.toThrow();
	});

	it('has unique columns that each find a value in the documented answer, a table among them, and covers the row', () => {
		const {columns} = source;
		expect(unique(columns.map(column => column.name))).toBe(true);
		expect(columns.filter(column => column.path === undefined)).toHaveLength(1);
		expect(columns.some(column => column.table !== undefined)).toBe(true);
		for (const {text, value} of rowsOf(source)) {
			for (const {path} of columns) if (path !== undefined) expect(pickValue(text, [path])).not.toBeUndefined();
			const csv = createCsv({columns, timezone: 'UTC', escapeFormulas: false, bom: false, written: 1, warn: () => undefined});
			// The last column holds what no other does.
			expect(csv.write([toRecord(text, value, source)])).toMatch(/,\r\n$/);
		}
	});

	it('filters, splits and labels by fields that the rows have', () => {
		const fields = [
			...Object.values(source.options).flatMap(({field}) => field ?? []), ...Object.values(source.filter?.names ?? {}),
			...(source.splitBy === undefined ? [] : [source.splitBy.field]), ...Object.keys(source.labels ?? {}), ...(source.localeMaps ?? []),
		];
		for (const {value} of rowsOf(source)) expect(fields.filter(field => found(value, field.split('.')).length === 0)).toEqual([]);
	});

	it('makes sample rows with the fields of the documented ones', () => {
		const random = {below: (n: number) => n - 1, pick: <T>(values: readonly T[]) => values.at(-1) as T};
		const unitMs = range.rowUnitMs ?? range.unitMs;
		const time = Date.UTC(2026, 10, 20) / unitMs;
		const sample = sampleOf(random, {id: '7', time});
		expect(toRecord(JSON.stringify(sample), sample, source)).toMatchObject({id: source.id === null ? undefined : '7', time: time * unitMs});
		for (const {value} of rowsOf(source)) expect(Object.keys(sample as object).toSorted()).toEqual(Object.keys(value as object).toSorted());
	});
});
