import {Block} from './block.js';
import {openapiRows} from './openapi-rows.js';

/** What is answered to one request. `key` names equal answers. @typedef {{status: number, body: Buffer, key?: string}} Answer */

const fields = [{after: '"id":"7000000000', digits: 9}, {after: '"event_time":', digits: 10}];
const head = '{"code":0,"msg":"success","data":{"items":[';
const tokenPrefix = 'cGFnZS10b2tlbi0';

/**
 * The OpenAPI audit log: `rows` rows spread evenly over a stretch of time, oldest first, both ends of a range inside it.
 * @param {{rows: number, sinceSeconds: number, spanSeconds: number}} options
 */
export function createOpenapiLog({rows, sinceSeconds, spanSeconds}) {
	const block = new Block(openapiRows(1000), fields);
	const perSecond = rows / spanSeconds;
	const timeOf = (/** @type {number} */ row) => sinceSeconds + Math.floor(row / perSecond);
	/** The first row at or after this second. */
	const firstAt = (/** @type {number} */ seconds) => Math.min(rows, Math.max(0, Math.ceil((seconds - sinceSeconds) * perSecond)));
	const value = (/** @type {number} */ row, /** @type {number} */ field) => field === 0 ? row : timeOf(row);

	return {
		path: '/open-apis/security_and_compliance/v1/openapi_logs/list_data',
		/**
		 * @param {{body: string}} request
		 * @returns {Answer}
		 */
		answer({body}) {
			const {start_time: start, end_time: end, page_size: size = 20, page_token: token} = JSON.parse(body);
			const past = firstAt(end + 1);
			const first = token === undefined ? firstAt(start) : Number(token.slice(tokenPrefix.length));
			const next = Math.min(past, first + size);
			const more = next < past;
			const tail = more ? `],"has_more":true,"page_token":"${tokenPrefix}${String(next).padStart(12, '0')}"}}` : '],"has_more":false}}';
			return {status: 200, key: `${first}-${next}${more ? '+' : ''}`, body: block.render({first, count: Math.max(0, next - first), head, tail, value})};
		},
	};
}
