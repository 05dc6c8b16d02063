import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, it} from 'vitest';
import {InterruptedError} from '../../src/base/errors.ts';
import {readArchive} from '../archive/read-archive.ts';
import {runCommand} from '../helpers/context.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';
import {serve} from './exporting.ts';
import {detectableScripts} from './faults.ts';
import {propertyRuns, propertyTimeoutMs} from './property-runs.ts';
import {expectedRows, movedTo, now, scenarios, textsOf} from './scenarios.ts';
import {inTemporaryDirectory} from './temporary-directory.ts';

const spanMs = 400_000;
const overlapSeconds = 60;
const detectable = detectableScripts(['passing', 'limit', 'token', 'final', 'lie']);
const runs = fc.array(fc.record({pauseMs: fc.integer({min: 0, max: 150_000}), at: fc.oneof(fc.constant(Infinity), fc.integer({min: 0, max: 25})), script: detectable}), {minLength: 1, maxLength: 4});

it('has every row once in an archive, also those that come late, whatever ended the runs before', async () => {
	await fc.assert(fc.asyncProperty(
		scenarios({mostRows: 25, spanMs, arrivals: fc.oneof(fc.constant(0), fc.integer({min: 0, max: (overlapSeconds - 5) * 1000})), caps: fc.constant(undefined)}), runs, fc.integer({min: 5, max: 60}), fc.boolean(),
		async (base, attempts, mostRecords, isPinned) => inTemporaryDirectory(async directory => {
			const scenario = movedTo(base, now, (time, {arrivesAt = now}) => time + arrivesAt - now);
			const {dialect: {source, env, args: [option, value]}, since, windowMs, pageSize, rate, concurrency, retries} = scenario;
			const log = {
				source, dir: 'logs', since: new Date(since).toISOString(), overlap: `${overlapSeconds}s`, lag: '0s', compress: 'none', max_records: mostRecords,
				options: {...(isPinned ? {window: `${windowMs}ms`} : {}), page_size: pageSize, rate: `${rate}/1s`, concurrency, retries, ...(option === undefined ? {} : {[option.slice(2)]: value})},
			};
			await writeFile(join(directory, 'audit-export.config.json'), JSON.stringify({jobs: {log}}), {mode: 0o600});
			const clock = new VirtualClock(now);
			for (const {pauseMs, at, script} of [...attempts, {pauseMs: spanMs + 2 * overlapSeconds * 1000, at: Infinity, script: new Map()}]) {
				await clock.run(clock.sleep(pauseMs));
				const {server} = serve(scenario, {script, clock});
				const interruption = new AbortController();
				server.onRequest = index => {
					if (index === at) interruption.abort(new InterruptedError('SIGTERM'));
				};
				const ran = await runCommand(['run'], {fetch: server.fetch, clock, cwd: directory, env: {...env}, signal: interruption.signal});
				expect(server.violations).toEqual([]);
				expect(ran.stderr).not.toContain('unexpected');
				if (server.fired.length === 0 && !interruption.signal.aborted) expect(ran).toMatchObject({code: 0});
			}
			const verified = await runCommand(['verify', 'logs'], {fetch: async () => Response.error(), clock, cwd: directory});
			expect(verified).toMatchObject({code: 0, stderr: ''});
			const {texts, problems} = readArchive(join(directory, 'logs'));
			expect(problems).toEqual([]);
			expect(texts.toSorted()).toEqual(textsOf(expectedRows({...scenario, until: Infinity})));
		}),
	), {numRuns: propertyRuns(8)});
}, propertyTimeoutMs);
