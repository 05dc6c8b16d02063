import {expect, it} from 'vitest';
import {resolveFilters} from '../../src/query/filters.ts';
import {declaredOption, searchFilters} from '../../src/sources/app-log-filters.ts';
import {sources} from '../../src/sources/index.ts';

it.each([
	['feishu-openapi', {apiKey: ['open-apis/a']}], ['feishu-openapi', {apiKey: ['FETCH/open-apis/a']}], ['feishu-openapi', {appId: 'acme'}],
	['trae-openapi', {sourceIp: '10.0.0.300'}], ['trae-openapi', {apiPath: 'openapi/v1/users'}], ['feishu-behavior', {eventName: 'space create doc'}],
	['feishu-apaas', {namespace: 'package_a', filter: ['clientIP=10.0.0.300']}],
	['feishu-apaas', {namespace: 'package_a', filter: ['status=18001, succeeded']}], ['feishu-apaas', {namespace: 'package_a', filter: ['eventName=login']}],
] as const)('refuses a filter of %s that can match nothing: %j', (name, flags) => {
	expect(() => resolveFilters(sources[name], flags, {})).toThrow(/can match nothing/);
});

it.each([
	[{filter: ['eventName= 19001 , 19002,']}, '{"items":[{"left":"eventName","operator":"=","right":[19001,19002]}]}'],
	[{filter: ['clientIP=2001:db8::7']}, '{"items":[{"left":"clientIP","operator":"=","right":["2001:db8::7"]}]}'],
])('cleans the values of %j as any list', (flags, filter) => {
	expect(resolveFilters(sources['feishu-apaas'], {namespace: 'package_a', ...flags}, {}).filters).toMatchObject({filter});
});

it.each([
	['event_type', 'im message'], ['user_open_id', 'a1b2'], ['event_id', 'two words'], ['request_id', ' '], ['tenant_key', 'two words'],
] as const)('refuses a filter %s of a console search that can match nothing: %j', (name, value) => {
	const declaration = Object.values(searchFilters).flat().find(filter => filter.name === name);
	const options = declaration === undefined ? {} : {[name]: declaredOption(declaration)};
	expect(() => resolveFilters({...sources['feishu-behavior'], options, parameters: {}}, {[name]: value}, {})).toThrow(/can match nothing/);
});
