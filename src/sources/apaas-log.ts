import {DAY, SECOND} from '../base/duration.ts';
import {statusOption} from './outcome.ts';
import {valueAt} from '../json/value.ts';
import {column, timeColumn, type Column, type SampleRow} from './types.ts';

const outcome = {coded: {path: ['status'], failed: ['18002']}} as const;

/** The names that the API has for fields, as far as they are documented. It has none for a row's id. */
const columnNames = {
	opTime: 'op_time', appName: 'app_name', eventName: 'op_type', clientIP: 'client_ip', operator: 'operator', status: 'status',
} as const;

/**
 * What the audit logs of the Feishu low-code platform have in common: a user's token, ten requests a second, ten
 * thousand rows a query, and the same fields.
 *
 * The documentation leaves open whether `offset` counts rows or pages, the largest `page_size`, the longest range, how
 * long rows are kept, and whether `total` stops at the cap.
 */
export const apaasLog = {
	vendor: 'feishu',
	scope: 'app_engine:security.audit_log:read',
	auth: 'user',
	badParameter: {code: 2320001, message: 'param is invalid'},
	parameters: {
		namespace: {type: 'string', required: true, maxLength: 30},
		page_size: {type: 'int', required: true, min: 1, max: 1000},
		offset: {type: 'int', required: true, min: 0},
		from: {type: 'int', required: true, min: 0},
		to: {type: 'int', required: true, min: 0},
		quick_query: {type: 'string', maxLength: 1000},
		// Carries what --filter and --filter-json ask for.
		filter: {type: 'string', maxLength: 1000},
		columns: {type: 'string[]', maxLength: 1000},
		sort_by: {type: 'string', values: ['opTime']},
		sort_order: {type: 'string', maxLength: 1000},
		app_type: {type: 'string', values: ['0', '1']},
	},
	options: {
		namespace: {
			flags: '--namespace <name>',
			description: 'the app whose log it is, by its namespace: package_aa_bb',
			parameter: 'namespace',
			in: 'path',
			required: true,
			env: 'FEISHU_APAAS_NAMESPACE',
		},
		query: {
			flags: '--query <text>',
			description: 'only rows in which the API finds this text, anywhere: "Intel Mac OS"',
			parameter: 'quick_query',
			match: 'anywhere',
		},
		column: {
			flags: '--column <name>',
			description: `only this field, by the API's name for it (${Object.keys(columnNames).join(', ')} …; repeatable)`,
			repeatable: true,
			parameter: 'columns',
			picks: columnNames,
		},
		appType: {
			flags: '--app-type <apaas|aily>',
			description: 'only apps of this type, by name or code (0, 1)',
			parameter: 'app_type',
			choices: {apaas: '0', aily: '1'},
		},
		status: statusOption(outcome),
	},
	filter: {
		parameter: 'filter',
		names: {...columnNames, operator: 'operator.id'},
	},
	order: {parameter: 'sort_order', ascending: 'asc'},
	budget: {requests: 10, perMs: SECOND},
	concurrency: 16,
	pagination: {
		style: 'offset',
		offsetParameter: 'offset',
		sizeParameter: 'page_size',
		defaultSize: 100,
		maxSize: 1000,
		total: ['data', 'total'],
		cap: 10_000,
		counts: 'unknown',
	},
	window: {defaultMs: DAY},
	range: {start: 'from', end: 'to', unitMs: 1, startBound: 'unknown', endBound: 'unknown'},
	rows: ['data', 'items'],
	id: 'log_id',
	time: 'op_time',
	outcome,
	localeMaps: ['op_detail', 'failed_reason_i18n', 'app_name'],
} as const;

/** What the codes mean that both logs use. */
export const apaasLabels = {
	login_type: {11001: {en: 'Feishu', zh: '飞书登录'}, 11003: {en: 'Account and password', zh: '账号密码登录'}},
	terminal_type: {13002: {en: 'PC', zh: 'PC类型'}, 13003: {en: 'Web', zh: 'Web类型'}},
	os_type: {14001: {en: 'Unknown', zh: '未知'}, 14002: {en: 'Windows', zh: 'Windows'}},
	audit_scope: {
		15001: {en: 'Enterprise admin console', zh: '企业管理后台'},
		15002: {en: 'App admin console', zh: '应用管理后台'},
		15003: {en: 'App development platform', zh: '应用开发平台'},
	},
	env_type: {16001: {en: 'Sandbox', zh: '沙箱环境'}, 16003: {en: 'Production', zh: '线上环境'}},
	op_source: {20001: {en: 'Frontend', zh: '前端'}, 20004: {en: 'OpenAPI', zh: 'openapi'}},
	status: {18001: {en: 'Succeeded', zh: '成功'}, 18002: {en: 'Failed', zh: '失败'}},
} as const;

/** What events of either log have, whatever they tell of. */
export const apaasEvents = {
	'message': 'op_detail', 'status_code': 'status', 'status_detail': 'failed_reason_i18n',
	'metadata.event_code': 'op_type', 'metadata.tenant_uid': 'tenant_id',
} as const;

/** Every documented field, in the order of the documentation. */
export const apaasColumns: readonly Column[] = [
	timeColumn,
	column('log_id', 'text', 'identity of the row'),
	column('op_time', 'time', 'when it was done', {unitMs: 1, quoted: true}),
	column('log_type', 'text', 'which log it is of', {table: 7}),
	column('operator.id', 'text', 'who did it, by id'),
	column('operator.name', 'text', 'who did it, by name', {table: 3, heading: 'operator'}),
	column('operator.tenant_id', 'text', "the operator's tenant"),
	column('operator.email', 'text', "the operator's address"),
	column('outsider', 'boolean', 'whether the operator is of another organisation'),
	column('login_type', 'text', 'how the operator signed in'),
	column('lark_tenant_id', 'text', 'the tenant at Feishu'),
	column('apaas_tenant_id', 'text', 'the tenant at the low-code platform'),
	column('user_geo', 'text', 'where the operator is'),
	column('client_ip', 'text', 'the address that it came from', {table: 4}),
	column('ip_loc', 'text', 'where that address is'),
	column('ip_provider', 'text', 'whose address it is'),
	column('referer', 'text', 'the page that led there'),
	column('origin', 'text', 'the page that it was done on'),
	column('api_path', 'text', 'path of the route'),
	column('full_path', 'text', 'path at the gateway'),
	column('user_agent', 'text', 'the browser or client, in its own words'),
	column('device_id', 'text', 'the device'),
	column('web_device_id', 'text', 'the device, as the browser knows it'),
	column('terminal_type', 'text', 'kind of device'),
	column('os_type', 'text', 'operating system'),
	column('os_version', 'text', 'version of the operating system'),
	column('module', 'text', 'the module it was done in'),
	column('data_object', 'text', 'the data object it was done to'),
	column('audit_scope', 'text', 'the part of the platform it was done in'),
	column('tenant_id', 'text', 'the tenant'),
	column('namespace', 'text', 'the app, by its namespace'),
	column('env_type', 'text', 'the environment: production or a sandbox'),
	column('op_type', 'text', 'what was done, as a code', {table: 5}),
	column('op_detail', 'object', 'what was done, in words by locale', {table: 6}),
	column('op_source', 'text', 'where it was done: a page or the OpenAPI'),
	column('status', 'text', 'whether it succeeded', {table: 2}),
	column('failed_reason_i18n', 'object', 'why it failed, in words by locale'),
	column('data_changes', 'list', 'old and new values, each as text of JSON'),
	column('app_name', 'object', 'name of the app by locale'),
	column('keyword_field_app_version', 'text', 'version of the app'),
	column('keyword_field_functional_sub_module', 'text', "the event's part of its module"),
];

const people = [
	['1768491480010814', '郭小明', 'guo@example.com'],
	['1768491480010815', 'Anna Schmidt', 'anna@example.com'],
	['1768491480010816', '佐藤 花子', 'sato@example.com'],
] as const;
const agents = [
	'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
	'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
] as const;
const events = [
	['19001', '管理员和开发者自动获取所有使用权限', '/api/permission/grant'],
	['19002', '登录成功', '/api/login'],
	['19014', '修改了字段“审批状态”', '/api/data/v1/records'],
	['19027', '导出数据，共 1,024 条', '/api/data/v1/export'],
] as const;

const aily = '智能助手';

/** No field tells of which type an app is. Among those rows the sandbox has one of each. */
export const apaasLets = {
	app_type: (row: unknown, type: string) => (valueAt(row, ['app_name', '2052']) === aily) === (type === '1'),
};

/** Makes rows of one of these log types. */
export function apaasSample(logTypes: readonly string[]): SampleRow {
	return (random, {id, time}) => {
		const [userId, name, email] = random.pick(people);
		const [event, detail, path] = random.pick(events);
		const failed = random.below(12) === 0;
		return {
			log_id: id,
			op_time: String(time),
			log_type: random.pick(logTypes),
			operator: {id: userId, name, tenant_id: '79888', email},
			outsider: random.below(9) === 0,
			login_type: random.pick(['11001', '11001', '11003']),
			lark_tenant_id: '123',
			apaas_tenant_id: '23333',
			user_geo: random.pick(['Asia/Shanghai', 'America/Chicago', 'Europe/Berlin']),
			client_ip: random.pick(['203.0.113.7', '198.51.100.23', '2001:db8:85a3::8a2e:370:7334']),
			ip_loc: random.pick(['中国北京', 'Deutschland, Berlin']),
			ip_provider: 'ISP_com',
			referer: 'https://example.com/referer',
			origin: 'https://example.com',
			api_path: path,
			full_path: path,
			user_agent: random.pick(agents),
			device_id: `device_${random.below(50)}`,
			web_device_id: `webDevice_${random.below(50)}`,
			terminal_type: random.pick(['13002', '13003', '13003', '2']),
			os_type: random.pick(['14001', '14002']),
			os_version: random.pick(['10', '14.6']),
			module: random.pick(['17001', '17002']),
			data_object: random.pick(['object_api_aaa', 'object_api_order', '']),
			audit_scope: random.pick(['15001', '15002', '15003']),
			tenant_id: '23335',
			namespace: 'package_sandbox',
			env_type: random.pick(['16001', '16003', '16003']),
			op_type: event,
			op_detail: {2052: detail},
			op_source: random.pick(['20001', '20001', '20004']),
			status: failed ? '18002' : '18001',
			failed_reason_i18n: failed ? {2052: '权限不足', 1033: 'Permission denied'} : {},
			data_changes: event === '19014' ? ['{"old": "草稿","new": "已提交"}', '{"old": null,"new": 9007199254740993}'] : [],
			app_name: {2052: random.pick(['审批应用', '审批应用', aily])},
			keyword_field_app_version: 'v1.2.3',
			keyword_field_functional_sub_module: '223',
		};
	};
}
