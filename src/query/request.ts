import type {ApiRequest} from '../http/client.ts';
import type {Query} from './query.ts';

/** A parameter's value before it is written to the wire. */
export type ParameterValue = string | number | readonly string[];

/** The API request that carries these parameters and the query's filters, as the source declares it. */
export function toRequest(query: Pick<Query, 'source' | 'filters'>, parameters: Readonly<Record<string, ParameterValue>>): ApiRequest {
	const {method, path} = query.source.endpoint;
	const all: Record<string, ParameterValue> = {...query.filters, ...parameters};
	if (method === 'POST') return {method, path, body: all};
	const pairs = Object.entries(all).flatMap(([name, value]): Array<[string, string]> =>
		Array.isArray(value) ? value.map((entry): [string, string] => [name, String(entry)]) : [[name, String(value)]]);
	return {method, path, query: pairs};
}
