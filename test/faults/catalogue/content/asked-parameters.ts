import {parseJson} from '../../../../src/json/value.ts';
import {isJsonObject} from '../../../../src/sandbox/json-object.ts';

/** The parameters of a request, wherever they stand in it. Names are dotted where they stand deeper in a JSON body. */
export interface AskedParameters {
	/** As sent: of a query string always a text. Undefined where there is none. */
	get(name: string): unknown;
	/** The same request with some parameters changed; undefined leaves one out. */
	with(changes: Changes): Request;
	/** What is asked for, whatever the values of these parameters. */
	without(names: readonly string[]): string;
}

/** New values by name; undefined leaves a parameter out. */
export type Changes = Readonly<Record<string, string | number | undefined>>;

/** Reads the parameters of a request, and with them its body. A body that is no JSON object holds none. */
export async function readAsked(request: Request): Promise<AskedParameters> {
	const text = await request.text();
	return text === '' ? inQuery(request) : inBody(request, text);
}

function inQuery(request: Request): AskedParameters {
	const changed = (changes: Changes): string => {
		const url = new URL(request.url);
		for (const [name, value] of Object.entries(changes)) {
			if (value === undefined) url.searchParams.delete(name);
			else url.searchParams.set(name, String(value));
		}
		return url.href;
	};
	return {
		get: name => new URL(request.url).searchParams.get(name) ?? undefined,
		with: changes => rebuilt(request, {url: changed(changes)}),
		without: names => changed(Object.fromEntries(names.map(name => [name, undefined]))),
	};
}

function inBody(request: Request, text: string): AskedParameters {
	const changed = (changes: Changes): string => {
		const body = parseJson(text);
		if (!isJsonObject(body)) return text;
		return JSON.stringify(Object.entries(changes).reduce((inner, [name, value]) => put(inner, name.split('.'), value), body));
	};
	return {
		get: name => name.split('.').reduce<unknown>((inner, key) => isJsonObject(inner) ? inner[key] : undefined, parseJson(text)),
		with: changes => rebuilt(request, {body: changed(changes)}),
		without: names => `${request.url} ${changed(Object.fromEntries(names.map(name => [name, undefined])))}`,
	};
}

/** The same request with another URL, other headers or another body, if its own has been read. */
export function rebuilt(request: Request, {url = request.url, headers = {}, body}: {url?: string; headers?: Readonly<Record<string, string>>; body?: string}): Request {
	const all = new Headers(request.headers);
	all.delete('content-length');
	for (const [name, value] of Object.entries(headers)) all.set(name, value);
	return new Request(url, {method: request.method, headers: all, signal: request.signal, ...(body === undefined || body === '' ? {} : {body})});
}

function put(body: Readonly<Record<string, unknown>>, [key = '', ...deeper]: readonly string[], value: unknown): Record<string, unknown> {
	const inner = body[key];
	return {...body, [key]: deeper.length === 0 ? value : put(isJsonObject(inner) ? inner : {}, deeper, value)};
}
