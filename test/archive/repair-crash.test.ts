import {rmSync} from 'node:fs';
import {cp, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {diskFiles, type ArchiveFiles} from '../../src/archive/file-system.ts';
import {openArchive, readHeader} from '../../src/archive/open-archive.ts';
import {repairArchive} from '../../src/archive/repair.ts';
import type {Finding} from '../../src/archive/verify/finding.ts';
import {verifyArchive, type Verified} from '../../src/archive/verify/verify-archive.ts';
import {createWindowReader} from '../../src/engine/window-reader.ts';
import {ApiError} from '../../src/base/errors.ts';
import {HOUR, MINUTE} from '../../src/base/duration.ts';
import type {Query} from '../../src/query/query.ts';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';
import {archiveDirectory, archiveRun, beginning, modelClock, type ModelClock} from './archive-run.ts';
import {Crash, faultyFiles} from './faulty-files.ts';
import {ModelServer} from './model-server.ts';
import {readArchive} from './read-archive.ts';
import {realSleep} from './real-sleep.ts';

const query: Query = {
	source: feishuOpenapi, since: 0, until: 0, filters: {}, pageSize: 100, windowMs: 10 * MINUTE, timezone: 'UTC', order: 'time', redact: [],
	concurrency: 1, budget: {requests: 100, perMs: MINUTE}, timeoutMs: 1000, retries: 0, maxResponseBytes: 2 ** 28,
};
const {signal} = new AbortController();

async function verify(dir: string, isHeld = false): Promise<{findings: Finding[]; verified: Verified}> {
	const findings: Finding[] = [];
	const verified = await verifyArchive({dir, isHeld, sourceOf: async () => feishuOpenapi, report: finding => findings.push(finding), signal, sleep: realSleep});
	return {findings, verified};
}

/** One repair, as the command does it. */
async function repair(dir: string, {server, clock, files}: {server: ModelServer; clock: ModelClock; files: ArchiveFiles}): Promise<void> {
	const header = await readHeader(dir);
	const archive = await openArchive({
		dir, job: {source: 'feishu-openapi', query: header?.query ?? {}}, since: beginning, wait: false, files,
		context: {now: clock.now, monotonic: clock.now, random: () => 0.5, sleep: realSleep, signal}, notice: () => undefined, warning: () => undefined,
	});
	let clean = false;
	try {
		const {findings, verified: {manifest}} = await verify(dir, true);
		const read = createWindowReader(query, {client: server.client, signal, verbose: () => undefined, now: clock.now});
		({clean} = await repairArchive({dir, archive, manifest, findings, query, read, files, now: clock.now, signal, inspect: () => undefined, report: () => undefined}));
	} finally {
		await archive.close(clean);
	}
}

/** An archive with one segment missing, one altered that the API has more of by now, and a gap; and what it is of. */
async function damagedArchive(): Promise<{dir: string; server: ModelServer; clock: ModelClock}> {
	const clock = modelClock();
	let isRefusing = true;
	const server = new ModelServer({...clock, now: clock.now, intervene: ({start}) => {
		if (isRefusing && Math.abs(start * 1000 - beginning - 20 * MINUTE) < 5000) throw new ApiError('code 1040004');
	}});
	for (let minute = 0; minute < 60; minute++) server.rows.push({id: `row-${minute}`, time: beginning + minute * MINUTE});
	clock.ms += HOUR;
	const dir = archiveDirectory();
	await archiveRun({dir, client: server.client, clock, query: {concurrency: 1}});
	isRefusing = false;
	const [first = '', second = ''] = readArchive(dir).lines.flatMap(({file}) => file ?? []);
	await rm(join(dir, first));
	const bytes = await readFile(join(dir, second));
	bytes[20] = (bytes[20] ?? 0) ^ 1;
	await writeFile(join(dir, second), bytes);
	server.rows.push({id: 'later', time: beginning + 15 * MINUTE + 1000});
	return {dir, server, clock};
}

it('may be killed, lose power or run out of disk at any step: the next run and repair leave a whole archive', async () => {
	const {dir: damaged, server, clock} = await damagedArchive();
	expect((await verify(damaged)).findings.map(({kind}) => kind)).toEqual(['gap', 'missing', 'altered']);
	const parent = await mkdtemp(join(tmpdir(), 'archive-'));
	onTestFinished(() => {
		rmSync(parent, {recursive: true, force: true});
	});
	const full = () => Object.assign(new Error('no space left on device'), {code: 'ENOSPC'});
	const kinds = ['killed', 'power', 'full'] as const;
	for (let [crashAt, isDone] = [0, false]; !isDone; crashAt++) {
		const kind = kinds[crashAt % kinds.length];
		const dir = join(parent, String(crashAt));
		await cp(damaged, dir, {recursive: true});
		const files = faultyFiles({crashAt, random: () => 0.5, ...(kind === 'full' ? {error: full} : {})});
		try {
			await repair(dir, {server, clock, files});
			isDone = files.steps <= crashAt;
		} catch (error) {
			expect(error instanceof Crash || kind === 'full').toBe(true);
		}
		if (kind === 'power') await files.cutPower();
		await archiveRun({dir, client: server.client, clock, query: {concurrency: 1}});
		await repair(dir, {server, clock, files: diskFiles});
		const {findings, verified} = await verify(dir);
		expect({crashAt, kind, findings}).toEqual({crashAt, kind, findings: []});
		expect(verified.records).toBe(61);
	}
});
