import {
	AuthorizationResponseError, calculatePKCECodeChallenge, generateRandomCodeVerifier, generateRandomState, validateAuthResponse,
} from 'oauth4webapi';
import type {Context} from '../../base/context.ts';
import {CredentialsError} from '../../base/errors.ts';
import {printable} from '../../base/visible.ts';
import type {SignInEndpoints} from './endpoints.ts';
import {listenForCallback} from './loopback.ts';
import type {OAuthAnswer, OAuthClient} from './oauth-client.ts';
import {refusalError} from './refusal.ts';

/** The app that asks for a user's consent. */
export interface App {
	readonly id: string;
	readonly secret: string;
}

export interface SignInOptions {
	readonly context: Context;
	readonly client: OAuthClient;
	readonly endpoints: SignInEndpoints;
	readonly app: App;
	/** Everything to ask for, `offline_access` included. */
	readonly scopes: readonly string[];
	/** Takes a line for the person at the terminal. */
	readonly tell: (message: string) => void;
}

/** How long the person has; the code that the browser brings lives as long. */
const timeLimitMs = 300_000;

/**
 * Signs in with the browser: authorization code with PKCE, brought back to a listener on this machine. Whatever the
 * outcome, the listener is closed when this returns, and the browser shows how it went.
 * @param options.port of the listener; 0 takes any free one
 * @param options.openBrowser opens the consent page; the address is told in any case
 * @returns the token endpoint's successful answer
 * @throws CredentialsError when the consent is refused, or does not come in 5 minutes; UsageError
 * for a port that is taken; ApiError, NetworkError from the token endpoint; the signal's reason when interrupted
 */
export async function signInWithBrowser({context, client, endpoints, app, scopes, port, tell, openBrowser: openPage}: SignInOptions & {
	port: number; openBrowser?: ((url: string) => Promise<void>) | undefined;
}): Promise<OAuthAnswer> {
	context.signal.throwIfAborted();
	const verifier = generateRandomCodeVerifier();
	const state = generateRandomState();
	context.masker.add(verifier);
	const loopback = await listenForCallback({port, state});
	try {
		const url = new URL(endpoints.authorizeUrl);
		for (const [name, value] of Object.entries({
			client_id: app.id,
			response_type: 'code',
			redirect_uri: loopback.redirectUri,
			scope: scopes.join(' '),
			state,
			code_challenge: await calculatePKCECodeChallenge(verifier),
			code_challenge_method: 'S256',
		})) url.searchParams.set(name, value);
		// As the vendor writes it; a plus sign would be a space in forms only.
		url.search = url.search.replaceAll('+', '%20');
		tell(`open this address to sign in (within 5 minutes):\n  ${url.href}`);
		tell(`the app's redirect URLs in the developer console must contain ${loopback.redirectUri}`);
		await openPage?.(url.href);

		const callback = await withinLimit(loopback.callback, context);
		try {
			const code = codeFrom(callback.parameters, {state, issuer: new URL(endpoints.authorizeUrl).origin, clientId: app.id});
			context.masker.add(code);
			const answer = await client.post(endpoints.token, {
				grant_type: 'authorization_code',
				client_id: app.id,
				client_secret: app.secret,
				code,
				redirect_uri: loopback.redirectUri,
				code_verifier: verifier,
			});
			if (!answer.ok) throw refusalError(answer);
			await callback.answer('done');
			return answer;
		} catch (error) {
			await callback.answer('failed');
			throw error;
		}
	} finally {
		await loopback.close();
	}
}

async function withinLimit<T>(promise: Promise<T>, {sleep, signal}: Context): Promise<T> {
	const settled = new AbortController();
	const limit = async () => {
		await sleep(timeLimitMs, AbortSignal.any([signal, settled.signal]));
		throw new CredentialsError('nobody signed in within 5 minutes', {
			hint: 'run the same command again; --device needs no browser on this machine',
		});
	};
	try {
		return await Promise.race([promise, limit()]);
	} finally {
		settled.abort();
	}
}

/** The authorization code, when the return is the answer to this very sign-in. */
function codeFrom(parameters: URLSearchParams, {state, issuer, clientId}: {state: string; issuer: string; clientId: string}): string {
	// Which issuer Feishu names is not documented, and there is only one that could.
	const relevant = new URLSearchParams(parameters);
	relevant.delete('iss');
	try {
		const code = validateAuthResponse({issuer}, {client_id: clientId}, relevant, state).get('code');
		if (code !== null && code !== '') return code;
	} catch (error) {
		if (error instanceof AuthorizationResponseError) throw refused(error);
		throw new CredentialsError('the browser came back with an answer that makes no sense', {hint: 'run the same command again'});
	}
	throw new CredentialsError('the browser came back without an authorization code', {hint: 'run the same command again'});
}

function refused({error, error_description: description}: AuthorizationResponseError): CredentialsError {
	if (error === 'access_denied')
		return new CredentialsError('the sign-in was refused in the browser', {hint: 'run the same command again and agree to it'});
	const quoted = description === undefined ? '' : ` "${printable(description)}"`;
	return new CredentialsError(`the sign-in failed in the browser: ${printable(error)}${quoted}`, {
		hint: "check the app's scopes and redirect URLs in the developer console",
	});
}

/**
 * Opens an address in the user's browser. Where there is none, or it does not start, nothing happens but a word about
 * it: the address stands on the terminal anyway.
 * @param options.secretVariables what it must not find in its environment
 */
export async function openBrowser(url: string, {env, secretVariables, tell}: {
	env: Context['env']; secretVariables: ReadonlySet<string>; tell: (message: string) => void;
}): Promise<void> {
	// Without a display the opener would start a text browser inside this terminal.
	const isHeadless = process.platform === 'linux' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY'] && !env['WSL_DISTRO_NAME'];
	if (isHeadless) return;
	try {
		const {default: open} = await import('open');
		await withoutVariables(secretVariables, async () => open(url));
	} catch (error) {
		tell(`no browser could be opened (${error instanceof Error ? error.message : String(error)}); open the address yourself`);
	}
}

/** Runs what starts a browser, which inherits this process's environment, while the credentials are not in that. */
async function withoutVariables(names: ReadonlySet<string>, start: () => Promise<unknown>): Promise<void> {
	const kept = [...names].flatMap((name): Array<[string, string]> => process.env[name] === undefined ? [] : [[name, process.env[name]]]);
	for (const [name] of kept) Reflect.deleteProperty(process.env, name);
	try {
		await start();
	} finally {
		Object.assign(process.env, Object.fromEntries(kept));
	}
}
