import {DAY, MINUTE, SECOND} from '../base/duration.ts';
import {column, defineSource, timeColumn, type SampleRow} from './types.ts';

/** The module of documents: https://open.larksuite.com/document/ukTMukTMukTM/uQjM5YjL0ITO24CNykjN/audit_log/appendix */
const documents = '1';

const events = [
	['space_edit_doc', 1, '106', 'Lwd1smp3nl01AndDEMzbsfqacBb', '季度审计报告'],
	['space_create_doc', 1, '106', 'QxKqdGm7Yo2cBvxyz0ycnQ5bnKd', 'Roadmap 2027'],
	['im_create_chat', 2, '4', 'oc_5ad11d72b830411d72b836c20', '发布值班群'],
	['passport_login', 6, '1', '4a3b8541', ''],
] as const;

/**
 * Feishu/Lark behaviour audit log.
 * https://open.feishu.cn/document/server-docs/security_and_compliance-v1/audit_log/audit_data_get
 *
 * `event_id` repeats, `unique_id` is the identity. The documentation leaves open in which order rows come and whether
 * the ends of the range are part of it. A misspelt parameter is silently ignored.
 */
export const feishuBehavior = defineSource({
	name: 'feishu-behavior',
	title: "Feishu/Lark behaviour audit log: what members did with documents, chats and the organisation's settings",
	docs: 'https://open.feishu.cn/document/server-docs/security_and_compliance-v1/audit_log/audit_data_get',
	vendor: 'feishu',
	scope: 'admin:audit_info:readonly',
	endpoint: {method: 'GET', path: '/open-apis/admin/v1/audit_infos'},
	badParameter: {
		code: 1050004, message: 'Error_Param_Error',
		of: {oldest: 1050001, latest: 1050001, page_size: 1050005, page_token: 1050006, event_name: 1050007, operator_value: 1050009},
	},
	parameters: {
		user_id_type: {type: 'string', values: ['user_id', 'open_id', 'union_id']},
		oldest: {type: 'int', min: 0},
		latest: {type: 'int', min: 0},
		event_name: {type: 'string'},
		event_module: {type: 'int', min: 0},
		operator_type: {type: 'string', values: ['user', 'bot'], requires: ['operator_value']},
		operator_value: {type: 'string', requires: ['operator_type']},
		user_type: {type: 'int', min: 0, max: 2, requires: ['operator_type']},
		object_type: {type: 'int', min: 0, requires: ['object_value']},
		object_value: {type: 'string', requires: ['object_type']},
		ext_filter_object_by_ccm_token: {type: 'string'},
		page_size: {type: 'int', min: 1, max: 200},
		page_token: {type: 'string'},
	},
	options: {
		eventName: {
			flags: '--event-name <name>',
			description: 'only this event: space_create_doc',
			parameter: 'event_name',
			field: 'event_name',
		},
		eventModule: {
			flags: '--event-module <number>',
			description: 'only events of this module: 1 is documents, 2 messages',
			parameter: 'event_module',
			field: 'event_module',
		},
		operatorType: {
			flags: '--operator-type <user|bot>',
			description: 'what --operator names, which it needs; the API does not serve bot yet',
			parameter: 'operator_type',
			choices: {user: 'user', bot: 'bot'},
		},
		operator: {
			flags: '--operator <id>',
			description: 'only what this operator did; needs --operator-type',
			parameter: 'operator_value',
			field: 'operator_value',
		},
		userType: {
			flags: '--user-type <anyone|member|external>',
			description:
				"whose events, by name or code (0, 1, 2); needs --operator-type user and --operator; without it the API serves the organisation's members only",
			parameter: 'user_type',
			choices: {anyone: '0', member: '1', external: '2'},
		},
		objectType: {
			flags: '--object-type <number>',
			description: 'only events on objects of this type: 106; needs --object',
			parameter: 'object_type',
			field: 'objects.object_type',
		},
		object: {
			flags: '--object <id>',
			description: 'only events on this object; needs --object-type',
			parameter: 'object_value',
			field: 'objects.object_value',
		},
		ccmToken: {
			flags: '--ccm-token <token>',
			description: 'only events on the document with this token, of whatever kind; goes before --object',
			parameter: 'ext_filter_object_by_ccm_token',
			field: 'objects.object_value',
		},
		userIdType: {
			flags: '--user-id-type <type>',
			description: 'how users are named: user_id (default; needs the scope contact:user.employee_id:readonly), open_id or union_id',
			parameter: 'user_id_type',
			choices: {user_id: 'user_id', open_id: 'open_id', union_id: 'union_id'},
		},
	},
	budget: {requests: 100, perMs: MINUTE},
	concurrency: 4,
	pagination: {
		style: 'token',
		tokenParameter: 'page_token',
		sizeParameter: 'page_size',
		defaultSize: 200,
		maxSize: 200,
		token: ['data', 'page_token'],
		more: ['data', 'has_more'],
		tokenAtEnd: true,
	},
	window: {defaultMs: DAY, maxMs: 30 * DAY},
	reachMs: 180 * DAY,
	range: {start: 'oldest', end: 'latest', unitMs: 1000, startBound: 'unknown', endBound: 'unknown'},
	rows: ['data', 'items'],
	id: 'unique_id',
	time: 'event_time',
	columns: [
		timeColumn,
		column('unique_id', 'text', 'identity of the row'),
		column('event_id', 'text', 'identity of the event; rows of one event share it'),
		column('event_name', 'text', 'what was done: space_edit_doc', {table: 2}),
		column('event_module', 'integer', 'the module it was done in: 1 is documents, 2 messages'),
		column('event_time', 'time', 'when it was done', {unitMs: SECOND}),
		column('department_ids', 'list', 'departments of the operator'),
		column('operator_type', 'integer', 'what kind of operator it was'),
		column('operator_value', 'text', 'who did it, named as --user-id-type says', {table: 3}),
		column('operator_detail', 'object', 'name of the operator, by language, and of the organisation'),
		column('operator_tenant', 'text', "the operator's organisation"),
		column('operator_app', 'text', 'the app that it was done through, by id'),
		column('operator_app_name', 'text', 'the app that it was done through, by name'),
		column('objects', 'list', 'what it was done to', {table: 6, prose: true}),
		column('recipients', 'list', 'whom it was given to, and with which permission'),
		column('ip', 'text', 'the address that it came from', {table: 4}),
		column('audit_context.terminal_type', 'integer', 'the kind of device', {table: 5}),
		column('audit_context', 'object', 'device, system, version and address, by kind of device'),
		column('audit_detail.city', 'text', 'the city that it came from'),
		column('audit_detail.device_model', 'text', 'model of the device'),
		column('audit_detail.mc', 'text', 'MAC address of the device'),
		column('audit_detail.os', 'text', 'operating system of the device'),
		column('extend', 'object', 'more of some events'),
		column('common_drawers', 'object', 'more of some events, as pairs of key and value'),
	],
	labels: {
		event_module: {1: {en: 'Docs', zh: '云文档'}, 2: {en: 'Messenger', zh: '即时通信'}, 6: {en: 'Account activity', zh: '账号活动'}},
		operator_type: {1: {en: 'Member', zh: '组织内成员'}, 12: {en: 'Bot', zh: '机器人'}, 1001: {en: 'External', zh: '组织外成员'}},
		'audit_context.terminal_type': {
			0: {en: 'iOS', zh: 'iOS'}, 1: {en: 'Android', zh: '安卓'}, 2: {en: 'PC', zh: 'PC端'}, 3: {en: 'Web', zh: 'Web端'},
		},
	},
	ocsf: {
		common: {'message': 'event_name', 'metadata.event_code': 'event_name', 'metadata.tenant_uid': 'operator_tenant'},
		events: [{
			class: 'File Hosting Activity',
			when: {field: 'event_module', is: [documents]},
			activity: {
				field: 'event_name',
				names: {
					space_import_doc: 'Upload', space_download_file: 'Download', space_download_history: 'Download', space_export_doc: 'Download',
					space_edit_doc: 'Update', space_delete_doc: 'Delete', space_delete_doccurrent: 'Delete', space_create_copy: 'Copy',
					space_share_to_3rdApp: 'Share', space_read_doc: 'Open',
				},
			},
			attributes: {
				'actor.user.uid': 'operator_value',
				'file.name': 'objects.object_name', 'file.uid': 'objects.object_value', 'file.owner.uid': 'objects.object_owner',
				'file.type': 'objects.object_type', 'file.type_id': {is: 99},
				'src_endpoint.ip': 'ip',
			},
		}],
	},
});

/** Rows for the sandbox. */
export const feishuBehaviorSample: SampleRow = (random, {id, time}) => {
	const [name, module, objectType, object, title] = random.pick(events);
	const ip = random.pick(['203.0.113.7', '198.51.100.23', '2001:db8:85a3::8a2e:370:7334']);
	const user = random.pick(['4a3b8541', '55ed16fe', 'c0ffee42']);
	return {
		event_id: `${id.slice(0, -2)}00`,
		unique_id: id,
		event_module: module,
		event_name: name,
		operator_type: 1,
		operator_value: user,
		operator_detail: {operator_name: {default_name: 'Anna Schmidt', i18n_value: {zh_cn: '安娜'}}, tenant_name: 'Example'},
		operator_tenant: 'F686619755',
		event_time: time,
		audit_context: random.pick([
			{terminal_type: 3, web_context: {IP: ip, user_agent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)'}},
			{
				terminal_type: 2,
				pc_context: {udid: '', did: '7254062411181719572', app_ver: '7.53.5', ver: '10.15.7', os: 'mac', wifip: '', region: 'CN', IP: ip},
			},
		]),
		audit_detail: {city: random.pick(['北京', 'Berlin', '']), device_model: '', mc: '', os: ''},
		common_drawers: {common_draw_info_list: [{info_key: 'CCM_op_status', info_val: 'success', val_type: '1'}]},
		department_ids: ['0', 'od-ab89476fbcf901c3e5ccd78f788f85bf'],
		extend: {},
		ip,
		objects: [{object_detail: {}, object_name: title, object_owner: user, object_type: objectType, object_value: object}],
		operator_app: '',
		operator_app_name: '',
		recipients: [],
	};
};
