import {readFileSync, writeFileSync} from 'node:fs';
import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {expect, it, onTestFinished} from 'vitest';
import {run, start, temporaryDirectory} from '../cli/exporter.ts';
import {readArchive} from './read-archive.ts';

const kills = 15;

interface Row {
	readonly id: string;
	/** Unix seconds. */
	readonly event_time: number;
	/** When the server has it, Unix milliseconds. */
	readonly arrivesAt: number;
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
	let text = '';
	for await (const chunk of request) text += String(chunk);
	return text === '' ? {} : JSON.parse(text) as Record<string, unknown>;
}

/** An API like that of feishu-openapi, which has new rows all the time, some of them late. */
async function serveRows(): Promise<{url: string; arrived: () => Row[]}> {
	const beganAt = Date.now();
	const rows: Row[] = [];
	const produce = () => {
		// Twenty a second since a minute before the test; every fourth comes up to ten seconds after its time.
		for (let count = rows.length; beganAt - 60_000 + count * 50 <= Date.now(); count++) {
			const time = beganAt - 60_000 + count * 50;
			rows.push({id: `r${count}`, event_time: Math.floor(time / 1000), arrivesAt: time + (count % 4 === 0 ? count * 7919 % 10_000 : 0)});
		}
	};
	const arrived = () => {
		produce();
		return rows.filter(({arrivesAt}) => arrivesAt <= Date.now());
	};
	const server = createServer((request, response) => {
		void (async () => {
			const {start_time: from = 0, end_time: to = 0, page_token: token} = await bodyOf(request) as {start_time?: number; end_time?: number; page_token?: string};
			await setTimeout(2);
			const answer = request.url?.includes('tenant_access_token') === true
				? {code: 0, msg: 'ok', tenant_access_token: 't-1', expire: 7200}
				: page(arrived().filter(({event_time: second}) => second >= from && second <= to).toSorted((a, b) => a.arrivesAt - b.arrivesAt), token);
			response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
		})();
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, arrived};
}

/** Tokens name the last row before the page: rows that arrive meanwhile come after it. */
function page(rows: readonly Row[], token: string | undefined): unknown {
	const first = token === undefined ? 0 : rows.findIndex(({id}) => id === token) + 1;
	const items = rows.slice(first, first + 20).map(({id, event_time}) => ({id, event_time}));
	const more = first + 20 < rows.length;
	return {code: 0, msg: 'ok', data: {items, has_more: more, ...(more ? {page_token: items.at(-1)?.id} : {})}};
}

it('loses and repeats nothing over runs that are killed at any moment', async () => {
	const {url, arrived} = await serveRows();
	const cwd = temporaryDirectory();
	const env = {FEISHU_APP_ID: 'cli_test', FEISHU_APP_SECRET: 'secret'};
	const since = Math.floor(Date.now() / 1000) - 59;
	const calls = {source: 'feishu-openapi', dir: 'logs', since: new Date(since * 1000).toISOString(), overlap: '20s', lag: '0s', max_records: 40, options: {window: '5s', rate: '1000/1s', page_size: 20}};
	writeFileSync(join(cwd, 'audit-export.config.json'), JSON.stringify({jobs: {calls}}), {mode: 0o600});
	const args = ['run', '--base-url', url];
	let killed = 0;
	for (let count = 0; count < kills; count++) {
		const running = start(args, {cwd, env});
		await Promise.race([running.ended, setTimeout(250 + count * 37 % 250)]);
		running.process.kill('SIGKILL');
		const {code} = await running.ended;
		if (code === null) killed++;
		else expect(code).toBe(0);
	}
	expect(killed).toBeGreaterThan(0);
	const ended = await run(args, {cwd, env});
	expect(ended).toMatchObject({code: 0});
	const archive = readArchive(join(cwd, 'logs'));
	expect(archive.problems).toEqual([]);
	const until = Date.parse(archive.lines.at(-1)?.standing.until ?? '') / 1000;
	// What has come since the last run asked is not in it yet.
	const {started_at: lastStart} = JSON.parse(readFileSync(join(cwd, 'logs', 'last-run.json'), 'utf8')) as {started_at: string};
	const due = arrived().filter(({event_time: second, arrivesAt}) => second >= since && second < until && arrivesAt < Date.parse(lastStart)).map(({id}) => id);
	const ids = archive.texts.map(text => (JSON.parse(text) as Row).id);
	expect(new Set(ids).size).toBe(ids.length);
	expect(due.filter(id => !ids.includes(id))).toEqual([]);
	expect(ids.length).toBeGreaterThan((until - since) * 15);
	expect(await run(['verify', 'logs'], {cwd, env})).toMatchObject({code: 0});
}, 120_000);
