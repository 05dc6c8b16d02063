import {describe, expect, it} from 'vitest';
import {eventProfile, fakeConsole, searchLog, start} from './consoles.ts';

const rows = Array.from({length: 12}, (_, index) => ({id: `row-${index}`, time: start / 1000 - 60 - index}));

describe('an answer that says all is well and has no place for rows', () => {
	const counted = ({page}: {page: number}) => ({code: 0, data: {list: rows.slice((page - 1) * 10, page * 10), total: rows.length}});

	it('is asked for again, and the rows are there', async () => {
		const console = fakeConsole(({text}, index) => index === 0 ? {code: 0, data: null} : counted(JSON.parse(text) as {page: number}));
		const {code, records, stderr} = await searchLog(['event', '--since', '1h'], {...console, profile: eventProfile()});
		expect({code, count: records.length, stderr}).toEqual({code: 0, count: rows.length, stderr: ''});
	});

	it.each([undefined, null, []])('is taken for no rows when it comes again as %j, with a warning although there were rows before', async data => {
		const console = fakeConsole(({text}) => {
			const {from} = JSON.parse(text) as {from: number};
			return from > start / 1000 - 90_000 ? {code: 0, ...(data === undefined ? {} : {data})} : {data: {list: [{id: 'old', time: from + 60}], total: 1}};
		});
		const {code, records, stderr} = await searchLog(['event', '--since', '48h', '--window', '24h', '--concurrency', '1'], {...console, profile: eventProfile()});
		expect({code, count: records.length}).toEqual({code: 0, count: 1});
		expect(stderr.match(/warning: .*holds no data\.list, which is taken for no rows/g)).toHaveLength(1);
	});
});

describe('a page that a cursor leads to, without a place for rows', () => {
	const profile = (more: boolean) => eventProfile({
		request: {method: 'POST', path: '/api/events', json: {from: '{since}', to: '{until}', cursor: '{cursor}'}},
		pages: {style: 'cursor'},
		response: {rows: 'data.list', id: 'id', time: {at: 'time', as: 'seconds'}, cursor: 'data.next', ...(more ? {more: 'data.has_more'} : {})},
	});
	const first = {data: {list: rows.slice(0, 10), next: 'c1', has_more: true}};
	const asked = (text: string) => (JSON.parse(text) as {cursor?: string}).cursor;

	it('ends the run where the answer before says that there are more', async () => {
		const console = fakeConsole(({text}) => asked(text) === undefined ? first : {data: null});
		const {code, stderr} = await searchLog(['event', '--since', '1h'], {...console, profile: profile(true)});
		expect(code).toBe(1);
		expect(stderr).toContain('has no place for rows (data.list), and the one before says that there are more');
		expect(console.seen.map(({text}) => asked(text))).toEqual([undefined, 'c1', 'c1']);
	});

	it('is read when it comes at the second try', async () => {
		const console = fakeConsole(({text}, index) => asked(text) === undefined ? first : index === 1 ? {data: null} : {data: {list: rows.slice(10), has_more: false}});
		const {code, records} = await searchLog(['event', '--since', '1h'], {...console, profile: profile(true)});
		expect({code, count: records.length}).toEqual({code: 0, count: rows.length});
	});

	it('is the end where cursors alone lead on: the last rows may have one, too', async () => {
		const console = fakeConsole(({text}) => asked(text) === undefined ? first : {code: 0});
		const {code, records} = await searchLog(['event', '--since', '1h'], {...console, profile: profile(false)});
		expect({code, count: records.length}).toEqual({code: 0, count: 10});
	});
});
