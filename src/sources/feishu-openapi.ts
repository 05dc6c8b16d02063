import {HOUR, MINUTE, SECOND} from '../base/duration.ts';
import {methodActivities} from './ocsf.ts';
import {statusOption} from './outcome.ts';
import {column, defineSource, timeColumn, type SampleRow} from './types.ts';

const outcome = {httpStatus: ['log_detail', 'status_code'], response: ['log_detail', 'response']} as const;

const apis = [
	['POST', '/open-apis/im/v1/messages', '{"receive_id_type":"chat_id"}', '{"msg_type":"text","content":"{\\"text\\":\\"发布完成 ✅\\"}"}'],
	['GET', '/open-apis/contact/v3/users/batch', '{"user_ids":"ou_7d8a6e","department_id_type":"open_department_id"}', ''],
	[
		'POST', '/open-apis/authen/v1/access_token', '{}',
		'{"app_id":"cli_a1b2c3d4e5f6","app_secret":"s3cr3t-0123456789abcdef","grant_type":"authorization_code"}',
	],
	['POST', '/open-apis/auth/v3/tenant_access_token/internal', '{}', '{"app_id":"cli_9f8e7d6c5b4a","app_secret":"s3cr3t-fedcba9876543210"}'],
	[
		'PATCH', '/open-apis/docx/v1/documents/doxcnXhd93zqoLnmVPGIPTy7AFe/blocks/doxcnSS', '{}',
		'{"update_text_elements":{"elements":[{"text_run":{"content":"季度审计报告"}}]}}',
	],
	['GET', '/open-apis/approval/v4/instances', '{"approval_code":"7C468A54-8745-2245-9675-08B7C63E7A85"}', ''],
] as const;

const outcomes = [
	[200, '{"code":0,"msg":"success"}'],
	[200, '{"code":0,"msg":"ok"}'],
	[200, '{"code":99991672,"msg":"Access denied. One of the following scopes is required: [contact:user.base:readonly]"}'],
	[400, '{"code":230002,"msg":"Bot/User can NOT be out of the chat.","error":{"log_id":"20261120093012ABCDEF"}}'],
	[500, '{"code":1663,"msg":"internal error"}'],
] as const;

/**
 * Feishu/Lark OpenAPI audit log.
 * https://open.feishu.cn/document/security_and_compliance-v1/openapi_log/list_data
 *
 * The documentation leaves open in which order rows come and whether the end of the range is part of it.
 */
export const feishuOpenapi = defineSource({
	name: 'feishu-openapi',
	title: 'Feishu/Lark OpenAPI audit log: calls made to the open platform',
	docs: 'https://open.feishu.cn/document/security_and_compliance-v1/openapi_log/list_data',
	vendor: 'feishu',
	scope: 'security_and_compliance:audit_log.openapi_log:readonly',
	endpoint: {method: 'POST', path: '/open-apis/security_and_compliance/v1/openapi_logs/list_data'},
	parameters: {
		api_keys: {type: 'string[]', maxLength: 100},
		start_time: {type: 'int'},
		end_time: {type: 'int'},
		app_id: {type: 'string'},
		page_size: {type: 'int', min: 1, max: 100},
		page_token: {type: 'string'},
	},
	options: {
		apiKey: {
			flags: '--api-key <key>',
			description: 'only calls of this API, METHOD and path joined: POST/open-apis/authen/v1/access_token (repeatable)',
			repeatable: true,
			parameter: 'api_keys',
			field: 'api_key',
		},
		appId: {
			flags: '--app-id <id>',
			description: 'only calls made by this app: cli_…',
			parameter: 'app_id',
			field: 'app_id',
		},
		status: statusOption(outcome),
	},
	budget: {requests: 100, perMs: MINUTE},
	concurrency: 4,
	pagination: {
		style: 'token',
		tokenParameter: 'page_token',
		sizeParameter: 'page_size',
		defaultSize: 100,
		maxSize: 100,
		token: ['data', 'page_token'],
		more: ['data', 'has_more'],
	},
	window: {defaultMs: HOUR},
	range: {start: 'start_time', end: 'end_time', unitMs: SECOND, startBound: 'unknown', endBound: 'unknown'},
	rows: ['data', 'items'],
	id: 'id',
	time: 'event_time',
	outcome,
	columns: [
		timeColumn,
		column('id', 'text', 'identity of the call'),
		column('api_key', 'text', 'the API that was called: its method and path, joined', {table: 3}),
		column('event_time', 'time', 'when the call was made', {unitMs: SECOND}),
		column('app_id', 'text', 'the app that called', {table: 5}),
		column('ip', 'text', 'the address that the call came from, IPv4 or IPv6', {table: 4}),
		column('log_detail.method', 'text', 'HTTP method'),
		column('log_detail.path', 'text', 'HTTP path'),
		column('log_detail.status_code', 'integer', 'HTTP status of the answer', {table: 2, heading: 'status'}),
		column('log_detail.query_param', 'text', 'query string, as text of JSON'),
		column('log_detail.payload', 'text', 'body of the request, as text of JSON'),
		column('log_detail.response', 'text', 'code, message and error of the answer, as text of JSON', {table: 7, prose: true}),
		column('log_detail.response.code', 'json', 'code in the answer, 0 where the call succeeded', {table: 6, inText: true}),
	],
	ocsf: {
		common: {'status_code': 'log_detail.response.code', 'status_detail': 'log_detail.response.msg'},
		events: [{
			class: 'API Activity',
			activity: {field: 'log_detail.method', names: methodActivities},
			attributes: {
				'actor.app_uid': 'app_id',
				'api.operation': 'api_key',
				'api.response.code': 'log_detail.response.code',
				'api.response.message': 'log_detail.response.msg',
				'src_endpoint.ip': 'ip',
				'http_request.http_method': 'log_detail.method',
				'http_request.url.path': 'log_detail.path',
				'http_request.args': 'log_detail.query_param',
				'http_response.code': 'log_detail.status_code',
			},
		}],
	},
});

/** Rows for the sandbox. */
export const feishuOpenapiSample: SampleRow = (random, {id, time}) => {
	const [method, path, query, payload] = random.pick(apis);
	const [status, response] = random.pick(outcomes);
	return {
		id,
		api_key: `${method}${path}`,
		event_time: time,
		app_id: random.pick(['cli_a1b2c3d4e5f6', 'cli_9f8e7d6c5b4a', 'cli_sandbox']),
		ip: random.pick(['203.0.113.7', '198.51.100.23', '2001:db8:85a3::8a2e:370:7334']),
		log_detail: {path, method, query_param: query, payload, status_code: status, response},
	};
};
