import {STATUS_CODES} from 'node:http';
import * as z from 'zod';
import {vendors} from '../../../../src/sources/vendors/index.ts';
import {sandboxVendors} from '../../../../src/sandbox/vendors/index.ts';
import {askedApi} from '../asked.ts';
import {defineFault} from '../fault.ts';

/** What no vendor documents, for an envelope whose code says nothing. */
const unknownCode = 2_147_483_000;

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-status-codes */
export const status = defineFault({
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
