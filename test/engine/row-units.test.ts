import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {nothingLearned} from '../../src/engine/capped-page.ts';
import {Lanes} from '../../src/engine/lanes.ts';
import type {PageParameters} from '../../src/engine/pager.ts';
import {newReport, problemsOf} from '../../src/engine/problems.ts';
import {readCapped} from '../../src/engine/read-capped.ts';
import type {WindowReader} from '../../src/engine/read-tokens.ts';
import {readWindow} from '../../src/engine/read-window.ts';
import {valueAt} from '../../src/json/value.ts';
import {sources} from '../../src/sources/index.ts';
import type {SourceDefinition} from '../../src/sources/types.ts';

const base = Date.UTC(2026, 2, 4);

const pageSize = 3;

interface Served {
	readonly source: SourceDefinition;
	/** Unix milliseconds at which the rows happened, before their times are cut to their unit. */
	readonly rows: readonly number[];
	readonly startInclusive: boolean;
	readonly endInclusive: boolean;
	readonly ascending: boolean;
}

/** Where a row says which one it is: in its id, or in a member that means nothing to a source without ids. */
function markPath({id}: SourceDefinition): string[] {
	return (id ?? 'mark').split('.');
}

function put(path: readonly string[], value: unknown): Record<string, unknown> {
	const [key = '', ...rest] = path;
	return {[key]: rest.length === 0 ? value : put(rest, value)};
}

/** Answers as the source documents it; the API compares the instants themselves. */
function serving({source, rows, startInclusive, endInclusive, ascending}: Served) {
	const {range, pagination} = source;
	const rowUnitMs = range.rowUnitMs ?? range.unitMs;
	return async (parameters: PageParameters) => {
		const [start, end] = [Number(parameters[range.start]) * range.unitMs, Number(parameters[range.end]) * range.unitMs];
		const inside = rows.map((at, index) => ({at, index}))
			.filter(({at}) => (startInclusive ? at >= start : at > start) && (endInclusive ? at <= end : at < end))
			.toSorted((one, other) => ascending ? one.at - other.at || one.index - other.index : other.at - one.at || one.index - other.index);
		const asked = pagination.style === 'token' ? Number(parameters[pagination.tokenParameter] ?? 0)
			: pagination.style === 'numbered' ? (Number(parameters[pagination.pageParameter]) - 1) * pageSize : Number(parameters[pagination.offsetParameter]);
		const items = inside.slice(asked, asked + pageSize).map(({at, index}) => ({...put(markPath(source), `r${index}`), ...put(source.time.split('.'), Math.floor(at / rowUnitMs))}));
		const parts: object[] = [put(source.rows, items)];
		if (pagination.style === 'token') {
			if (pagination.more !== undefined) parts.push(put(pagination.more, inside.length > asked + pageSize));
			parts.push(put(pagination.token, inside.length > asked + pageSize ? String(asked + pageSize) : ''));
		} else if (pagination.total !== undefined) parts.push(put(pagination.total, inside.length));
		const body = parts.reduce<Record<string, unknown>>((all, part) => merge(all, part), {code: 0});
		return {text: JSON.stringify(body), body, altered: false};
	};
}

function merge(one: Record<string, unknown>, other: object): Record<string, unknown> {
	const all = {...one};
	for (const [key, value] of Object.entries(other)) {
		const before = all[key];
		all[key] = isObject(before) && isObject(value) ? merge(before, value) : value;
	}
	return all;
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function read(served: Served, cuts: readonly number[]) {
	const {source} = served;
	const reader: WindowReader = {source, pageSize, fetchPage: serving(served), verbose: () => undefined};
	const {pagination} = source;
	const capped = pagination.style !== 'offset' ? undefined : {
		...reader, pagination: {...pagination, counts: 'rows' as const}, concurrency: 2, lanes: new Lanes(2), learned: nothingLearned(), splittable: false, debug: () => undefined,
	};
	const ids: unknown[] = [];
	const problems = [];
	for (const [index, from] of cuts.slice(0, -1).entries()) {
		const window = {from, to: cuts[index + 1] ?? from};
		const report = newReport();
		const reading = capped === undefined ? readWindow(window, reader, report) : readCapped(window, capped, report);
		for await (const batch of reading) ids.push(...batch.map(({text}) => valueAt(JSON.parse(text), markPath(source))));
		problems.push(...problemsOf(report, window));
	}
	return {ids, problems};
}

describe.each(Object.values<SourceDefinition>(sources).filter(({readTime}) => readTime === undefined))('$name, whatever the unit of its rows', definition => {
	it.each([1, 1000, 60_000])('neither loses nor repeats a row at the borders of windows: rows in units of %i ms', async rowUnitMs => {
		await fc.assert(fc.asyncProperty(
			fc.array(fc.nat(300_000), {maxLength: 40}), fc.array(fc.nat(300_000), {maxLength: 4}), fc.boolean(), fc.boolean(), fc.boolean(),
			fc.constantFrom<readonly ['inclusive' | 'unknown', 'inclusive' | 'exclusive' | 'unknown']>(['unknown', 'unknown'], ['inclusive', 'unknown'], ['inclusive', 'exclusive'], ['inclusive', 'inclusive']),
			async (times, borders, startInclusive, endInclusive, ascending, [startBound, endBound]) => {
				const source: SourceDefinition = {...definition, range: {...definition.range, rowUnitMs, startBound, endBound}};
				const served = {
					source, ascending,
					// Neither what is asked nor what is said is finer than what the API compares.
					rows: times.map(at => base + at - at % Math.min(rowUnitMs, source.range.unitMs)),
					startInclusive: startBound === 'unknown' ? startInclusive : true,
					endInclusive: endBound === 'unknown' ? endInclusive : endBound === 'inclusive',
				};
				const cuts = [base, ...borders.map(at => base + at).toSorted((one, other) => one - other), base + 360_000];
				const {ids, problems} = await read(served, cuts);
				expect(ids.map(String).toSorted()).toEqual(times.map((_, index) => `r${index}`).toSorted());
				expect(problems).toEqual([]);
			},
		), {numRuns: 60});
	});
});
