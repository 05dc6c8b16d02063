import type {JsonPath} from '../base/json-path.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {isJsonObject} from './json-object.ts';
import type {BadParameter} from './parameters.ts';
import type {RefusalDetails, RefusalName, SandboxVendor} from './vendors/types.ts';

/** Answers one request in a vendor's way. */
export interface Replies {
	issued(token: string, lifeSeconds: number): Response;
	/** A good answer with these values at their places. */
	success(facts: ReadonlyArray<readonly [place: JsonPath, value: unknown]>): Response;
	refuse(name: RefusalName, details?: RefusalDetails): Response;
	/** Names the parameter where one is to blame, never its value; `own` is how this API alone says it. */
	refuseParameter(problem: BadParameter, own?: SourceDefinition['badParameter']): Response;
	refuseRate(limit: number, waitMs: number): Response;
	/** Any JSON that must not be cached, outside of the vendor's envelope. */
	json(status: number, body: object): Response;
}

/** Replies that all carry this trace id. */
export function repliesOf(vendor: SandboxVendor, trace: string): Replies {
	const reply = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): Response =>
		new Response(JSON.stringify(body), {
			status,
			headers: {'content-type': 'application/json; charset=utf-8', ...vendor.traceHeaders(trace), ...headers},
		});
	return {
		issued: (token, lifeSeconds) => reply(200, vendor.issued(token, lifeSeconds, trace)),
		success(facts) {
			const body = vendor.success(trace);
			for (const [place, value] of facts) putAt(body, place, value);
			return reply(200, body);
		},
		refuse(name, details) {
			const refusal = vendor.refusals[name];
			return reply(refusal.status, vendor.refusal(refusal, trace, details));
		},
		refuseParameter({parameter, message}, own) {
			const general = {...vendor.refusals['bad-parameter'], ...own};
			const refusal = {...general, code: own?.of?.[parameter] ?? general.code};
			return reply(refusal.status, vendor.refusal(refusal, trace, {parameter: {name: parameter, reason: message}}));
		},
		refuseRate(limit, waitMs) {
			const refusal = vendor.refusals['rate-limited'];
			return reply(refusal.status, vendor.refusal(refusal, trace), vendor.rateHeaders({limit, waitSeconds: Math.ceil(waitMs / 1000)}));
		},
		json: (status, body) => reply(status, body, {'cache-control': 'no-store'}),
	};
}

function putAt(body: Record<string, unknown>, place: JsonPath, value: unknown): void {
	let inner = body;
	for (const key of place.slice(0, -1)) {
		const found = inner[key];
		const next = isJsonObject(found) ? found : {};
		inner[key] = next;
		inner = next;
	}
	inner[place.at(-1) ?? ''] = value;
}
