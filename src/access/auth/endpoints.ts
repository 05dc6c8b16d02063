import {sources} from '../../sources/index.ts';
import type {SourceDefinition} from '../../sources/types.ts';
import {feishu} from '../../sources/vendors/feishu.ts';

/** One endpoint: the base URL its host answers below, and its path there. */
export interface Endpoint {
	readonly baseUrl: string;
	readonly path: string;
}

/** Where a user signs in, and where the session is renewed and ended. */
export interface SignInEndpoints {
	/** The consent page, without its query. */
	readonly authorizeUrl: string;
	readonly token: Endpoint;
	readonly deviceAuthorization: Endpoint;
	readonly revocation: Endpoint;
	/** Says who the owner of a token is; no scope is needed for name and open_id. */
	readonly userInfo: Endpoint;
}

/** Signing in has hosts of its own, beside those of the API. */
const accountsUrls: Readonly<Record<string, string>> = {
	[feishu.hosts.feishu]: 'https://accounts.feishu.cn',
	[feishu.hosts.lark]: 'https://accounts.larksuite.com',
};

/** The scopes that the sources with a user's token need. */
export const userScopes: readonly string[] = [
	...new Set(Object.values<SourceDefinition>(sources).filter(({auth}) => auth === 'user').map(({scope}) => scope)),
];

/**
 * The endpoints that belong to an API's base URL. Any base URL but the public ones (a test, a proxy, a dedicated
 * domain) serves all of them itself, under the same paths.
 * https://open.feishu.cn/document/authentication-management/access-token/get-user-access-token
 * @param tokenPath another token endpoint; below `/open-apis/` it is the API's host that serves it, as it does the
 * older `/open-apis/authen/v2/oauth/token`. Default `/oauth/v3/token` of the accounts host.
 */
export function signInEndpoints(baseUrl: string, {tokenPath = '/oauth/v3/token'}: {tokenPath?: string | undefined} = {}): SignInEndpoints {
	const accounts = accountsUrls[baseUrl] ?? baseUrl;
	return {
		authorizeUrl: `${accounts}/open-apis/authen/v1/authorize`,
		token: {baseUrl: tokenPath.startsWith('/open-apis/') ? baseUrl : accounts, path: tokenPath},
		deviceAuthorization: {baseUrl: accounts, path: '/oauth/v1/device_authorization'},
		revocation: {baseUrl: accounts, path: '/oauth/v1/revoke'},
		userInfo: {baseUrl, path: '/open-apis/authen/v1/user_info'},
	};
}

/** The scopes to ask for: those given, and the one that a session which renews itself needs. */
export function scopesToRequest(scopes: readonly string[]): string[] {
	return [...new Set(['offline_access', ...scopes])];
}
