import {ApiError, CredentialsError, type ExportError} from '../../base/errors.ts';
import {printable} from '../../base/visible.ts';
import {feishu} from '../../sources/vendors/feishu.ts';
import type {ErrorCode, VendorDefinition} from '../../sources/vendors/types.ts';
import type {OAuthAnswer} from './oauth-client.ts';

/** The refusals after which no refresh helps: the user signs in again. */
const sessionEnds: Readonly<Record<number, string>> = {
	20026: 'the refresh token is invalid',
	20037: 'the refresh token has expired',
	20064: 'the refresh token was revoked',
	20073: 'the refresh token was used already',
};

/**
 * The refusals of the token endpoint that an administrator or a user can do something about.
 * https://open.feishu.cn/document/authentication-management/access-token/get-user-access-token
 */
const known: VendorDefinition['errors'] = {
	20002: {verdict: 'credentials', meaning: 'the app secret is wrong', remedy: 'app'},
	20003: {verdict: 'credentials', meaning: 'the authorization code is not valid, or was used before', hint: 'run the same command again'},
	20004: {verdict: 'credentials', meaning: 'the authorization code has expired', hint: 'run the same command again, and sign in within 5 minutes'},
	20008: {verdict: 'credentials', meaning: 'this user does not exist', hint: 'sign in as another user'},
	20010: {verdict: 'credentials', meaning: 'this user may not use the app', hint: "add the user to the app's availability in the developer console"},
	20048: {verdict: 'credentials', meaning: 'there is no such app', remedy: 'app'},
	20065: {verdict: 'credentials', meaning: 'the authorization code was used before', hint: 'run the same command again'},
};

/** The OAuth errors that are about credentials, where the vendor's code says nothing. */
const credentialErrors = new Set([
	'invalid_client', 'unauthorized_client', 'access_denied', 'invalid_grant', 'invalid_scope', 'expired_token',
]);

/** Why the session is over, or undefined when the refusal is about something else. */
export function sessionEnd({code, error}: OAuthAnswer): string | undefined {
	if (code !== undefined) return sessionEnds[code];
	return error === 'invalid_grant' ? 'the refresh token is no longer accepted' : undefined;
}

/** What the API's own table says of the app; its codes for tokens and parameters mean something else here. */
function credentialsCode(code: number): ErrorCode | undefined {
	const entry = feishu.errors[code];
	return entry?.verdict === 'credentials' && entry.remedy !== 'kind' && entry.remedy !== 'scope' ? entry : undefined;
}

/** A refusal of an OAuth endpoint as the error to end with. */
export function refusalError(answer: OAuthAnswer): ExportError {
	const {label, status, code, error, description, trace, appRemedy} = answer;
	const entry = code === undefined ? undefined : known[code] ?? credentialsCode(code);
	const what = code === undefined ? (error === undefined ? 'refused' : printable(error)) : `code ${code}`;
	const quoted = description === undefined ? '' : ` "${printable(description)}"`;
	const traced = trace === undefined ? '' : `, trace id ${printable(trace)}`;
	const message = `${label}: ${what}${entry === undefined ? '' : `, ${entry.meaning}`}${quoted} (HTTP ${status}${traced})`;
	if (entry !== undefined) return new CredentialsError(message, {hint: entry.remedy === 'app' ? appRemedy : entry.hint});
	if (error === 'invalid_client') return new CredentialsError(message, {hint: appRemedy});
	const ErrorClass = error !== undefined && credentialErrors.has(error) ? CredentialsError : ApiError;
	return new ErrorClass(message, {hint: 'check the app, its scopes and its redirect URLs in the developer console, and --host'});
}
