import {STATUS_CODES} from 'node:http';
import * as z from 'zod';
import {sandboxVendors} from '../../../src/sandbox/vendors/index.ts';
import {vendors} from '../../../src/sources/vendors/index.ts';
import {withBody} from './answer-bytes.ts';
import {askedApi} from './asked.ts';
import {defineFault, type FaultDefinition} from './fault.ts';
import {byteCount} from './parameters.ts';
import {send} from './wire.ts';

/** No header is longer when many are sent. */
const manyLength = 1000;

/** Most clients give up above 8 or 16 kB of headers. */
const header = defineFault({
	summary: 'the answer under a pile of headers',
	parameters: z.object({
		huge: z.enum(['one', 'many']).default('one').describe('one long header, or many of about a kilobyte'),
		bytes: byteCount(64 * 1024 * 1024).default(1024 * 1024).describe('how much in all'),
	}),
	create: ({huge, bytes}) => async ({answer}) => {
		const response = await answer();
		const count = huge === 'one' ? 1 : Math.ceil(bytes / manyLength);
		const value = 'x'.repeat(huge === 'one' ? bytes : Math.min(bytes, manyLength));
		const headers = Object.fromEntries(Array.from({length: count}, (_, index) => [`x-padding-${index}`, value]));
		return withBody(response, await response.arrayBuffer(), headers);
	},
});

/** Harmless by the standard: a client must read over any number of these. */
const informational = defineFault({
	summary: 'informational answers (1xx) before the real one, which follows unchanged',
	parameters: z.object({
		status: z.union([z.literal(100), z.literal(102), z.literal(103)], {error: 'expected 100, 102 or 103'}).default(103).describe('the status of each'),
		count: z.int('expected a whole number').min(1, 'expected at least 1').max(1000, 'expected at most 1000').default(1).describe('how many'),
	}),
	create: ({status, count}) => async ({answer, socket}) => {
		const response = await answer();
		const link = status === 103 ? 'link: </style.css>; rel=preload\r\n' : '';
		await send(socket, `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${link}\r\n`.repeat(count));
		return response;
	},
});

/** What stands in the headers that say how long to wait. */
const waits = {
	negative: '-5',
	zero: '0',
	'a-year': String(365 * 24 * 3600),
	'not-a-number': 'soon',
	date: 'Fri, 31 Dec 2100 23:59:59 GMT',
	past: 'Thu, 01 Jan 1970 00:00:00 GMT',
};

const year = 'a-year';

/** Refuses as the vendor does whose API is asked; the developer console in its own way. */
const rateLimit = defineFault({
	summary: 'a refusal for too many requests',
	parameters: z.object({
		status: z.int('expected a whole number').min(200, 'expected 200 to 599').max(599, 'expected 200 to 599').default(429).describe('the HTTP status; 200 and 400 also come with a refusal in the body'),
		headers: z.enum(['vendor', 'none', 'negative', 'zero', year, 'not-a-number', 'date', 'past']).default('vendor')
			.describe("how long to wait: as the vendor says it, not said, or something absurd in the vendor's headers"),
		waitSeconds: z.int('expected a whole number').min(0, 'expected a whole number from 0 on').default(1).describe("how long, where the headers are the vendor's"),
	}),
	create: ({status, headers, waitSeconds}) => async ({request}) => {
		const api = askedApi(new URL(request.url).pathname);
		const vendor = sandboxVendors[api?.vendor ?? 'feishu'];
		const trace = vendor.traceId('20260101000000', 'faultfaultfaultfault');
		const body = api?.rateRefusal?.body ?? vendor.refusal(vendor.refusals['rate-limited'], trace);
		return new Response(JSON.stringify(body), {
			status,
			headers: {'content-type': 'application/json; charset=utf-8', ...vendor.traceHeaders(trace), ...waitHeaders()},
		});

		function waitHeaders(): Readonly<Record<string, string>> {
			if (headers === 'none') return {};
			if (headers === 'vendor') return api?.rateRefusal === undefined ? vendor.rateHeaders({limit: 100, waitSeconds}) : {'retry-after': String(waitSeconds)};
			return Object.fromEntries(vendors[vendor.name].resetHeaders.map(name => [name, waits[headers]]));
		}
	},
});

const statuses = [301, 302, 303, 307, 308] as const;

/** A host that answers nobody: RFC 2606 keeps the name free. */
const elsewhere = 'https://sandbox.invalid';

/** Sends a request away, maybe with its token. */
const redirect = defineFault({
	summary: 'a redirect instead of the answer',
	parameters: z.object({
		to: z.enum(['other-host', 'http', 'circle', 'relative', 'sign-in', 'nowhere']).default('other-host')
			.describe('another host; plain HTTP on the same one; itself; another path; a page to sign in; or without a Location'),
		status: z.union(statuses.map(status => z.literal(status)), {error: `expected ${statuses.join(', ')}`}).default(302).describe('the HTTP status'),
		host: z.url({protocol: /^https?$/, error: 'expected a URL such as https://example.com'}).default(elsewhere).describe('the base URL of the other host'),
	}),
	create({to, status, host}) {
		const location = {
			'other-host': ({pathname, search}: URL) => `${host.replace(/\/+$/, '')}${pathname}${search}`,
			http: ({host: same, pathname, search}: URL) => `http://${same}${pathname}${search}`,
			circle: ({pathname, search}: URL) => `${pathname}${search}`,
			relative: () => './elsewhere',
			'sign-in': () => '/accounts/login?redirect=1',
			nowhere: () => undefined,
		}[to];
		return async ({request}) => {
			const target = location(new URL(request.url));
			return new Response(null, {status, headers: target === undefined ? {} : {location: target}});
		};
	},
});

/** What no vendor documents, for an envelope whose code says nothing. */
const unknownCode = 2_147_483_000;

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-status-codes */
const status = defineFault({
	summary: 'an HTTP error instead of the answer',
	parameters: z.object({
		status: z.int('expected a whole number').min(400, 'expected 400 to 599').max(599, 'expected 400 to 599').default(500).describe('the HTTP status'),
		body: z.enum(['json', 'html', 'empty']).default('html').describe("the vendor's envelope, a gateway's page, or nothing"),
		code: z.int('expected a whole number').optional().describe("the vendor's error code in a JSON body; without it one that is not documented"),
	}),
	create: ({status: number, body, code = unknownCode}) => async ({request}) => {
		const title = STATUS_CODES[number] ?? 'Error';
		if (body === 'empty') return new Response(null, {status: number});
		if (body === 'html') {
			return new Response(`<html><head><title>${number} ${title}</title></head><body><center><h1>${number} ${title}</h1></center></body></html>\n`, {
				status: number, headers: {'content-type': 'text/html; charset=utf-8'},
			});
		}
		const vendor = sandboxVendors[askedApi(new URL(request.url).pathname)?.vendor ?? 'feishu'];
		const trace = vendor.traceId('20260101000000', 'faultfaultfaultfault');
		const message = Object.entries(vendors[vendor.name].errors).find(([known]) => known === String(code))?.[1].meaning ?? title;
		return new Response(JSON.stringify(vendor.refusal({status: number, code, message}, trace)), {
			status: number, headers: {'content-type': 'application/json; charset=utf-8', ...vendor.traceHeaders(trace)},
		});
	},
});

/** Other answers than the one that was asked for. */
export const httpFaults = {status, 'rate-limit': rateLimit, redirect, header, informational} satisfies Record<string, FaultDefinition>;
