import * as z from 'zod';
import type {TokenPagination} from '../../../../src/sources/pagination.ts';
import type {AnswerShape} from '../../../../src/sandbox/answer-shape.ts';
import {defineFault, type Exchange} from '../fault.ts';
import {editPage, type Edit} from './answers.ts';
import {readAsked, type AskedParameters, type Changes} from './asked-parameters.ts';
import {editAt, removeAt, setAt, textAt} from './json-edit.ts';
import {disguises} from './token-disguises.ts';
import {readWrittenTime} from './written-time.ts';

/** One request for a page, in the terms of page tokens. */
interface TokenPage {
	readonly exchange: Exchange;
	readonly shape: AnswerShape;
	readonly pagination: TokenPagination;
	readonly asked: AskedParameters;
	/** The token that was sent; undefined on the first page. */
	readonly sent: string | number | undefined;
}

type Way = (page: TokenPage) => Promise<Response>;

const hows = [
	'repeats', 'goes-back', 'of-another-query', 'leads-elsewhere', 'expired', 'empty', 'missing-with-more', 'present-at-end', 'huge', 'number', 'control-characters',
] as const;

/** How each is done; made once for a rule, with what it remembers. */
const ways: Readonly<Record<(typeof hows)[number], () => Way>> = {
	'repeats': () => async page => answer(page, onNext(page, next => page.sent === undefined ? next : JSON.stringify(page.sent))),
	'goes-back': goingBack,
	'of-another-query': () => async page => answer(page, onNext(page, next => JSON.stringify(reversed(String(JSON.parse(next)))))),
	'leads-elsewhere': () => async page => answer(page, text => page.sent === undefined ? text : ended(text, page), page.sent === undefined ? {} : {
		[page.pagination.tokenParameter]: undefined, ...earlierRange(page),
	}),
	'expired': () => async page => answer(page, text => text, page.sent === undefined ? {} : {[page.pagination.tokenParameter]: reversed(String(page.sent))}),
	'empty': () => async page => answer(page, onNext(page, () => '""')),
	'missing-with-more': () => async page => answer(page, text => saysMore(text, page) ? removeAt(text, page.pagination.token) : text),
	'present-at-end': () => async page => answer(page, text => saysMore(text, page) ? text : setAt(text, page.pagination.token, JSON.stringify(page.sent ?? 'the-end'))),
	'huge': () => disguised(disguises.huge()),
	'number': () => disguised(disguises.number()),
	'control-characters': () => disguised(disguises.controlCharacters()),
};

/** The token of the next page is not what it should be. */
export const pageToken = defineFault({
	summary: 'the page token in the answer, or what it leads to, is not what it should be, where pages have tokens',
	parameters: z.object({
		how: z.enum(hows).default('repeats').describe('expired and of-another-query are refused as a bad parameter; leads-elsewhere answers a token with the rows before the range; huge (100 kB), number and control-characters are taken back'),
	}),
	create({how}) {
		const way = ways[how]();
		return async exchange => {
			const {shape} = exchange;
			if (shape === undefined || shape.pagination.style !== 'token') return exchange.answer();
			const {pagination} = shape;
			const asked = await readAsked(exchange.request);
			const sent = asked.get(pagination.tokenParameter);
			return way({exchange, shape, pagination, asked, sent: typeof sent === 'number' || (typeof sent === 'string' && sent !== '') ? sent : undefined});
		};
	},
});

async function answer({exchange, shape, asked}: TokenPage, edit: Edit, changes: Changes = {}): Promise<Response> {
	return editPage(exchange, shape, edit, asked.with(changes));
}

/** Other JSON for the token that leads on; the last page stays as it is. */
function onNext(page: Pick<TokenPage, 'pagination'>, other: (token: string) => string): Edit {
	return text => saysMore(text, page) ? editAt(text, page.pagination.token, other) : text;
}

function saysMore(text: string, {pagination: {more, token}}: Pick<TokenPage, 'pagination'>): boolean {
	return more === undefined ? textAt(text, token) !== undefined : textAt(text, more) === 'true';
}

/** From the third page of a query on, the token is the one that led to the page before. */
function goingBack(): Way {
	const before = new Map<string, string>();
	return async page => answer(page, onNext(page, next => {
		if (page.sent === undefined) return next;
		const sent = JSON.stringify(page.sent);
		before.set(next, sent);
		return before.get(sent) ?? next;
	}));
}

function disguised({put, takeOff}: {put: Edit; takeOff: (sent: string) => string}): Way {
	return async page => answer(page, onNext(page, put), page.sent === undefined ? {} : {[page.pagination.tokenParameter]: takeOff(String(page.sent))});
}

/** The range of the same length before the one asked for. */
function earlierRange({shape: {range}, asked}: TokenPage): Changes {
	const [start, end] = [range.start, range.end].map(name => {
		const value = asked.get(name);
		return value === undefined ? undefined : readWrittenTime(JSON.stringify(value));
	});
	if (start === undefined || end === undefined) return {};
	const lengthMs = end.ms - start.ms;
	return {[range.start]: valueOf(start.write(start.ms - lengthMs)), [range.end]: valueOf(end.write(end.ms - lengthMs))};
}

function valueOf(literal: string): string | number {
	const value: unknown = JSON.parse(literal);
	return typeof value === 'number' ? value : String(value);
}

function ended(text: string, {pagination: {more, token}}: TokenPage): string {
	return removeAt(more === undefined ? text : editAt(text, more, () => 'false'), token);
}

/** Looks like the same kind of token, and no query has it. */
function reversed(token: string): string {
	return token.split('').toReversed().join('');
}
