import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {runExport, serve} from './exporting.ts';
import {scripts} from './faults.ts';
import {propertyRuns, propertyTimeoutMs} from './property-runs.ts';
import {expectedRows, isCrowded, now, scenarios, textsOf, type Choice} from './scenarios.ts';
import {expectReachable, expectReason, expectSubset, linesOf} from './soundness.ts';

/** A page that comes twice, and rows that move others to the next page, can be told by ids alone. */
const honest: Choice = {sources: ['feishu-openapi', 'feishu-behavior', 'trae-openapi', 'feishu-apaas', 'feishu-dlp']};

describe.each<[string, Choice]>([
	['any source', {}],
	['an API that reaches few rows of a query', {sources: ['feishu-apaas'], caps: fc.integer({min: 9, max: 90}), mostRows: 25}],
])('an export from %s', (_, choice) => {
	it('has exactly the rows of the range, whatever they are and whatever the documents leave open', async () => {
		await fc.assert(fc.asyncProperty(scenarios({...honest, ...choice}), async scenario => {
			const {server, clock} = serve(scenario);
			const ran = await runExport(scenario, {server, clock});
			expectReason(ran, scenario, server);
			const lines = expectSubset(ran.stdout, scenario);
			if (!isCrowded(scenario)) expect(ran).toMatchObject({code: 0, stderr: ''});
			if (ran.code === 0) expect(lines).toEqual(textsOf(expectedRows(scenario)));
			else expectReachable(lines, scenario, server);
			if (scenario.order === 'time') {
				const times = new Map(scenario.rows.map(({text, time}) => [text, time]));
				const written = linesOf(ran.stdout).map(line => times.get(line) ?? 0);
				expect(written).toEqual(written.toSorted((a, b) => a - b));
			}
		}), {numRuns: propertyRuns(50)});
	}, propertyTimeoutMs);

	it('survives faults that pass, and fails only when they outlast the retries', async () => {
		await fc.assert(fc.asyncProperty(
			scenarios({...honest, ...choice}), scripts(['passing', 'limit', 'token']), scripts(['passing']),
			async (scenario, script, exchangeScript) => {
				const {server, clock} = serve(scenario, {script, exchangeScript});
				const ran = await runExport(scenario, {server, clock});
				expectReason(ran, scenario, server);
				const lines = expectSubset(ran.stdout, scenario);
				expect(ran.code).not.toBe(5);
				if (ran.code === 0) expect(lines).toEqual(textsOf(expectedRows(scenario)));
			},
		), {numRuns: propertyRuns(50)});
	}, propertyTimeoutMs);

	it('is not fooled by wrong answers and refusals that stay: it is complete, or says what is not', async () => {
		await fc.assert(fc.asyncProperty(
			scenarios({...choice, tokenLives: fc.oneof(fc.constant(Infinity), fc.integer({min: 1, max: 30}))}), scripts(['passing', 'limit', 'token', 'final', 'lie', 'lie', 'lie', 'lie', 'lie', 'lie']),
			async (scenario, script) => {
				const {server, clock} = serve(scenario, {script});
				const ran = await runExport(scenario, {server, clock});
				expectReason(ran, scenario, server);
				const lines = expectSubset(ran.stdout, scenario);
				expect(ran.code).not.toBe(5);
				// An end that is declared too early cannot be told from one that is not, nor the only page of a server that serves
				// smaller ones than are asked for from a last one. All that was served is there.
				const isHidden = server.fired.some(({fault: {kind}}) => kind === 'no-more' || (kind === 'total' && scenario.behaviour.largestPage < scenario.pageSize));
				if (ran.code === 0 && !isHidden) expect(lines).toEqual(textsOf(expectedRows(scenario)));
				if (ran.code === 0 || ran.code === 6) expectReachable(lines, scenario, server);
			},
		), {numRuns: propertyRuns(80)});
	}, propertyTimeoutMs);

	it('has what was there exactly once while rows arrive at any place of the range', async () => {
		await fc.assert(fc.asyncProperty(
			scenarios({...choice, arrivals: fc.oneof(fc.constant(undefined), fc.constant(undefined), fc.integer({min: 0, max: 600}))}), scripts(['passing', 'limit']),
			async (scenario, script) => {
				const {server, clock} = serve(scenario, {script});
				const ran = await runExport(scenario, {server, clock});
				expectReason(ran, scenario, server, {arrivedMeanwhile: scenario.rows.some(({arrivesAt = 0}) => arrivesAt > now)});
				const lines = new Set(expectSubset(ran.stdout, scenario));
				expect(ran.code).not.toBe(5);
				const isWhole = ran.code === 0 || (ran.code === 6 && !isCrowded(scenario));
				if (isWhole) expect(textsOf(expectedRows(scenario).filter(({arrivesAt = 0}) => arrivesAt <= now)).filter(text => !lines.has(text))).toEqual([]);
			},
		), {numRuns: propertyRuns(50)});
	}, propertyTimeoutMs);
});

it('never takes a total for the truth that is wrong all the time, nor rows for all of them that are not', async () => {
	const falsehoods = fc.record({kind: fc.constantFrom('totals-by' as const, 'totals-up-to' as const, 'withheld' as const), value: fc.integer({min: -25, max: 60})})
		.filter(({kind, value}) => value > 0 || (kind === 'totals-by' && value < 0));
	await fc.assert(fc.asyncProperty(
		scenarios({sources: ['trae-openapi', 'feishu-apaas'], caps: fc.oneof(fc.constant(undefined), fc.integer({min: 20, max: 120})), behaviour: {largestPage: Infinity}}), falsehoods,
		async (base, falsehood) => {
			const scenario = {...base, behaviour: {...base.behaviour, falsehood}};
			const {server, clock} = serve(scenario);
			const ran = await runExport(scenario, {server, clock});
			const lines = linesOf(ran.stdout);
			expect(server.violations).toEqual([]);
			expect(new Set(lines).size).toBe(lines.length);
			if (ran.code === 0) expect(lines.toSorted()).toEqual(textsOf(expectedRows(scenario)));
			// Pages are asked for as the totals make them seem, beyond the cap as well.
			else expect(ran).toMatchObject({code: scenario.behaviour.beyondCap === 'refused' ? expect.any(Number) as number : 6, stderr: expect.stringMatching(/^error: /) as string});
		},
	), {numRuns: propertyRuns(50)});
}, propertyTimeoutMs);
