import type {ApiRequest} from '../base/transport.ts';
import type {ParameterValue, SourceOption} from '../sources/types.ts';
import type {Query} from './query.ts';

/**
 * The API request that carries the source's constants, the query's filters and these parameters, the later ones before
 * the earlier ones, each where the source declares it: in the path, the query string or the body.
 */
export function toRequest(
	{source, filters}: Pick<Query, 'source' | 'filters'>, parameters: Readonly<Record<string, ParameterValue>>,
): ApiRequest {
	const {method} = source.endpoint;
	const {constants = {}} = source;
	const all: Record<string, ParameterValue> = {...constants, ...filters, ...parameters};
	if (source.toRequest !== undefined) return source.toRequest(all);
	let {path} = source.endpoint;
	for (const option of Object.values<SourceOption>(source.options)) {
		if (option.in !== 'path') continue;
		path = path.replace(`:${option.parameter}`, encodeURIComponent(String(all[option.parameter] ?? '')));
		delete all[option.parameter];
	}
	if (method === 'POST') return {method, path, body: all};
	const pairs = Object.entries(all).flatMap(([name, value]): Array<[string, string]> =>
		typeof value === 'object' ? value.map((entry): [string, string] => [name, String(entry)]) : [[name, String(value)]]);
	return {method, path, query: pairs};
}
