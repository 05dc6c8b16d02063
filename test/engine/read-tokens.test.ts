import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {ApiError} from '../../src/base/errors.ts';
import type {PageParameters} from '../../src/engine/pager.ts';
import {newReport, problemsOf} from '../../src/engine/problems.ts';
import {newTokenLife} from '../../src/engine/read-tokens.ts';
import {readWindow} from '../../src/engine/read-window.ts';
import {feishuBehavior} from '../../src/sources/feishu-behavior.ts';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';
import type {SourceDefinition} from '../../src/sources/types.ts';

interface Row {
	readonly id: string;
	/** Unix seconds. */
	readonly at: number;
}

const start = Date.UTC(2026, 2, 4) / 1000;
const pageSize = 5;
const dead = () => new ApiError('a parameter is not accepted', {vendorCode: 1_780_103, isRefusal: true, hint: 'check the filters and the time range'});

/** An API whose tokens serve so many pages after the first one of a range. */
function api(rows: readonly Row[], source: SourceDefinition, {lives, order = (page: readonly Row[]) => page}: {
	lives: number; order?: (rows: readonly Row[]) => readonly Row[];
}) {
	const requests: PageParameters[] = [];
	let refused = 0;
	const {range, pagination} = source;
	const token = 'tokenParameter' in pagination ? pagination.tokenParameter : '';
	const fetchPage = async (parameters: PageParameters) => {
		requests.push(parameters);
		const skip = Number(parameters[token] ?? 0);
		if (skip / pageSize > lives) {
			refused++;
			throw dead();
		}
		const inside = order(rows).filter(({at}) => at >= Number(parameters[range.start]) && at < Number(parameters[range.end]));
		const items = inside.slice(skip, skip + pageSize).map(({id, at}) => ({[source.id ?? '']: id, event_time: at}));
		const more = inside.length > skip + pageSize;
		const body = {code: 0, data: {items, has_more: more, page_token: more ? String(skip + pageSize) : ''}};
		return {text: JSON.stringify(body), body, altered: false};
	};
	return {fetchPage, requests, refused: () => refused};
}

async function read(source: SourceDefinition, {fetchPage}: Pick<ReturnType<typeof api>, 'fetchPage'>, seconds: number, windows = 1) {
	const tokens = newTokenLife();
	const ids: string[] = [];
	const problems = [];
	for (let index = 0; index < windows; index++) {
		const report = newReport();
		const window = {from: (start + index * seconds) * 1000, to: (start + (index + 1) * seconds) * 1000};
		for await (const batch of readWindow(window, {source, pageSize, fetchPage, tokens, verbose: () => undefined}, report)) ids.push(...batch.map(({id = ''}) => id));
		problems.push(...problemsOf(report, window));
	}
	return {ids, problems, tokens};
}

const spread = (count: number, seconds: number): Row[] => Array.from({length: count}, (_, index) => ({id: `r${index}`, at: start + Math.floor(index * seconds / count)}));
const sorted = (ids: readonly string[]) => ids.toSorted((one, other) => one < other ? -1 : 1);

describe('a page token that is refused in the middle of a window', () => {
	it.each([
		[feishuOpenapi, 0], [feishuOpenapi, 1], [feishuOpenapi, 2], [feishuBehavior, 0], [feishuBehavior, 5],
	])('has it read again in pieces: $name, tokens that serve %i pages', async (source, lives) => {
		const rows = spread(500, 3600);
		const {ids, problems} = await read(source, api(rows, source, {lives}), 3600);
		expect(sorted(ids)).toEqual(sorted(rows.map(({id}) => id)));
		expect(problems).toEqual([]);
	});

	it('loses and repeats nothing, in whatever order rows come', async () => {
		await fc.assert(fc.asyncProperty(
			fc.array(fc.nat(599), {maxLength: 120}), fc.nat(3), fc.constantFrom('asc', 'desc', 'mixed'),
			async (times, lives, how) => {
				const rows = times.map((at, index) => ({id: `r${index}`, at: start + at}));
				// At most two pages of one range of three seconds: the smallest piece can always be read.
				const most = Math.max(0, ...rows.map(({at}) => rows.filter(other => Math.abs(other.at - at) <= 2).length));
				fc.pre(most <= pageSize * (lives + 1));
				const order = (all: readonly Row[]) => how === 'mixed'
					? all.toSorted((one, other) => Number(one.id.slice(1)) * 7919 % 101 - Number(other.id.slice(1)) * 7919 % 101)
					: all.toSorted((one, other) => how === 'asc' ? one.at - other.at : other.at - one.at);
				const {ids, problems} = await read(feishuOpenapi, api(rows, feishuOpenapi, {lives, order}), 600);
				expect(sorted(ids)).toEqual(sorted(rows.map(({id}) => id)));
				expect(problems).toEqual([]);
			},
		));
	});

	it('is learned: later windows begin with pieces that fit', async () => {
		const server = api(spread(4000, 4 * 3600), feishuOpenapi, {lives: 4});
		await read(feishuOpenapi, server, 3600);
		const once = server.refused();
		await read(feishuOpenapi, server, 3600, 4);
		expect(once).toBeGreaterThan(0);
		expect(server.refused() - once).toBe(once);
	});

	it('lets pieces grow again where there is little', async () => {
		const hour = spread(400, 3600);
		const server = api(hour, feishuOpenapi, {lives: 2});
		await read(feishuOpenapi, server, 3600, 1);
		const dense = server.requests.length;
		await read(feishuOpenapi, server, 3600, 100);
		expect(server.requests.length - 2 * dense).toBeLessThan(150);
	});

	it('fails where one second has more pages than any token serves, and says so', async () => {
		const rows = Array.from({length: 40}, (_, index) => ({id: `r${index}`, at: start + 60}));
		const reading = read(feishuOpenapi, api(rows, feishuOpenapi, {lives: 1}), 3600);
		await expect(reading).rejects.toMatchObject({
			message: 'a parameter is not accepted',
			hint: expect.stringMatching(/^the API refuses the page tokens that it gave out, each time after at most 10 rows of 2026-03-04T00:0/) as string,
		});
	});

	it('is no reason to read again when the first page is refused', async () => {
		let requests = 0;
		const reading = read(feishuOpenapi, {fetchPage: async () => {
			requests++;
			throw dead();
		}}, 3600);
		await expect(reading).rejects.toMatchObject({hint: 'check the filters and the time range'});
		expect(requests).toBe(1);
	});

	it('names rows that were delivered once and are gone when the pieces are read', async () => {
		const rows = spread(100, 3600);
		const server = api(rows, feishuOpenapi, {lives: 1});
		let asked = 0;
		const {problems} = await read(feishuOpenapi, {fetchPage: async parameters => {
			if (++asked === 4) rows.splice(3, 1);
			return server.fetchPage(parameters);
		}}, 3600);
		expect(problems).toMatchObject([{kind: 'unstable', detail: '1 rows were delivered, and not when it was read again in smaller pieces'}]);
	});
});
