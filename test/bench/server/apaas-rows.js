const people = [['1768491480010814', '郭小明'], ['1768491480010815', 'Anna Schmidt'], ['1768491480010816', '佐藤 花子']];
const events = [['19001', '管理员和开发者自动获取所有使用权限', '/api/permission/grant'], ['19002', '登录成功', '/api/login'], ['19027', '导出数据，共 1,024 条', '/api/data/v1/export']];
const geographies = ['Asia/Shanghai', 'America/Chicago', 'Europe/Berlin'];

/** The log types, of which row `n` has the one at `n % 3`. */
export const logTypes = ['10001', '10002', '10003'];

/**
 * Rows of the low-code platform's audit log, about a kilobyte each. The digits of the id and the time are for the server
 * to fill in.
 * @param {number} count a multiple of three, so that the log type of a row follows from its number
 * @returns {string[]}
 */
export function apaasRows(count) {
	return Array.from({length: count}, (_, index) => {
		const [id, name] = people[index % 3] ?? [];
		const [event, detail, path] = events[Math.floor(index / 3) % 3] ?? [];
		const failed = index % 11 === 0;
		return JSON.stringify({
			log_id: '740000000000000000',
			op_time: '1000000000000',
			log_type: logTypes[index % 3],
			operator: {id, name, tenant_id: '79888', email: `person${index}@example.com`},
			outsider: index % 9 === 0,
			login_type: '11001',
			lark_tenant_id: '123',
			apaas_tenant_id: '23333',
			user_geo: geographies[index % 3],
			client_ip: `203.0.113.${index % 250}`,
			ip_loc: '中国北京',
			ip_provider: 'ISP_com',
			referer: 'https://example.com/referer',
			origin: 'https://example.com',
			api_path: path,
			full_path: path,
			user_agent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
			device_id: `device_${index % 50}`,
			web_device_id: `webDevice_${index % 50}`,
			terminal_type: '13003',
			os_type: '14002',
			os_version: '10',
			module: '17001',
			data_object: 'object_api_order',
			audit_scope: '15001',
			tenant_id: '23335',
			namespace: 'package_bench',
			env_type: '16003',
			op_type: event,
			op_detail: {2052: detail},
			op_source: '20001',
			status: failed ? '18002' : '18001',
			failed_reason_i18n: failed ? {2052: '权限不足', 1033: 'Permission denied'} : {},
			data_changes: index % 7 === 0 ? ['{"old":"草稿","new":"已提交"}'] : [],
			app_name: {2052: '审批应用'},
			keyword_field_app_version: 'v1.2.3',
			keyword_field_functional_sub_module: '223',
		});
	});
}
