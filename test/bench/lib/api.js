import {fileURLToPath} from 'node:url';
import {toArguments, sinceMs} from '../server/options.js';
import {startServer} from './child.js';

const script = fileURLToPath(new URL('../server.js', import.meta.url));
const dayMs = 86_400_000;

/**
 * What the server saw since its last reset.
 * @typedef {object} Stats
 * @property {number} requests for rows, refused ones included
 * @property {number} refusals
 * @property {number} cpuMs
 * @property {number} wallMs
 * @property {number} busy share of one core
 * @property {number[]} perSecond requests let in, by second
 * @property {number[]} arrivals of those, in milliseconds
 */

/** A bench server under way, and the range that its rows stand in. */
export class Api {
	/** @param {{url: string, stop: () => Promise<void>, days: number}} server */
	constructor({url, stop, days}) {
		this.url = url;
		this.stop = stop;
		/** The range as the exporter's flags. */
		this.range = ['--since', new Date(sinceMs).toISOString(), '--until', new Date(sinceMs + days * dayMs).toISOString()];
		/** The range as the loops take it: first and last second. */
		this.seconds = [String(sinceMs / 1000), String(sinceMs / 1000 + days * 86_400 - 1)];
	}

	/** Starts counting anew. */
	async reset() {
		await (await fetch(`${this.url}/reset`, {method: 'POST'})).text();
	}

	/** @returns {Promise<Stats>} */
	async stats() {
		return JSON.parse(await (await fetch(`${this.url}/stats?arrivals`)).text());
	}
}

/**
 * Starts a server, lends it out, and stops it.
 * @template T
 * @param {import('../server/options.js').ServerOptions} options
 * @param {(api: Api) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withApi(options, use) {
	const server = await startServer(script, toArguments(options));
	try {
		return await use(new Api({...server, days: options.days ?? 1}));
	} finally {
		await server.stop();
	}
}
