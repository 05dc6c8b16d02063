import * as z from 'zod';
import {defineFault} from '../fault.ts';

const statuses = [301, 302, 303, 307, 308] as const;

/** A host that answers nobody: RFC 2606 keeps the name free. */
const elsewhere = 'https://sandbox.invalid';

/** Sends a request away, maybe with its token. */
export const redirect = defineFault({
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
