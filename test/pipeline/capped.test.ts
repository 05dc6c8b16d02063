import {describe, expect, it} from 'vitest';
import type {Ran} from '../helpers/context.ts';
import {dialectOf} from './dialects.ts';
import {runExport, serve} from './exporting.ts';
import type {Script} from './faults.ts';
import type {Behaviour, ModelServer} from './model-server.ts';
import {now, type Scenario} from './scenarios.ts';
import {linesOf} from './soundness.ts';

const since = Date.UTC(2026, 10, 10);
const dialect = dialectOf('feishu-apaas');

/** Exports rows of one millisecond, unless `spread` says how many, from an API that reaches few of a query. `later` of them come after the first answer. */
async function exportOf(count: number, {cap = 30, pageSize = 5, spread = 1, later = 0, script = new Map(), ...behaviour}: Partial<Behaviour> & {pageSize?: number; spread?: number; later?: number; script?: Script} = {}): Promise<{ran: Ran; server: ModelServer; lines: string[]}> {
	const rows = Array.from({length: count}, (_, index) => {
		const time = since + index % spread;
		// One of those that come later stands before all others.
		const rank = index === count - later ? -1 : index;
		return {text: dialect.row(`"r${index}"`, time, {type: '10001', more: ''}), time, type: '10001', rank, ...(index >= count - later ? {arrivesAt: now + 1} : {})};
	});
	const scenario: Scenario = {
		dialect, rows, since, until: since + spread, windowMs: spread, auto: false, pageSize, concurrency: 1, retries: 0, order: 'served', rate: 1000, knownCap: cap,
		behaviour: {
			start: 'inclusive', end: 'inclusive', order: 'ascending', tokens: 'row', tokenLife: Infinity, tokenAtEnd: false, counts: 'rows', totals: 'honest', cap, beyondCap: 'refused',
			largestPage: Infinity, statesAskedSize: false, longestMs: Infinity, outMs: 0, answerMs: [2], ...behaviour,
		},
	};
	const {server, clock} = serve(scenario, {script});
	const ran = await runExport(scenario, {server, clock});
	return {ran, server, lines: linesOf(ran.stdout)};
}

describe('a total that is too low', () => {
	it.each([[5, 'rows'], [5, 'pages'], [15, 'rows'], [15, 'pages']] as const)('of %i, where the last page is full and offsets count %s, is found out by one more page', async (value, counts) => {
		const {ran} = await exportOf(25, {counts, spread: 20, falsehood: {kind: 'totals-up-to', value}});
		expect(ran.code).toBe(6);
		expect(ran.stderr).toContain(`total_mismatch in 2026-11-10T00:00:00Z to 2026-11-10T00:00:00.020Z: the API states ${value} rows`);
	});

	it('costs nothing more where the last page is not full', async () => {
		expect((await exportOf(4)).server.arrivals).toHaveLength(1);
		expect((await exportOf(5)).server.arrivals).toHaveLength(2);
	});

	it('does not make offsets that count pages look as if they counted rows', async () => {
		const {ran, lines} = await exportOf(29, {pageSize: 4, cap: 1000, beyondCap: 'empty', counts: 'pages', falsehood: {kind: 'totals-by', value: -21}});
		expect(ran.code).toBe(6);
		expect(lines.length).toBeGreaterThan(8);
	});

	it('stands alone: the next answer is believed', async () => {
		const {ran, lines} = await exportOf(25, {spread: 20, script: new Map([[0, {kind: 'total', by: -20}]])});
		expect({code: ran.code, rows: new Set(lines).size, lines: lines.length}).toEqual({code: 0, rows: 25, lines: 25});
	});
});

it('does not cut time into ever smaller parts for a total that is always too high', async () => {
	for (const count of [0, 7, 25]) {
		const {ran, server, lines} = await exportOf(count, {spread: 900, beyondCap: 'empty', falsehood: {kind: 'totals-by', value: 1_000_000}});
		expect({code: ran.code, lines: new Set(lines).size}).toEqual({code: 6, lines: count});
		expect(ran.stderr).toMatch(/total_mismatch.* rows and delivered/);
		expect(server.arrivals.length).toBeLessThan(60);
	}
});

it('says that an instant may hold more when its total has grown to the cap while it was read', async () => {
	const {ran} = await exportOf(40, {later: 15, totals: 'saturating', beyondCap: 'empty'});
	expect(ran.code).toBe(6);
	expect(ran.stderr).toMatch(/capped in/);
});

it.each([[2, 7, 9, 2], [3, 12, 20, 5]])('finds out what offsets count although as many rows as a page of %i arrive between the first two requests', async (pageSize, count, cap, later) => {
	const {ran, lines} = await exportOf(count, {counts: 'pages', pageSize, cap, later});
	expect({code: ran.code, lines: new Set(lines).size}).toEqual({code: 0, lines: count});
});

it('asks for no page beyond the cap where the server serves smaller ones than are asked for', async () => {
	const {ran, lines} = await exportOf(9, {cap: 10, pageSize: 5, largestPage: 4, spread: 9});
	expect({code: ran.code, lines: new Set(lines).size}).toEqual({code: 0, lines: 9});
});
