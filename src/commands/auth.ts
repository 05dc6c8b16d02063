import {openBrowser as openSystemBrowser} from '../access/auth/browser-sign-in.ts';
import {readyMadeToken, userConnection, signInCommand} from '../access/auth/connection.ts';
import {scopesToRequest, signInEndpoints, userScopes, type SignInEndpoints} from '../access/auth/endpoints.ts';
import {defaultCallbackPort} from '../access/auth/loopback.ts';
import {createOAuthClient, type OAuthClient} from '../access/auth/oauth-client.ts';
import {openTokenStore} from '../access/auth/keychain.ts';
import type {TokenStore} from '../access/auth/token-store.ts';
import {accessEnd, isSignedIn, type Session, type SessionKey} from '../access/auth/session.ts';
import {signIn, signOut} from '../access/auth/sign-in.ts';
import {describeStatus, formatStatus} from '../access/auth/status.ts';
import {checkApp, type Connection} from '../access/config/connection.ts';
import {loadConfig} from '../access/config/load.ts';
import {secretVariables, userTokenVariable} from '../access/config/own-variables.ts';
import type {Context} from '../base/context.ts';
import {CredentialsError, UsageError} from '../base/errors.ts';
import {oneOf} from '../base/given.ts';
import type {Log} from '../base/log.ts';
import {formatUtc} from '../base/timezone.ts';
import {visibleInTable} from '../base/visible.ts';
import {writeReport} from '../output/stream-output.ts';
import {commandLog} from '../run/command-log.ts';
import {feishu} from '../sources/vendors/feishu.ts';
import {consoleService, consoleStatus, forgetConsole, type AuthFlags} from './auth-console.ts';

/** What every subcommand works with. */
interface Run {
	readonly context: Context;
	readonly log: Log;
	readonly connection: Connection;
	readonly key: SessionKey;
	readonly endpoints: SignInEndpoints;
	readonly client: OAuthClient;
	readonly store: TokenStore;
	/** What no program started from here may see. */
	readonly secretVariables: ReadonlySet<string>;
	/** The command that signs in to the same place. */
	readonly signInWith: string;
}

/**
 * `auth login`: signs a user in and keeps the session. Messages are on stderr; nothing goes to stdout.
 * @param options.scopes to ask for beside `offline_access`; default those of the sources that need a user
 * @param options.openBrowser default the system's; never called with `--no-browser` or `--device`
 */
export async function loginCommand(service: string, flags: AuthFlags, context: Context, {scopes = userScopes, openBrowser}: {
	scopes?: readonly string[]; openBrowser?: (url: string) => Promise<void>;
} = {}): Promise<void> {
	const port = portOf(flags);
	const run = await prepare(service, flags, context);
	const {log, connection, key, store, endpoints, client} = run;
	if (connection.appSecret === undefined) {
		throw new CredentialsError('the app secret is not set', {
			hint: 'set FEISHU_APP_SECRET, or feishu.app_secret in a profile of the configuration',
		});
	}
	const app = {id: key.appId, secret: await connection.appSecret()};
	context.masker.add(app.secret);
	const tell = log.notice;
	const requested = scopesToRequest(scopes);
	const open = openBrowser ?? (async (url: string) => {
		await openSystemBrowser(url, {env: context.env, secretVariables: run.secretVariables, tell});
	});
	const session = await signIn({
		context, client, endpoints, app, store, key, tell,
		scopes: requested,
		way: flags.device === true ? {kind: 'device'} : {kind: 'browser', port, openBrowser: flags.browser === false ? undefined : open},
		debug: log.debug,
	});
	tell(
		`signed in to ${key.baseUrl}${session.user?.name === undefined ? '' : ` as ${visibleInTable(session.user.name)}`}; ` +
			`the session is kept in ${store.place}`,
	);
	const missing = requested.filter(scope => !session.scopes.includes(scope));
	if (session.refresh_token === undefined) {
		log.warning(
			`the session cannot be renewed and ends ${formatUtc(accessEnd(session))}: ` +
				'enable the scope offline_access for the app in the developer console, then sign in again',
		);
	} else if (missing.length > 0) {
		log.warning(`not granted: ${missing.map(visibleInTable).join(', ')}; enable it for the app in the developer console, ` +
			'then sign in again');
	}
	if (readyMadeToken(run) !== undefined)
		log.warning(`${userTokenVariable} is set and goes before this session, unless a profile with credentials is named`);
}

/**
 * `auth status`: who is signed in, on stdout. It looks at what is stored and asks no server.
 * @throws CredentialsError when nobody is
 */
export async function statusCommand(service: string | undefined, flags: AuthFlags, context: Context): Promise<void> {
	const format = oneOf(flags.format ?? 'text', ['text', 'json'], '--format');
	if (service === consoleService) return consoleStatus({...flags, format}, context);
	const {store, key, signInWith, connection} = await prepare(service, flags, context);
	const session = await store.read(key);
	const readyMade = readyMadeToken({context, connection}) !== undefined;
	const status = describeStatus(session, {key, place: store.place, readyMade, now: context.now()});
	if (status.signed_in || format === 'json') {
		await writeReport(format === 'json' ? `${JSON.stringify(status, undefined, '\t')}\n` : formatStatus(status), format, context);
	}
	if (!status.signed_in) throw new CredentialsError(whyNotSignedIn(session, key, context.now()), {hint: `sign in with: ${signInWith}`});
}

/** `auth logout`: has the server revoke the session, says whether it did, and forgets it here in any case. */
export async function logoutCommand(service: string | undefined, flags: AuthFlags, context: Context): Promise<void> {
	if (service === consoleService) return forgetConsole(flags, context);
	const {log, connection, key, store, client, endpoints} = await prepare(service, flags, context);
	const {session, revocationProblem} = await signOut({context, client, endpoints, store, key, appSecret: connection.appSecret});
	if (session === undefined) {
		log.notice(`not signed in to ${key.baseUrl} as a user of ${key.appId}: nothing to do`);
	} else {
		log.notice(`signed out: the session is no longer in ${store.place}`);
		if (revocationProblem === undefined) log.notice('the server has accepted its revocation');
		else
			log.warning(
				`the server did not confirm that the session is revoked: ${revocationProblem}; ` +
					'whoever has a copy of its tokens can use them until they end',
			);
	}
	if (context.env[userTokenVariable])
		log.warning(
			`${userTokenVariable} is still set` +
				(readyMadeToken({context, connection}) === undefined ? '' : ', and goes before any session'),
		);
}

async function prepare(service: string | undefined, flags: AuthFlags, context: Context): Promise<Run> {
	if (service !== undefined && service !== 'feishu') {
		throw new UsageError(`auth: "${service}" is not a service to sign in to`, {hint: 'write feishu; Lark is feishu with --host lark'});
	}
	const log = commandLog(flags, context);
	const warn = log.warning;
	const config = await loadConfig({explicitPath: flags.config, env: context.env, cwd: context.cwd});
	for (const warning of config.warnings) warn(warning);
	const connection = userConnection({
		profile: flags.profile, host: flags.host, baseUrl: flags.baseUrl, config, env: context.env, signal: context.signal, warn,
	});
	const {baseUrl, profile} = connection;
	if (connection.appId === undefined) {
		throw new CredentialsError('the app id is not set: a user signs in to an app', {
			hint: 'set FEISHU_APP_ID and FEISHU_APP_SECRET, or feishu.app_id and feishu.app_secret in a profile of the configuration',
		});
	}
	return {
		context, log, connection,
		key: {baseUrl, appId: await connection.appId(), profile},
		endpoints: signInEndpoints(baseUrl),
		client: createOAuthClient({context, debug: log.debug, appRemedy: checkApp(feishu, connection)}),
		store: openTokenStore({context, warn}),
		secretVariables: secretVariables(config.config),
		signInWith: signInCommand({baseUrl, profile, config: flags.config}),
	};
}

function whyNotSignedIn(session: Session | undefined, {baseUrl, appId}: SessionKey, now: number): string {
	if (session === undefined) return `not signed in to ${baseUrl} as a user of ${appId}`;
	if (session.ended !== undefined) return `the session is over: ${session.ended.reason}`;
	return isSignedIn(session, now) ? 'not signed in' : `the session ended ${session.refresh_expires_at ?? session.access_expires_at}`;
}

function portOf({port: text = String(defaultCallbackPort)}: AuthFlags): number {
	const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
	if (!(port <= 65_535))
		throw new UsageError(`--port: "${text}" is not a port`, {hint: 'write --port and a number from 0 to 65535; 0 takes any free one'});
	return port;
}
