import {ApiError, CredentialsError} from '../../base/errors.ts';
import {printable} from '../../base/visible.ts';
import {valueAt, wholeNumber} from '../../json/value.ts';
import type {SignInOptions} from './browser-sign-in.ts';
import {textAt, type OAuthAnswer} from './oauth-client.ts';
import {refusalError} from './refusal.ts';

/** What the server gives a device to sign in with. */
interface DeviceCode {
	readonly deviceCode: string;
	readonly userCode: string;
	/** The page to type the code into. */
	readonly verificationUrl: string;
	/** The same page with the code filled in. */
	readonly completeUrl: string | undefined;
	readonly lifeSeconds: number;
	readonly intervalSeconds: number;
}

/** RFC 8628: what holds when the server does not say, and what `slow_down` adds for good. */
const defaultIntervalSeconds = 5;

const slowDownSeconds = 5;

const defaultLifeSeconds = 240;

/**
 * Signs in without a browser on this machine (RFC 8628): the person opens the address elsewhere and types a code, while
 * this asks the server, as often as it allows, whether they have agreed.
 * @returns the token endpoint's successful answer
 * @throws CredentialsError when the person refuses or the code expires; ApiError, NetworkError; the signal's reason when interrupted
 */
export async function signInWithDevice({context, client, endpoints, app, scopes, tell}: SignInOptions): Promise<OAuthAnswer> {
	const asked = await client.post(
		endpoints.deviceAuthorization, {client_id: app.id, scope: scopes.join(' ')}, {encoding: 'form', basic: [app.id, app.secret]},
	);
	if (!asked.ok) throw refusalError(asked);
	const device = toDeviceCode(asked);
	context.masker.add(device.deviceCode);
	const expiresAt = context.monotonic() + device.lifeSeconds * 1000;
	tell(`on any device, open ${device.verificationUrl}\nand enter the code   ${device.userCode}`);
	if (device.completeUrl !== undefined) tell(`or open   ${device.completeUrl}`);

	let {intervalSeconds} = device;
	for (;;) {
		const waitMs = intervalSeconds * 1000;
		if (context.monotonic() + waitMs >= expiresAt) throw expired();
		await context.sleep(waitMs, context.signal);
		const answer = await client.post(endpoints.token, {
			grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
			client_id: app.id,
			client_secret: app.secret,
			device_code: device.deviceCode,
		// As RFC 8628 and the vendor's own client have it; the other grants go as JSON.
		}, {encoding: 'form'});
		if (answer.ok) return answer;
		switch (answer.error) {
			case 'authorization_pending': break;
			case 'slow_down':
				intervalSeconds += slowDownSeconds;
				break;
			case 'expired_token':
				throw expired();
			case 'access_denied':
				throw new CredentialsError('the sign-in was refused on the other device', {
					hint: 'run the same command again and agree to it',
				});
			case undefined:
			default: throw refusalError(answer);
		}
	}
}

function expired(): CredentialsError {
	return new CredentialsError('the code has expired before anybody signed in with it', {
		hint: 'run the same command again for a new code',
	});
}

function toDeviceCode(answer: OAuthAnswer): DeviceCode {
	const {body} = answer;
	const deviceCode = textAt(body, 'device_code');
	const userCode = textAt(body, 'user_code');
	const verificationUrl = webAddress(textAt(body, 'verification_uri'));
	if (deviceCode === undefined || userCode === undefined || verificationUrl === undefined) {
		throw new ApiError(`${answer.label}: the answer holds no code to sign in with`, {hint: 'check --base-url and --host'});
	}
	return {
		deviceCode,
		userCode: printable(userCode),
		verificationUrl,
		completeUrl: webAddress(textAt(body, 'verification_uri_complete')),
		lifeSeconds: positive(valueAt(body, ['expires_in'])) ?? defaultLifeSeconds,
		intervalSeconds: positive(valueAt(body, ['interval'])) ?? defaultIntervalSeconds,
	};
}

/** An address that may be shown to be opened; in the form of the URL parser, which leaves no control characters. */
function webAddress(text: string | undefined): string | undefined {
	if (text === undefined || !URL.canParse(text)) return undefined;
	const url = new URL(text);
	return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
}

function positive(value: unknown): number | undefined {
	const number = wholeNumber(value);
	return number === undefined || number < 1 ? undefined : number;
}
