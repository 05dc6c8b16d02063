import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {newReport, problemsOf} from '../../src/engine/problems.ts';
import type {PageParameters} from '../../src/engine/pager.ts';
import {readWindow} from '../../src/engine/read-window.ts';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';
import {sources} from '../../src/sources/index.ts';
import type {SourceDefinition} from '../../src/sources/types.ts';

const window = {from: 100_000, to: 200_000};

interface Row {
	readonly log_id?: string;
	/** Unix seconds. */
	readonly operation_time: number;
	readonly what: string;
}

/** Reads a window by page numbers and totals, newest rows first; the server's rows may be others at each request. */
async function readNumbered(rowsAt: (request: number) => readonly Row[], {withIds, pageSize = 3}: {withIds: boolean; pageSize?: number}) {
	const source: SourceDefinition = withIds ? sources['trae-openapi'] : {...sources['trae-openapi'], id: null};
	const report = newReport();
	let requests = 0;
	const fetchPage = async ({start_time: start, end_time: end, page}: PageParameters) => {
		const found = rowsAt(requests++).filter(({operation_time: at}) => at >= Number(start) && at <= Number(end)).toSorted((a, b) => b.operation_time - a.operation_time);
		const items = found.slice((Number(page) - 1) * pageSize, Number(page) * pageSize);
		const body = {code: 0, data: {items, pagination: {page: Number(page), page_size: pageSize, total: found.length}}};
		return {text: JSON.stringify(body), body, altered: false};
	};
	const texts: string[] = [];
	for await (const batch of readWindow(window, {source, pageSize, fetchPage, verbose: () => undefined}, report)) texts.push(...batch.map(({text}) => text));
	return {texts, report, kinds: [...new Set(problemsOf(report, window).map(({kind}) => kind))]};
}

const textsOf = (rows: readonly Row[]) => rows.map(row => JSON.stringify(row)).toSorted();

describe('rows without an id', () => {
	const rows = Array.from({length: 8}, (_, index): Row => ({operation_time: 110 + index, what: `w${index % 2}`}));

	it('are written once each where one arrives between two pages', async () => {
		const late = {operation_time: 150, what: 'late'};
		for (const at of [1, 2]) {
			const {texts, kinds} = await readNumbered(request => request < at ? rows : [...rows, late], {withIds: false});
			expect(texts.toSorted()).toEqual(textsOf([...rows, late]));
			expect(kinds).toEqual([]);
		}
	});

	it('are written as often as there are equal ones', async () => {
		const twice = [...rows, ...rows];
		expect((await readNumbered(() => twice, {withIds: false})).texts.toSorted()).toEqual(textsOf(twice));
	});

	it('that will not hold still are a problem', async () => {
		const {kinds} = await readNumbered(request => Array.from({length: 8 + request}, (_, index) => ({operation_time: 110 + index, what: 'x'})), {withIds: false});
		expect(kinds).toEqual(['unstable']);
	});

	it('are a problem where one that was written is gone when the window is read again', async () => {
		const other = {operation_time: 150, what: 'first'};
		const {texts, kinds} = await readNumbered(request => request === 0 ? [...rows, other] : rows, {withIds: false});
		expect(texts.toSorted()).toEqual(textsOf([...rows, other]));
		expect(kinds).toEqual(['unstable']);
	});
});

it('keeps the content that only a later reading brought beside the first, and counts it as changed', async () => {
	const rows = Array.from({length: 8}, (_, index): Row => ({log_id: `r${index}`, operation_time: 110 + index, what: 'before'}));
	const changed = rows.map((row, index) => index === 7 ? {...row, what: 'after'} : row);
	const late = {log_id: 'late', operation_time: 150, what: 'late'};
	const {texts, kinds, report} = await readNumbered(request => request === 0 ? rows : [...changed, late], {withIds: true});
	expect(texts.toSorted()).toEqual(textsOf([...rows, ...changed.slice(7), late]));
	expect(kinds).toEqual([]);
	expect(report.changed).toBe(1);
});

it('writes what a server holds in the end, or names why not, whatever arrives, changes and repeats meanwhile', async () => {
	const what = fc.constantFrom('a', 'b');
	const change = fc.record({at: fc.integer({min: 1, max: 8}), time: fc.integer({min: 101, max: 199}), what, changes: fc.option(fc.nat(20), {nil: undefined})});
	const initial = fc.array(fc.record({time: fc.integer({min: 101, max: 110}), what}), {maxLength: 20});
	await fc.assert(fc.asyncProperty(initial, fc.array(change, {maxLength: 4}), fc.boolean(), async (start, changes, withIds) => {
		const toRow = ({time, what: content}: {time: number; what: string}, id: string): Row => ({...withIds ? {log_id: id} : {}, operation_time: time, what: content});
		const rowsAt = (request: number) => changes.reduce((rows, each, index) => {
			if (request < each.at) return rows;
			const place = each.changes === undefined || !withIds ? undefined : each.changes % Math.max(1, rows.length);
			const old = place === undefined ? undefined : rows[place];
			return old === undefined ? [...rows, toRow(each, `late${index}`)] : rows.with(place ?? 0, {...old, what: `changed${index}`});
		}, start.map((row, index) => toRow(row, `r${index}`)));
		let last = 0;
		const {texts, kinds, report} = await readNumbered(request => rowsAt(last = request), {withIds});
		if (kinds.length > 0) return;
		const left = [...texts];
		for (const text of textsOf(rowsAt(last))) {
			const place = left.indexOf(text);
			// What changed after its page had come cannot be known.
			if (place >= 0) left.splice(place, 1);
			else expect(withIds && changes.some(({changes: which}) => which !== undefined)).toBe(true);
		}
		const stillThere = new Set(rowsAt(last).map(({log_id: id}) => id));
		if (withIds) {
			expect(left.every(text => stillThere.has((JSON.parse(text) as Row).log_id))).toBe(true);
			expect(new Set(texts).size).toBe(texts.length);
			expect(report.changed).toBe(texts.length - new Set(texts.map(text => (JSON.parse(text) as Row).log_id)).size);
		} else {
			expect(left).toEqual([]);
		}
	}));
});

it.each([['one second', 1], ['an hour', 3600]])('writes a row once that comes again as the last of 120,000, within %s', async (_, seconds) => {
	const count = 120_000;
	const pageSize = 10_000;
	const from = window.from / 1000;
	const rows = Array.from({length: count}, (__, index) => ({id: `r${index}`, event_time: from + Math.floor(index * seconds / count)}));
	const all = [...rows, ...rows.slice(0, 1)];
	const {range} = feishuOpenapi;
	const fetchPage = async (parameters: PageParameters) => {
		const inside = all.filter(({event_time: at}) => at >= Number(parameters[range.start]) && at <= Number(parameters[range.end]));
		const skip = Number(parameters['page_token'] ?? 0);
		const more = inside.length > skip + pageSize;
		const body = {code: 0, data: {items: inside.slice(skip, skip + pageSize), has_more: more, page_token: more ? String(skip + pageSize) : ''}};
		return {text: JSON.stringify(body), body, altered: false};
	};
	const report = newReport();
	const hour = {from: window.from, to: window.from + seconds * 1000};
	let written = 0;
	const ids = new Set<string | undefined>();
	for await (const batch of readWindow(hour, {source: feishuOpenapi, pageSize, fetchPage, verbose: () => undefined}, report)) {
		written += batch.length;
		for (const {id} of batch) ids.add(id);
	}
	expect({written, different: ids.size}).toEqual({written: count, different: count});
	expect(problemsOf(report, hour)).toEqual([]);
});
