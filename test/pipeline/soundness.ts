import {expect} from 'vitest';
import type {Ran} from '../helpers/context.ts';
import type {ModelServer} from './model-server.ts';
import {reasonFor} from './reasons.ts';
import {crowdsOf, expectedRows, textsOf, type Scenario} from './scenarios.ts';

/** The lines of NDJSON, every one of them whole. */
export function linesOf(ndjson: string): string[] {
	if (ndjson === '') return [];
	expect(ndjson.endsWith('\n')).toBe(true);
	return ndjson.slice(0, -1).split('\n');
}

/** What was written, however its run ended: whole rows of the range, each once. Returns them sorted. */
export function expectSubset(ndjson: string, scenario: Scenario): string[] {
	const lines = linesOf(ndjson);
	const known = new Set(textsOf(expectedRows(scenario)));
	expect(lines.filter(line => !known.has(line))).toEqual([]);
	expect(new Set(lines).size).toBe(lines.length);
	return lines.toSorted();
}

/** What holds however a run ends: it asked for nothing that the documents forbid, and failed only for a reason that it told. */
export function expectReason(ran: Ran, scenario: Scenario, server: ModelServer, {arrivedMeanwhile = false} = {}): void {
	expect(ran.stderr).not.toContain('unexpected');
	expect(server.violations).toEqual([]);
	if (ran.code === 0) return;
	expect(ran.stderr).toMatch(/^error: /m);
	expect({code: ran.code, reason: reasonFor(ran.code, server, scenario, {arrivedMeanwhile}), stderr: ran.stderr}).toMatchObject({reason: expect.any(String) as string});
	if (ran.code === 6) expect(ran.stderr).toMatch(/^error: [a-z-]+: (?:total_mismatch|unstable|capped) in /m);
}

/** The rows of the range that an answer held, sorted. */
function servedRows(scenario: Scenario, server: ModelServer): string[] {
	return textsOf(expectedRows(scenario)).filter(text => server.served.has(text));
}

/** All that was served is there, but for instants that a query does not reach the end of. */
export function expectReachable(lines: readonly string[], scenario: Scenario, server: ModelServer): void {
	const isCrowdedAt = crowdsOf(scenario);
	const lone = new Set(textsOf(scenario.rows.filter(({time}) => !isCrowdedAt(time))));
	const written = new Set(lines);
	expect(servedRows(scenario, server).filter(text => lone.has(text) && !written.has(text))).toEqual([]);
}
