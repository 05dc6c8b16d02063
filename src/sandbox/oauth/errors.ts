/** A refusal of the sign-in endpoints, in the terms of RFC 6749 and the vendor's own code where there is one. */
export class OAuthError extends Error {
	override readonly name = 'OAuthError';
	/** As RFC 6749 and RFC 8628 name it. */
	readonly error: string;
	readonly code: number | undefined;

	constructor(error: string, description: string, code?: number) {
		super(description);
		this.error = error;
		this.code = code;
	}
}

/** The refusals that the vendor documents. */
export const refusals = {
	parameterMissing: () => new OAuthError('invalid_request', 'The request is missing a required parameter.', 20001),
	secretInvalid: () => new OAuthError('invalid_client', 'The client secret is invalid.', 20002),
	codeUnknown: () =>
		new OAuthError(
			'invalid_grant', 'The authorization code is not found. Please note that an authorization code can only be used once.', 20003,
		),
	codeExpired: () => new OAuthError('invalid_grant', 'The authorization code has expired.', 20004),
	codeUsed: () =>
		new OAuthError(
			'invalid_grant', 'The authorization code has been used. Please note that an authorization code can only be used once.', 20065,
		),
	refreshTokenInvalid: () => new OAuthError('invalid_grant', 'The refresh token passed is invalid. Please check the value.', 20026),
	refreshTokenExpired: () => new OAuthError('invalid_grant', 'The refresh token passed has expired. Please generate a new one.', 20037),
	refreshTokenRevoked: () => new OAuthError('invalid_grant', 'The refresh token has been revoked.', 20064),
	refreshTokenUsed: () =>
		new OAuthError('invalid_grant', 'The refresh token has been used. Please note that a refresh token can only be used once.', 20073),
	grantTypeUnknown: () => new OAuthError('unsupported_grant_type', 'The specified grant_type is not supported.', 20036),
	appUnknown: () => new OAuthError('invalid_client', 'The specified app does not exist.', 20048),
	challengeFailed: () => new OAuthError('invalid_grant', 'PKCE code challenge failed.', 20049),
	malformed: () => new OAuthError('invalid_request', 'The request is malformed. Please check your request.', 20063),
	scopeRepeated: () =>
		new OAuthError('invalid_scope', 'The provided scope list contains duplicate scopes. Please ensure all scopes are unique.', 20067),
	scopeNotPermitted: () =>
		new OAuthError(
			'invalid_scope', 'The provided scope list contains scopes that are not permitted. Please ensure all scopes are allowed.', 20068,
		),
	twoAuthentications: () =>
		new OAuthError('invalid_request', 'Multiple authentication methods were provided. Please only use one to proceed.', 20070),
	redirectMismatch: () =>
		new OAuthError('invalid_grant', 'The provided redirect URI does not match the one used during authorization.', 20071),
	/** RFC 8628: asked before the user has answered. */
	authorizationPending: () => new OAuthError('authorization_pending', 'The user has not answered yet.'),
	/** RFC 8628: asked sooner than the interval allows, which grows by five seconds. */
	slowDown: () => new OAuthError('slow_down', 'Polling too fast.'),
	deviceCodeExpired: () => new OAuthError('expired_token', 'The device code has expired.'),
	deviceCodeUnknown: () => new OAuthError('invalid_grant', 'The device code is not known.'),
	accessDenied: () => new OAuthError('access_denied', 'The user denied the request.'),
} as const;
