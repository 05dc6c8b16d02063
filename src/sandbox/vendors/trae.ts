import type {SandboxVendor} from './types.ts';

/**
 * Trae. An expired token comes with HTTP 200, as seen from the real service, and so do wrong credentials; there is
 * only one kind of token, and a request without one is told the same as one with a wrong one.
 */
export const trae: SandboxVendor = {
	name: 'trae',
	credentials: {appId: 'trae_sandbox', appSecret: 'sandbox-trae-secret'},
	tokenPrefix: '',
	places: {},
	reissueAboveSeconds: undefined,
	issued: (token, lifeSeconds, trace) => ({
		code: 0, message: 'success', request_id: trace, data: {access_token: token, expires_in: lifeSeconds},
	}),
	success: trace => ({code: 0, message: 'success', request_id: trace}),
	refusal: ({code, message}, trace, {parameter} = {}) => ({
		code,
		message: parameter === undefined ? message : `${message}: ${parameter.name} ${parameter.reason}`,
		request_id: trace,
	}),
	refusals: {
		'wrong-credentials': {status: 200, code: 1001, message: 'invalid app_id or app_secret'},
		'malformed-exchange': {status: 400, code: 4001, message: 'invalid parameter'},
		'missing-token': {status: 200, code: 1002, message: 'access token is invalid or expired'},
		'invalid-token': {status: 200, code: 1002, message: 'access token is invalid or expired'},
		'wrong-token-kind': {status: 200, code: 1002, message: 'access token is invalid or expired'},
		'invalid-user-token': {status: 200, code: 1002, message: 'access token is invalid or expired'},
		'user-token-required': {status: 200, code: 1002, message: 'access token is invalid or expired'},
		'missing-app-scope': {status: 403, code: 30017, message: 'no permission'},
		'missing-user-scope': {status: 403, code: 30017, message: 'no permission'},
		'bad-parameter': {status: 400, code: 4001, message: 'invalid parameter'},
		'rate-limited': {status: 429, code: 64290, message: 'too many requests'},
	},
	traceHeaders: () => ({}),
	rateHeaders: ({waitSeconds}) => ({'retry-after': String(waitSeconds)}),
	traceId: (_time, digits) => `req_${digits}`,
};
