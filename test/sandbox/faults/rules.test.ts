import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createFaultPlan} from '../../faults/catalogue/plan.ts';
import {hasNumber, parseRequestNumbers} from '../../faults/catalogue/request-numbers.ts';
import {parseFaults, type RuleDocument} from '../../faults/catalogue/schema.ts';

interface Asked {
	readonly path: string;
	readonly source: string | undefined;
}

const other: Asked = {path: '/somewhere', source: undefined};
const trae: Asked = {path: '/openapi/v1/audit/openapi-logs', source: 'trae-openapi'};
const feishu: Asked = {path: '/open-apis/security_and_compliance/v1/openapi_logs/list_data', source: 'feishu-openapi'};

/** The fault of each request in turn, with its random numbers. */
function play(rules: readonly RuleDocument[], asked: readonly Asked[], seed?: number): Array<string | undefined> {
	let latest: string | undefined;
	const plan = createFaultPlan(parseFaults({rules}), {now: () => 0, sleep: async () => undefined, seed, onFault: ({text, request}) => {
		latest = `${request} ${text}`;
	}});
	return asked.map(request => {
		latest = undefined;
		const due = plan.next({method: 'GET', ...request});
		expect(due === undefined).toBe(latest === undefined);
		return due === undefined ? undefined : `${latest ?? ''} ${due.random()}`;
	});
}

const firing = (rules: readonly RuleDocument[], asked: readonly Asked[], seed?: number) => play(rules, asked, seed).flatMap((fault, index) => fault === undefined ? [] : [index + 1]);
const times = (count: number, asked: Asked = other) => Array.from({length: count}, () => asked);

const someRange = fc.tuple(fc.integer({min: 1, max: 50}), fc.option(fc.integer({min: 0, max: 20}), {nil: undefined}), fc.boolean());

describe('request numbers', () => {
	it('are what they say', () => {
		fc.assert(fc.property(fc.array(someRange, {minLength: 1, maxLength: 5}), fc.integer({min: 1, max: 100}), (ranges, number) => {
			const text = ranges.map(([from, length, isOpen]) => isOpen ? `${from}-` : length === undefined ? `${from}` : `${from}-${from + length}`).join(',');
			const expected = ranges.some(([from, length = 0, isOpen]) => number >= from && (isOpen || number <= from + length));
			expect(hasNumber(parseRequestNumbers(text) ?? [], number)).toBe(expected);
		}));
	});

	it.each(['', '0', '-3', '5-2', '1,,2', 'all', '1.5', '3 4', '1-2-3', '99999999999999999999'])('refuse "%s"', text => {
		expect(parseRequestNumbers(text)).toBeUndefined();
	});
});

describe('rules', () => {
	it('fault every request where nothing else is said', () => {
		expect(firing([{fault: 'reset'}], times(4))).toEqual([1, 2, 3, 4]);
	});

	it('count only the requests that path and source let through', () => {
		const asked = [other, trae, feishu, trae, other, trae, feishu];
		expect(firing([{fault: 'reset', source: 'trae-openapi', requests: '2-'}], asked)).toEqual([4, 6]);
		expect(firing([{fault: 'reset', path: '/open-apis/', requests: 2}], asked)).toEqual([7]);
		expect(firing([{fault: 'reset', path: '/openapi/', source: 'feishu-openapi'}], asked)).toEqual([]);
	});

	it('need all of their conditions, whatever they are', () => {
		fc.assert(fc.property(fc.integer({min: 1, max: 9}), fc.integer({min: 1, max: 40}), fc.integer({min: 1, max: 5}), (every, from, most) => {
			const expected = Array.from({length: 60}, (_, index) => index + 1).filter(number => number % every === 0 && number >= from).slice(0, most);
			expect(firing([{fault: 'reset', every, requests: `${from}-`, times: most}], times(60))).toEqual(expected);
		}), {numRuns: 50});
	});

	it('go by their order: the first that is due is the one, and the others count on', () => {
		const rules = [{fault: 'reset', every: 2}, {fault: 'status', status: 502, requests: '3-4'}, {fault: 'drip', every: 3, times: 1}];
		expect(play(rules, times(6)).map(fault => fault?.replace(/ 0\.\d+$| \d\.\d+e-\d+$/, ''))).toEqual([
			undefined, '2 reset', '3 status 502', '4 reset', undefined, '6 reset',
		]);
	});

	it('spend no times on what an earlier rule takes', () => {
		expect(play([{fault: 'reset', requests: 1}, {fault: 'drip', times: 1}], times(3)).map(fault => fault?.split(' ')[1])).toEqual(['reset', 'drip', undefined]);
	});

	it('are due as often as their probability says', () => {
		const share = (probability: number) => firing([{fault: 'reset', probability}], times(5000)).length / 5000;
		expect(share(0)).toBe(0);
		expect(share(0.05)).toBeCloseTo(0.05, 1);
		expect(share(0.5)).toBeCloseTo(0.5, 1);
		expect(share(1)).toBe(1);
	});

	it('come again with the same seed, and otherwise not', () => {
		fc.assert(fc.property(fc.integer({min: 0, max: 1000}), fc.array(fc.constantFrom(other, trae, feishu), {minLength: 30, maxLength: 60}), (seed, asked) => {
			const rules = [{fault: 'reset', probability: 0.5}, {fault: 'drip', probability: 0.5, source: 'trae-openapi'}];
			expect(play(rules, asked, seed)).toEqual(play(rules, asked, seed));
			expect(play(rules, asked, seed)).not.toEqual(play(rules, asked, seed + 1));
		}), {numRuns: 30});
	});

	it('do not change the chances of those beside them', () => {
		const alone = firing([{fault: 'status', probability: 0}, {fault: 'drip', probability: 0.3, source: 'trae-openapi'}], times(100, trae));
		const beside = play([{fault: 'reset', source: 'trae-openapi', requests: '5-9'}, {fault: 'drip', probability: 0.3, source: 'trae-openapi'}], times(100, trae));
		const dripped = beside.flatMap((fault, index) => fault?.includes('drip') === true ? [index + 1] : []);
		expect(dripped).toEqual(alone.filter(number => number < 5 || number > 9));
	});
});
