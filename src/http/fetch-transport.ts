import ky from 'ky';
import type {Fetch} from '../context.ts';
import {readBody} from './read-body.ts';
import type {Transport} from './transport.ts';

/** A transport over any `fetch`: through a proxy, or into an API inside of this process. */
export function createFetchTransport(fetch: Fetch): Transport {
	const http = ky.create({fetch, retry: 0, timeout: false, throwHttpErrors: false, redirect: 'manual'});
	return async ({method, url, headers, body}, {signal}) => {
		const response = await http(url, {method, headers, signal, ...(body === undefined ? {} : {body})});
		return {status: response.status, headers: response.headers, readBody: async label => readBody(response, label)};
	};
}
