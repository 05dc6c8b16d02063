import type {VendorDefinition} from './types.ts';

/**
 * Trae for enterprises (https://docs.trae.cn). The documentation leaves the token exchange out; the path
 * is the one its public clients use, and the configuration can name another.
 */
export const trae = {
	name: 'trae',
	title: 'Trae',
	company: 'ByteDance',
	hosts: {trae: 'https://console.enterprise.trae.cn'},
	env: {
		appId: 'TRAE_APP_ID',
		appSecret: 'TRAE_APP_SECRET',
		accessToken: 'TRAE_ACCESS_TOKEN',
		baseUrl: 'TRAE_BASE_URL',
	},
	exchange: {
		path: '/openapi/v1/auth/token',
		tokenPaths: [['access_token'], ['data', 'access_token']],
		lifePaths: [['expire'], ['expires_in'], ['data', 'expire'], ['data', 'expires_in']],
		defaultLifeSeconds: 7200,
		withoutCode: true,
	},
	messageField: 'message',
	traceHeaders: ['x-request-id', 'x-tt-logid'],
	tracePaths: [['request_id']],
	resetHeaders: ['retry-after'],
	errors: {
		1001: {
			verdict: 'credentials',
			meaning: 'the app id or app secret is wrong',
			remedy: 'app',
		},
		1002: {verdict: 'token', meaning: 'the access token is invalid or expired'},
		2001: {verdict: 'retry', meaning: 'internal error of the API'},
		4001: {verdict: 'fail', meaning: 'a parameter is not accepted', isRefusal: true, remedy: 'request'},
		30017: {
			verdict: 'credentials',
			meaning: 'the app lacks a permission',
			hint: 'grant the permission "audit" to the app in the Trae enterprise console',
		},
		64290: {verdict: 'rate-limited', meaning: 'too many requests'},
	},
} satisfies VendorDefinition;
