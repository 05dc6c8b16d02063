import type {Socket} from 'node:net';
import type {AnswerShape} from '../../../../src/sandbox/answer-shape.ts';
import {readAsked} from '../../../faults/catalogue/content/asked-parameters.ts';
import {contentFaults} from '../../../faults/catalogue/content/index.ts';
import {elementsAt} from './reading.ts';
import type {FaultDefinition, Inject} from '../../../faults/catalogue/fault.ts';
import {answerShapeOf} from '../../../faults/catalogue/shapes.ts';
import {consoleShapeNames, createSandbox, type ConsoleShapeName, type Sandbox} from '../../../../src/sandbox/index.ts';
import {mulberry32} from '../../../../src/sandbox/random.ts';
import {sources} from '../../../../src/sources/index.ts';
import type {SourceDefinition} from '../../../../src/sources/types.ts';
import {vendors} from '../../../../src/sources/vendors/index.ts';
import {noon} from '../../client.ts';
import {consoleApiPaths} from '../../console-client.ts';

/** An API that faults are done to: a source, or the event search of the developer console in one of its shapes. */
export interface Subject {
	readonly name: string;
	readonly source: string;
	readonly console: ConsoleShapeName;
	readonly shape: AnswerShape;
}

export const pageSize = 5;
const spanMs = 4 * 3_600_000;

export const subjects: readonly Subject[] = [
	...Object.keys(sources).map(source => subjectOf(source, source, 'page')),
	...consoleShapeNames.map(console => subjectOf(`console ${console}`, 'feishu-app-log event', console)),
];

function subjectOf(name: string, source: string, console: ConsoleShapeName): Subject {
	const shape = answerShapeOf(source, console);
	if (shape === undefined) throw new Error(`${source} is not known`);
	return {name, source, console, shape};
}

/** What a page parameter is set to; the first page without any. */
export interface PageAt {
	readonly size?: number;
	/** The token, or the number of the page from 0. */
	readonly token?: string | number | undefined;
	readonly index?: number;
}

/** A sandbox that is always the same, asked through one fault, or through none. */
export function open(subject: Subject, fault?: keyof typeof contentFaults, parameters: Readonly<Record<string, unknown>> = {}) {
	const clock = {now: noon};
	const sandbox = createSandbox({now: () => clock.now, sleep: async () => undefined, rate: 'off', recordsPerDay: 240, console: subject.console});
	const inject = fault === undefined ? undefined : injectOf(contentFaults[fault], parameters);
	const random = mulberry32(1);

	async function send(request: Request, source: string | undefined): Promise<Response> {
		if (inject === undefined) return sandbox.fetch(request);
		const body = await request.clone().text();
		const copy = () => new Request(request.url, {method: request.method, headers: request.headers, ...(body === '' ? {} : {body})});
		const outcome = await inject({
			request: copy(), source, shape: source === undefined ? undefined : subject.shape, answer: async (other = copy()) => sandbox.fetch(other),
			// Nothing that is done to content looks at the connection.
			socket: {} as Socket, random, sleep: async () => undefined, signal: request.signal, sandbox,
			server: {shiftClock: ms => {
				clock.now += ms;
			}, refuseFor: () => undefined},
		});
		if (outcome === 'sent') throw new Error('content is never sent past the response');
		return outcome;
	}

	const headers = headersFor(subject, sandbox);
	const page = async (place: PageAt = {}): Promise<{status: number; text: string; body: unknown; rows: string[]}> => {
		const response = await send(await requestFor(subject, await headers, sandbox, place), subject.source);
		const text = await response.text();
		const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
		return {status: response.status, text, body: isJson ? JSON.parse(text) as unknown : undefined, rows: isJson ? elementsAt(text, subject.shape.rows) : []};
	};
	return {
		clock, sandbox, send, page,
		/** The first page, and those that follow it. */
		async pages(count: number) {
			const all = [await page()];
			while (all.length < count) {
				const {pagination} = subject.shape;
				const token: unknown = pagination.style === 'token' ? at(all.at(-1)?.body, pagination.token) : undefined;
				all.push(await page({index: all.length, ...(typeof token === 'string' || typeof token === 'number' ? {token} : {})}));
			}
			return all;
		},
	};
}

/** The value at a path of a parsed answer. */
export function at(value: unknown, path: readonly string[]): unknown {
	return path.reduce<unknown>((inner, key) => typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined, value);
}

export function injectOf(definition: FaultDefinition, parameters: Readonly<Record<string, unknown>> = {}): Inject {
	return definition.create(definition.parameters.parse(parameters));
}

/** A token exchange as clients send it. */
export function exchangeRequest(vendor: 'feishu' | 'trae', sandbox: Sandbox): Request {
	const {appId, appSecret} = sandbox.credentials[vendor];
	return new Request(`http://sandbox.test${vendors[vendor].exchange.path}`, {
		method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({app_id: appId, app_secret: appSecret}),
	});
}

function definitionOf({source}: Subject): SourceDefinition | undefined {
	return Object.values<SourceDefinition>(sources).find(({name}) => name === source);
}

async function headersFor(subject: Subject, sandbox: Sandbox): Promise<Record<string, string>> {
	const definition = definitionOf(subject);
	if (definition === undefined) {
		const {cookie, csrfHeader, csrfToken} = sandbox.consoleSession();
		return {cookie, [csrfHeader]: csrfToken};
	}
	if (definition.auth === 'user') return {authorization: `Bearer ${sandbox.signIn([definition.scope]).accessToken}`};
	const issued: unknown = await (await sandbox.fetch(exchangeRequest(definition.vendor, sandbox))).json();
	return {authorization: `Bearer ${String(at(issued, ['tenant_access_token']) ?? at(issued, ['data', 'access_token']))}`};
}

async function requestFor(subject: Subject, headers: Record<string, string>, sandbox: Sandbox, {size = pageSize, token, index = 0}: PageAt): Promise<Request> {
	const definition = definitionOf(subject);
	const {range, pagination} = subject.shape;
	const isGet = (definition?.endpoint.method ?? (subject.console === 'offset' ? 'GET' : 'POST')) === 'GET';
	const path = definition?.endpoint.path.replace(':namespace', sandbox.places.feishu['namespace'] ?? '') ?? consoleApiPaths[subject.console]('event');
	const written = (ms: number) => definition === undefined && subject.console === 'cursor' ? new Date(ms).toISOString() : ms / (definition?.range.unitMs ?? (subject.console === 'offset' ? 1000 : 1));
	const bare = new Request(`http://sandbox.test${path}`, isGet ? {headers} : {method: 'POST', headers: {...headers, 'content-type': 'application/json'}, body: '{}'});
	const where = pagination.style === 'token' ? {[pagination.tokenParameter]: token}
		: pagination.style === 'offset' ? {[pagination.offsetParameter]: index * size}
			: {[pagination.pageParameter]: pagination.counts === 'rows' ? index * size : index + 1};
	return (await readAsked(bare)).with({
		...definition?.constants, [range.start]: written(noon - spanMs), [range.end]: written(noon), [pagination.sizeParameter]: size, ...where,
	});
}
