import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {DAY, HOUR} from '../../src/base/duration.ts';
import type {ListedRow, SandboxRequest} from '../../src/sandbox/index.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';
import {eventProfile, fakeConsole, searchLog, shapeNames, shapes, standIn, start} from './consoles.ts';

const idOf = (record: Record<string, unknown>) => String(record['id'] ?? record['record_id']).replace(/^log_/, '');
const ids = (stdout: string) => [...stdout.matchAll(/"(?:id|record_id)":"?(?:log_)?(\d+)/g)].map(([, id]) => id ?? '').toSorted();

/** Rows on and around every bound that matters, and many at one instant. */
function eventsAt(times: readonly number[]): ListedRow[] {
	return times.map((time, index) => ({
		id: String(7_600_000_000_000_000_001n + BigInt(index)), time,
		row: {event_type: 'im.message.receive_v1', event_id: `event-${index}`, tenant_key: 't', status: 'success', duration_ms: 3, error_message: ''},
	}));
}

function expectWithinLimits(requests: readonly SandboxRequest[]): void {
	expect(requests.length).toBeGreaterThan(0);
	for (const {range, at, status} of requests) {
		expect(status).toBe(200);
		expect((range?.to ?? Infinity) - (range?.from ?? 0)).toBeLessThanOrEqual(DAY);
		expect(range?.from).toBeGreaterThanOrEqual(at - 7 * DAY);
	}
}

describe.each(shapeNames)('the %s shape', shape => {
	it.each(['Asia/Shanghai', 'America/New_York'])('delivers every row of seven days exactly once, within the limits, in %s', async timezone => {
		const console = standIn(shape);
		const {code, stdout, stderr} = await searchLog(['event', '--since', '7d', '--timezone', timezone], {...console, profile: shapes[shape]});
		expect({code, stderr: stderr.replace(/^.*starts at.*\n/, '')}).toEqual({code: 0, stderr: ''});
		const whole = await searchLog(['event', '--since', '7d', '--window', '5h', '--page-size', '17', '--concurrency', '3'], {...console, profile: shapes[shape]});
		expect(ids(stdout).length).toBeGreaterThan(1000);
		expect(new Set(ids(stdout)).size).toBe(ids(stdout).length);
		expect(ids(whole.stdout)).toEqual(ids(stdout));
		expectWithinLimits(console.requests);
	});

	it('delivers what stands on bounds of windows once, however the end is read', async () => {
		const midnights = Array.from({length: 6}, (_, index) => Date.UTC(2026, 10, 15 + index));
		const times = midnights.flatMap(midnight => [-1000, -999, -1, 0, 0, 0, 1, 999, 1000].map(offset => midnight + offset)).filter(time => time < start);
		const inRange = times.filter(time => time >= Date.UTC(2026, 10, 15) && time < Date.UTC(2026, 10, 20));
		for (const ends of ['inclusive', 'exclusive'] as const) {
			const console = standIn(shape, {ends, rows: {'feishu-app-log event': eventsAt(times)}});
			const {code, stdout} = await searchLog(['event', '--since', '2026-11-15', '--until', '2026-11-20', '--timezone', 'UTC'], {...console, profile: shapes[shape]});
			expect(code).toBe(0);
			expect(ids(stdout)).toHaveLength(inRange.length);
			expect(new Set(ids(stdout)).size).toBe(inRange.length);
			expectWithinLimits(console.requests);
		}
	});

	it('keeps within reach while the clock moves on', async () => {
		const clock = new VirtualClock(start);
		const console = standIn(shape, {clock, latencyMs: [200, 3000], rate: 'real', recordsPerDay: 400});
		const {code, stdout} = await searchLog(['event', '--since', '7d', '--rate', '2/1s'], {...console, profile: shapes[shape]});
		expect(clock.now()).toBeGreaterThan(start + 30_000);
		expect(code).toBe(0);
		expect(new Set(ids(stdout)).size).toBe(ids(stdout).length);
		expect(ids(stdout).length).toBeGreaterThan(2700);
		expectWithinLimits(console.requests.filter(({status}) => status !== 429));
	});
});

it('asks for as few windows as calendar days make, where the end is known to be part of the range', async () => {
	const console = standIn('page', {recordsPerDay: 10});
	await searchLog(['event', '--since', '2026-11-14', '--until', '2026-11-20', '--timezone', 'Asia/Shanghai'], {...console, profile: shapes.page});
	expect(console.requests.map(({range}) => range?.from)).toEqual(Array.from({length: 6}, (_, index) => Date.UTC(2026, 10, 13 + index, 16)));
});

it('sends no attempt that starts out of reach, after a wait for the server as little as at first', async () => {
	const midnight = Date.UTC(2026, 10, 20, 16);
	const clock = new VirtualClock(midnight - 10_000);
	const asked: number[] = [];
	const console = fakeConsole(({text}, index) => {
		asked.push((JSON.parse(text) as {from: number}).from * 1000 - (midnight - (clock.now() < midnight ? 7 : 6) * DAY));
		return index === 0 ? new Response('', {status: 429, headers: {'retry-after': '20'}}) : {data: {list: [], total: 0}};
	});
	const {code, stderr} = await searchLog(['event', '--since', '7d'], {...console, clock, profile: eventProfile()});
	expect(code).toBe(1);
	expect(stderr).toContain('out of the 7 days by the calendar of Asia/Shanghai');
	expect(asked).toContain(0);
	expect(asked.every(distance => distance >= 0)).toBe(true);
});

describe('a console whose answers leave out what is zero, false or empty', () => {
	const rows = Array.from({length: 25}, (_, index) => ({id: `row-${index}`, time: start / 1000 - 3600 - index}));
	const within = ({from, to}: {from: number; to: number}) => rows.filter(({time}) => time >= from && time <= to);
	interface Body {
		readonly from: number;
		readonly to: number;
		readonly page: number;
		readonly cursor?: number;
	}

	it('is read to its end by totals', async () => {
		const console = fakeConsole(({text}) => {
			const body = JSON.parse(text) as Body;
			const found = within(body);
			const list = found.slice((body.page - 1) * 10, body.page * 10);
			return found.length === 0 ? {code: 0} : {code: 0, data: {...(list.length > 0 ? {list} : {}), total: found.length}};
		});
		const {code, records, stderr} = await searchLog(['event', '--since', '2d'], {...console, profile: eventProfile()});
		expect(code).toBe(0);
		expect(records.map(record => idOf(record)).toSorted()).toEqual(rows.map(({id}) => id).toSorted());
		expect(stderr.match(/holds no data\.list/g)).toHaveLength(1);
	});

	it.each([25, 20, 0])('is read to its end by a flag, %i rows', async count => {
		const console = fakeConsole(({text}) => {
			const body = JSON.parse(text) as Body;
			const found = within(body).slice(0, count);
			const list = found.slice((body.page - 1) * 10, body.page * 10);
			return {code: 0, data: {...(list.length > 0 ? {list} : {}), ...(body.page * 10 < found.length ? {has_more: true} : {})}};
		});
		const profile = eventProfile({response: {rows: 'data.list', id: 'id', time: {at: 'time', as: 'seconds'}, more: 'data.has_more'}});
		const {code, records} = await searchLog(['event', '--since', '2h'], {...console, profile});
		expect({code, count: records.length}).toEqual({code: 0, count});
	});

	it('is read to its end by cursors that are long numbers, which come back digit by digit', async () => {
		const cursors: string[] = [];
		const console = fakeConsole(({url}) => {
			const from = Number(url.searchParams.get('from'));
			const after = url.searchParams.get('cursor');
			if (after !== null) cursors.push(after);
			const offset = after === null ? 0 : Number(after.slice(-2));
			const list = within({from, to: Number(url.searchParams.get('to'))}).slice(offset, offset + 10);
			return `{"data":{"list":${JSON.stringify(list)},"next":${list.length === 10 ? `76000000000000000${offset + 10}` : 0}}}`;
		});
		const profile = eventProfile({
			request: {method: 'GET', path: '/api/events', query: {from: '{since}', to: '{until}', cursor: '{cursor}', size: '{page_size}'}},
			pages: {style: 'cursor', size: 10},
			response: {rows: 'data.list', id: 'id', time: {at: 'time', as: 'seconds'}, cursor: 'data.next'},
		});
		const {code, records} = await searchLog(['event', '--since', '2h'], {...console, profile});
		expect({code, count: records.length}).toEqual({code: 0, count: 25});
		expect(cursors).toEqual(['7600000000000000010', '7600000000000000020']);
	});

	it('gets cursors back as the numbers that they are, and says so where one is too long for that', async () => {
		let step = 7;
		const console = fakeConsole(({text}) => {
			const {cursor = 0} = JSON.parse(text) as Body;
			return cursor === 0 ? `{"data":{"list":[],"next":${step}}}` : {data: {list: [], next: 0}};
		});
		const profile = eventProfile({
			request: {method: 'POST', path: '/api/events', json: {from: '{since}', to: '{until}', cursor: '{cursor}'}},
			pages: {style: 'cursor'},
			response: {rows: 'data.list', id: 'id', time: {at: 'time', as: 'seconds'}, cursor: 'data.next'},
		});
		expect((await searchLog(['event', '--since', '2h'], {...console, profile})).code).toBe(0);
		expect(console.seen.map(({text}) => (JSON.parse(text) as Body).cursor)).toEqual([undefined, 7]);
		step = Number('7600000000000000010');
		const tooLong = await searchLog(['event', '--since', '2h'], {
			...fakeConsole(() => '{"data":{"list":[],"next":7600000000000000017}}'), profile,
		});
		expect(tooLong.code).toBe(1);
		expect(tooLong.stderr).toContain('7600000000000000017 is a number that is too long');
	});
});

it('finds rows and cursors in lists of lists, and writes rows as they came', async () => {
	const console = fakeConsole(({text}) => (JSON.parse(text) as {cursor?: number}).cursor === undefined
		? `[{"skipped":1}, {"pages":[{"rows":[{"id":"a","time":${start / 1000 - 60},"n":12345678901234567890}], "next":[5]}]}]`
		: [{}, {pages: [{rows: [{id: 'b', time: start / 1000 - 60}], next: []}]}]);
	const profile = eventProfile({
		request: {method: 'POST', path: '/api/events', json: {from: '{since}', to: '{until}', cursor: '{cursor}'}},
		pages: {style: 'cursor'},
		response: {rows: '1.pages.0.rows', id: 'id', time: {at: 'time', as: 'seconds'}, cursor: '1.pages.0.next.0'},
	});
	const {code, stdout} = await searchLog(['event', '--since', '1h'], {...console, profile});
	expect({code, stdout}).toEqual({code: 0, stdout: `{"id":"a","time":${start / 1000 - 60},"n":12345678901234567890}\n{"id":"b","time":${start / 1000 - 60}}\n`});
});

describe('a search of one page', () => {
	const profile = eventProfile({
		request: {method: 'POST', path: '/api/events', json: {from: '{since}', to: '{until}', size: '{page_size}'}},
		pages: {style: 'none', size: 10},
	});
	const rows = (count: number) => Array.from({length: count}, (_, index) => ({id: `row-${index}`, time: start / 1000 - 60}));

	it('is whole where it says so', async () => {
		const {code, records} = await searchLog(['event', '--since', '1h'], {...fakeConsole(() => ({data: {list: rows(9), total: 9}})), profile});
		expect({code, count: records.length}).toEqual({code: 0, count: 9});
	});

	it.each([
		['a total of more', {list: rows(9), total: 12}, 'states 12 rows and holds 9'],
		['a full page', {list: rows(10), total: 10}, 'holds all 10 rows that were asked for'],
	])('is a failure with %s', async (_, data, message) => {
		const {code, stderr} = await searchLog(['event', '--since', '1h'], {...fakeConsole(() => ({data})), profile});
		expect(code).toBe(1);
		expect(stderr).toContain(message);
	});
});

describe('times by local clocks', () => {
	const zone = 'America/New_York';
	/** Three days after the clocks there were set back, on 2026-11-01. */
	const now = Date.UTC(2026, 10, 4, 12);
	const format = new Intl.DateTimeFormat('sv-SE', {timeZone: zone, dateStyle: 'short', timeStyle: 'medium'});
	const profile = eventProfile({
		request: {method: 'POST', path: '/api/events', form: {q: {json_text: {range: ['{since}', '{until}'], status: '{status}'}}, page: '{page}'}},
		time: {as: 'YYYY-MM-DD HH:mm:ss', timezone: zone, until: 'inclusive'},
		response: {rows: 'data.list', id: 'id', time: {at: 'time', as: 'seconds'}, total: 'data.total'},
	});
	/** Every ten minutes of seven days. */
	const rows = Array.from({length: 7 * 144}, (_, index) => ({id: `row-${index}`, time: (now - 7 * DAY) / 1000 + 300 + index * 600}))
		.map(row => ({...row, local: format.format(row.time * 1000)}));

	function localConsole() {
		const spans: number[] = [];
		const console = fakeConsole(({text}) => {
			const form = new URLSearchParams(text);
			const {range: [from = '', to = '']} = JSON.parse(form.get('q') ?? '') as {range: string[]};
			spans.push(Date.parse(`${to}Z`) - Date.parse(`${from}Z`) + 1000);
			const found = rows.filter(({local}) => local >= from && local <= to);
			const page = Number(form.get('page'));
			return {data: {list: found.slice((page - 1) * 10, page * 10), total: found.length}};
		});
		return {...console, spans};
	}

	it('are written into JSON text of a form, by windows that are the days of that zone', async () => {
		const console = localConsole();
		const {code, records, stderr} = await searchLog(['event', '--since', '7d', '--timezone', zone], {...console, clock: new VirtualClock(now), profile});
		expect({code, stderr: stderr.replace(/^.*starts at.*\n/, '')}).toEqual({code: 0, stderr: ''});
		// The horizon is a midnight of that zone.
		const reachable = rows.filter(({time}) => time * 1000 >= Date.UTC(2026, 9, 29, 4));
		expect(reachable.length).toBeLessThan(rows.length);
		expect(records.map(({id}) => id)).toEqual(reachable.map(({id}) => id));
		expect(Math.max(...console.spans)).toBeLessThanOrEqual(DAY);
	});

	it('are refused in another zone while the clocks change, and taken when they do not', async () => {
		const refused = await searchLog(['event', '--since', '7d', '--timezone', 'Asia/Shanghai'], {...localConsole(), clock: new VirtualClock(now), profile});
		expect(refused.code).toBe(2);
		expect(refused.stderr).toContain('hint: add --timezone America/New_York');
		const later = await searchLog(['event', '--since', '1h', '--timezone', 'Asia/Shanghai'], {...localConsole(), profile});
		expect(later.code).toBe(0);
	});

	it('are refused where a clock shows them twice', async () => {
		const {code, stderr} = await searchLog(['event', '--since', '2026-11-01T05:30:00Z', '--until', '2026-11-02', '--timezone', zone], {...localConsole(), clock: new VirtualClock(now), profile});
		expect(code).toBe(2);
		expect(stderr).toContain('show 01:30:00 twice that day');
	});
});

it('delivers every row once and stays within a day and the reach, for any units, ends, windows and rows', async () => {
	const unit = {seconds: 1000, milliseconds: 1, microseconds: 1e-3};
	await fc.assert(fc.asyncProperty(
		fc.array(fc.integer({min: -3000, max: 125_000}), {maxLength: 60}),
		fc.constantFrom('seconds' as const, 'milliseconds' as const, 'microseconds' as const), fc.constantFrom('seconds' as const, 'milliseconds' as const),
		fc.constantFrom('inclusive' as const, 'exclusive' as const), fc.boolean(), fc.integer({min: 1, max: 50}), fc.integer({min: 0, max: 999}),
		async (offsets, asked, held, reading, isSaid, windowSeconds, fraction) => {
			const since = start - 3 * HOUR;
			const askedMs = unit[asked];
			const heldMs = unit[held];
			const rows = offsets.map((offset, index) => ({id: `row-${index}`, ms: since + offset}));
			const console = fakeConsole(({text}) => {
				const {from, to, page} = JSON.parse(text) as {from: number; to: number; page: number};
				expect((to - from + (reading === 'inclusive' ? 1 : 0)) * askedMs).toBeLessThanOrEqual(DAY);
				expect(from * askedMs).toBeGreaterThanOrEqual(start - 7 * DAY);
				// A console that keeps milliseconds, whatever it shows.
				const found = rows.filter(({ms}) => ms >= from * askedMs && (reading === 'inclusive' ? ms <= to * askedMs : ms < to * askedMs));
				return {data: {list: found.slice((page - 1) * 7, page * 7).map(({id, ms}) => ({id, time: Math.floor(ms / heldMs)})), total: found.length}};
			});
			const profile = eventProfile({
				time: {as: asked, ...(isSaid ? {until: reading} : {})},
				response: {rows: 'data.list', id: 'id', time: {at: 'time', as: held}, total: 'data.total'},
				pages: {style: 'page', size: 7},
			});
			// Seconds of rows are asked for in whole ones.
			const sinceMs = held === 'seconds' || asked === 'seconds' ? since : since + fraction;
			const untilMs = held === 'seconds' ? since + 120_000 : since + 120_000 + fraction;
			const {code, records} = await searchLog(['event', '--since', new Date(sinceMs).toISOString(), '--until', new Date(untilMs).toISOString(), '--window', `${windowSeconds}s`], {...console, profile});
			expect(code).toBe(0);
			expect(records.map(record => idOf(record)).toSorted()).toEqual(rows.filter(({ms}) => ms >= sinceMs && ms < untilMs).map(({id}) => id).toSorted());
		},
	), {numRuns: 60});
});

it('starts a range only where a console that is asked in seconds can say so', async () => {
	const profile = eventProfile({response: {rows: 'data.list', id: 'id', time: {at: 'time', as: 'milliseconds'}, total: 'data.total'}});
	const {code, stderr} = await searchLog(['event', '--since', '2026-11-20T11:00:00.500Z'], {...fakeConsole(() => ({})), profile});
	expect(code).toBe(2);
	expect(stderr).toContain('--since: the console is asked in steps of 1s');
});

it('takes whole minutes, and refuses what is coarser', async () => {
	const minutes = {as: 'YYYY-MM-DD HH:mm', until: 'inclusive'} as const;
	const rows = Array.from({length: 40}, (_, index) => ({id: `row-${index}`, time: start / 1000 - 1800 + index * 40}));
	const console = fakeConsole(({text}) => {
		const {from, to, page} = JSON.parse(text) as {from: string; to: string; page: number};
		const found = rows.filter(({time}) => time * 1000 >= Date.parse(`${from}Z`) && time * 1000 <= Date.parse(`${to}Z`));
		return {data: {list: found.slice((page - 1) * 10, page * 10), total: found.length}};
	});
	const {code, records} = await searchLog(['event', '--since', '1d', '--window', '10m'], {...console, profile: eventProfile({time: minutes})});
	expect({code, count: records.length}).toEqual({code: 0, count: rows.filter(({time}) => time * 1000 < start).length});
	const coarse = await searchLog(['event'], {...console, profile: eventProfile({time: {as: 'YYYY-MM-DD'}})});
	expect(coarse.code).toBe(2);
	expect(coarse.stderr).toContain('too coarse: YYYY-MM-DD');
});

describe('an answer without rows', () => {
	const recent = {id: 'row-1', time: start / 1000 - 60};
	const byFlag = eventProfile({response: {rows: 'data.list', id: 'id', time: {at: 'time', as: 'seconds'}}});

	it.each([
		['an error', {error: {code: 'TooManyRequests', message: 'slow down'}, data: null}, 'error'],
		['a list of errors', {errors: [{message: 'bad range'}], data: {list: []}}, 'errors'],
		['a code', {code: 4001, data: {}}, 'code'],
		['success: false', {success: false}, 'success'],
		['a code one step below', {meta: {errno: '17'}, data: null}, 'meta.errno'],
		['a message alone', {message: 'query range exceeded'}, 'message'],
	])('that tells of %s is a failure, not an empty window, where nobody said what a success says', async (_, body, sign) => {
		const console = fakeConsole((asked, index) => index === 0 ? {data: {list: [recent]}} : body);
		const {code, stderr} = await searchLog(['event', '--since', '2d'], {...console, profile: byFlag});
		expect(code).toBe(1);
		expect(stderr).toContain(`its ${sign} reads like a failure`);
	});

	it.each([
		{code: 0, msg: 'no data'}, {data: null}, {}, {status: 200, message: 'nothing found'}, {error: null, data: {list: []}}, {success: true, error: '', data: {list: []}},
		{code: '0', errmsg: 'ok', data: {message: 'nothing', list: []}},
	])('is one in which nothing was found: %j', async body => {
		const {code, stdout} = await searchLog(['event', '--since', '2d'], {...fakeConsole(() => body), profile: byFlag});
		expect({code, stdout}).toEqual({code: 0, stdout: ''});
	});
});

describe('the end of the pages', () => {
	const rows = Array.from({length: 25}, (_, index) => ({id: `row-${index}`, time: start / 1000 - 3600 - index}));
	interface Body {
		readonly from: number;
		readonly to: number;
		readonly page: number;
		readonly cursor?: string;
	}
	const within = ({from, to}: Body) => rows.filter(({time}) => time >= from && time <= to);
	const response = {rows: 'data.list', id: 'id', time: {at: 'time', as: 'seconds'}} as const;

	it.each([
		['is what an inverse flag says', {...response, last: 'data.isLast'}, (isLast: boolean) => ({isLast})],
		['is what words say', {...response, more: 'data.more'}, (isLast: boolean) => ({more: isLast ? 'N' : 'Y'})],
		['is what an inverse flag says in words, left out where it is false', {...response, last: 'data.end'}, (isLast: boolean) => isLast ? {end: '1'} : {}],
	])('%s', async (_, shape, flag) => {
		const console = fakeConsole(({text}) => {
			const body = JSON.parse(text) as Body;
			const found = within(body);
			// The last page comes again, whatever is asked behind it.
			const page = Math.min(body.page, Math.max(1, Math.ceil(found.length / 10)));
			return {data: {list: found.slice((page - 1) * 10, page * 10), ...flag(page * 10 >= found.length)}};
		});
		const {code, records} = await searchLog(['event', '--since', '1d'], {...console, profile: eventProfile({response: shape})});
		expect({code, count: records.length}).toEqual({code: 0, count: 25});
	});

	it('is not a page that is smaller than asked for, where no answer ever says whether there is more', async () => {
		const console = fakeConsole(({text}) => {
			const body = JSON.parse(text) as Body;
			return {data: {list: within(body).slice((body.page - 1) * 4, body.page * 4)}};
		});
		const {code, records} = await searchLog(['event', '--since', '1d'], {...console, profile: eventProfile({response: {...response, more: 'data.has_moer'}})});
		expect({code, count: records.length}).toEqual({code: 0, count: 25});
	});

	it('is an empty page with the cursor that was sent, unless it says that there is more', async () => {
		const answerOf = (says: object) => fakeConsole(({text}) => {
			const body = JSON.parse(text) as Body;
			const found = within(body);
			const skip = found.findIndex(({id}) => id === body.cursor) + 1;
			const list = found.slice(skip, skip + 10);
			return {data: {list, next: list.at(-1)?.id ?? body.cursor ?? 'start', ...says}};
		});
		const profile = (more?: string) => eventProfile({
			request: {method: 'POST', path: '/api/events', json: {from: '{since}', to: '{until}', cursor: '{cursor}', size: '{page_size}'}},
			pages: {style: 'cursor', size: 10},
			response: {...response, cursor: 'data.next', ...(more === undefined ? {} : {more})},
		});
		const {code, records} = await searchLog(['event', '--since', '1d'], {...answerOf({}), profile: profile()});
		expect({code, count: records.length}).toEqual({code: 0, count: 25});
		const stuck = await searchLog(['event', '--since', '1d'], {...answerOf({more: true}), profile: profile('data.more')});
		expect(stuck.code).toBe(1);
		expect(stuck.stderr).toContain('came before');
	});
});

it('says what the console answered, where asking again took a window out of reach', async () => {
	const console = fakeConsole((_, index) => index === 0 ? new Response('', {status: 429, headers: {'retry-after': '20'}}) : {data: {list: [], total: 0}});
	const {stderr} = await searchLog(['event', '--since', '7d'], {...console, clock: new VirtualClock(Date.UTC(2026, 10, 20, 15, 59, 50)), profile: eventProfile()});
	expect(stderr).toContain('asked for again after HTTP 429');
});

it('writes the offset of a zone where the request is to carry one', async () => {
	const console = fakeConsole(() => ({data: {list: [], total: 0}}));
	await searchLog(['event', '--since', '2026-11-20T00:00:00Z', '--until', '2026-11-20T01:00:00Z'], {...console, profile: eventProfile({time: {as: 'YYYY-MM-DDTHH:mm:ssZZ', timezone: 'Asia/Shanghai', until: 'exclusive'}})});
	expect(console.seen.map(({text}) => (JSON.parse(text) as {from: string}).from)).toEqual(['2026-11-20T08:00:00+08:00']);
});
