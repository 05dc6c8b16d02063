import {describe, expect, it} from 'vitest';
import {UsageError} from '../../../src/base/errors.ts';
import {catalogue} from '../../faults/catalogue/catalogue.ts';
import type {FaultDefinition} from '../../faults/catalogue/fault.ts';
import {conditionsSchema} from '../../faults/catalogue/rule.ts';
import {parseFaults} from '../../faults/catalogue/schema.ts';

function problemsOf(document: unknown): string {
	try {
		parseFaults(document, 'faults.json');
	} catch (error) {
		if (error instanceof UsageError) return error.message;
		throw error;
	}
	return '';
}

describe('a faults file', () => {
	it('says its rules in words', () => {
		const {seed, rules} = parseFaults({seed: 7, '//': 'a comment', rules: [
			{fault: 'reset', at: 'body', requests: '2-5,9', '//': 'another'}, {fault: 'status', status: 502, body: 'html', probability: 0.05}, {fault: 'bom'},
		]});
		expect(seed).toBe(7);
		expect(rules.map(({fullText}) => fullText)).toEqual(['reset at body (requests "2-5,9")', 'status 502, body html (probability 0.05)', 'bom']);
	});

	it('can be the rules alone', () => {
		expect(parseFaults([{fault: 'bom'}])).toMatchObject({seed: 1, rules: [{fault: 'bom'}]});
	});

	it.each([
		[{seeds: 1, rules: [{fault: 'bom'}]}, 'faults.json: seeds: unknown key, did you mean "seed"?'],
		[{seed: -1, rules: [{fault: 'bom'}]}, 'faults.json: seed: expected a whole number from 0 on'],
		[{}, 'faults.json: rules: expected a list of rules, each with the name of a "fault"'],
		['reset', 'faults.json: rules: expected a list of rules, each with the name of a "fault"'],
		[[], 'faults.json: rules: expected a list of rules, each with the name of a "fault"'],
		[['reset'], 'faults.json: rules[0]: expected an object with the name of a "fault"'],
		[[{fault: 'rest'}], 'faults.json: rules[0].fault: unknown fault, did you mean "reset"?'],
		[[{fault: 'toString'}], /rules\[0\]\.fault: unknown fault/],
		[[{at: 'body'}], /rules\[0\]\.fault: expected the name of a fault: status, /],
		[[{fault: 'reset', att: 'body'}], 'faults.json: rules[0].att: unknown key, did you mean "at"?'],
		[[{fault: 'reset', request: 3}], 'faults.json: rules[0].request: unknown key, did you mean "requests"?'],
		[[{fault: 'bom'}, {fault: 'reset', at: 'end'}], /^faults\.json: rules\[1\]\.at: .*"before"\|"headers"\|"body"/],
		[[{fault: 'reset', requests: '5-2'}], 'faults.json: rules[0].requests: expected request numbers: 3, "2-5,9" or "4-"'],
		[[{fault: 'reset', probability: 2}], 'faults.json: rules[0].probability: expected a number from 0 to 1'],
		[[{fault: 'reset', every: 0}], 'faults.json: rules[0].every: expected a whole number from 1 on'],
		[[{fault: 'reset', source: 'trea-openapi'}], 'faults.json: rules[0].source: unknown source, did you mean "trae-openapi"?'],
		[[{fault: 'status', status: 200}], 'faults.json: rules[0].status: expected 400 to 599'],
		[[{fault: 'refuse', for: 'soon'}], /rules\[0\]\.for: expected a duration/],
		[[{fault: 'rset'}, {fault: 'reset', sorce: 1, times: 0}], /rules\[0\][^]*\n[^]*rules\[1\]\.sorce[^]*\n[^]*rules\[1\]\.times/],
	])('is refused with what is expected: %j', (document, problem) => {
		if (typeof problem === 'string') expect(problemsOf(document)).toBe(problem);
		else expect(problemsOf(document)).toMatch(problem);
	});
});

describe.each(Object.entries<FaultDefinition>(catalogue))('%s', (name, {summary, parameters}) => {
	it('needs no parameters, has none that is a condition, and says what they are', () => {
		expect(summary).toMatch(/^[^\n]{10,160}$/);
		expect(parseFaults({rules: [{fault: name}]}).rules[0]?.create()).toBeTypeOf('function');
		for (const [key, parameter] of Object.entries(parameters.shape)) {
			expect(['fault', '//', ...Object.keys(conditionsSchema.shape)]).not.toContain(key);
			expect(parameter).toHaveProperty('description');
		}
	});
});
