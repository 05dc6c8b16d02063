import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {learnFromFile, type LearnedFromFile} from '../../../src/console/learn/learn-from-file.ts';
import type {LearnFlags} from '../../../src/console/learn/flags.ts';
import {formatProfile, readProfile} from '../../../src/console/profile-file.ts';
import type {SearchProfile} from '../../../src/console/profile.ts';
import {fill, fillPairs, fillPath, type Values} from '../../../src/console/template.ts';
import {compileTimeForm} from '../../../src/console/time-form.ts';
import {UsageError} from '../../../src/base/errors.ts';
import {temporaryDirectory} from '../../access/config/temporary-directory.ts';
import {entry, har, noise, recordedAt, type RecordedAnswer, type RecordedRequest} from './recorder.ts';
import {appId, day, mark, rows, search, services, shanghai, total, type Service} from './services.ts';

const origin = 'https://console.example.com';

async function learnFrom(entries: readonly unknown[], flags: LearnFlags = {}): Promise<LearnedFromFile & {warnings: string[]}> {
	const path = join(temporaryDirectory().path, 'console.har');
	writeFileSync(path, har(entries));
	const warnings: string[] = [];
	const learned = await learnFromFile({path, flags: {console: origin, ...flags}, existing: undefined, keepSession: true, systemTimezone: 'UTC', warn: message => warnings.push(message)});
	return {...learned, warnings};
}

/** The searches of a service with other requests before and after. */
const amongOthers = (entries: readonly unknown[]) => [...noise(origin, 20), ...entries, ...noise(origin, 30)];

/** What a recorded request looks like when the profile writes it again. */
function write({request}: SearchProfile, values: Values): RecordedRequest {
	const query = request.query === undefined ? '' : `?${new URLSearchParams(fillPairs(request.query, values).map(([name, value]): [string, string] => [name, value])).toString()}`;
	return {
		method: request.method,
		url: `${origin}${fillPath(request.path, values)}${query}`,
		...(request.json === undefined ? {} : {json: fill(request.json, values)}),
		...(request.form === undefined ? {} : {form: Object.fromEntries(fillPairs(request.form, values))}),
	};
}

/** The values of a run that asks for what was recorded. */
function valuesOf(service: Service, profile: SearchProfile, skip: number): Values {
	const codec = compileTimeForm(profile.time);
	const ends: Record<string, readonly [number, number]> = {
		'page number and total in a nested JSON body, milliseconds': [day.since, day.until - 1],
		'offset in the query, seconds': [day.since, day.until - 1000],
		'local text of Shanghai, JSON in the query': [day.since, day.until - 1000],
		'local text in request and rows, one text for both ends': [recordedAt - 86_400_000, recordedAt],
	};
	const [since, until] = ends[service.name] ?? [day.since, day.until];
	const {style, first = 1, size} = profile.pages;
	const page = style === 'page' ? {page: skip / service.pageSize + first} : style === 'offset' ? {offset: skip} : skip === 0 ? {} : {cursor: `c3Vyc29y-${skip}`};
	const unset = Object.fromEntries(Object.entries(profile.filters ?? {}).flatMap(([name, {otherwise}]) => otherwise === undefined ? [] : [[name, otherwise]]));
	return {app_id: appId, since: codec.write(since), until: codec.write(until), page_size: size, ...page, ...unset};
}

const searchOf = ({profile, kinds: [kind]}: LearnedFromFile): SearchProfile => {
	const found = kind && profile.searches[kind];
	if (found === undefined) throw new Error('no search was learned');
	return found;
};

describe('a service with', () => {
	it.each(services)('$name is learned among other requests', async service => {
		const learned = await learnFrom(amongOthers(search(service)));
		expect(learned.kinds).toEqual([service.kind]);
		const profile = searchOf(learned);
		expect(profile.response.id).not.toBeNull();
		for (const skip of [0, service.pageSize]) {
			const recorded = service.ask({skip, cursor: skip === 0 ? undefined : `c3Vyc29y-${skip}`});
			const written = write(profile, valuesOf(service, profile, skip));
			const {headers: _, ...expected} = recorded;
			// Filters that were set in the recording are not kept.
			const without = JSON.parse(JSON.stringify(expected).replace(/,\\?"eventType\\?":\\?"[\w.]+\\?"/, '').replace(',"appFeature":"miniProgram"', '')) as RecordedRequest;
			const plain = (request: RecordedRequest) => ({...request, url: request.url.replaceAll('+', '%20')});
			expect(plain(written)).toEqual(plain(without));
		}
	});

	it.each(services)('$name: what stands where in its answers is found', async service => {
		const {response, pages: {style}} = searchOf(await learnFrom(amongOthers(search(service))));
		const answer: unknown = JSON.parse(JSON.stringify(service.answer(rows.slice(0, service.pageSize), {skip: 0, total, next: 'c3Vyc29y-next'})).replace(/^"|"$/g, '').replaceAll('\\"', '"'));
		const at = (value: unknown, path = '') => path.split('.').reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], value);
		const list = at(answer, response.rows) as unknown[];
		expect(list).toHaveLength(service.pageSize);
		const codec = compileTimeForm(response.time);
		const times = list.map(row => codec.read(at(row, response.time.at)));
		expect(times.map(time => Math.floor((time ?? 0) / 1000))).toEqual(rows.slice(0, service.pageSize).map(row => Math.floor(row.time / 1000)));
		if (response.total !== undefined) expect(Number(at(answer, response.total))).toBe(total);
		if (style === 'cursor') expect(at(answer, response.cursor)).toBe('c3Vyc29y-next');
		expect([response.total, response.more, response.cursor].some(path => path !== undefined)).toBe(true);
	});

	it.each(services)('$name can be written to a file and read again', async service => {
		const {profile} = await learnFrom(amongOthers(search(service)));
		const path = await temporaryDirectory().put('profile.yaml', formatProfile(profile));
		expect(await readProfile(path)).toEqual(profile);
	});

	it.each(services.filter(({name}) => !name.startsWith('cursor')))('$name is learned from one page, by the names of things', async service => {
		const [one, two] = await Promise.all([learnFrom(amongOthers(search(service, 1))), learnFrom(amongOthers(search(service)))]);
		expect(one.profile).toEqual(two.profile);
		expect(one.report).toContain('by its name');
	});
});

/** A search of two pages, and the service's answers. */
function pages(ask: (page: number) => RecordedRequest, answer: (page: number) => unknown, more: RecordedAnswer = {}): unknown[] {
	return [0, 1].map(page => entry({at: recordedAt + page, ...ask(page)}, {body: answer(page), ...more}));
}

const seconds = (ms: number) => Math.floor(ms / 1000);
const served = (page: number, size = 20) => rows.slice(page * size, page * size + size);
const post = (path: string, json: unknown): RecordedRequest => ({method: 'POST', url: `${origin}${path}`, json});

describe('learning', () => {
	it('tells the three searches of one endpoint apart by the fields of their rows', async () => {
		const fields = [{url: '/x', method: 'GET', error_code: 0}, {event_type: 'a.b'}, {os: 'x', device_model: 'y', lark_version: '1'}];
		const {profile, kinds} = await learnFrom(fields.flatMap((more, index) => pages(
			page => post('/api/log/search', {appId, log_type: index + 1, start: day.since, end: day.until, page: page + 1, page_size: 20}),
			page => ({code: 0, data: {total, list: served(page).map(row => ({id: mark(row), time: row.time, ...more}))}}),
		)));
		expect(kinds).toEqual(['server', 'event', 'client']);
		expect(Object.values(profile.searches).map(found => found?.request.json)).toMatchObject([{log_type: 1}, {log_type: 2}, {log_type: 3}]);
	});

	it('takes a GraphQL search with a cursor', async () => {
		const profile = searchOf(await learnFrom(pages(
			page => post('/graphql', {operationName: 'ClientLogs', query: 'query ClientLogs($f: F) {logs(filter: $f) {edges {node {id}}}}', variables: {filter: {timeRange: {gte: day.since, lte: day.until}}, first: 20, after: page === 0 ? null : 'Y3Vyc29yOjIw'}}),
			page => ({data: {logs: {totalCount: total, edges: served(page).map(row => ({node: {id: mark(row), time: row.time, device: 'd', os: 'o', sdkVersion: '2'}})), pageInfo: {hasNextPage: true, endCursor: `Y3Vyc29yOj${page === 0 ? 'Iw' : 'Qw'}`}}}}),
		)));
		expect(profile.request.json).toMatchObject({query: expect.stringContaining('node { id}') as string, variables: {first: '{page_size}', after: '{cursor}', filter: {timeRange: {gte: '{since}', lte: '{until}'}}}});
		expect(profile.response).toMatchObject({rows: 'data.logs.edges', id: 'node.id', cursor: 'data.logs.pageInfo.endCursor', more: 'data.logs.pageInfo.hasNextPage', total: 'data.logs.totalCount'});
	});

	it('takes a search whose times stand in the path, with pages from 0', async () => {
		const profile = searchOf(await learnFrom(pages(
			page => ({method: 'GET', url: `${origin}/apps/${appId}/server/logs/${seconds(day.since)}/${seconds(day.until)}?page=${page}&per_page=20`}),
			page => ({ok: true, entries: served(page).map(row => ({id: mark(row), at: seconds(row.time), method: 'GET', endpoint: '/x'}))}),
		)));
		expect(profile.request).toMatchObject({path: '/apps/{app_id}/server/logs/{since:text}/{until:text}', query: {page: '{page:text}'}});
		expect(profile.pages).toEqual({style: 'page', first: 0, size: 20});
	});

	it('takes names that say nothing, when two pages show what is what', async () => {
		const profile = searchOf(await learnFrom(pages(
			page => post('/q', {s: seconds(day.since), e: seconds(day.until), p: page * 20, n: 20, a: appId}),
			page => ({c: 0, l: served(page).map(row => ({i: `${mark(row)}-${row.index}`, t: seconds(row.time), m: 'hello'}))}),
		), {kind: 'server'}));
		expect(profile.request.json).toEqual({s: '{since}', e: '{until}', p: '{offset}', n: '{page_size}', a: '{app_id}'});
		expect(profile.response).toMatchObject({rows: 'l', id: 'i', time: {at: 't', as: 'seconds'}});
	});

	it('does not take a filter that changes for a page that is turned', async () => {
		const profile = searchOf(await learnFrom([1, 2].map(status => entry(
			post('/event/logs', {app_id: appId, from: day.since, to: day.until, status, page: 1, size: 20}),
			{body: {code: 0, data: {list: served(0).map(row => ({id: mark(row), event_type: 'x', time: row.time, status})), total}}},
		))));
		expect(profile.pages).toEqual({style: 'page', size: 20});
		expect(profile.request.json).toMatchObject({status: '{status}', page: '{page}'});
		expect(profile.filters).toEqual({status: {as: 'number'}});
	});

	it('learns from a later search how a filter is written that was not set before', async () => {
		const ask = (more: object) => post('/event/logs', {app_id: appId, from: day.since, to: day.until, page: 1, size: 20, ...more});
		const answer = {body: {code: 0, data: {list: served(0).map(row => ({id: mark(row), event_type: 'x', time: row.time, status: row.index % 2 === 0 ? 'SUCCESS' : 'FAILED'})), total}}};
		const profile = searchOf(await learnFrom([entry(ask({status: null}), answer), entry(ask({status: ['FAILED'], tenant_key: 'a1b2'}), answer)]));
		expect(profile.filters).toEqual({status: {as: 'list', values: {success: 'SUCCESS', failed: 'FAILED'}, otherwise: null}, tenant_key: {}});
		expect(profile.request.json).toMatchObject({status: '{status}', tenant_key: '{tenant_key}'});
	});

	it('does not take the id of the request itself for a filter', async () => {
		const {profile, report} = await learnFrom([entry(
			post('/server/log/list', {app_id: appId, from: day.since, to: day.until, requestId: 'req-20261120', logId: '', page: 1, size: 20}),
			{body: {list: served(0).map(row => ({id: mark(row), request_id: mark(row), url: '/x', time: row.time})), total}},
		)]);
		expect(profile.searches.server).toMatchObject({request: {json: {requestId: 'req-20261120', logId: '{request_id}'}}, filters: {request_id: {otherwise: ''}}});
		expect(report).not.toContain('its recorded value');
	});

	it('keeps no filter that was set, and no person', async () => {
		const {profile, report} = await learnFrom([entry(
			post('/log/client/search', {app_id: appId, time_start: seconds(day.since), time_end: seconds(day.until), statuses: [1, 2], keyword: 'zhang san', open_id: 'ou_1234567890abcdef', operator: 'zhang', contact: 'zhang@example.com', app_feature: 2, page: 1, size: 50}),
			{body: {code: 0, data: {items: rows.slice(0, 30).map(row => ({id: mark(row), time: seconds(row.time), status: 1, device: 'x'})), total: 30}}},
		)]);
		expect(JSON.stringify(profile) + report).not.toMatch(/zhang|ou_1234/);
		expect(profile.searches.client?.filters).toEqual({status: {as: 'numbers'}, keyword: {separator: ' '}, user_open_id: {}, app_feature: {as: 'number'}});
		expect(report).toContain('the recording sent 2');
	});

	it('finds the search behind hundreds of lists that look like one', async () => {
		const others = Array.from({length: 250}, (_, index) => entry(post(`/api/list${index}/search`, {start: day.since, end: day.until}), {body: {list: served(0).slice(0, 3).map(row => ({id: mark(row), note: 'x', time: row.time}))}}));
		expect((await learnFrom([...others, ...search(services[1] as Service)])).kinds).toEqual(['event']);
	});

	it('reads names with dots and brackets, as forms write nested values', async () => {
		const profile = searchOf(await learnFrom([entry(
			{method: 'POST', url: `${origin}/client/log`, form: {'filter.time.st': String(day.since), 'filter.time.et': String(day.until), 'pagination[index]': '0', 'pagination[limit]': '20'}},
			{body: {code: 0, data: {list: served(0).map(row => ({id: mark(row), os: 'x', device: 'y', time: row.time})), total}}},
		)]));
		expect(profile).toMatchObject({request: {form: {'filter.time.st': '{since:text}', 'pagination[index]': '{page:text}', 'pagination[limit]': '{page_size:text}'}}, pages: {style: 'page', first: 0}});
	});

	it('believes the zone that the request names', async () => {
		const {profile, report} = await learnFrom([entry(
			post('/event/logs', {from: '2026-11-20 00:00:00', to: '2026-11-20 18:00:00', timeZone: 'Asia/Tokyo', page: 1, size: 20}),
			{body: {list: served(0).map(row => ({id: mark(row), event_type: 'x', time: row.time})), total}},
		)]);
		expect(profile.searches.event?.time.timezone).toBe('Asia/Tokyo');
		expect(report).not.toContain('assumed');
	});

	it('does not take row numbers that start anew on every page for ids', async () => {
		const rowsOf = (page: number) => served(page).map((row, index) => ({id: index + 1, event_type: 'x', time: row.time, trace_id: mark(row)}));
		const profile = searchOf(await learnFrom(pages(page => post('/event/logs', {from: day.since, to: day.until, page: page + 1, size: 20}), page => ({list: rowsOf(page), total}))));
		expect(profile.response.id).toBe('trace_id');
	});

	it('takes the code of an expired session, and where failures say why', async () => {
		const service = services[0];
		if (service === undefined) throw new Error('there is no service');
		const refused = entry(service.ask({skip: 0, cursor: undefined}), {status: 401, body: {code: 10_010, msg: 'please log in'}});
		expect(searchOf(await learnFrom([...search(service), refused])).response).toMatchObject({success: {at: 'code', is: [0]}, expired: {at: 'code', is: [10_010]}, message: 'msg'});
	});

	it('does not take every failure for an expired session', async () => {
		const ask = (page: number) => post('/event/logs', {app_id: appId, from: day.since, to: day.until, page: page + 1, size: 20});
		const answer = (page: number) => ({success: true, rows: served(page).map(row => ({id: mark(row), event_type: 'x', time: row.time})), total});
		const signedOut = entry(ask(0), {body: {success: false, error: {code: 'NOT_SIGNED_IN', message: 'Please sign in.'}}});
		expect(searchOf(await learnFrom([...pages(ask, answer), signedOut])).response).toMatchObject({success: {at: 'success', is: [true]}, expired: {at: 'error.code', is: ['NOT_SIGNED_IN']}, message: 'error.message'});
	});

	it.each([
		['isEnd', true, {last: 'isEnd'}], ['noMore', 'Y', {last: 'noMore'}], ['last', 1, {last: 'last'}], ['hasNext', 'N', {more: 'hasNext'}],
	])('takes %s for what says whether there is more', async (name, atEnd, expected) => {
		const other: Record<string, unknown> = {true: false, Y: 'N', 1: 0, N: 'Y'};
		const ask = (page: number) => post('/event/logs', {app_id: appId, from: day.since, to: day.until, page: page + 1, size: 20});
		const answer = (page: number) => ({code: 0, list: served(page).map(row => ({id: mark(row), event_type: 'x', time: row.time})), [name]: page === 2 ? atEnd : other[String(atEnd)]});
		expect(searchOf(await learnFrom(pages(ask, answer))).response).toMatchObject(expected);
	});

	it('does not take for the last page what is true of all pages', async () => {
		const ask = (page: number) => post('/event/logs', {app_id: appId, from: day.since, to: day.until, page: page + 1, size: 20});
		const answer = (page: number) => ({code: 0, list: served(page).map(row => ({id: mark(row), event_type: 'x', time: row.time})), isFinished: true, nextPage: page + 1});
		const {response} = searchOf(await learnFrom(pages(ask, answer)));
		expect(response).not.toHaveProperty('last');
		expect(response).not.toHaveProperty('more');
	});

	it.each([['+08:00', 'Asia/Shanghai'], ['-0500', 'America/New_York'], ['+05:30', 'Asia/Kolkata']])('keeps writing times with the offset %s', async (offset, timezone) => {
		const ahead = Number(`${offset.slice(0, 1)}1`) * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2))) * 60_000;
		const written = (ms: number) => `${new Date(ms + ahead).toISOString().slice(0, 19)}${offset}`;
		const ask = (page: number) => post('/event/logs', {app_id: appId, from: written(day.since), to: written(day.until), page: page + 1, size: 20});
		const answer = (page: number) => ({code: 0, total, list: served(page).map(row => ({id: mark(row), event_type: 'x', time: row.time}))});
		expect(searchOf(await learnFrom(pages(ask, answer))).time).toMatchObject({as: 'YYYY-MM-DDTHH:mm:ssZZ', timezone});
	});

	it.each([0, 3, 6, 9, 15, 21])('does not take the end of a day for now, by the clocks of a far zone: %i:58', async hour => {
		const at = Date.UTC(2026, 10, 20, hour, 58, 20);
		const today = Math.floor((at + 8 * 3_600_000) / 86_400_000) * 86_400_000 - 8 * 3_600_000;
		const ask = (page: number) => post('/event/logs', {app_id: appId, from: shanghai(today - 86_400_000), to: shanghai(today - 1000), page: page + 1, size: 20});
		const answer = (page: number) => ({code: 0, total, list: served(page).map(row => ({id: mark(row), event_type: 'x', time: shanghai(today - 3_600_000 - row.index * 60_000)}))});
		const {profile, report} = await learnFrom([0, 1].map(page => entry({...ask(page), at: at + page}, {body: answer(page)})));
		expect(profile.searches.event?.time.timezone).toBe('Asia/Shanghai');
		expect(report).toContain('Asia/Shanghai is assumed');
	});

	it('says what is sent as it was recorded, and what is left out that was always set', async () => {
		const ask = (page: number) => post('/event/logs', {app_id: appId, from: day.since, to: day.until, page: page + 1, size: 20, onlyFailed: true, status: ['failed']});
		const answer = (page: number) => ({code: 0, total, list: served(page).map(row => ({id: mark(row), event_type: 'x', status: 'failed', time: row.time}))});
		const {report} = await learnFrom(pages(ask, answer));
		expect(report).toMatch(/as recorded +json\.onlyFailed +\(a filter among them narrows every search/);
		expect(report).toContain('json.status was set in all of the recording; without --status it is left out');
	});

	it('finds the zone of local times in the request by the times of the rows', async () => {
		const local = (ms: number, hours: number) => new Date(ms + hours * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
		const newest = (rows[0]?.time ?? 0) + 1000;
		const oldest = (rows[19]?.time ?? 0) - 1000;
		const profile = searchOf(await learnFrom([entry(
			post('/event/logs', {app_id: appId, from: local(oldest, 9), to: local(newest, 9), page: 1, size: 20}),
			{body: {code: 0, list: served(0).map(row => ({id: mark(row), event_type: 'x', time: row.time})), total}},
		)]));
		expect(profile.time).toMatchObject({as: 'YYYY-MM-DD HH:mm:ss', timezone: 'Asia/Tokyo'});
	});
});

describe('what the recording does not show', () => {
	const page = (body: unknown, json: object = {}) => entry(post('/server/log/list', {app_id: appId, start: day.since, end: day.until, ...json}), {body});
	const list = (count: number, row: (index: number) => object) => rows.slice(0, count).map((_, index) => row(index));

	it('is asked for by flag: how pages are turned, where the answer has more', async () => {
		const entries = [page({code: 0, total, list: list(20, index => ({id: `r${index}`, url: '/a', time: rows[index]?.time}))})];
		await expect(learnFrom(entries)).rejects.toMatchObject({exitCode: 2, message: expect.stringContaining('--page-at') as string});
		expect(searchOf(await learnFrom(entries, {pageAt: 'none'})).pages).toEqual({style: 'none'});
	});

	it('is asked for by flag: a cursor that the first page does without', async () => {
		const entries = [page({code: 0, next_token: 'abcdef', list: list(20, index => ({id: `r${index}`, url: '/a', time: rows[index]?.time}))})];
		await expect(learnFrom(entries)).rejects.toMatchObject({exitCode: 2, hint: 'add --cursor-at <place>'});
		const profile = searchOf(await learnFrom(entries, {cursorAt: 'json.page_token'}));
		expect(profile).toMatchObject({request: {json: {page_token: '{cursor}'}}, pages: {style: 'cursor'}, response: {cursor: 'next_token'}});
	});

	it('is asked for by flag: the id and the time of rows', async () => {
		const entries = [page({code: 0, total: 5, list: list(5, index => ({api: '/a', happened: `${index} minutes ago`, app: 'x', clock: rows[index]?.time ?? 0}))}, {page: 1, size: 20})];
		await expect(learnFrom(entries)).rejects.toMatchObject({exitCode: 2, hint: 'add --id <path|none>'});
		expect(searchOf(await learnFrom(entries, {id: 'none'})).response).toMatchObject({id: null, time: {at: 'clock'}});
		await expect(learnFrom(entries, {id: 'app'})).rejects.toThrow('repeats within one page');
		await expect(learnFrom(entries, {id: 'none', time: 'when'})).rejects.toMatchObject({message: '--time when: the rows have no such field', hint: 'times stand in clock'});
	});

	it('is asked for by flag: the other end of the time range', async () => {
		const entries = [entry(post('/server/log/list', {app_id: appId, start_time: day.since, page: 1, size: 20}), {body: {code: 0, total: 5, list: list(5, index => ({id: `r${index}`, url: '/a', time: rows[index]?.time}))}})];
		await expect(learnFrom(entries)).rejects.toMatchObject({exitCode: 2, hint: 'add --until-at <place>'});
		expect(searchOf(await learnFrom(entries, {untilAt: 'json.end_time'})).request.json).toMatchObject({start_time: '{since}', end_time: '{until}'});
	});

	it('is asked for by flag: which search it is', async () => {
		const entries = [entry(post('/q', {from: day.since, to: day.until, page: 1, size: 20}), {body: {list: list(5, index => ({id: `r${index}`, x: 1, time: rows[index]?.time}))}})];
		await expect(learnFrom(entries)).rejects.toMatchObject({exitCode: 2, hint: expect.stringContaining('--kind') as string});
		expect((await learnFrom(entries, {kind: 'event'})).kinds).toEqual(['event']);
	});

	it('is not taken from a flag that the recording contradicts', async () => {
		const entries = [page({code: 0, total: 5, list: list(5, index => ({id: `r${index}`, url: '/a', time: rows[index]?.time}))}, {page: 1, size: 20})];
		const wrong: LearnFlags[] = [{items: 'data.list'}, {pageAt: 'json.nothing'}, {offsetAt: 'json.app_id'}, {sizeAt: 'json.app_id'}, {total: 'code'}, {more: 'data.more'}, {time: 'id', timeAs: 'seconds'}, {timeAs: 'minutes'}, {sinceAt: 'body.start'}, {kind: 'other'}];
		const outcomes = await Promise.allSettled(wrong.map(async flags => learnFrom(entries, flags)));
		expect(outcomes.filter(outcome => outcome.status === 'fulfilled' || !(outcome.reason instanceof UsageError))).toEqual([]);
	});

	it('is taken from flags where they are given', async () => {
		const entries = [page({code: 0, total: 5, other: 5, list: list(5, index => ({id: `r${index}`, key: `k${index}`, url: '/a', time: rows[index]?.time, stamp: (rows[index]?.time ?? 0) - 1}))}, {page: 1, size: 20, offset: 0, limit: 20})];
		const profile = searchOf(await learnFrom(entries, {items: 'list', id: 'key', time: 'stamp', offsetAt: 'json.offset', sizeAt: 'json.limit', total: 'other'}));
		expect(profile).toMatchObject({request: {json: {offset: '{offset}', limit: '{page_size}', size: 20}}, pages: {style: 'offset', size: 20}, response: {id: 'key', time: {at: 'stamp'}, total: 'other'}});
	});

	it('is not taken from one flag for several searches', async () => {
		const entries = services.slice(0, 2).flatMap(service => search(service));
		await expect(learnFrom(entries, {id: 'none'})).rejects.toMatchObject({hint: 'say which with --kind, and run once for each'});
		expect((await learnFrom(entries, {items: 'data.list', kind: 'server'})).kinds).toEqual(['server']);
	});

	it('is looked for in the request that --url names', async () => {
		const other = entry(post('/event/log/old', {start: day.since, end: day.until, page: 1, size: 20}), {body: {total: 5, list: list(5, index => ({id: `r${index}`, event_type: 'a', time: rows[index]?.time}))}});
		const both = [...search(services[1] as Service), other];
		const first = await learnFrom(both);
		expect(first.report).toContain('/event/log/old looks like such a search too');
		expect(searchOf(await learnFrom(both, {url: '/log/old'})).request.path).toBe('/event/log/old');
	});
});

describe('a recording without a search', () => {
	it('is answered with what was in it and what came nearest', async () => {
		await expect(learnFrom(noise(origin))).rejects.toMatchObject({exitCode: 2, message: expect.stringMatching(/no search was found among 50 requests, \d+ of them answered with JSON\. Nearest came:\n.*statistics.*points of a chart/s) as string});
	});

	it('is answered with the way to save bodies, where they are missing', async () => {
		const empty = [0, 1, 2].map(() => entry(post('/event/log', {start: day.since, end: day.until}), {body: {list: []}, withoutContent: true}));
		await expect(learnFrom(empty)).rejects.toMatchObject({message: expect.stringContaining('without the text of their answer') as string, hint: expect.stringContaining('with content') as string});
	});

	it('is told when the search brought no rows', async () => {
		await expect(learnFrom([entry(post('/event/log', {start: day.since, end: day.until}), {body: {code: 0, data: {list: [], total: 0}}})])).rejects.toThrow('search a time that has logs');
	});

	it('is told when it holds no requests', async () => {
		await expect(learnFrom([])).rejects.toThrow('holds no requests');
	});

	it('is refused when the console was asked over plain http', async () => {
		const entries = search({...services[1] as Service, ask: page => ({method: 'GET', url: ((services[1] as Service).ask(page)).url.replace('https:', 'http:')})});
		await expect(learnFrom(entries, {console: origin.replace('https:', 'http:')})).rejects.toThrow('plain http');
	});
});

describe('local times', () => {
	it('are refused in a zone that the rows contradict', async () => {
		const entries = [entry(post('/event/logs', {from: shanghai((rows[19]?.time ?? 0) - 1000), to: shanghai((rows[0]?.time ?? 0) + 1000), page: 1, size: 20}), {body: {code: 0, list: served(0).map(row => ({id: mark(row), event_type: 'x', time: row.time})), total}})];
		await expect(learnFrom(entries, {timezone: 'America/New_York'})).rejects.toMatchObject({hint: 'Asia/Shanghai would fit'});
		expect(searchOf(await learnFrom(entries, {timezone: 'Asia/Singapore'})).time.timezone).toBe('Asia/Singapore');
	});
});
