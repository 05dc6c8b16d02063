const people = ['Anna Schmidt', '郭小明', 'José García', '佐藤 花子'];
const calls = [
	{method: 'POST', path: '/open-apis/im/v1/messages', query: {receive_id_type: 'chat_id'}, payload: {msg_type: 'text', content: '{"text":"发布完成，请查看季度审计报告"}'}, data: {message_id: 'om_dc13264520392913'}},
	{method: 'GET', path: '/open-apis/contact/v3/users/batch', query: {user_ids: 'ou_7d8a6e6df7621556', department_id_type: 'open_department_id'}, payload: undefined, data: {items: [{open_id: 'ou_7d8a6e6df7621556'}]}},
	{method: 'POST', path: '/open-apis/bitable/v1/apps/bascnZ0K9dG/tables/tblsRc9/records', query: {user_id_type: 'open_id'}, payload: {fields: {status: 'approved', amount: 1024.5, tags: ['finance', 'q3']}}, data: {record: {record_id: 'recqwIwhc6'}}},
	{method: 'PATCH', path: '/open-apis/docx/v1/documents/doxcnXhd93zqoLnm/blocks/doxcnSS', query: {}, payload: {update_text_elements: {elements: [{text_run: {content: 'minutes of the weekly meeting'}}]}}, data: {document_revision_id: 43}},
	{method: 'GET', path: '/open-apis/approval/v4/instances', query: {approval_code: '7C468A54-8745-2245-9675-08B7C63E7A85', page_size: 100}, payload: undefined, data: {instance_code_list: ['81D31358-93AF-92D6-7425-01A5D67C4E71'], has_more: false}},
];
const outcomes = [
	{status: 200, code: 0, msg: 'success'},
	{status: 200, code: 0, msg: 'success'},
	{status: 200, code: 99991672, msg: 'Access denied. Required: [contact:user.base:readonly]'},
	{status: 400, code: 230002, msg: 'Bot/User can NOT be out of the chat.'},
];
const addresses = ['203.0.113.7', '198.51.100.23', '2001:db8:85a3::8a2e:370:7334'];

/**
 * Rows of the OpenAPI audit log as real ones look: about half a kilobyte, JSON text inside of JSON, some of it Chinese. The
 * digits of the id and the time are for the server to fill in.
 * @param {number} count
 * @returns {string[]}
 */
export function openapiRows(count) {
	return Array.from({length: count}, (_, index) => {
		const {method, path, query, payload, data} = pick(calls, index);
		const {status, code, msg} = pick(outcomes, Math.floor(index / calls.length));
		return JSON.stringify({
			id: '7000000000000000000',
			api_key: `${method}${path}`,
			event_time: 1_000_000_000,
			app_id: index % 3 === 0 ? 'cli_a1b2c3d4e5f6' : 'cli_9f8e7d6c5b4a',
			ip: pick(addresses, index),
			log_detail: {
				path,
				method,
				query_param: JSON.stringify(query),
				payload: payload === undefined ? '' : JSON.stringify({...payload, operator: pick(people, index * 7)}),
				status_code: status,
				response: JSON.stringify({code, msg, ...(code === 0 ? {data} : {error: {log_id: `20260304${String(index).padStart(12, '0')}`}})}),
			},
		});
	});
}

/**
 * @template T
 * @param {readonly T[]} values
 * @param {number} index
 * @returns {T}
 */
function pick(values, index) {
	const value = values.at(index % values.length);
	if (value === undefined) throw new RangeError('there is nothing to pick from');
	return value;
}
