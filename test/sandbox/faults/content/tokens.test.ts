import {describe, expect, it} from 'vitest';
import {exchangeRequest, open, subjects} from './subjects.ts';

const vendorNames = ['feishu', 'trae'] as const;
const [subject] = subjects;
if (subject === undefined) throw new Error('there are no subjects');

/** What a token endpoint answers, as text. */
async function issued(vendor: (typeof vendorNames)[number], fault?: 'token-expires-early' | 'token-garbage', parameters: Record<string, unknown> = {}): Promise<string> {
	const {send, sandbox} = open(subject as NonNullable<typeof subject>, fault, parameters);
	return (await send(exchangeRequest(vendor, sandbox), undefined)).text();
}
const lifeOf = (text: string) => /"(?:expire|expires_in)":("?[^,}"]+"?)/.exec(text)?.[1];
const tokenOf = (text: string) => /"(?:tenant_access_token|access_token)":("(?:[^"\\]|\\.)*"|[^,}]+)/.exec(text)?.[1];

describe.each(vendorNames)('the token endpoint of %s', vendor => {
	it.each([[undefined, '1'], [0, '0'], [-5, '-5'], ['600', '"600"'], ['soon', '"soon"'], [1e300, '1e+300'], [1.5, '1.5'], ['missing', undefined]])('claims a life of %s', async (seconds, life) => {
		const [honest, faulty] = [await issued(vendor), await issued(vendor, 'token-expires-early', seconds === undefined ? {} : {seconds})];
		expect(lifeOf(faulty)).toBe(life);
		expect(tokenOf(faulty)).toBe(tokenOf(honest));
	});

	it.each([['missing', undefined], ['empty', '""'], ['number', '20261120'], ['null', 'null'], ['line-break', String.raw`\r\nx-injected: yes"`]])('gives a token that is %s', async (how, token) => {
		const [honest, faulty] = [await issued(vendor), await issued(vendor, 'token-garbage', {how})];
		expect(tokenOf(faulty)).toBe(how === 'line-break' ? `${tokenOf(honest)?.slice(0, -1)}${token}` : token);
		expect(lifeOf(faulty)).toBe(lifeOf(honest));
	});
});

it('leaves everything but token endpoints alone', async () => {
	for (const api of subjects) expect((await open(api, 'token-garbage').page()).text).toBe((await open(api).page()).text);
});

describe.each(subjects)('$name', api => {
	it('refuses what was issued before it was revoked', async () => {
		const {page} = open(api, 'token-revoked');
		const {status, text, rows} = await page();
		expect(rows).toEqual([]);
		expect(`${status} ${text}`).toMatch(/99991663|99991668|1002|302|401|NOT_SIGNED_IN/);
	});

	it('refuses a good token in the words for an invalid one', async () => {
		const [refused, revoked] = [await open(api, 'token-refused').page(), await open(api, 'token-revoked').page()];
		expect(refused).toEqual(revoked);
	});
});
