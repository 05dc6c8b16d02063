import {ApiError, CredentialsError, type ExportError} from '../../base/errors.ts';
import {printable} from '../../base/visible.ts';
import type {OAuthAnswer} from './oauth-client.ts';

/** The refusals after which no refresh helps: the user signs in again. */
const sessionEnds: Readonly<Record<number, string>> = {
	20026: 'the refresh token is invalid',
	20037: 'the refresh token has expired',
	20064: 'the refresh token was revoked',
	20073: 'the refresh token was used already',
};

const checkApp =
	'check FEISHU_APP_ID and FEISHU_APP_SECRET, or the same settings in the configuration; --host lark is a separate world from feishu';

/**
 * The refusals of the token endpoint that an administrator or a user can do something about.
 * https://open.feishu.cn/document/authentication-management/access-token/get-user-access-token
 */
const known: Readonly<Record<number, {meaning: string; hint: string}>> = {
	20002: {meaning: 'the app secret is wrong', hint: checkApp},
	20003: {meaning: 'the authorization code is not valid, or was used before', hint: 'run the same command again'},
	20004: {meaning: 'the authorization code has expired', hint: 'run the same command again, and sign in within 5 minutes'},
	20008: {meaning: 'this user does not exist', hint: 'sign in as another user'},
	20009: {meaning: 'the app is not installed in this tenant', hint: 'publish a version of the app and have it approved'},
	20010: {meaning: 'this user may not use the app', hint: "add the user to the app's availability in the developer console"},
	20048: {meaning: 'there is no such app', hint: checkApp},
	20065: {meaning: 'the authorization code was used before', hint: 'run the same command again'},
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

/** A refusal of an OAuth endpoint as the error to end with. */
export function refusalError(answer: OAuthAnswer): ExportError {
	const {label, status, code, error, description, trace} = answer;
	const entry = code === undefined ? undefined : known[code];
	const what = code === undefined ? (error === undefined ? 'refused' : printable(error)) : `code ${code}`;
	const quoted = description === undefined ? '' : ` "${printable(description)}"`;
	const message = `${label}: ${what}${entry === undefined ? '' : `, ${entry.meaning}`}${quoted} (HTTP ${status}${trace === undefined ? '' : `, trace id ${printable(trace)}`})`;
	if (entry !== undefined) return new CredentialsError(message, {hint: entry.hint});
	if (error === 'invalid_client') return new CredentialsError(message, {hint: checkApp});
	const ErrorClass = error !== undefined && credentialErrors.has(error) ? CredentialsError : ApiError;
	return new ErrorClass(message, {hint: 'check the app, its scopes and its redirect URLs in the developer console, and --host'});
}
