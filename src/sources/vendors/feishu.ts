import type {ErrorCode, VendorDefinition} from './types.ts';

const invalidToken: ErrorCode = {verdict: 'token', meaning: 'the access token is invalid or expired'};
const missingScope: ErrorCode = {
	verdict: 'credentials',
	meaning: 'a scope is missing',
	hint: 'grant the scope named above to the app in the developer console, publish a version, and have it approved',
};
const wrongApp: ErrorCode = {
	verdict: 'credentials',
	meaning: 'the app id or app secret is wrong',
	hint: 'check FEISHU_APP_ID and FEISHU_APP_SECRET, or the same settings in the configuration; --host lark is a separate world from feishu',
};
const internalError: ErrorCode = {verdict: 'retry', meaning: 'internal error of the API'};
const badParameter: ErrorCode = {
	verdict: 'fail',
	meaning: 'a parameter is not accepted',
	isRefusal: true,
	hint: 'check the filters and the time range; --dry-run shows the request',
};
const quotaUsedUp: ErrorCode = {
	verdict: 'fail',
	meaning: 'the monthly API quota of this tenant is used up',
	hint: 'wait for the next month or have the quota raised; trying again does not help',
};

/**
 * Feishu and Lark. Error codes from the generic error code table of the open platform
 * (https://open.feishu.cn/document/server-docs/api-call-guide/generic-error-code), token exchange from
 * https://open.feishu.cn/document/server-docs/authentication-management/access-token/tenant_access_token_internal.
 */
export const feishu = {
	name: 'feishu',
	title: 'Feishu / Lark',
	hosts: {
		feishu: 'https://open.feishu.cn',
		lark: 'https://open.larksuite.com',
	},
	env: {
		appId: 'FEISHU_APP_ID',
		appSecret: 'FEISHU_APP_SECRET',
		accessToken: 'FEISHU_TENANT_ACCESS_TOKEN',
	},
	exchange: {
		path: '/open-apis/auth/v3/tenant_access_token/internal',
		tokenPaths: [['tenant_access_token']],
		lifePaths: [['expire']],
		defaultLifeSeconds: 7200,
	},
	messageField: 'msg',
	traceHeaders: ['x-tt-logid', 'x-request-id'],
	tracePaths: [['error', 'log_id'], ['error', 'logid']],
	resetHeaders: ['x-ogw-ratelimit-reset', 'retry-after'],
	errors: {
		1780001: internalError,
		1781001: internalError,
		1780103: badParameter,
		2320001: {...badParameter, hint: 'check --namespace, the filters and the time range; --dry-run shows the request'},
		1050004: badParameter,
		1781000: badParameter,
		99991400: {verdict: 'rate-limited', meaning: 'too many requests'},
		99991403: quotaUsedUp,
		99991406: quotaUsedUp,
		99991663: invalidToken,
		99991664: invalidToken,
		99991677: invalidToken,
		99991668: {
			verdict: 'token',
			meaning: 'the user access token is invalid or expired',
			hint: 'sign in again with audit-export auth login feishu, or set a fresh FEISHU_USER_ACCESS_TOKEN',
		},
		99991661: {
			verdict: 'credentials',
			meaning: 'the request carried no access token',
			hint: 'set FEISHU_APP_ID and FEISHU_APP_SECRET, or FEISHU_TENANT_ACCESS_TOKEN',
		},
		99991671: {
			verdict: 'credentials',
			meaning: 'this kind of access token is not accepted here',
			hint: 'this API takes a tenant_access_token (it starts with "t-")',
		},
		99991672: missingScope,
		99991676: missingScope,
		99991679: missingScope,
		99991662: {
			verdict: 'credentials',
			meaning: 'the app is disabled',
			hint: 'ask the administrator to enable the app in the admin console',
		},
		99991673: {
			verdict: 'credentials',
			meaning: 'the app cannot be used in this tenant',
			hint: 'ask the administrator to make the app available in this tenant',
		},
		99991543: wrongApp,
		10003: wrongApp,
		10014: wrongApp,
		10015: wrongApp,
		99991401: {
			verdict: 'credentials',
			meaning: "this machine's IP address is not on the app's allow-list",
			hint: "add this machine's public address to the app's IP allow-list in the developer console",
		},
	},
} satisfies VendorDefinition;
