/** What a request for rows asks for, whatever the API: both ends of the range in the units of its parameters. */
export interface Asked {
	readonly start: number;
	readonly end: number;
	readonly size: number;
	/** The page token, where one was sent. */
	readonly token: string | undefined;
	/** The page number, from 1. */
	readonly page: number;
	/** The offset, as sent. */
	readonly offset: number;
	/** Only rows of this log type. */
	readonly type: string | undefined;
}

/** What an answer with rows says. */
export interface Page {
	readonly rows: readonly string[];
	readonly more: boolean;
	readonly token: string | undefined;
	readonly page: number;
	readonly size: number;
	readonly total: number;
}

/** One documented API, as far as its wire goes. Written from its documentation, not from the program. */
export interface Dialect {
	readonly source: SourceName;
	readonly paging: 'token' | 'numbered' | 'offset';
	/** Milliseconds per unit of a row's time. */
	readonly unitMs: number;
	/** Units of its time parameters in one of those. */
	readonly askedPerUnit: number;
	/** The path of the rows, and that of the token exchange. */
	readonly path: string;
	readonly exchangePath: string;
	readonly idField: string;
	/** Most rows of a page that may be asked for; longest range of one request, in units of the parameters. */
	readonly largestSize: number;
	readonly longestRange: number;
	/** What the command line needs besides. */
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	/** Answer codes: of its own failure, a refusal for rate, a bad token, a bad parameter, a missing permission. */
	readonly codes: {readonly internal: number; readonly limited: number; readonly token: number; readonly parameter: number; readonly permission: number};
	readonly waitHeader: string;
	readonly messageField: string;
	read(parameters: Readonly<Record<string, unknown>>): Asked;
	write(page: Page): string;
	/** @param id as JSON text @param time in units @param more further members, each with its leading comma */
	row(id: string, time: number, {type, more}: {type: string; more: string}): string;
}

export type SourceName = 'feishu-openapi' | 'feishu-behavior' | 'trae-openapi' | 'feishu-apaas' | 'feishu-dlp';

const feishu = {
	exchangePath: '/open-apis/auth/v3/tenant_access_token/internal',
	env: {FEISHU_APP_ID: 'cli_model', FEISHU_APP_SECRET: 'model-feishu-secret'},
	waitHeader: 'x-ogw-ratelimit-reset',
	messageField: 'msg',
} as const;

const success = (vendor: {messageField: string}, data: string) => `{"code":0, "${vendor.messageField}":"success",\n "data":${data}}`;
const array = (rows: readonly string[]) => `[${rows.join(',\n\t')}]`;
const tokenPage = ({rows, more, token}: Page) => success(feishu, `{"items":${array(rows)},"has_more":${more}${token === undefined ? '' : `,"page_token":${JSON.stringify(token)}`}}`);

function askedOf(parameters: Readonly<Record<string, unknown>>, names: {start: string; end: string; size: number}): Asked {
	const {page_token: token, log_type: type} = parameters;
	return {
		start: Number(parameters[names.start]),
		end: Number(parameters[names.end]),
		size: Number(parameters['page_size'] ?? names.size),
		token: typeof token === 'string' ? token : undefined,
		page: Number(parameters['page'] ?? 1),
		offset: Number(parameters['offset'] ?? 0),
		type: typeof type === 'string' && type !== '10000' ? type : undefined,
	};
}

const list: Dialect[] = [
	{
		...feishu, source: 'feishu-openapi', paging: 'token', unitMs: 1000, askedPerUnit: 1, idField: 'id', largestSize: 100, longestRange: Infinity, args: [],
		path: '/open-apis/security_and_compliance/v1/openapi_logs/list_data',
		codes: {internal: 1780001, limited: 99991400, token: 99991663, parameter: 1780103, permission: 99991672},
		read: parameters => askedOf(parameters, {start: 'start_time', end: 'end_time', size: 20}),
		write: tokenPage,
		row: (id, time, {more}) => `{"id":${id},"api_key":"GET/open-apis/x","event_time":${time},"log_detail":{"payload":"{\\"id\\":1}"}${more}}`,
	},
	{
		...feishu, source: 'feishu-behavior', paging: 'token', unitMs: 1000, askedPerUnit: 1, idField: 'unique_id', largestSize: 200, longestRange: 30 * 86_400, args: [],
		path: '/open-apis/admin/v1/audit_infos',
		codes: {internal: 1780001, limited: 99991400, token: 99991664, parameter: 1050004, permission: 99991672},
		read: parameters => askedOf(parameters, {start: 'oldest', end: 'latest', size: 20}),
		write: tokenPage,
		row: (id, time, {more}) => `{"event_id":"same","unique_id":${id},"event_module":1,"event_time":${time}${more}}`,
	},
	{
		source: 'trae-openapi', paging: 'numbered', unitMs: 1000, askedPerUnit: 1, idField: 'log_id', largestSize: 200, longestRange: 90 * 86_400, args: [],
		path: '/openapi/v1/audit/openapi-logs', exchangePath: '/openapi/v1/auth/token',
		env: {TRAE_APP_ID: 'trae_model', TRAE_APP_SECRET: 'model-trae-secret'},
		waitHeader: 'retry-after', messageField: 'message',
		codes: {internal: 2001, limited: 64290, token: 1002, parameter: 4001, permission: 30017},
		read: parameters => askedOf(parameters, {start: 'start_time', end: 'end_time', size: 50}),
		write: ({rows, page, size, total}) => `{"code":0,"message":"success","request_id":"r","data":{"items":${array(rows)},"pagination":{"page":${page},"page_size":${size},"total":${total},"total_pages":${Math.ceil(total / size)}}}}`,
		row: (id, time, {more}) => `{"log_id":${id},"app_id":"AK12****78","status_code":200${more},"operation_time":${time}}`,
	},
	{
		...feishu, source: 'feishu-apaas', paging: 'offset', unitMs: 1, askedPerUnit: 1, idField: 'log_id', largestSize: 1000, longestRange: Infinity,
		args: ['--namespace', 'package_model'], env: {FEISHU_USER_ACCESS_TOKEN: 'u-model'},
		path: '/open-apis/apaas/v1/applications/package_model/audit_log/audit_log_list',
		codes: {internal: 1780001, limited: 99991400, token: 99991668, parameter: 2320001, permission: 99991679},
		read: parameters => askedOf(parameters, {start: 'from', end: 'to', size: 10}),
		write: ({rows, total}) => success(feishu, `{"items":${array(rows)},"total":"${total}"}`),
		row: (id, time, {type, more}) => `{"log_id":${id},"op_time":"${time}","log_type":"${type}"${more}}`,
	},
	{
		...feishu, source: 'feishu-dlp', paging: 'token', unitMs: 1000, askedPerUnit: 1000, idField: 'entity_id', largestSize: 50, longestRange: Infinity, args: [],
		path: '/open-apis/security_and_compliance/v1/app_dlp_execute_logs',
		codes: {internal: 1781001, limited: 99991400, token: 99991663, parameter: 1781000, permission: 99991672},
		read: parameters => askedOf(parameters, {start: 'start_time', end: 'end_time', size: 20}),
		write: tokenPage,
		// No id: two rows may have the same entity.
		row: (id, time, {more}) => `{"event_name":"e","execute_time":"${time}","entity_id":${id},"hit_policies":["p"]${more}}`,
	},
];

/** The API of a source. */
export function dialectOf(source: SourceName): Dialect {
	const found = list.find(dialect => dialect.source === source);
	if (found === undefined) throw new Error(`no dialect of ${source}`);
	return found;
}
