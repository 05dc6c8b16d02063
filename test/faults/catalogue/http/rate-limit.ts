import * as z from 'zod';
import {sandboxVendors} from '../../../../src/sandbox/vendors/index.ts';
import {vendors} from '../../../../src/sources/vendors/index.ts';
import {askedApi} from '../asked.ts';
import {defineFault} from '../fault.ts';

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
export const rateLimit = defineFault({
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
