import type {ApiHandler} from '../api-handler.ts';
import {answering} from './answering.ts';
import {refusals} from './errors.ts';
import type {SignIn} from './sign-in.ts';
import {authenticate, readParameters, scopesIn, type OAuthParameters} from './request.ts';
import type {IssuedTokens} from './user-tokens.ts';

/**
 * Exchanges codes, device codes and refresh tokens for tokens. `code` is what a good answer says: the number 0 or, as
 * clients must be ready for too, the string.
 */
export function createTokenEndpoint({vendor, consents, devices, tokens, stats}: SignIn, {code}: {code: 0 | '0'}): ApiHandler {
	return answering(async (request, {at}) => {
		const parameters = await readParameters(request, {json: true});
		authenticate(request, parameters, vendor.credentials);
		const issued = issue(parameters, at);
		return {
			code,
			access_token: issued.accessToken,
			expires_in: issued.expiresIn,
			...(issued.refreshToken === undefined ? {} : {refresh_token: issued.refreshToken, refresh_token_expires_in: issued.refreshExpiresIn}),
			token_type: 'Bearer',
			scope: issued.scopes.join(' '),
		};
	});

	function issue(parameters: OAuthParameters, at: number): IssuedTokens {
		const wanted = parameters['scope'] === undefined ? undefined : scopesIn(parameters['scope']);
		switch (parameters['grant_type']) {
			case undefined: throw refusals.parameterMissing();
			case 'authorization_code': {
				const granted = consents.redeem(
					required(parameters, 'code'), {redirectUri: parameters['redirect_uri'], verifier: parameters['code_verifier']}, at,
				);
				const issued = tokens.issue(granted, at, wanted);
				stats.codes++;
				return issued;
			}
			case 'urn:ietf:params:oauth:grant-type:device_code': {
				const issued = tokens.issue(devices.redeem(required(parameters, 'device_code'), at), at, wanted);
				stats.devices++;
				return issued;
			}
			case 'refresh_token': {
				const issued = tokens.refresh(required(parameters, 'refresh_token'), at, wanted);
				stats.refreshes++;
				return issued;
			}
			default: throw refusals.grantTypeUnknown();
		}
	}
}

/**
 * Ends the life of a token (RFC 7009): an access token alone, or all refresh tokens of the same signing in. What is not
 * known is as good as revoked.
 * https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/authentication-management/login-state-management/revoke-token
 */
export function createRevocation({vendor, tokens, stats}: SignIn): ApiHandler {
	return answering(async request => {
		const parameters = await readParameters(request, {json: true});
		authenticate(request, parameters, vendor.credentials);
		if (!['access_token', 'refresh_token'].includes(parameters['token_type_hint'] ?? 'access_token')) throw refusals.malformed();
		tokens.revoke(required(parameters, 'token'));
		stats.revocations++;
		return {};
	});
}

function required(parameters: OAuthParameters, name: string): string {
	const value = parameters[name];
	if (value === undefined) throw refusals.parameterMissing();
	return value;
}
