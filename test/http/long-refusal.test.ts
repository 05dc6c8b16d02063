import {expect, it} from 'vitest';
import {LongRefusalError} from '../../src/base/errors.ts';
import {vendorJudge} from '../../src/http/answer.ts';
import {Budget} from '../../src/http/budget.ts';
import {createClient} from '../../src/http/client.ts';
import {vendors} from '../../src/sources/vendors/index.ts';
import {createContext} from '../access/auth/helpers.ts';

/** Asks twice over one budget, refused with this wait the first time; gives how the two ended and what was waited, in milliseconds. */
async function refusedFirst(reset: string) {
	let asked = 0;
	const waits: number[] = [];
	const context = createContext({
		fetch: async () => ++asked === 1
			? Response.json({code: 99991400, msg: 'too many requests'}, {status: 429, headers: {'x-ogw-ratelimit-reset': reset}})
			: Response.json({code: 0, data: {}}),
	});
	let now = 0;
	const sleep = async (ms: number) => {
		waits.push(ms);
		now += ms;
	};
	const client = createClient({
		context: {...context, sleep}, judge: vendorJudge(vendors.feishu, context), baseUrl: 'https://a.example', name: 'test', timeoutMs: 1000, retries: 0,
		budget: new Budget({requests: 100, perMs: 1000}, {monotonic: () => now, sleep}),
		counters: {requests: 0, retries: 0, rateLimited: 0, retryWaitMs: 0},
	});
	const send = async () => client.send({method: 'GET', path: '/'}).then(() => 'answered', (error: unknown) => error);
	return {ended: [await send(), await send()], waited: waits.reduce((sum, ms) => sum + ms, 0), asked};
}

it('waits for as long as it is asked to, up to an hour', async () => {
	const {ended, waited, asked} = await refusedFirst('3600');
	expect({ended, asked}).toEqual({ended: ['answered', 'answered'], asked: 3});
	expect(waited).toBeGreaterThanOrEqual(3_600_000);
});

it('ends at once where it is asked for more, and lets no other request of the budget wait for it', async () => {
	const {ended, waited, asked} = await refusedFirst('31536000');
	expect(ended).toEqual([expect.any(LongRefusalError), 'answered']);
	expect({waited, asked}).toEqual({waited: 0, asked: 2});
});
