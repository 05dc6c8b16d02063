import type {ErrorCode, VendorDefinition} from './types.ts';

const internalError: ErrorCode = {verdict: 'retry', meaning: 'internal error of the API'};
const tooMany: ErrorCode = {verdict: 'rate-limited', meaning: 'too many requests'};
const invalidToken: ErrorCode = {verdict: 'token', meaning: 'the access token is invalid or expired'};
const invalidUserToken: ErrorCode = {verdict: 'token', meaning: 'the user access token is invalid or expired'};
const wrongApp: ErrorCode = {verdict: 'credentials', meaning: 'the app id or app secret is wrong', remedy: 'app'};
const badParameter: ErrorCode = {verdict: 'fail', meaning: 'a parameter is not accepted', isRefusal: true, remedy: 'request'};
const quotaUsedUp: ErrorCode = {
	verdict: 'fail',
	meaning: 'the monthly API quota of this tenant is used up',
	hint: 'wait for the next month or have the quota raised; trying again does not help',
};
const publish = 'grant it to the app in the developer console, publish a version, and have it approved';
const inAdminConsole = 'ask the administrator to look for the app in the admin console';

/** The same of several codes. */
function each(codes: readonly number[], code: ErrorCode): Record<number, ErrorCode> {
	return Object.fromEntries(codes.map(key => [key, code]));
}

/** Credentials that no other token helps. */
function credentials(meaning: string, hint: string): ErrorCode {
	return {verdict: 'credentials', meaning, hint};
}

/** What one parameter is refused for. */
function refused(meaning: string, hint: string): ErrorCode {
	return {...badParameter, meaning, hint};
}

const errors: VendorDefinition['errors'] = {
	...each([1780001, 1781001, 1050002, 1050008, 2200, 1500, 1642, 1663, 1668, 5000, 10101, 10500, 40003, 40006, 55001, 95001], internalError),
	...each([99991400, 1000004, 1000005, 11232, 11233, 11247, 90217], tooMany),
	...each([99991403, 99991406], quotaUsedUp),
	...each([99991663, 99991664, 99991665, 20013], invalidToken),
	...each([99991668, 99991677, 20005], invalidUserToken),
	99991661: {verdict: 'credentials', meaning: 'the request carried no access token', remedy: 'kind'},
	99991671: {verdict: 'credentials', meaning: 'this kind of access token is not accepted here', remedy: 'kind'},
	99991672: {verdict: 'credentials', meaning: 'a scope is missing', remedy: 'scope', hint: publish},
	99991676: {verdict: 'credentials', meaning: 'a scope is missing from the access token', remedy: 'scope', hint: publish},
	99991679: {
		verdict: 'credentials', meaning: 'a scope is missing: the user has not granted it', remedy: 'scope', hint: `${publish}; then sign in again and agree to it`,
	},
	...each([99991543, 10015], wrongApp),
	10003: credentials('invalid parameter', 'check that the app id is whole and has the form cli_…, with nothing else in it'),
	10005: credentials('the app is not authorized for this tenant', 'publish a version of the app, and have it approved in this tenant'),
	10012: {verdict: 'credentials', meaning: 'there is no such app in this tenant', remedy: 'app'},
	10013: credentials('no access token could be had for the app', `${inAdminConsole}: it must be installed and enabled in this tenant`),
	10014: credentials('the app cannot be used', `${inAdminConsole}: is it disabled?`),
	11207: credentials('the app is not installed in this tenant', `${inAdminConsole}, and to install it`),
	11209: credentials('the app is disabled in this tenant', `${inAdminConsole}, and to enable it`),
	11210: credentials('the app is not available in this tenant', `${inAdminConsole}, and to make it available`),
	20009: credentials('the app is not installed in this tenant', 'publish a version of the app and have it approved'),
	99991662: credentials('the app is disabled', 'ask the administrator to enable the app in the admin console'),
	99991673: credentials('the app cannot be used in this tenant', 'ask the administrator to make the app available in this tenant'),
	99991401: credentials(
		"this machine's IP address is not on the app's allow-list",
		"add this machine's public address to the app's IP allow-list in the developer console",
	),
	...each([9499, 10001, 20001, 99992402, 99991201, 99991301, 1780103, 1781000, 2320001, 1050004, 1050011, 1050012, 1050019], badParameter),
	1050001: refused('the time range is not accepted', 'it spans at most 30 days and starts at most 180 days ago: check --since, --until and --window'),
	1050005: refused('the page size is not accepted', 'give a smaller --page-size'),
	1050006: refused('the page token is not accepted', 'run the same command again'),
	1050007: refused('there is no such event', 'check --event-name'),
	1050009: refused('there is no such operator', 'check --operator and --operator-type, and that --user-id-type says how it is named'),
};

/**
 * Feishu and Lark. Error codes from the generic error code table of the open platform
 * (https://open.feishu.cn/document/server-docs/api-call-guide/generic-error-code), token exchange from
 * https://open.feishu.cn/document/server-docs/authentication-management/access-token/tenant_access_token_internal.
 */
export const feishu = {
	name: 'feishu',
	title: 'Feishu / Lark',
	company: 'ByteDance',
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
	scopePage: '/app',
	messageField: 'msg',
	traceHeaders: ['x-tt-logid', 'x-request-id'],
	tracePaths: [['error', 'log_id'], ['error', 'logid']],
	resetHeaders: ['x-ogw-ratelimit-reset', 'retry-after'],
	errors,
} satisfies VendorDefinition;
