import {describe, expect, it} from 'vitest';
import type {PageParameters} from '../../src/engine/pager.ts';
import {newReport, problemsOf} from '../../src/engine/problems.ts';
import {readWindow} from '../../src/engine/read-window.ts';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';
import {traeOpenapi} from '../../src/sources/trae-openapi.ts';
import type {SourceDefinition} from '../../src/sources/types.ts';

const day = {from: Date.UTC(2026, 2, 4), to: Date.UTC(2026, 2, 5)};

/** Reads one day of a source whose answers are made by `answer`. */
async function read(source: SourceDefinition, answer: (parameters: PageParameters, request: number) => unknown) {
	const report = newReport();
	let requests = 0;
	const rows: string[] = [];
	const reader = {
		source, pageSize: 2, verbose: () => undefined,
		fetchPage: async (parameters: PageParameters) => {
			const body = answer(parameters, ++requests);
			return {text: JSON.stringify(body), body, altered: false};
		},
	};
	for await (const batch of readWindow(day, reader, report)) rows.push(...batch.map(({id = ''}) => id));
	return {rows, report, requests};
}

const seconds = day.from / 1000;

it('does not take a total that no window can hold for a number of windows', async () => {
	const {rows, report, requests} = await read(traeOpenapi, ({page = 1, start_time: start}) => ({code: 0, data: {
		items: page === 1 ? [{log_id: String(start), operation_time: Math.max(seconds, Number(start))}] : [],
		pagination: {page, page_size: 2, total: Number.MAX_SAFE_INTEGER},
	}}));
	expect(requests).toBeLessThan(2000);
	expect(rows.length).toBeGreaterThan(0);
	expect(new Set(report.problems.map(({kind}) => kind))).toEqual(new Set(['total_mismatch']));
});

it('cuts a window that states many rows, and those of its parts that hold nearly all of them', async () => {
	// 200,000 rows, all of them in the last hour.
	const last = seconds + 23 * 3600;
	const lengths: number[] = [];
	await read(traeOpenapi, ({page = 1, start_time: start, end_time: end}) => {
		const total = Math.max(0, Math.round((Number(end) - Math.max(last, Number(start))) * 200_000 / 3600));
		if (page === 2) lengths.push(total);
		// Too many to be made here: what is asked for is what counts.
		return {code: 0, data: {items: [], pagination: {page, page_size: 2, total}}};
	});
	// Second pages are only asked for in windows that are not cut.
	expect(lengths.length).toBeGreaterThan(3);
	expect(Math.max(...lengths)).toBeLessThanOrEqual(50_000);
});

const page = (data: object, more: boolean, token = '') => ({code: 0, data: {...data, has_more: more, page_token: token}});
const rowsOf = (...ids: string[]) => ids.map((id, index) => ({id, event_time: seconds + index}));

it('asks once more for a page that has no list of rows', async () => {
	const answers = [page({items: rowsOf('a', 'b')}, true, 't1'), page({items: null}, true, 't2'), page({items: rowsOf('c', 'd')}, true, 't2'), page({}, false), page({items: rowsOf('e')}, false)];
	const {rows, report, requests} = await read(feishuOpenapi, (_, request) => answers[request - 1]);
	expect(rows).toEqual(['a', 'b', 'c', 'd', 'e']);
	expect(report.problems).toEqual([]);
	expect(requests).toBe(5);
});

it('names a page whose list of rows stays missing although there is more, and reads on', async () => {
	const {rows, report} = await read(feishuOpenapi, ({page_token: token}) => token === undefined ? page({items: null}, true, 't1') : page({items: rowsOf('c')}, false));
	expect(rows).toEqual(['c']);
	expect(report.problems).toEqual([{kind: 'unreadable', since: day.from, until: day.to, detail: 'a page has no list of rows (data.items), and the API says that there is more'}]);
});

it('takes a missing list on the last page for an empty one, as many servers write it', async () => {
	const {rows, report, requests} = await read(feishuOpenapi, () => page({}, false));
	expect({rows, problems: report.problems, requests}).toEqual({rows: [], problems: [], requests: 2});
});

it('does not take a window for whole that holds less than it has delivered', async () => {
	const counted = (ids: string[], total: number, number: number) => ({code: 0, data: {items: ids.map((id, index) => ({log_id: id, operation_time: seconds + index})), pagination: {page: number, page_size: 2, total}}});
	// The API goes blind after the first page.
	const {rows, report} = await read(traeOpenapi, ({page: number = 1}, request) => request === 1 ? counted(['a', 'b'], 5, 1) : counted([], 0, Number(number)));
	expect(rows).toEqual(['a', 'b']);
	expect(report.problems).toMatchObject([{kind: 'unstable', detail: '2 rows were delivered, and only 0 when it was read again'}]);
});

describe('an entry of a page that is no row', () => {
	const strays = [null, 5, 'x', true, [], [{id: 'a'}], {}];
	const counted = (items: unknown[], total: number, number: unknown = 1) => ({code: 0, data: {items, pagination: {page: number, page_size: 20, total}}});
	const logs = (...ids: string[]) => ids.map((id, index) => ({log_id: id, operation_time: seconds + index}));

	it.each(strays)('is not written, and named: %j', async stray => {
		const answers = [
			await read(feishuOpenapi, () => page({items: [...rowsOf('a'), stray, ...rowsOf('b')]}, false)),
			await read(traeOpenapi, ({page: number}) => counted(number === 1 ? [...logs('a'), stray, ...logs('b')] : [], 2, number)),
			// The total may count it.
			await read(traeOpenapi, ({page: number}) => counted(number === 1 ? [...logs('a'), stray, ...logs('b')] : [], 3, number)),
		];
		for (const {rows, report} of answers) {
			expect(rows).toEqual(['a', 'b']);
			expect(problemsOf(report, day)).toMatchObject([{kind: 'unreadable', detail: "1 entry of the API's pages that is no row, not written"}]);
		}
	});

	it('is forgotten where it is a row when it is asked for again', async () => {
		const tokens = await read(feishuOpenapi, (_, request) => page({items: request === 1 ? [...rowsOf('a'), null] : rowsOf('a', 'b')}, false));
		const totals = await read(traeOpenapi, (_, request) => counted(request === 1 ? [...logs('a'), null] : logs('a', 'b'), 2));
		for (const {rows, report} of [tokens, totals]) {
			expect(rows).toEqual(['a', 'b']);
			expect(problemsOf(report, day)).toEqual([]);
		}
	});

	it('does not cost the rows beside it, where the second answer has fewer', async () => {
		const {rows, report} = await read(feishuOpenapi, (_, request) => page({items: request === 1 ? [...rowsOf('a', 'b'), null] : rowsOf('a')}, false));
		expect(rows).toEqual(['a', 'b']);
		expect(report.oddities.noRows).toBe(1);
	});

	it('is all there is on a page, which ends neither the run nor the window', async () => {
		const {rows, report} = await read(traeOpenapi, ({page: number}) => ({code: 0, data: {
			items: number === 1 ? logs('a', 'b') : number === 2 ? [null, null] : number === 3 ? logs('c') : [], pagination: {page: number, page_size: 2, total: 5},
		}}));
		expect(rows).toEqual(['a', 'b', 'c']);
		expect(report.oddities.noRows).toBe(2);
	});
});
