import {expect, it} from 'vitest';
import type {Client} from '../../src/http/client.ts';
import {HOUR, MINUTE, SECOND} from '../../src/base/duration.ts';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';
import {traeOpenapi} from '../../src/sources/trae-openapi.ts';
import {archiveDirectory, archiveRun, beginning, modelClock} from './archive-run.ts';
import {ModelServer} from './model-server.ts';
import {readArchive} from './read-archive.ts';

it('writes every row once, over midnights and however the API reads its bounds', async () => {
	for (const start of ['inclusive', 'exclusive'] as const) for (const end of ['inclusive', 'exclusive'] as const) {
		const clock = modelClock();
		const server = new ModelServer({now: clock.now, start, end, order: 'descending'});
		for (let ms = beginning; ms < beginning + 5 * HOUR; ms += 5 * MINUTE) server.rows.push({id: `r${ms}`, time: ms});
		const dir = archiveDirectory();
		for (let run = 0; run < 3; run++) {
			clock.ms += 100 * MINUTE;
			const {error, result} = await archiveRun({dir, client: server.client, clock});
			expect(error).toBeUndefined();
			expect(result.status).toBe('complete');
		}
		const {texts, problems, lines} = readArchive(dir);
		expect(problems).toEqual([]);
		expect(texts.toSorted()).toEqual(server.arrived(beginning, clock.ms).toSorted());
		expect(lines.at(-1)?.standing.until).toBe('2026-11-21T02:00:00Z');
	}
});

it('finds rows that came late, and says by how much', async () => {
	const clock = modelClock();
	const server = new ModelServer({now: clock.now});
	server.rows.push({id: 'a', time: beginning}, {id: 'late', time: beginning + MINUTE, arrivesAt: beginning + 31 * MINUTE}, {id: 'b', time: beginning + 2 * MINUTE});
	const dir = archiveDirectory();
	clock.ms += 20 * MINUTE;
	await archiveRun({dir, client: server.client, clock});
	clock.ms += 20 * MINUTE;
	const {result} = await archiveRun({dir, client: server.client, clock});
	expect(result.late).toEqual({records: 1, latestByMs: 39 * MINUTE, windows: [{from: beginning, to: beginning + 10 * MINUTE, records: 1, lateByMs: 39 * MINUTE}]});
	const {lines, problems, texts} = readArchive(dir);
	expect(problems).toEqual([]);
	expect(texts.toSorted()).toEqual(server.arrived().toSorted());
	expect(lines.filter(({completes}) => completes === 'late')).toMatchObject([{file: 'data/dt=2026-11-20/20261120T210000Z_20261120T211000Z.late-3.ndjson', late_by_ms: 39 * MINUTE, records: 1}]);
	clock.ms += SECOND;
	expect((await archiveRun({dir, client: server.client, clock})).result.late.records).toBe(0);
});

it('keeps the newest time for the next run, by the clock of the server', async () => {
	const clock = modelClock();
	const ahead = {ms: 0 as number | null};
	const server = new ModelServer({now: clock.now, aheadMs: () => ahead.ms});
	const dir = archiveDirectory();
	const untilAfter = async (lagMs: number) => {
		const {error} = await archiveRun({dir, client: server.client, clock, options: {lagMs}});
		expect(error).toBeUndefined();
		return readArchive(dir).lines.at(-1)?.standing.until;
	};
	clock.ms += HOUR;
	expect(await untilAfter(MINUTE)).toBe('2026-11-20T21:59:00Z');
	// The clock here is 20 minutes ahead.
	Object.assign(ahead, {ms: -20 * MINUTE});
	clock.ms += HOUR;
	expect(await untilAfter(MINUTE)).toBe('2026-11-20T22:39:00Z');
	Object.assign(ahead, {ms: null});
	expect(await untilAfter(0)).toBe('2026-11-20T23:00:00Z');
});

it('loses nothing when the clock here steps forward and back by an hour', async () => {
	for (const date of [true, false]) {
		const world = modelClock();
		const local = modelClock();
		const server = new ModelServer({now: world.now, aheadMs: () => date ? 0 : null});
		for (let ms = beginning; ms < beginning + 12 * HOUR; ms += 3 * MINUTE + SECOND) server.rows.push({id: `r${ms}`, time: ms, arrivesAt: ms + (ms % 7) * MINUTE});
		const dir = archiveDirectory();
		for (const [run, stepMs] of [0, HOUR, HOUR, 0, -HOUR, -HOUR, 0, HOUR, 0, 0, 0].entries()) {
			world.ms = beginning + (run + 1) * 30 * MINUTE;
			local.ms = world.ms + stepMs;
			const {error} = await archiveRun({dir, client: server.client, clock: local, options: {overlapMs: 40 * MINUTE}});
			expect(error).toBeUndefined();
		}
		const {texts, problems} = readArchive(dir);
		expect(problems).toEqual([]);
		expect(texts.toSorted()).toEqual(server.arrived(beginning, world.ms).toSorted());
	}
});

it('refuses clocks that cannot both be right', async () => {
	const clock = modelClock(beginning + HOUR);
	const server = new ModelServer({now: clock.now, aheadMs: () => -3 * 24 * HOUR});
	const dir = archiveDirectory();
	const {error} = await archiveRun({dir, client: server.client, clock});
	expect(error).toMatchObject({message: "the server's clock stood at 2026-11-17T22:00:00Z when this one stood at 2026-11-20T22:00:00Z", exitCode: 1});
	expect(readArchive(dir)).toMatchObject({problems: [], lines: [{kind: 'archive'}]});
});

it('puts many empty windows into one line, a day at most', async () => {
	const clock = modelClock();
	const server = new ModelServer({now: clock.now});
	const dir = archiveDirectory();
	server.rows.push({id: 'a', time: beginning + 30 * HOUR});
	clock.ms += 31 * HOUR;
	await archiveRun({dir, client: server.client, clock});
	const {lines, problems} = readArchive(dir);
	expect(problems).toEqual([]);
	expect(lines.map(({kind, since, until, records}) => [kind, since, until, records])).toEqual([
		['archive', '2026-11-20T21:00:00Z', undefined, undefined],
		['segment', '2026-11-20T21:00:00Z', '2026-11-21T00:00:00Z', 0],
		['segment', '2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z', 0],
		['segment', '2026-11-22T00:00:00Z', '2026-11-22T03:00:00Z', 0],
		['segment', '2026-11-22T03:00:00Z', '2026-11-22T03:10:00Z', 1],
		['segment', '2026-11-22T03:10:00Z', '2026-11-22T04:00:00Z', 0],
	]);
});

it('keeps rows as they are: large numbers, line separators, unknown members', async () => {
	for (const compression of ['none', 'gzip'] as const) {
		const clock = modelClock(beginning + HOUR);
		const server = new ModelServer({now: clock.now});
		server.rows.push({id: '1', time: beginning, more: String.raw`,"big":12345678901234567890123,"float":1.10,"2":0,"1":0,"text":"a\u2028b 日本 \ud83d"`}, {id: '2', time: beginning, more: ',"raw":"x\u{1f600}"'});
		const dir = archiveDirectory();
		await archiveRun({dir, client: server.client, clock, options: {compression}});
		expect(readArchive(dir)).toMatchObject({problems: [], texts: server.arrived()});
		clock.ms += MINUTE;
		expect((await archiveRun({dir, client: server.client, clock, options: {compression}})).result).toMatchObject({changed: 0, records: 0});
	}
});

it('counts rows whose content was changed since, and keeps both contents', async () => {
	const clock = modelClock(beginning + HOUR);
	const server = new ModelServer({now: clock.now});
	server.rows.push({id: 'a', time: beginning + 50 * MINUTE}, {id: 'b', time: beginning + 50 * MINUTE});
	const dir = archiveDirectory();
	await archiveRun({dir, client: server.client, clock});
	server.rows[0] = {id: 'a', time: beginning + 50 * MINUTE, more: ',"changed":true'};
	const {result, log} = await archiveRun({dir, client: server.client, clock});
	expect(result).toMatchObject({changed: 1, records: 1, late: {records: 0, windows: []}, status: 'complete'});
	expect(log).toContain('notice: 1 row was changed by the API since; the archive keeps both contents');
	const {texts} = readArchive(dir);
	expect(texts.filter(text => text.includes('"a"')).map(text => text.includes('changed'))).toEqual([false, true]);
	const again = await archiveRun({dir, client: server.client, clock});
	expect(again.result).toMatchObject({changed: 0, records: 0, status: 'complete'});
	expect(again.log.filter(line => line.includes('changed'))).toEqual([]);
});

it('tells rows without an id by their text, and how often they were there', async () => {
	const clock = modelClock(beginning + 10 * MINUTE);
	const server = new ModelServer({now: clock.now});
	const row = {id: undefined, time: beginning + MINUTE, more: ',"x":1'};
	server.rows.push(row, row, {...row, more: ',"x":2'});
	const dir = archiveDirectory();
	const query = {source: {...feishuOpenapi, id: null}};
	await archiveRun({dir, client: server.client, clock, query});
	server.rows.push(row);
	expect((await archiveRun({dir, client: server.client, clock, query})).result.late.records).toBe(1);
	expect((await archiveRun({dir, client: server.client, clock, query})).result.late.records).toBe(0);
	expect(readArchive(dir).texts.toSorted()).toEqual(server.arrived().toSorted());
});

it('writes rows whose time cannot be read once, also where several windows deliver them', async () => {
	const clock = modelClock(beginning + 35 * MINUTE);
	const server = new ModelServer({now: clock.now});
	const send = server.client.send.bind(server.client);
	// By the server's own time it stands where two windows meet.
	const second = (beginning + 10 * MINUTE) / 1000;
	const client: Client = {async send(request) {
		const answer = await send(request);
		const {start_time: start, end_time: end} = request.body as {start_time: number; end_time: number};
		if (start > second || end < second) return answer;
		const text = answer.text.replace('"items":[', '"items":[{"id":"odd","event_time":"?"},').replace('},]', '}]');
		return {...answer, text, body: JSON.parse(text)};
	}};
	const dir = archiveDirectory();
	for (let run = 0; run < 6; run++) {
		const {error, result} = await archiveRun({dir, client, clock});
		expect(error).toBeUndefined();
		expect(result.status).toBe(run < 5 ? 'incomplete' : 'complete');
		// Read for the first time, they may stand in the place of others.
		expect(result.gaps).toHaveLength(run === 0 ? 1 : 0);
		clock.ms += 9 * MINUTE;
	}
	const {texts, problems} = readArchive(dir);
	expect(problems).toEqual([]);
	expect(texts).toEqual(['{"id":"odd","event_time":"?"}']);
});

it('reads a window once more whose rows could not be read: others may have been in their place', async () => {
	const clock = modelClock(beginning + 10 * MINUTE);
	const server = new ModelServer({now: clock.now});
	server.rows.push({id: 'a', time: beginning + MINUTE}, {id: 'b', time: beginning + 2 * MINUTE});
	const send = server.client.send.bind(server.client);
	let isDamaged = true;
	const client: Client = {async send(request) {
		const answer = await send(request);
		const text = isDamaged ? answer.text.replace(/\{"id":"b"[^}]*\}/, '42') : answer.text;
		return {...answer, text, body: JSON.parse(text)};
	}};
	const dir = archiveDirectory();
	expect((await archiveRun({dir, client, clock, options: {overlapMs: 0}})).result).toMatchObject({status: 'incomplete', gaps: [{reason: 'unreadable'}]});
	isDamaged = false;
	expect((await archiveRun({dir, client, clock, options: {overlapMs: 0}})).result).toMatchObject({status: 'complete', gaps: [], records: 1});
	expect(readArchive(dir).texts.toSorted()).toEqual(server.arrived().toSorted());
});

it('cuts what is more than a segment holds, and lets windows grow and shrink with the rows', async () => {
	const clock = modelClock(beginning + 2 * HOUR);
	const server = new ModelServer({now: clock.now});
	for (let second = 0; second < 3600; second++) server.rows.push({id: `r${second}`, time: beginning + second * SECOND});
	for (let index = 0; index < 150; index++) server.rows.push({id: `same${index}`, time: beginning + 1800 * SECOND});
	const dir = archiveDirectory();
	const query = {windowMs: HOUR, concurrency: 1};
	await archiveRun({dir, client: server.client, clock, query, options: {maxRecords: 100, since: beginning}});
	const {lines, texts, problems} = readArchive(dir);
	expect(problems).toEqual([]);
	expect(texts.toSorted()).toEqual(server.arrived().toSorted());
	const sizes = lines.filter(({records}) => records > 0).map(({records}) => records);
	expect(sizes.filter(size => size > 100)).toEqual([151]);
	expect(sizes.length).toBeLessThan(45);
	clock.ms += HOUR;
	for (let second = 0; second < 3600; second += 3) server.rows.push({id: `s${second}`, time: beginning + 2 * HOUR + second * SECOND});
	server.asked.length = 0;
	await archiveRun({dir, client: server.client, clock, query, options: {maxRecords: 100, overlapMs: 0}});
	const lengths = server.asked.map(({start, end}) => end - start - 1);
	expect(lengths[0]).toBe(3600);
	expect(Math.max(...readArchive(dir).lines.map(({line, records}) => line === 0 || records === 151 ? 0 : records))).toBeLessThanOrEqual(100);
});

it('keeps the total that the API stated for a window, and takes a wrong one for a gap', async () => {
	const clock = modelClock(beginning + 10 * MINUTE);
	const dir = archiveDirectory();
	let stated = 3;
	const client: Client = {async send({query = []}) {
		const {start_time: start = '', page = ''} = Object.fromEntries(query);
		const isFirst = Number(start) * 1000 < beginning;
		const items = page === '1' && isFirst ? ['a', 'b'].map(id => `{"log_id":"${id}","operation_time":${beginning / 1000}}`) : [];
		const text = `{"code":0,"data":{"items":[${items.join(',')}],"pagination":{"page":${page},"page_size":200,"total":${isFirst ? stated : 0},"total_pages":1}}}`;
		return {text, body: JSON.parse(text), altered: false, servedAt: clock.ms};
	}};
	const query = {source: traeOpenapi, pageSize: 200};
	expect((await archiveRun({dir, client, clock, query})).result).toMatchObject({status: 'incomplete', records: 2, gaps: [{reason: 'total_mismatch'}]});
	expect(readArchive(dir).lines.at(-1)).toMatchObject({records: 2, total: null});
	const before = readArchive(dir).lines.length;
	expect((await archiveRun({dir, client, clock, query})).result).toMatchObject({status: 'incomplete', records: 0});
	expect(readArchive(dir).lines).toHaveLength(before);
	stated = 2;
	expect((await archiveRun({dir, client, clock, query})).result).toMatchObject({status: 'complete', records: 0});
	expect(readArchive(dir)).toMatchObject({problems: [], lines: {length: before + 1}});
	expect(readArchive(dir).lines.at(-1)).toMatchObject({completes: 'gap', records: 0, total: 2});
});

it('waits for no answer where the archive is up to date already', async () => {
	const clock = modelClock(beginning + 10 * MINUTE);
	const server = new ModelServer({now: clock.now});
	const dir = archiveDirectory();
	await archiveRun({dir, client: server.client, clock, options: {overlapMs: 0}});
	server.asked.length = 0;
	const {result} = await archiveRun({dir, client: server.client, clock, options: {overlapMs: 0}});
	expect(result.status).toBe('complete');
	expect(server.asked).toEqual([]);
});
