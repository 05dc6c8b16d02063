import type {SandboxVendor} from './types.ts';

/**
 * Feishu and Lark. Codes and messages are those of the generic error code table; the token endpoint refuses with
 * HTTP 200 and a code, the API gateway with HTTP 400.
 */
export const feishu: SandboxVendor = {
	name: 'feishu',
	credentials: {appId: 'cli_sandbox', appSecret: 'sandbox-feishu-secret'},
	tokenPrefix: 't-',
	places: {namespace: 'package_sandbox'},
	reissueAboveSeconds: 1800,
	issued: (token, lifeSeconds) => ({code: 0, msg: 'ok', tenant_access_token: token, expire: lifeSeconds}),
	success: () => ({code: 0, msg: 'success'}),
	refusal: ({code, message}, trace, {parameter, scope} = {}) => ({
		code,
		msg: scope === undefined ? message : `${message} [${scope}]`,
		error: {
			log_id: trace,
			...(parameter === undefined ? {} : {field_violations: [{field: parameter.name, description: parameter.reason}]}),
			...(scope === undefined ? {} : {permission_violations: [{type: 'action_scope_required', subject: scope}]}),
		},
	}),
	refusals: {
		'wrong-credentials': {status: 200, code: 10015, message: 'app secret invalid'},
		'malformed-exchange': {status: 200, code: 10003, message: 'invalid param'},
		'missing-token': {
			status: 400, code: 99991661, message: 'Missing access token for authorization. Please make a request with an access token attached.',
		},
		'invalid-token': {
			status: 400, code: 99991663, message: 'Invalid access token for authorization. Please make a request with a valid access token.',
		},
		'wrong-token-kind': {
			status: 400, code: 99991671, message: 'Invalid access token for authorization. The token type must be tenant_access_token.',
		},
		'invalid-user-token': {
			status: 400, code: 99991668, message: 'Invalid access token for authorization. Please make a request with a valid user_access_token.',
		},
		'user-token-required': {
			status: 400, code: 99991671, message: 'Invalid access token for authorization. The token type must be user_access_token.',
		},
		'missing-app-scope': {status: 400, code: 99991672, message: 'Access denied. One of the following scopes is required:'},
		'missing-user-scope': {status: 400, code: 99991679, message: 'Unauthorized. The user has not granted one of the following scopes:'},
		'bad-parameter': {status: 400, code: 1780103, message: 'Request Param Error'},
		'rate-limited': {status: 429, code: 99991400, message: 'request trigger frequency limit'},
	},
	traceHeaders: trace => ({'x-tt-logid': trace}),
	rateHeaders: ({limit, waitSeconds}) => ({'x-ogw-ratelimit-limit': String(limit), 'x-ogw-ratelimit-reset': String(waitSeconds)}),
	traceId: (time, digits) => `${time}${digits.slice(0, 18).toUpperCase()}`,
};
