import type {KyInstance} from 'ky';
import type {Fetch} from '../base/context.ts';
import {readBody} from './read-body.ts';
import type {Transport} from '../base/transport.ts';

/** A transport over any `fetch`: one that rewrites what passes, or an API inside of this process. */
export function createFetchTransport(fetch: Fetch): Transport {
	let opening: Promise<KyInstance> | undefined;
	return async ({method, url, headers, body, maxResponseBytes}, {signal}) => {
		const http = await (opening ??= open(fetch));
		const response = await http(url, {method, headers, signal, ...(body === undefined ? {} : {body})});
		return {status: response.status, headers: response.headers, readBody: async label => readBody(response, label, maxResponseBytes)};
	};
}

/** Loaded when it is needed: it makes Node load its whole `fetch`, which most exports do without. */
async function open(fetch: Fetch): Promise<KyInstance> {
	const {default: ky} = await import('ky');
	return ky.create({fetch, retry: 0, timeout: false, throwHttpErrors: false, redirect: 'manual'});
}
