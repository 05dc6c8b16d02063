import {parse} from 'csv-parse/sync';
import fc from 'fast-check';
import {expect, it} from 'vitest';
import {runExport, serve} from './exporting.ts';
import {scripts} from './faults.ts';
import {propertyRuns, propertyTimeoutMs} from './property-runs.ts';
import {expectedRows, isCrowded, scenarios} from './scenarios.ts';
import {linesOf} from './soundness.ts';

it('writes the same bytes whatever the concurrency, and whatever faults pass', async () => {
	await fc.assert(fc.asyncProperty(
		scenarios({caps: fc.oneof(fc.constant(undefined), fc.integer({min: 30, max: 200}))}), fc.integer({min: 1, max: 9}), scripts(['passing', 'limit']),
		async (scenario, concurrency, script) => {
			const straight = await runExport({...scenario, concurrency: 1}, serve(scenario));
			const other = await runExport({...scenario, concurrency, retries: 30}, serve(scenario, {script}));
			expect({code: other.code, stdout: other.stdout}).toEqual({code: straight.code, stdout: straight.stdout});
		},
	), {numRuns: propertyRuns(40)});
}, propertyTimeoutMs);

it('writes the beginning of the whole output with --limit', async () => {
	await fc.assert(fc.asyncProperty(scenarios(), fc.integer({min: 1, max: 90}), async (scenario, limit) => {
		const whole = linesOf((await runExport(scenario, serve(scenario))).stdout);
		const cut = await runExport(scenario, serve(scenario), {args: ['--limit', String(limit)]});
		expect({code: cut.code, lines: linesOf(cut.stdout)}).toEqual({code: 0, lines: whole.slice(0, limit)});
	}), {numRuns: propertyRuns(30)});
}, propertyTimeoutMs);

it('writes every record to CSV once, in the same order', async () => {
	await fc.assert(fc.asyncProperty(scenarios(), scripts(['passing', 'limit']), async (base, script) => {
		const scenario = {...base, retries: 30};
		const lines = linesOf((await runExport(scenario, serve(scenario))).stdout);
		const {code, stdout} = await runExport(scenario, serve(scenario, {script}), {args: ['--format', 'csv', '--no-escape-formulas']});
		const records = parse(stdout, {columns: true, relax_column_count: false}) as Array<Record<string, string>>;
		expect(code).toBe(0);
		expect(stdout.endsWith('\r\n')).toBe(true);
		const {idField} = scenario.dialect;
		expect(records.map(record => record[idField])).toEqual(lines.map(line => new RegExp(`"${idField}":"?([\\w-]+)`).exec(line)?.[1]));
		expect(records).toHaveLength(expectedRows(scenario).length);
	}), {numRuns: propertyRuns(25)});
}, propertyTimeoutMs);

it('never sends more requests than the budget has, as they arrive at the server', async () => {
	await fc.assert(fc.asyncProperty(
		scenarios({mostRows: 60}), fc.integer({min: 1, max: 12}), fc.constantFrom(1000, 10_000, 60_000), scripts(['passing', 'limit', 'token', 'lie']),
		async (base, requests, perMs, script) => {
			fc.pre(!isCrowded(base));
			const scenario = {...base, retries: 10};
			const {server, clock} = serve(scenario, {script});
			await runExport(scenario, {server, clock}, {args: ['--rate', `${requests}/${perMs}ms`]});
			const {arrivals} = server;
			const crowds = arrivals.filter((at, index) => at - (arrivals[index - requests] ?? -Infinity) < perMs);
			expect(crowds).toEqual([]);
		},
	), {numRuns: propertyRuns(40)});
}, propertyTimeoutMs);
