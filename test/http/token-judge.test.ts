import {describe, expect, it} from 'vitest';
import {tokenJudge} from '../../src/http/token.ts';
import {Masker} from '../../src/json/secrets/masker.ts';
import {vendors, type VendorName} from '../../src/sources/vendors/index.ts';

function judge(vendor: VendorName, text: string, status = 200) {
	return tokenJudge(vendors[vendor], {now: () => 0, masker: new Masker()})({status, headers: new Headers(), text}, 'label').ok;
}

describe('an answer of a token endpoint', () => {
	it.each([
		'{"access_token":"a","expires_in":7200,"token_type":"Bearer"}',
		'{"data":{"access_token":"a","expire":7200}}',
		'{"code":0,"data":{"access_token":"a"}}',
		'{"code":0,"message":"success","access_token":"a"}',
	])('of Trae is good with a token: %s', text => {
		expect(judge('trae', text)).toBe(true);
	});

	it.each([
		['{"code":1001,"access_token":"a"}', 200],
		['{"code":null,"access_token":"a"}', 200],
		['{"access_token":"a"}', 500],
		['{"error":"invalid_client"}', 200],
		['{"access_token":7}', 200],
		['{"access_token":"a"', 200],
	])('of Trae is not with an error, or without one: %s (HTTP %i)', (text, status) => {
		expect(judge('trae', text, status)).toBe(false);
	});

	it('of Feishu needs its code as everywhere', () => {
		expect(judge('feishu', '{"tenant_access_token":"t-a","expire":7200}')).toBe(false);
		expect(judge('feishu', '{"code":0,"tenant_access_token":"t-a","expire":7200}')).toBe(true);
	});
});
