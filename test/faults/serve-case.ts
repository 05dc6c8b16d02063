import {createSandbox, serveSandbox} from '../../src/sandbox/index.ts';
import {bodyFaults} from '../../src/sandbox/faults/body/index.ts';
import {contentFaults} from '../../src/sandbox/faults/content/index.ts';
import type {FaultySandbox} from '../../src/sandbox/faults/faulty.ts';
import {createFaultPlan, type FaultPlan} from '../../src/sandbox/faults/plan.ts';
import type {Outcome} from '../../src/sandbox/faults/fault.ts';
import {parseFaults, type RuleDocument} from '../../src/sandbox/faults/schema.ts';
import type {CaseClock} from './case-clock.ts';
import type {Column} from './columns.ts';

/** A sandbox on loopback whose faults can be ended. */
export interface CaseServer {
	readonly url: string;
	/** The answers with tokens, and all of them where the fault may alter rows. */
	readonly sent: readonly string[];
	/** How often the fault was done. */
	readonly faults: () => number;
	/** Credentials as environment variables; those of people anew with every call. */
	signIn(): Record<string, string>;
	/** Ends the faults, and what they have done to the server. */
	heal(): void;
	close(): Promise<void>;
}

/** Longer answers are passed on unread: they may have no end. */
const mostRecorded = 4 * 1024 * 1024;

export async function serveCase({source, recordsPerDay, console}: Column, clock: CaseClock, rule?: RuleDocument): Promise<CaseServer> {
	let healthy = rule === undefined;
	let faults = 0;
	const sent: string[] = [];
	const plan = createFaultPlan(parseFaults({rules: rule === undefined ? [{fault: 'informational', times: 1, requests: '1000000'}] : [rule]}), {
		now: clock.now, sleep: clock.serverSleep,
		onFault: () => {
			faults++;
		},
	});
	const isAltering = rule !== undefined && (rule.fault in bodyFaults || rule.fault in contentFaults);
	/** The next request to the sandbox is answered as it is. */
	let isDirect = false;
	const watched: FaultPlan = {
		...plan,
		now: () => healthy ? clock.now() : plan.now(),
		next(request) {
			const due = healthy ? undefined : plan.next(request);
			isDirect = due === undefined && (isAltering || request.source === undefined);
			if (due === undefined || !isAltering) return due;
			return {...due, inject: async exchange => recorded(await due.inject(exchange), sent)};
		},
	};
	const sandbox = createSandbox({now: watched.now, sleep: clock.serverSleep, rate: 'off', recordsPerDay, ...(console === undefined ? {} : {console})});
	const recording: FaultySandbox = {
		...sandbox,
		async fetch(request) {
			const wasDirect = isDirect;
			isDirect = false;
			const response = await sandbox.fetch(request);
			return wasDirect ? recorded(response, sent) : response;
		},
	};
	const served = await serveSandbox(recording, {port: 0, faults: watched});
	const {feishu, trae} = sandbox.credentials;
	return {
		url: served.url,
		sent,
		faults: () => faults,
		signIn: () => ({
			FEISHU_APP_ID: feishu.appId, TRAE_APP_ID: trae.appId, FEISHU_APP_SECRET: feishu.appSecret, TRAE_APP_SECRET: trae.appSecret,
			...(source.startsWith('feishu-apaas') ? {FEISHU_USER_ACCESS_TOKEN: sandbox.signIn(['app_engine:security.audit_log:read']).accessToken} : {}),
			...(console === undefined ? {} : {FEISHU_CONSOLE_COOKIE: sandbox.consoleSession().cookie, FEISHU_CONSOLE_CSRF_TOKEN: ''}),
		}),
		heal() {
			healthy = true;
			clock.wakeServer();
		},
		close: () => served.close(),
	};
}

async function recorded<Sent extends Outcome>(outcome: Sent, sent: string[]): Promise<Sent | Response> {
	if (!(outcome instanceof Response) || outcome.headers.has('content-encoding')) return outcome;
	if (outcome.headers.get('content-type')?.startsWith('application/json') !== true || outcome.body === null) return outcome;
	const chunks: Uint8Array[] = [];
	let size = 0;
	const reader: ReadableStreamDefaultReader<Uint8Array> = outcome.body.getReader();
	for (;;) {
		const {done, value} = await reader.read();
		if (done) break;
		chunks.push(value);
		size += value.byteLength;
		// Too long to look into: what follows is passed on as it comes.
		if (size > mostRecorded) return new Response(new ReadableStream<Uint8Array>({
			start(controller) {
				for (const chunk of chunks) controller.enqueue(chunk);
			},
			async pull(controller) {
				const next = await reader.read();
				if (next.done) controller.close();
				else controller.enqueue(next.value);
			},
			cancel: async reason => reader.cancel(reason),
		}, {highWaterMark: 0}), {status: outcome.status, headers: outcome.headers});
	}
	const bytes = Buffer.concat(chunks);
	sent.push(bytes.toString('utf8'));
	return new Response(bytes, {status: outcome.status, headers: outcome.headers});
}
