import {readFile, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, it} from 'vitest';
import {InterruptedError} from '../../src/base/errors.ts';
import {runExport, serve} from './exporting.ts';
import {detectableScripts, scripts} from './faults.ts';
import {propertyRuns, propertyTimeoutMs} from './property-runs.ts';
import {expectedRows, movedTo, now, scenarios, textsOf, type Scenario} from './scenarios.ts';
import {expectReason, expectSubset, linesOf} from './soundness.ts';
import {inTemporaryDirectory} from './temporary-directory.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';

async function textIn(directory: string, name: string): Promise<string> {
	return (await readdir(directory)).includes(name) ? readFile(join(directory, name), 'utf8') : '';
}

it('completes a file with the same command, however often it was interrupted or failed before', async () => {
	await fc.assert(fc.asyncProperty(
		scenarios({mostRows: 25}), fc.array(fc.tuple(fc.integer({min: 0, max: 30}), scripts(['passing', 'limit', 'token', 'final'])), {minLength: 1, maxLength: 3}),
		async (scenario, attempts) => inTemporaryDirectory(async directory => {
			for (const [at, script] of attempts) {
				const {server, clock} = serve(scenario, {script});
				const interruption = new AbortController();
				server.onRequest = index => {
					if (index === at) interruption.abort(new InterruptedError('SIGINT'));
				};
				const ran = await runExport(scenario, {server, clock}, {args: ['-o', 'out.ndjson'], cwd: directory, signal: interruption.signal});
				expect(ran.stdout).toBe('');
				if (ran.code === 0) expect(expectSubset(await textIn(directory, 'out.ndjson'), scenario)).toEqual(textsOf(expectedRows(scenario)));
				else expectSubset(await textIn(directory, 'out.ndjson.partial'), scenario);
				if (ran.code === 130) expect(interruption.signal.aborted).toBe(true);
				else expectReason(ran, scenario, server);
			}
			const {server, clock} = serve(scenario);
			const ended = await runExport(scenario, {server, clock}, {args: ['-o', 'out.ndjson'], cwd: directory});
			expect(ended).toMatchObject({code: 0, stdout: ''});
			expect(expectSubset(await textIn(directory, 'out.ndjson'), scenario)).toEqual(textsOf(expectedRows(scenario)));
			expect(await readdir(directory)).toEqual(['out.ndjson']);
		}),
	), {numRuns: propertyRuns(15)});
}, propertyTimeoutMs);

const detectable = detectableScripts(['passing', 'limit', 'token', 'final', 'lie']);

it('has every row once over runs with --state, of an API that gets new rows all the time', async () => {
	await fc.assert(fc.asyncProperty(
		scenarios({mostRows: 25}), fc.array(fc.tuple(fc.double({min: 0, max: 0.5, noNaN: true}), detectable), {minLength: 1, maxLength: 5}),
		async (base, runs) => inTemporaryDirectory(async directory => {
			const {unitMs} = base.dialect;
			// Half of the rows are there before the first run, the others come as time goes by.
			const {rows, since} = movedTo(base, now - (base.until - base.since) / 2, time => time);
			const clock = new VirtualClock(now);
			const written: string[] = [];
			let until = since;
			for (const [share, script] of [...runs, [1, new Map()] as const]) {
				await clock.run(clock.sleep(Math.floor(share * (base.until - base.since))));
				const startedAt = clock.now();
				if (startedAt < since) continue;
				const scenario: Scenario = {...base, windowMs: Math.max(base.windowMs, 60_000), rows, since, until: Math.floor(startedAt / unitMs) * unitMs};
				const {server} = serve(scenario, {script, clock});
				const ran = await runExport(scenario, {server, clock}, {args: ['--until', 'now', '--state', 'state.json'], cwd: directory});
				expectReason(ran, scenario, server);
				if (ran.code !== 0) continue;
				written.push(...linesOf(ran.stdout));
				// Up to the second that the server's clock, the same as here, was cut to: the rest is left to the next run.
				until = Date.parse((JSON.parse(await textIn(directory, 'state.json')) as {until: string}).until);
				expect(until).toBeLessThanOrEqual(scenario.until);
				expect(scenario.until - until).toBeLessThan(1000);
			}
			expect(written.toSorted()).toEqual(textsOf(expectedRows({...base, rows, since, until})));
		}),
	), {numRuns: propertyRuns(15)});
}, propertyTimeoutMs);
