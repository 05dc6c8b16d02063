import {hasScope, type SandboxOptions, type SignInStats} from '../options.ts';
import type {SourceDefinition} from '../../sources/types.ts';
import {mulberry32, seedOf} from '../random.ts';
import type {SandboxVendor} from '../vendors/types.ts';
import {createAuthorizePage} from './authorize.ts';
import {createConsents} from './consents.ts';
import {createDevicePages} from './device.ts';
import {createDevices} from './devices.ts';
import {createRevocation, createTokenEndpoint} from './token.ts';
import {createUserInfo} from './user-info.ts';
import {signInPaths, type Route, type SignIn} from './sign-in.ts';
import {createUserTokens, type UserTokens} from './user-tokens.ts';

/**
 * Signing in on behalf of a user, as Feishu and Lark do it: authorization codes with PKCE, device codes (RFC 8628), tokens
 * that live for a while, and refresh tokens that are good once.
 */
export function createSignIn(vendor: SandboxVendor, options: SandboxOptions, definitions: readonly SourceDefinition[]): {
	readonly routes: readonly Route[]; readonly tokens: UserTokens; readonly stats: SignInStats;
} {
	const {seed = 1, userTokenLifeSeconds = 7200, refreshTokenLifeSeconds = 604_800, deviceCodeLifeSeconds = 240} = options;
	const random = mulberry32(seedOf(seed, vendor.name, 'users'));
	const signIn: SignIn = {
		vendor,
		consents: createConsents(random),
		devices: createDevices(random, deviceCodeLifeSeconds),
		tokens: createUserTokens({random, accessLifeSeconds: userTokenLifeSeconds, refreshLifeSeconds: refreshTokenLifeSeconds}),
		stats: {codes: 0, devices: 0, refreshes: 0, revocations: 0},
		hasScope: scope => hasScope(options, scope),
		purposeOf: scope => purposeOf(scope, definitions),
	};
	return {
		tokens: signIn.tokens,
		stats: signIn.stats,
		routes: [
			{path: signInPaths.authorize, handlers: createAuthorizePage(signIn)},
			{path: signInPaths.token, handlers: {POST: createTokenEndpoint(signIn, {code: '0'})}},
			{path: signInPaths.olderToken, handlers: {POST: createTokenEndpoint(signIn, {code: 0})}},
			...createDevicePages(signIn),
			{path: signInPaths.revoke, handlers: {POST: createRevocation(signIn)}},
			{path: signInPaths.userInfo, handlers: {GET: createUserInfo(signIn)}},
		],
	};
}

function purposeOf(scope: string, definitions: readonly SourceDefinition[]): string {
	if (scope === 'offline_access') return 'Keep this access while you are away';
	const opened = definitions.filter(definition => definition.scope === scope).map(({title}) => title.split(':')[0]);
	return opened.length === 0 ? 'Use what this scope opens' : `Read: ${opened.join(', ')}`;
}
