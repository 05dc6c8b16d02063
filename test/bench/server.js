// The API that benchmarks export from, in a process of its own so that it takes nothing from the exporter's core. Prints
// its URL as the first line. `GET /stats` reports the traffic, `GET /stats?arrivals` every arrival, `POST /reset` starts anew.
import {createServer} from 'node:http';
import {gzipSync} from 'node:zlib';
import {createApaasLog} from './server/apaas-log.js';
import {createOpenapiLog} from './server/openapi-log.js';
import {fromArguments, sinceMs} from './server/options.js';
import {SlidingWindow} from './server/sliding-window.js';
import {Traffic} from './server/traffic.js';

const dayMs = 86_400_000;
const {api, rows, days, latencyMs, jitter, rate, gzip, bursts, burstRows, totalCapped, port} = fromArguments(process.argv.slice(2));
const log = api === 'openapi'
	? createOpenapiLog({rows, sinceSeconds: sinceMs / 1000, spanSeconds: days * 86_400})
	: createApaasLog({rows, sinceMs, spanMs: days * dayMs, bursts, burstRows, totalCapped, port});
const budget = rate === undefined ? undefined : new SlidingWindow(rate.requests, rate.perMs);
const traffic = new Traffic();
const token = '{"code":0,"msg":"ok","tenant_access_token":"t-bench0123456789","expire":7200}';
/** Packed answers: packing costs more than everything else here, so each page is packed once. @type {Map<string, Buffer>} */
const packed = new Map();

/**
 * Lets something travel one way: half the latency, give or take the jitter.
 * @param {number} leftAt
 * @param {(arrivedAt: number) => void} arrived told when it was due: a timer that fires late must not look like jitter
 */
function travel(leftAt, arrived) {
	const dueAt = leftAt + (latencyMs / 2) * (1 + jitter * (2 * Math.random() - 1));
	const wait = () => {
		const restMs = dueAt - performance.now();
		if (restMs <= 0) arrived(dueAt);
		// Timers count whole milliseconds, from the start of the turn of the event loop: some fire early.
		else setTimeout(wait, restMs);
	};
	wait();
}

/**
 * @param {{request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse, body: string}} exchange
 * @param {number} now
 */
function arrive({request, response, body}, now) {
	const waitMs = budget?.arrive(now) ?? 0;
	traffic.count(now, waitMs > 0);
	if (waitMs > 0) {
		leave(response, now, {status: 429, body: Buffer.from('{"code":99991400,"msg":"request trigger frequency limit"}'), headers: {'x-ogw-ratelimit-limit': rate?.requests ?? 0, 'x-ogw-ratelimit-reset': Math.ceil(waitMs / 1000)}});
		return;
	}
	const answer = log.answer({body, query: new URL(request.url ?? '/', 'http://bench').searchParams});
	if (!gzip || answer.key === undefined || !(request.headers['accept-encoding'] ?? '').includes('gzip')) {
		leave(response, now, answer);
		return;
	}
	const known = packed.get(answer.key) ?? gzipSync(answer.body, {level: 5});
	packed.set(answer.key, known);
	leave(response, now, {status: answer.status, body: known, headers: {'content-encoding': 'gzip'}});
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} leftAt
 * @param {{status: number, body: Buffer, headers?: import('node:http').OutgoingHttpHeaders}} answer
 */
function leave(response, leftAt, {status, body, headers}) {
	travel(leftAt, () => {
		response.writeHead(status, {'content-type': 'application/json; charset=utf-8', 'content-length': body.length, ...headers});
		response.end(body);
	});
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {string} body
 */
function route(request, response, body) {
	const url = request.url ?? '';
	const now = performance.now();
	if (url.startsWith(log.path)) {
		travel(now, arrivedAt => {
			arrive({request, response, body}, arrivedAt);
		});
	} else if (url === '/open-apis/auth/v3/tenant_access_token/internal') {
		travel(now, arrivedAt => {
			leave(response, arrivedAt, {status: 200, body: Buffer.from(token)});
		});
	} else if (url.startsWith('/stats')) {
		response.end(JSON.stringify(traffic.report(url.endsWith('?arrivals'))));
	} else if (url === '/reset') {
		traffic.reset();
		response.end('{}');
	} else {
		response.writeHead(404).end();
	}
}

const server = createServer({keepAliveTimeout: 120_000}, (request, response) => {
	let body = '';
	request.setEncoding('utf8');
	request.on('data', chunk => {
		body += chunk;
	});
	request.on('end', () => {
		route(request, response, body);
	});
});
server.listen(port, '127.0.0.1', () => {
	const address = server.address();
	if (typeof address === 'object' && address !== null) process.stdout.write(`http://127.0.0.1:${address.port}\n`);
});
// Nobody is there to stop it when the bench has died.
process.stdin.on('end', () => {
	process.exit();
}).resume();
