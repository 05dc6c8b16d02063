import {describe, expect, it} from 'vitest';
import {contentFaults} from '../../../faults/catalogue/content/index.ts';
import {hasMore} from '../../../faults/catalogue/content/has-more.ts';
import {pageNumber} from '../../../faults/catalogue/content/page-number.ts';
import {pageToken} from '../../../faults/catalogue/content/page-token.ts';
import {total} from '../../../faults/catalogue/content/totals.ts';
import {injectOf, open, subjects} from './subjects.ts';

const counted = subjects.filter(({shape}) => shape.pagination.style !== 'token');
const tokened = subjects.filter(({shape}) => shape.pagination.style === 'token');

/** Faults and the APIs that have no place for them. */
const foreign = [
	...pageToken.parameters.shape.how.unwrap().options.map(how => ['page-token', how, counted] as const),
	...hasMore.parameters.shape.how.unwrap().options.map(how => ['has-more', how, counted] as const),
	...pageNumber.parameters.shape.how.unwrap().options.map(how => ['page-number', how, tokened] as const),
	...total.parameters.shape.how.unwrap().options.map(how => ['total', how, tokened] as const),
];

const honest = new Map(subjects.map(subject => [subject, open(subject).page()]));

it.each(foreign)('%s %s changes nothing where it does not apply', async (fault, how, elsewhere) => {
	for (const subject of elsewhere) {
		expect((await open(subject, fault, {how}).page()).text).toBe((await honest.get(subject))?.text);
	}
});

describe.each(subjects)('a refusal by $name', subject => {
	it('stays as it is', async () => {
		const refused = await open(subject).page({size: 0});
		expect(refused.rows).toEqual([]);
		const faults = [['rows', {}] as const, ['rows', {how: 'rows-missing'}] as const, ['total', {}] as const, ['has-more', {}] as const, ['page-token', {}] as const, ['envelope', {}] as const];
		for (const [fault, parameters] of faults) expect(await open(subject, fault, parameters).page({size: 0})).toEqual(refused);
	});
});

it('does not look into what is no JSON', async () => {
	const [subject] = subjects;
	const page = '<html>{"data":{"items":[]}}</html>';
	for (const fault of ['rows', 'total', 'has-more', 'page-token', 'envelope', 'token-garbage', 'token-expires-early'] as const) {
		for (const headers of [{'content-type': 'text/html'}, {'content-type': 'application/json'}]) {
			const inject = injectOf(contentFaults[fault]);
			const isExchange = fault.startsWith('token-');
			const outcome = await inject({
				...({} as Parameters<typeof inject>[0]), request: new Request('http://sandbox.test/'), random: () => 0,
				source: isExchange ? undefined : subject?.source, shape: isExchange ? undefined : subject?.shape, answer: async () => new Response(page, {headers}),
			});
			expect(outcome === 'sent' ? outcome : await outcome.text()).toBe(page);
		}
	}
});
