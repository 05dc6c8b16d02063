import {describe, expect, it} from 'vitest';
import {networkProblem} from '../../src/http/network-problem.ts';

const failure = (code: string) => Object.assign(new Error('failed'), {code});

describe('a failed exchange', () => {
	it.each([
		['ECONNRESET', 'connection reset (ECONNRESET)'],
		['HPE_INVALID_CHUNK_SIZE', 'the answer is not HTTP (HPE_INVALID_CHUNK_SIZE)'],
		['Z_DATA_ERROR', 'the answer is packed, and damaged or cut off (Z_DATA_ERROR)'],
		['Z_BUF_ERROR', 'the answer is packed, and damaged or cut off (Z_BUF_ERROR)'],
		['ERR__ERROR_FORMAT_PADDING_1', 'the answer is packed, and damaged or cut off (ERR__ERROR_FORMAT_PADDING_1)'],
		['ERR_SOMETHING', 'network failure (ERR_SOMETHING)'],
	])('with the code %s is told as: %s', (code, what) => {
		expect(networkProblem(failure(code)).what).toBe(what);
		expect(networkProblem(new Error('outer', {cause: failure(code)})).what).toBe(what);
	});
});
