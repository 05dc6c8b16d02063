import {describe, expect, it} from 'vitest';
import {meetAccount, type Identity} from '../../src/output/account.ts';

const verdictOf = (begun: Identity, now: Identity) => {
	const {other, doubt} = meetAccount(meetAccount({}, begun).account, now);
	return other === undefined ? doubt === undefined ? 'same' : 'doubt' : 'other';
};

describe('an account', () => {
	it.each<[begun: Identity, now: Identity, verdict: string]>([
		[{app_id: 'a'}, {app_id: 'a'}, 'same'],
		[{app_id: 'a'}, {app_id: 'b'}, 'other'],
		[{app_id: 'a', profile: 'p'}, {app_id: 'a', profile: 'q'}, 'same'],
		[{app_id: 'a', account: 'x'}, {app_id: 'a', account: 'y'}, 'same'],
		[{app_id: 'a', account: 'x', profile: 'p'}, {app_id: 'b', account: 'x', profile: 'p'}, 'other'],
		[{app_id: 'a', user: 'u'}, {app_id: 'a', user: 'u', profile: 'q'}, 'same'],
		[{app_id: 'a', user: 'u'}, {app_id: 'a', user: 'v'}, 'other'],
		[{app_id: 'a', user: 'u', account: 'x'}, {app_id: 'a', user: 'v', account: 'x'}, 'same'],
		[{app_id: 'a', user: 'u', account: 'x'}, {app_id: 'a', user: 'v', account: 'y'}, 'other'],
		[{app_id: 'a', user: 'u'}, {app_id: 'a'}, 'same'],
		[{app_id: 'a', profile: 'p'}, {profile: 'p'}, 'same'],
		[{app_id: 'a', profile: 'p'}, {profile: 'q'}, 'other'],
		[{account: 'x', profile: 'p'}, {account: 'x', profile: 'q'}, 'same'],
		[{account: 'x', profile: 'p'}, {account: 'y', profile: 'p'}, 'other'],
		[{account: 'x'}, {profile: 'p'}, 'doubt'],
		[{app_id: 'a'}, {token: 't-1'}, 'doubt'],
		[{token: 't-1'}, {app_id: 'a'}, 'doubt'],
		[{token: 't-1'}, {token: 't-1'}, 'same'],
		[{token: 't-1'}, {token: 't-2'}, 'doubt'],
		[{}, {token: 't-1'}, 'same'],
		[{}, {}, 'same'],
	])('begun as %j and continued as %j is %s', (begun, now, verdict) => {
		expect(verdictOf(begun, now)).toBe(verdict);
	});

	it('is doubted once, and what is learned meanwhile counts from then on', () => {
		const {account: begun} = meetAccount({}, {token: 't-1'});
		const second = meetAccount(begun, {token: 't-2'});
		expect(second.doubt).toContain('give the profile an "account"');
		const third = meetAccount(second.account, {token: 't-3'});
		expect(third.doubt).toBeUndefined();
		const pinned = meetAccount(third.account, {account: 'x'});
		expect(pinned.doubt).toBeUndefined();
		expect(meetAccount(pinned.account, {account: 'y'}).other).toBe('it is of the account x, and this run is of the account y');
	});

	it('is kept without the token, which nothing that is kept gives away', () => {
		const token = 't-0123456789';
		const [first, second] = [meetAccount({}, {token}), meetAccount({}, {token})].map(({account}) => account);
		expect(JSON.stringify(first)).not.toContain(token);
		expect(first?.token?.digest).toHaveLength(43);
		expect(first?.token).not.toEqual(second?.token);
		expect(meetAccount(first ?? {}, {token}).account).toEqual(first);
	});
});
