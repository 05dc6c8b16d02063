import type {Context} from '../context.ts';
import {parseJson} from '../json/parse.ts';
import type {VendorDefinition} from '../vendors/types.ts';
import {valueAt, vendorJudge} from './answer.ts';
import type {Judge} from './client.ts';

/**
 * Judges answers of a vendor's token endpoint: as those of its API, but where the vendor may leave the code out a token is
 * enough. What is documented of the API's envelope need not hold there.
 */
export function tokenJudge(vendor: VendorDefinition, context: Pick<Context, 'now' | 'masker'>): Judge {
	const judge = vendorJudge(vendor, context);
	return (answer, label) => {
		const body = vendor.exchange.withoutCode === true && answer.status === 200 ? parseJson(answer.text) : undefined;
		const holdsToken = vendor.exchange.tokenPaths.some(path => typeof valueAt(body, path) === 'string');
		return holdsToken && valueAt(body, ['code']) === undefined ? {ok: true, body} : judge(answer, label);
	};
}
