import {request, type Agent, type IncomingHttpHeaders} from 'node:http';
import {connect} from 'node:net';
import {setTimeout as wait} from 'node:timers/promises';
import {onTestFinished} from 'vitest';
import type {Sleep} from '../../../src/base/context.ts';
import {createFaultPlan, type InjectedFault} from '../../faults/catalogue/plan.ts';
import {parseFaults, type RuleDocument} from '../../faults/catalogue/schema.ts';
import {createSandbox} from '../../../src/sandbox/index.ts';
import {serveFaulty} from '../../faults/catalogue/serve.ts';
import {noon} from '../client.ts';

export const tracePath = '/openapi/v1/audit/openapi-logs';
export const exchangePath = '/openapi/v1/auth/token';

/** Serves a sandbox with these faults on its one page of three rows of Trae; waits of faults take no time. */
export async function serveFaults(rules: readonly RuleDocument[], {sleep = async () => undefined}: {sleep?: Sleep} = {}) {
	const injected: InjectedFault[] = [];
	const plan = createFaultPlan(parseFaults({rules}), {now: () => noon, sleep, onFault: fault => injected.push(fault)});
	const seconds = noon / 1000;
	const rows = ['a', 'b', '审批'].map((name, index) => ({id: `row-${index}`, time: seconds - 10 + index, row: {log_id: `row-${index}`, operation_time: seconds - 10 + index, name}}));
	const sandbox = createSandbox({now: plan.now, sleep: async () => undefined, rate: 'off', rows: {'trae-openapi': rows}});
	const {appId: app_id, appSecret: app_secret} = sandbox.credentials.trae;
	const issued = await sandbox.fetch(`http://sandbox.test${exchangePath}`, {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({app_id, app_secret})});
	const {data: {access_token: token}} = await issued.json() as {data: {access_token: string}};
	const served = await serveFaulty(sandbox, plan);
	onTestFinished(async () => served.close());
	const path = `${tracePath}?start_time=${seconds - 60}&end_time=${seconds}`;
	const authorization = `Bearer ${token}`;
	const honest = async () => (await sandbox.fetch(`http://sandbox.test${path}`, {headers: {authorization}})).text();
	return {served, sandbox, injected, path, authorization, honest, ask: (options: AskOptions = {}) => ask(served.port, {path, headers: {authorization}, ...options}), raw: (options: RawOptions = {}) => raw(served.port, path, authorization, options)};
}

interface AskOptions {
	readonly path?: string;
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	readonly agent?: Agent;
	/** Goes away after so many bytes of the body. */
	readonly mostBytes?: number;
}

export interface Got {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	/** As it came, content encodings and all. */
	readonly body: Buffer;
	/** Informational answers before this one. */
	readonly informational: readonly number[];
}

/** Asks over HTTP without touching the body; rejects with Node's error when the answer is none. */
async function ask(port: number, {path = '/', method = 'GET', headers = {}, body, agent, mostBytes = Infinity}: AskOptions): Promise<Got> {
	return new Promise((resolve, reject) => {
		const informational: number[] = [];
		const asking = request({port, host: '127.0.0.1', path, method, headers, ...(agent && {agent}), maxHeaderSize: 4 * 1024 * 1024}, answer => {
			const pieces: Buffer[] = [];
			let length = 0;
			const got = (): Got => ({status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces), informational});
			answer.on('data', (piece: Buffer) => {
				pieces.push(piece);
				length += piece.byteLength;
				if (length < mostBytes) return;
				resolve(got());
				asking.destroy();
			});
			answer.on('error', reject);
			answer.on('end', () => resolve(got()));
		});
		asking.maxHeadersCount = 0;
		asking.on('information', ({statusCode}) => informational.push(statusCode));
		asking.on('error', reject);
		asking.end(body);
	});
}

/** What came over one connection, byte for byte, until it ended. */
export interface RawGot {
	readonly text: string;
	/** How it ended: in order, reset, or not at all. */
	readonly end: 'closed' | 'reset' | 'open';
}

interface RawOptions {
	/** Goes away a moment after this has come, whatever else would have. */
	readonly stopAfter?: RegExp;
	readonly onData?: () => void;
}

async function raw(port: number, path: string, authorization: string, {stopAfter, onData}: RawOptions): Promise<RawGot> {
	return new Promise((resolve, reject) => {
		const pieces: Buffer[] = [];
		const text = () => Buffer.concat(pieces).toString('latin1');
		const socket = connect(port, '127.0.0.1', () => {
			socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: ${authorization}\r\n\r\n`);
			if (stopAfter?.test('') === true) void leave();
		});
		const leave = async () => {
			await wait(30);
			resolve({text: text(), end: 'open'});
			socket.destroy();
		};
		socket.on('data', piece => {
			pieces.push(piece);
			onData?.();
			if (stopAfter?.test(text()) === true) void leave();
		});
		socket.on('end', () => resolve({text: text(), end: 'closed'}));
		socket.on('error', (error: NodeJS.ErrnoException) => {
			if (error.code === 'ECONNRESET') resolve({text: text(), end: 'reset'});
			else reject(error);
		});
	});
}
