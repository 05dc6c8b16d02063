import {parseArgs} from 'node:util';

/** The range that the rows stand in starts here: 2026-03-04T00:00:00Z. */
export const sinceMs = Date.UTC(2026, 2, 4);

/**
 * How the bench's server behaves. Everything is off by default.
 * @typedef {object} ServerOptions
 * @property {'openapi' | 'apaas'} api
 * @property {number} rows
 * @property {number} [days] over which the rows are spread; default 1
 * @property {number} [latencyMs] of a request, half on its way there and half on its way back; default 0
 * @property {number} [jitter] share of the latency by which each way may be longer or shorter; default 0
 * @property {string} [rate] enforced budget: `100/3000` is 100 requests in any 3000 ms
 * @property {boolean} [gzip] answers are compressed for those who accept it
 * @property {number} [bursts] apaas: how many seconds hold a crowd of rows; default 0
 * @property {number} [burstRows] apaas: rows in each of them; default 0
 * @property {boolean} [totalCapped] apaas: the stated total stops at 10,000
 * @property {number} [port] default any that is free
 */

/**
 * The command line of a server.
 * @param {ServerOptions} options
 * @returns {string[]}
 */
export function toArguments(options) {
	return Object.entries(options).flatMap(([name, value]) => {
		if (typeof value === 'boolean') return value ? [`--${name}`] : [];
		return value === undefined ? [] : [`--${name}=${value}`];
	});
}

/**
 * The options on a command line.
 * @param {string[]} args
 * @returns {Required<Omit<ServerOptions, 'rate'>> & {rate: {requests: number, perMs: number} | undefined}}
 */
export function fromArguments(args) {
	const {values} = parseArgs({
		args,
		options: {
			api: {type: 'string', default: 'openapi'},
			rows: {type: 'string', default: '100000'},
			days: {type: 'string', default: '1'},
			latencyMs: {type: 'string', default: '0'},
			jitter: {type: 'string', default: '0'},
			rate: {type: 'string'},
			gzip: {type: 'boolean', default: false},
			bursts: {type: 'string', default: '0'},
			burstRows: {type: 'string', default: '0'},
			totalCapped: {type: 'boolean', default: false},
			port: {type: 'string', default: '0'},
		},
	});
	const [requests, perMs] = (values.rate ?? '').split('/').map(Number);
	return {
		api: values.api === 'apaas' ? 'apaas' : 'openapi',
		rows: Number(values.rows),
		days: Number(values.days),
		latencyMs: Number(values.latencyMs),
		jitter: Number(values.jitter),
		rate: requests === undefined || perMs === undefined ? undefined : {requests, perMs},
		gzip: values.gzip,
		bursts: Number(values.bursts),
		burstRows: Number(values.burstRows),
		totalCapped: values.totalCapped,
		port: Number(values.port),
	};
}
