import {apaasColumns, apaasEvents, apaasLabels, apaasLog, apaasSample} from './apaas-log.ts';
import {defineSource} from './types.ts';

const types = {all: '10000', enterprise: '10001', login: '10002', app: '10003'} as const;

const fromBrowser = {
	'src_endpoint.ip': 'client_ip', 'http_request.url.path': 'full_path', 'http_request.referrer': 'referer',
	'http_request.user_agent': 'user_agent',
} as const;

/**
 * Audit log of the Feishu low-code platform (aPaaS).
 * https://open.feishu.cn/document/apaas-v1/application-audit_log/audit_log_list
 */
export const feishuApaas = defineSource({
	...apaasLog,
	name: 'feishu-apaas',
	title: 'Feishu low-code platform audit log: what administrators and users did in its apps',
	docs: 'https://open.feishu.cn/document/apaas-v1/application-audit_log/audit_log_list',
	endpoint: {method: 'GET', path: '/open-apis/apaas/v1/applications/:namespace/audit_log/audit_log_list'},
	parameters: {...apaasLog.parameters, log_type: {type: 'string', required: true, values: Object.values(types)}},
	options: {
		...apaasLog.options,
		logType: {
			flags: '--log-type <type>',
			description: 'only this log: all (default), enterprise, login or app, or its code (10000, 10001 …)',
			parameter: 'log_type',
			choices: types,
			field: 'log_type',
		},
	},
	constants: {log_type: types.all, sort_by: 'opTime', sort_order: 'asc'},
	splitBy: {parameter: 'log_type', field: 'log_type', all: types.all, values: [types.enterprise, types.login, types.app]},
	columns: apaasColumns,
	labels: {
		log_type: {
			10000: {en: 'All logs', zh: '全部日志'},
			10001: {en: 'Enterprise administration', zh: '企业管理日志'},
			10002: {en: 'Login', zh: '登录日志'},
			10003: {en: 'App administration', zh: '应用管理日志'},
		},
		...apaasLabels,
	},
	ocsf: {
		common: apaasEvents,
		events: [
			{
				// The documentation has no code for a sign-out: what stands in the log of sign-ins is one.
				class: 'Authentication',
				when: {field: 'log_type', is: [types.login]},
				activity: {field: 'log_type', names: {[types.login]: 'Logon'}},
				attributes: {
					'user.uid': 'operator.id', 'user.name': 'operator.name', 'user.email_addr': 'operator.email',
					'service.uid': 'namespace', 'service.name': 'app_name', ...fromBrowser,
				},
			},
			{
				class: 'Entity Management',
				when: {field: 'log_type', is: [types.enterprise, types.app]},
				activity: {field: 'op_type', names: {}},
				attributes: {
					'actor.user.uid': 'operator.id', 'actor.user.name': 'operator.name', 'actor.user.email_addr': 'operator.email',
					'entity.uid': 'namespace', 'entity.name': 'app_name', 'entity.type': {is: 'Application'}, 'entity.type_id': {is: 99},
					...fromBrowser,
				},
			},
		],
	},
});

/** Rows for the sandbox. */
export const feishuApaasSample = apaasSample([types.enterprise, types.login, types.app]);
