import {expect, it} from 'vitest';
import {resolveFilters} from '../../src/query/filters.ts';
import {sources} from '../../src/sources/index.ts';

it.each([
	['feishu-openapi', {apiKey: ['open-apis/a']}], ['feishu-openapi', {appId: 'acme'}], ['trae-openapi', {sourceIp: '10.0.0.300'}],
] as const)('refuses a filter of %s that can match nothing: %j', (name, flags) => {
	expect(() => resolveFilters(sources[name], flags, {})).toThrow(/can match nothing/);
});
