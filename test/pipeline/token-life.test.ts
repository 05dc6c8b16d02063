import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {runCommand} from '../helpers/context.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';
import {inTemporaryDirectory} from './temporary-directory.ts';

const start = Date.UTC(2026, 2, 4) / 1000;
const page = 200;

/** Rows spread over the first hour, newest first; tokens that live for so long, or serve so many pages of a range. */
function serve({rows, clock, livesMs = Infinity, pages = Infinity}: {rows: number; clock: VirtualClock; livesMs?: number; pages?: number}) {
	const seen = {requests: 0, refused: 0};
	const perSecond = rows / 3600;
	const fetch = async (input: string | URL | Request): Promise<Response> => {
		const url = new URL(input instanceof Request ? input.url : input);
		seen.requests++;
		const [from, to] = [Number(url.searchParams.get('oldest')), Number(url.searchParams.get('latest'))];
		const [skip = 0, madeAt = clock.now()] = (url.searchParams.get('page_token') ?? '').split('-').filter(part => part !== '').map(Number);
		if (clock.now() - madeAt > livesMs || skip / page > pages) {
			seen.refused++;
			return Response.json({code: 1_050_004, msg: 'Error_Param_Error'}, {status: 400});
		}
		const first = Math.max(0, Math.ceil((from - start) * perSecond));
		const past = Math.min(rows, Math.ceil((to - start) * perSecond));
		const count = Math.max(0, Math.min(page, past - first - skip));
		const items = Array.from({length: count}, (_, index) => past - 1 - skip - index).map(row => ({unique_id: `r${row}`, event_time: start + Math.floor(row / perSecond)}));
		const more = first + skip + count < past;
		return Response.json({code: 0, data: {items, has_more: more, page_token: more ? `${skip + count}-${clock.now()}` : ''}});
	};
	return {fetch, seen};
}

it.each([
	['that live for 30 seconds, in a budget that is spent at once', {livesMs: 30_000}],
	['that serve one page', {pages: 1}], ['that serve two pages', {pages: 2}], ['that serve five pages', {pages: 5}],
])('exports an hour of 16,000 rows with page tokens %s', async (_, life) => {
	await inTemporaryDirectory(async cwd => {
		const rows = 16_000;
		const clock = new VirtualClock(Date.UTC(2026, 2, 10));
		const {fetch, seen} = serve({rows, clock, ...life});
		const {code, stderr} = await runCommand([
			'feishu-behavior', '--since', '2026-03-04T00:00:00Z', '--until', '2026-03-05T00:00:00Z', '--window', '1h', '-o', 'out.ndjson',
		], {fetch, clock, cwd, env: {FEISHU_TENANT_ACCESS_TOKEN: 't-any'}});
		expect({code, stderr}).toMatchObject({code: 0});
		const ids = (await readFile(join(cwd, 'out.ndjson'), 'utf8')).trimEnd().split('\n').map(line => (JSON.parse(line) as {unique_id: string}).unique_id);
		expect(ids).toHaveLength(rows);
		expect(new Set(ids).size).toBe(rows);
		// 80 pages are needed at least, and 23 for the empty hours.
		expect(seen.requests).toBeLessThan(500);
	});
});
