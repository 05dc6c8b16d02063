import {expect, it} from 'vitest';
import type {Fetch} from '../../src/base/context.ts';
import {aroundFetch} from '../../src/http/transport-fetch.ts';
import {openDeadline} from '../../src/http/deadline.ts';
import type {Transport} from '../../src/base/transport.ts';

const transport: Transport = async ({url}) => {
	if (url.endsWith('/fails')) throw new Error('no way');
	return {status: 200, headers: new Headers({date: 'now'}), readBody: async () => new Uint8Array()};
};
const plain: Fetch = async () => new Response('', {status: 201, headers: {date: 'then'}});
const both: Fetch = Object.assign<Fetch, Pick<Fetch, 'transport'>>(async (input, init) => plain(input, init), {transport});
const url = 'https://api.example.test/';
const exchange = (to: string) => [{method: 'GET', url: to, headers: {}}, openDeadline(new AbortController().signal, 1)] as const;

it('stands around requests over fetch and over its transport', async () => {
	const log: string[] = [];
	const watched = aroundFetch(both, async send => {
		log.push('sends');
		const answer = await send();
		log.push(`${answer.status} ${answer.headers.get('date')}`);
		return answer;
	});
	await watched(url);
	await watched.transport?.(...exchange(url));
	await expect(watched.transport?.(...exchange(`${url}fails`))).rejects.toThrow('no way');
	expect(log).toEqual(['sends', '201 then', 'sends', '200 now', 'sends']);
});

it('keeps requests from being sent', async () => {
	const refusing = aroundFetch(both, async () => {
		throw new Error('too late');
	});
	await expect(refusing(url)).rejects.toThrow('too late');
	await expect(refusing.transport?.(...exchange(url))).rejects.toThrow('too late');
});

it('has no transport where there was none', () => {
	expect(aroundFetch(plain, async send => send()).transport).toBeUndefined();
});
