import {isJsonObject} from '../json-object.ts';
import type {SandboxVendor} from '../vendors/types.ts';
import {refusals} from './errors.ts';

/** The parameters of a request to a sign-in endpoint: texts by name, none of them empty. */
export type OAuthParameters = Readonly<Record<string, string | undefined>>;

/** Reads a body, a form or (where `json` says so) JSON. @throws OAuthError when it is neither. */
export async function readParameters(request: Request, {json}: {json: boolean}): Promise<OAuthParameters> {
	const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
	const text = await request.text();
	if (type === 'application/x-www-form-urlencoded') {
		return Object.fromEntries([...new URLSearchParams(text)].filter(([, value]) => value !== ''));
	}
	if (type !== 'application/json' || !json) throw refusals.malformed();
	let body: unknown;
	try {
		body = JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) throw refusals.malformed();
		throw error;
	}
	if (!isJsonObject(body)) throw refusals.malformed();
	return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== '').map(([name, value]) => {
		if (typeof value !== 'string') throw refusals.malformed();
		return [name, value];
	}));
}

/**
 * Checks that the app itself asks: by `client_id` and `client_secret` among the parameters, or by HTTP Basic, but not by
 * both.
 * @throws OAuthError
 */
export function authenticate(request: Request, parameters: OAuthParameters, {appId, appSecret}: SandboxVendor['credentials']): void {
	const basic = /^Basic ([\w+/=]+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
	const {client_id: id, client_secret: secret} = parameters;
	if (basic !== undefined && secret !== undefined) throw refusals.twoAuthentications();
	const [sentId, sentSecret] = basic === undefined ? [id, secret] : basicCredentials(basic);
	if (sentId === undefined || sentSecret === undefined) throw refusals.parameterMissing();
	if (sentId !== appId || (id !== undefined && id !== appId)) throw refusals.appUnknown();
	if (sentSecret !== appSecret) throw refusals.secretInvalid();
}

/** RFC 6749 wants both halves form-encoded, which changes nothing about ids and secrets as the vendor makes them. */
function basicCredentials(encoded: string): [string | undefined, string | undefined] {
	const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
	return [id, secret];
}

/** A list of scopes as OAuth writes it. */
export function scopesIn(text: string | undefined): string[] {
	return (text ?? '').split(' ').filter(scope => scope !== '');
}
