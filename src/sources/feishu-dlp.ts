import {DAY, MINUTE, SECOND} from '../base/duration.ts';
import {column, defineSource, timeColumn, type SampleRow} from './types.ts';

const actions = {
	'release': '0', 'interception': '1', 'timeout-interception': '2', 'abnormal-interception': '3',
	'record-only': '4', 'record-timeout': '5', 'record-abnormal': '6',
} as const;

/**
 * Feishu/Lark app DLP log: what the rules against leaks of data did.
 * https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/security_and_compliance-v1/app_dlp_execute_log/list
 *
 * Rows have no id, and their time is text in seconds although the range is asked for in milliseconds. The documentation
 * leaves open in which order rows come, whether the ends of the range are part of it, how long it may be, and how
 * `action_name` names an action: codes get their words, anything else is shown as it is.
 */
export const feishuDlp = defineSource({
	name: 'feishu-dlp',
	title: 'Feishu/Lark app DLP log: what the rules against leaks of data found and did',
	docs: 'https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/security_and_compliance-v1/app_dlp_execute_log/list',
	vendor: 'feishu',
	scope: 'security_and_compliance:app_dlp_execute_log:read',
	endpoint: {method: 'GET', path: '/open-apis/security_and_compliance/v1/app_dlp_execute_logs'},
	badParameter: {code: 1781000, message: 'param is invalid', status: 200},
	parameters: {
		start_time: {type: 'string'},
		end_time: {type: 'string'},
		page_size: {type: 'int', min: 1, max: 50},
		page_token: {type: 'string'},
		hit_policy_names: {type: 'string[]'},
		user_id: {type: 'string'},
		app_apply_module: {type: 'int', min: 1, max: 1},
		apply_module: {type: 'int', min: 99, max: 99},
		actions: {type: 'int[]', min: 0, max: 6, requires: ['app_apply_module', 'apply_module']},
		locale: {type: 'string', values: ['en-US', 'zh-CN', 'ja-JP']},
		user_id_type: {type: 'string', values: ['open_id', 'union_id', 'user_id']},
	},
	// The only values that the API has: this log, of everything.
	constants: {app_apply_module: '1', apply_module: '99'},
	options: {
		policy: {
			flags: '--policy <name>',
			description: 'only what this policy hit (repeatable)',
			repeatable: true,
			parameter: 'hit_policy_names',
			field: 'hit_policies',
		},
		user: {
			flags: '--user <id>',
			description: 'only what this user did, named as --user-id-type says',
			parameter: 'user_id',
			field: 'user_id',
		},
		action: {
			flags: '--action <name>',
			description: `only where this was done, by name or code: ${Object.keys(actions).join(', ')} (0 to 6; repeatable)`,
			repeatable: true,
			parameter: 'actions',
			choices: actions,
			field: 'action_name',
		},
		locale: {
			flags: '--locale <locale>',
			description: 'the language of names in the log: en-US, zh-CN or ja-JP',
			parameter: 'locale',
			choices: {'en-US': 'en-US', 'zh-CN': 'zh-CN', 'ja-JP': 'ja-JP'},
		},
		userIdType: {
			flags: '--user-id-type <type>',
			description: 'how users are named: open_id (default), union_id or user_id (needs the scope contact:user.employee_id:readonly)',
			parameter: 'user_id_type',
			choices: {open_id: 'open_id', union_id: 'union_id', user_id: 'user_id'},
		},
	},
	budget: {requests: 100, perMs: MINUTE},
	concurrency: 4,
	pagination: {
		style: 'token',
		tokenParameter: 'page_token',
		sizeParameter: 'page_size',
		defaultSize: 50,
		maxSize: 50,
		token: ['data', 'page_token'],
		more: ['data', 'has_more'],
	},
	window: {defaultMs: DAY},
	range: {start: 'start_time', end: 'end_time', unitMs: 1, rowUnitMs: SECOND, startBound: 'unknown', endBound: 'unknown'},
	rows: ['data', 'items'],
	id: null,
	time: 'execute_time',
	columns: [
		timeColumn,
		column('event_name', 'text', 'the event that the rules were applied to', {table: 2}),
		column('user_id', 'text', 'who did it, named as --user-id-type says', {table: 4}),
		column('execute_time', 'time', 'when the rules were applied', {unitMs: SECOND, quoted: true}),
		column('action_name', 'text', 'what the rules did', {table: 3}),
		column('hit_policies', 'list', 'names of the policies that were hit', {table: 5, prose: true}),
		column('entity_id', 'text', 'the message or file that was looked at'),
		column('evidences.keyword_hits', 'list', 'keywords that were found'),
		column('evidences.regular_hits', 'list', 'regular expressions that were met'),
		column('evidences.sensitive_hits', 'list', 'kinds of sensitive data that were found'),
	],
	labels: {
		action_name: {
			0: {en: 'Released', zh: '放行'},
			1: {en: 'Intercepted', zh: '拦截'},
			2: {en: 'Intercepted after a timeout', zh: '超时拦截'},
			3: {en: 'Intercepted after an error', zh: '异常拦截'},
			4: {en: 'Recorded only', zh: '仅记录放行'},
			5: {en: 'Recorded a timeout only', zh: '仅记录超时拦截'},
			6: {en: 'Recorded an error only', zh: '仅记录异常拦截'},
		},
	},
	// No class tells of what a rule against leaks did.
	ocsf: {common: {'message': 'event_name', 'metadata.event_code': 'event_name'}},
});

/** Rows for the sandbox. */
export const feishuDlpSample: SampleRow = (random, {id, time}) => {
	const policy = random.pick(['Personal data', '源代码外发', 'Contracts']);
	return {
		event_name: random.pick(['AppMessageDLP', 'AppFileDLP']),
		user_id: random.pick(['ou_04444ce34fe049fb495d150dddeac36a', 'ou_7d8a6e6df7621556ce0d21922b676706']),
		execute_time: String(time),
		action_name: random.pick(Object.values(actions)),
		hit_policies: random.below(4) === 0 ? [policy, 'Everything'] : [policy],
		entity_id: id,
		evidences: {
			keyword_hits: random.pick([[], ['保密'], ['confidential', '内部']]),
			regular_hits: random.pick([[], ['AKIA[0-9A-Z]{16}']]),
			sensitive_hits: random.pick([[], ['ID card'], ['手机号']]),
		},
	};
};
