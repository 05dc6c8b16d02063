import {describe, expect, it} from 'vitest';
import {jsonAt} from './reading.ts';
import {at, open, pageSize, subjects, type Subject} from './subjects.ts';
import {sources} from '../../../../src/sources/index.ts';
import type {SourceDefinition} from '../../../../src/sources/types.ts';

/** How the vendor, the sources that say it in their own way, and the console refuse a parameter. */
const refusal = new RegExp(['1780103', 'INVALID_ARGUMENT', ...Object.values<SourceDefinition>(sources).flatMap(({badParameter}) => badParameter === undefined ? [] : [badParameter.code, ...Object.values(badParameter.of ?? {})])].join('|'));

type Page = Awaited<ReturnType<ReturnType<typeof open>['page']>>;

const styled = (style: 'token' | 'counted') => subjects.filter(({shape: {pagination}}) => (pagination.style === 'token') === (style === 'token'));

/** The JSON of what a page says about the next: its token, and whether there is more. */
function said({text}: Page, {shape: {pagination}}: Subject): {token: string | undefined; more: string | undefined} {
	if (pagination.style !== 'token') throw new Error('there are no tokens');
	return {token: jsonAt(text, pagination.token), more: pagination.more === undefined ? undefined : jsonAt(text, pagination.more)};
}

describe.each(styled('token'))('page tokens of $name', subject => {
	const honest = open(subject);
	const all = honest.page({size: 50});
	const firstTwo = honest.pages(3);
	const tokens = async () => (await firstTwo).map(page => said(page, subject).token ?? '');

	/** The pages that a client reads which follows the tokens, and what they say. */
	const through = (how: string) => {
		const opened = open(subject, 'page-token', {how});
		return {...opened, said: async (count: number) => (await opened.pages(count)).map(page => said(page, subject).token)};
	};

	it('repeat from the second page on', async () => {
		const [first] = await tokens();
		expect(await through('repeats').said(3)).toEqual([first, first, first]);
	});

	it('go back from the third page on', async () => {
		const [first, second] = await tokens();
		expect(await through('goes-back').said(4)).toEqual([first, second, first, second]);
	});

	it.each(['of-another-query', 'expired'])('are refused: %s', async how => {
		const [first, second] = await through(how).pages(2);
		expect([first?.rows.length, second?.rows.length]).toEqual([pageSize, 0]);
		expect(second?.text).toMatch(refusal);
	});

	it('lead to rows before the range, and to the end', async () => {
		const [first, second] = await through('leads-elsewhere').pages(2);
		expect(first?.text).toBe((await firstTwo)[0]?.text);
		expect(second?.rows).toHaveLength(pageSize);
		for (const row of second?.rows ?? []) expect((await all).rows).not.toContain(row);
		expect(said(second ?? await all, subject)).toEqual({token: undefined, more: 'false'});
	});

	it('are empty or missing where there is more', async () => {
		expect(said(await through('empty').page(), subject)).toEqual({token: '""', more: 'true'});
		expect(said(await through('missing-with-more').page(), subject)).toEqual({token: undefined, more: 'true'});
	});

	it('are there on the last page', async () => {
		const last = await through('present-at-end').page({size: 50, token: said(await all, subject).token?.slice(1, -1)});
		expect(said(last, subject).more).toBe('false');
		expect(said(last, subject).token).toMatch(/^".{5,}"$/);
		expect((await through('present-at-end').page()).text).toBe((await firstTwo)[0]?.text);
	});

	it.each([['huge', /^".{100000}A+"$/s], ['number', /^80000000000000\d\d$/], ['control-characters', String.raw`\u001b[2J`]])('can be sent back: %s', async (how, form) => {
		const pages = await through(how).pages(3);
		for (const page of pages) expect(said(page, subject).token).toMatch(form);
		expect(pages.map(({rows}) => rows)).toEqual((await firstTwo).map(({rows}) => rows));
	});

	it.each([['missing', undefined], ['string', '"true"'], ['false-too-early', 'false']])('stand beside a has-more that is %s', async (how, more) => {
		const page = await open(subject, 'has-more', {how}).page();
		expect(said(page, subject)).toEqual({token: (await tokens())[0], more});
		expect(page.rows).toEqual((await firstTwo)[0]?.rows);
	});

	it('go on with empty pages for ever', async () => {
		const {page} = open(subject, 'has-more', {how: 'always-true'});
		expect((await page()).text).toBe((await firstTwo)[0]?.text);
		let next: string | undefined = said(await all, subject).token?.slice(1, -1);
		const rows: number[] = [];
		for (let count = 0; count < 6; count++) {
			const answer = await page({size: 50, ...(next === undefined ? {} : {token: next})});
			expect(said(answer, subject).more).toBe('true');
			next = said(answer, subject).token?.slice(1, -1);
			rows.push(answer.rows.length);
		}
		expect(rows.slice(2)).toEqual([0, 0, 0, 0]);
	});
});

describe.each(styled('counted'))('counted pages of $name', subject => {
	const honest = open(subject).pages(4);
	const rowsOf = async () => (await honest).map(({rows}) => rows);
	const through = async (how: string, parameters = {}) => open(subject, 'page-number', {how, ...parameters}).pages(3);

	it('repeat', async () => {
		const [first, second] = await rowsOf();
		expect((await through('repeats-the-page')).map(({rows}) => rows)).toEqual([first, first, second]);
	});

	it('skip', async () => {
		expect((await through('skips-a-page')).map(({rows}) => rows)).toEqual((await rowsOf()).slice(1));
	});

	it('call themselves what was asked for, or the next', async () => {
		const {pagination} = subject.shape;
		const numbers = async (how: string) => (await through(how)).map(({body}) => at(body, pagination.style === 'numbered' && pagination.page !== undefined ? pagination.page : ['nowhere']));
		const isCounted = pagination.style === 'numbered' && pagination.page !== undefined;
		expect(await numbers('skips-a-page')).toEqual(isCounted ? [1, 2, 3] : [undefined, undefined, undefined]);
		expect(await numbers('reports-another-page')).toEqual(isCounted ? [2, 3, 4] : [undefined, undefined, undefined]);
		expect((await through('reports-another-page')).map(({rows}) => rows)).toEqual((await rowsOf()).slice(0, 3));
	});

	it('hold fewer or more rows than asked for', async () => {
		expect((await through('size-ignored'))[0]?.rows).toEqual((await rowsOf())[0]?.slice(0, 3));
		expect((await through('size-ignored', {rows: 8}))[0]?.rows).toHaveLength(8);
	});

	it('state a total that lies, moves or is none', async () => {
		const {pagination} = subject.shape;
		const path = pagination.style === 'token' ? undefined : pagination.total;
		if (path === undefined) throw new Error('there is no total');
		const totals = async (how: string) => {
			const {page} = open(subject, 'total', {how, by: 2});
			const first = await page();
			expect(first.rows).toEqual((await rowsOf())[0]);
			return [jsonAt(first.text, path), jsonAt((await page()).text, path)];
		};
		const honestTotal = jsonAt((await honest)[0]?.text ?? '', path) ?? '';
		const total = Number(honestTotal.replaceAll('"', ''));
		const written = (number: number) => honestTotal.startsWith('"') ? `"${number}"` : String(number);
		expect(total).toBeGreaterThan(20);
		const both = (text: string | undefined) => [text, text];
		const expected: Record<string, Array<string | undefined>> = {
			'lies-more': both(written(total + 2)), 'lies-less': both(written(total - 2)), 'grows': [written(total), written(total + 2)], 'shrinks': [written(total), written(total - 2)],
			'string': both(`"${total}"`), 'text': both('"many"'), 'missing': both(undefined), 'negative': both(written(-1)), 'fraction': both(written(total + 0.5)),
			'huge': both(written(Number.MAX_SAFE_INTEGER)), 'null': both('null'),
		};
		for (const [how, texts] of Object.entries(expected)) expect([how, await totals(how)]).toEqual([how, texts]);
	});
});
