import type {Dialect, Page} from './dialects.ts';
import type {Failure, Lie} from './faults.ts';

const html = '<!doctype html><title>Bad gateway</title><p>nginx';

/** The answer that a request gets instead of its own. @throws the errors of a connection, as `fetch` does */
export function failureAnswer(fault: Failure, {codes, messageField, waitHeader}: Dialect): Response {
	const json = (code: number, init: ResponseInit) => new Response(`{"code":${code},"${messageField}":"no"}`, init);
	switch (fault.kind) {
		case 'status': return fault.body === 'json' ? json(5000, {status: fault.status}) : new Response(fault.body === 'html' ? html : '', {status: fault.status});
		case 'internal': return json(codes.internal, {status: fault.status});
		case 'html': return new Response(html, {headers: {'content-type': 'text/html'}});
		case 'reset': throw new TypeError('fetch failed', {cause: Object.assign(new Error('read ECONNRESET'), {code: 'ECONNRESET'})});
		case 'timeout': throw new TypeError('fetch failed', {cause: Object.assign(new Error('timed out'), {code: 'ETIMEDOUT'})});
		case 'limited': return json(codes.limited, {status: fault.status, headers: fault.wait === undefined ? {} : {[waitHeader]: fault.wait}});
		case 'forbidden': return json(codes.permission, {status: 400});
		case 'refused': return json(codes.parameter, {status: 400});
		case 'redirect': return new Response(null, {status: 302, headers: {location: 'https://elsewhere.example/'}});
		case 'unknown': return json(4242, {status: 200});
	}
}

/** A body that fails after its first part. */
export function brokenBody(part: Uint8Array): ReadableStream<Uint8Array> {
	let isSent = false;
	return new ReadableStream({
		pull(controller) {
			if (!isSent && part.length > 0) {
				isSent = true;
				controller.enqueue(part);
			} else controller.error(Object.assign(new Error('terminated'), {code: 'UND_ERR_SOCKET'}));
		},
	});
}

/** What a lie makes of a page; the page itself where there is nothing to lie about. @param previous the page served before it for the same range */
export function toldPage(page: Page, lie: Lie, {previous, token, isTokenPage}: {previous: Page | undefined; token: string | undefined; isTokenPage: boolean}): Page {
	switch (lie.kind) {
		case 'again': return previous === undefined ? page : isTokenPage ? previous : {...page, rows: previous.rows};
		// Only a total tells of a row that is missing.
		case 'drop': return page.rows.length === 0 || isTokenPage ? page : {...page, rows: page.rows.slice(1)};
		case 'twice': return page.rows.length === 0 ? page : {...page, rows: [...page.rows.slice(0, 1), ...page.rows]};
		case 'same-token': return token === undefined || !page.more ? page : {...page, token};
		case 'no-more': return page.more ? {...page, more: false, token: undefined} : page;
		case 'total': return isTokenPage || page.total + lie.by < 0 ? page : {...page, total: page.total + lie.by};
	}
}
