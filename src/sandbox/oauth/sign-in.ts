import type {ApiHandler} from '../api-handler.ts';
import type {SignInStats} from '../options.ts';
import type {SandboxVendor} from '../vendors/types.ts';
import type {Consents} from './consents.ts';
import type {Devices} from './devices.ts';
import type {UserTokens} from './user-tokens.ts';

/** One path of the sign-in, and what answers each method. */
export interface Route {
	readonly path: string;
	readonly handlers: Readonly<Partial<Record<'GET' | 'POST', ApiHandler>>>;
}

/** What the endpoints share. */
export interface SignIn {
	readonly vendor: SandboxVendor;
	readonly consents: Consents;
	readonly devices: Devices;
	readonly tokens: UserTokens;
	/** Counted up as things happen. */
	readonly stats: {-readonly [Name in keyof SignInStats]: SignInStats[Name]};
	readonly hasScope: (scope: string) => boolean;
	/** What a scope is good for, in words. */
	readonly purposeOf: (scope: string) => string;
}

/** The paths of the sign-in: those of the accounts host and of the API host, which are one here. */
export const signInPaths = {
	authorize: '/open-apis/authen/v1/authorize',
	token: '/oauth/v3/token',
	olderToken: '/open-apis/authen/v2/oauth/token',
	deviceAuthorization: '/oauth/v1/device_authorization',
	verification: '/oauth/v1/device/verify',
	revoke: '/oauth/v1/revoke',
	userInfo: '/open-apis/authen/v1/user_info',
} as const;
