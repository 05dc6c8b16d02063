import {userScopes} from '../../src/access/auth/endpoints.ts';
import {createSandbox} from '../../src/sandbox/index.ts';
import {bodyFaults} from './catalogue/body.ts';
import {contentFaults} from './catalogue/content/index.ts';
import type {FaultySandbox} from './catalogue/faulty.ts';
import {createFaultPlan, type FaultPlan} from './catalogue/plan.ts';
import {parseFaults, type RuleDocument} from './catalogue/schema.ts';
import {serveFaulty} from './catalogue/serve.ts';
import type {CaseClock} from './case-clock.ts';
import type {Column} from './columns.ts';
import {recorded, watched} from './watched-fault.ts';

/** A sandbox on loopback whose faults can be ended. */
export interface CaseServer {
	readonly url: string;
	/** The answers with tokens, and all of them where the fault may alter rows. */
	readonly sent: readonly string[];
	/** How often the fault did something: see `watched`. */
	readonly faults: () => number;
	/** Credentials as environment variables; those of people anew with every call. */
	signIn(): Record<string, string>;
	/** Ends the faults, and what they have done to the server. */
	heal(): void;
	close(): Promise<void>;
}

export async function serveCase({recordsPerDay, console}: Column, clock: CaseClock, rule?: RuleDocument): Promise<CaseServer> {
	let healthy = rule === undefined;
	let faults = 0;
	const onDone = () => {
		faults++;
	};
	const sent: string[] = [];
	const isAltering = rule !== undefined && (rule.fault in bodyFaults || rule.fault in contentFaults);
	const plan = createFaultPlan(parseFaults({rules: rule === undefined ? [{fault: 'informational', times: 1, requests: '1000000'}] : [rule]}), {
		now: clock.now, sleep: clock.serverSleep, onFault: isAltering ? undefined : onDone,
	});
	/** The next request to the sandbox is answered as it is. */
	let isDirect = false;
	const endable: FaultPlan = {
		...plan,
		now: () => healthy ? clock.now() : plan.now(),
		next(request) {
			const due = healthy ? undefined : plan.next(request);
			isDirect = due === undefined && (isAltering || request.source === undefined);
			if (due === undefined || !isAltering) return due;
			return {...due, inject: watched(due.inject, {sent, onDone})};
		},
	};
	const sandbox = createSandbox({now: endable.now, sleep: clock.serverSleep, rate: 'off', recordsPerDay, ...(console === undefined ? {} : {console})});
	const recording: FaultySandbox = {
		...sandbox,
		async fetch(request) {
			const wasDirect = isDirect;
			isDirect = false;
			const response = await sandbox.fetch(request);
			return wasDirect ? recorded(response, text => sent.push(text)) : response;
		},
	};
	const served = await serveFaulty(recording, endable);
	const {feishu, trae} = sandbox.credentials;
	return {
		url: served.url,
		sent,
		faults: () => faults,
		signIn: () => ({
			FEISHU_APP_ID: feishu.appId, TRAE_APP_ID: trae.appId, FEISHU_APP_SECRET: feishu.appSecret, TRAE_APP_SECRET: trae.appSecret,
			FEISHU_USER_ACCESS_TOKEN: sandbox.signIn(userScopes).accessToken,
			...(console === undefined ? {} : {FEISHU_CONSOLE_COOKIE: sandbox.consoleSession().cookie, FEISHU_CONSOLE_CSRF_TOKEN: ''}),
		}),
		heal() {
			healthy = true;
			clock.wakeServer();
		},
		close: () => served.close(),
	};
}
