import {apaasRows, logTypes} from './apaas-rows.js';
import {Block} from './block.js';

const fields = [{after: '"log_id":"740000000', digits: 9}, {after: '"op_time":"', digits: 13}];
const head = '{"code":0,"msg":"success","data":{"items":[';
const refusal = Buffer.from('{"code":2320001,"msg":"param is invalid"}');
const cap = 10_000;

/** Length of a burst. */
const burstMs = 1000;

/**
 * The times of all rows, sorted: most of them even, the rest in bursts of one second each.
 * @param {{rows: number, sinceMs: number, spanMs: number, bursts: number, burstRows: number}} options
 * @returns {Float64Array}
 */
function timesOf({rows, sinceMs, spanMs, bursts, burstRows}) {
	const even = rows - bursts * burstRows;
	const times = new Float64Array(rows);
	for (let row = 0; row < even; row++) times[row] = sinceMs + Math.floor((row * spanMs) / even);
	for (let row = even; row < rows; row++) {
		const burst = Math.floor((row - even) / burstRows);
		times[row] = sinceMs + Math.floor(((burst + 0.5) * spanMs) / bursts) + Math.floor((((row - even) % burstRows) * burstMs) / burstRows);
	}
	return times.toSorted();
}

/**
 * The low-code platform's log: read by offset, up to 10,000 rows of a query, both ends of a range inside it.
 * @param {object} options
 * @param {number} options.rows
 * @param {number} options.sinceMs
 * @param {number} options.spanMs
 * @param {number} options.bursts
 * @param {number} options.burstRows rows in each burst
 * @param {boolean} options.totalCapped the stated total stops at the cap
 */
export function createApaasLog({rows, sinceMs, spanMs, bursts, burstRows, totalCapped}) {
	const block = new Block(apaasRows(1200), fields);
	const times = timesOf({rows, sinceMs, spanMs, bursts, burstRows});
	const firstAt = (/** @type {number} */ time) => {
		let low = 0;
		let high = times.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((times[middle] ?? 0) < time) low = middle + 1;
			else high = middle;
		}
		return low;
	};
	const value = (/** @type {number} */ row, /** @type {number} */ field) => field === 0 ? row : times[row] ?? 0;

	return {
		path: '/open-apis/apaas/v1/applications/package_bench/audit_log/audit_log_list',
		/**
		 * @param {{query: URLSearchParams}} request
		 * @returns {import('./openapi-log.js').Answer}
		 */
		answer({query}) {
			const offset = Number(query.get('offset'));
			const size = Number(query.get('page_size'));
			const type = logTypes.indexOf(query.get('log_type') ?? '');
			const step = type === -1 ? 1 : logTypes.length;
			if (offset >= cap || size > 1000 || query.get('sort_order') !== 'asc') return {status: 400, body: refusal};
			const from = firstOfType(firstAt(Number(query.get('from'))), type);
			const past = firstAt(Number(query.get('to')) + 1);
			const total = Math.max(0, Math.ceil((past - from) / step));
			const count = Math.max(0, Math.min(total - offset, cap - offset, size));
			const tail = `],"total":"${totalCapped ? Math.min(cap, total) : total}"}}`;
			const first = from + offset * step;
			if (step === 1) return {status: 200, key: `${first}-${count}-${total}`, body: block.render({first, count, head, tail, value})};
			const parts = Array.from({length: count}, (_, index) => block.render({first: first + index * step, count: 1, head: index === 0 ? '' : ',', tail: '', value}));
			return {status: 200, body: Buffer.concat([Buffer.from(head), ...parts, Buffer.from(tail)])};
		},
	};
}

/**
 * The first row from `row` on that has the log type; any row where `type` is -1.
 * @param {number} row
 * @param {number} type
 */
function firstOfType(row, type) {
	return type === -1 ? row : row + (((type - row) % logTypes.length) + logTypes.length) % logTypes.length;
}
