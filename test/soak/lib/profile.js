const path = '/developers/v1/log_search/{app_id}';
const base = {version: 1, base_url: 'http://127.0.0.1:1'};
const status = {as: 'list', values: {success: 'success', failed: 'failed'}};

/**
 * @param {string} kind
 * @param {string} time
 * @param {object} filter
 */
const pageSearch = (kind, time, filter) => ({
	request: {method: 'POST', path: `${path}/${kind}`, json: {filter: {timeRange: {start: '{since}', end: '{until}'}, status: '{status}', ...filter}, page: {no: '{page}', size: '{page_size}'}}},
	time: {as: 'milliseconds', until: 'inclusive'},
	pages: {style: 'page', size: 50, max_size: 100},
	response: {rows: 'data.list', id: 'id', time: {at: time, as: 'milliseconds'}, total: 'data.total', success: {at: 'code', is: [0]}, message: 'msg'},
	filters: {status, app_feature: {values: {'mini-program': 'mini_program', 'web-app': 'web_app', 'widget': 'widget'}}},
	rate: '1000/1s',
});

/** How the sandbox's console is asked, by how it speaks. @type {Readonly<Record<string, object>>} */
export const profiles = {
	page: {
		...base, session: {csrf_header: 'X-CSRF-Token', csrf_cookie: 'console_csrf_token'},
		searches: {
			event: {...pageSearch('event', 'pushTime', {eventType: '{event_type}'}), filters: {status, event_type: {otherwise: ''}}},
			client: pageSearch('client', 'logTime', {appFeature: '{app_feature}'}),
		},
	},
	offset: {
		...base, session: {csrf_header: 'x-xsrf-token', csrf_cookie: 'console_csrf_token'},
		searches: {
			event: {
				request: {method: 'GET', path: '/developers/v1/logs/event/{app_id}/records', query: {start_time: '{since}', end_time: '{until}', offset: '{offset}', limit: '{page_size}'}},
				time: {as: 'seconds'},
				pages: {style: 'offset', size: 100, max_size: 200},
				response: {rows: 'result.records', id: 'record_id', time: {at: 'ts', as: 'seconds'}, total: 'result.count', success: {at: 'errno', is: [0]}, message: 'errmsg'},
				rate: '1000/1s',
			},
		},
	},
	cursor: {
		...base, session: {csrf_header: 'x-csrf-token', csrf_cookie: 'console_csrf_token'},
		searches: {
			event: {
				request: {method: 'POST', path: '/developers/v1/monitor/{app_id}/event-logs/query', json: {begin: '{since}', finish: '{until}', after: '{cursor}', first: '{page_size}'}},
				time: {as: 'YYYY-MM-DDTHH:mm:ss.SSSZ', until: 'exclusive'},
				pages: {style: 'cursor', size: 50},
				response: {
					rows: 'payload.nodes', id: 'id', time: {at: 'occurredAt', as: 'YYYY-MM-DDTHH:mm:ss.SSSZ'}, more: 'payload.pageInfo.hasNext', cursor: 'payload.pageInfo.endCursor',
					success: {at: 'success', is: [true]}, expired: {at: 'error.code', is: ['NOT_SIGNED_IN']}, message: 'error.message',
				},
				rate: '1000/1s',
			},
		},
	},
};
