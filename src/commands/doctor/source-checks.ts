import {signedInUser} from '../../access/auth/user-token.ts';
import type {LazySetting} from '../../access/config/connection.ts';
import {accountOf} from '../../access/open-source.ts';
import {CredentialsError, ExportError, UsageError} from '../../base/errors.ts';
import {rowsOf} from '../../engine/rows-of.ts';
import {routeTo} from '../../http/proxy.ts';
import {missingCredentials} from '../../http/token.ts';
import {howToPin} from '../../output/account.ts';
import {firstRequestOf} from '../../run/plan.ts';
import type {SourceDefinition, SourceOption} from '../../sources/types.ts';
import {judgeClock} from './clock.ts';
import {failureOf, type Finding, type Verdict} from './finding.ts';
import type {Subject} from './subject.ts';

/** One thing to look at in a source. */
export interface SourceCheck {
	readonly name: string;
	/**
	 * What it found. With `stop` the checks after it are left out, as they are when it throws.
	 * @throws ExportError which is then the failure that was found
	 */
	readonly run: (subject: Subject) => Promise<Verdict & {readonly stop?: true}>;
}

/** Where requests go, and how. */
const reachChecks: readonly SourceCheck[] = [
	{
		name: 'connection',
		async run({source, named, shared, query}) {
			const {baseUrl} = shared().connection;
			try {
				query();
			} catch (error) {
				// Some sources need to be told more than credentials, which who never uses them has not done.
				const needsMore = Object.values<SourceOption>(source.options).some(({required = false}) => required);
				if (named || !needsMore || !(error instanceof UsageError)) throw error;
				return {status: 'skipped', detail: `not configured: ${error.message}`, remedy: error.hint, stop: true};
			}
			return {status: 'ok', detail: baseUrl};
		},
	},
	{
		name: 'proxy',
		async run({shared, connected, context}) {
			await connected();
			return proxyInUse(shared().connection.baseUrl, context.env);
		},
	},
];

/** The token of the app itself. */
const appChecks: readonly SourceCheck[] = [
	{name: 'credentials', run: readCredentials},
	{
		name: 'token',
		async run({shared, connected}) {
			const {accessToken, exchangePath} = shared().connection;
			const {tokens} = await connected();
			await tokens.get();
			return {
				status: 'ok', detail: accessToken === undefined ? `issued by ${exchangePath}` : 'ready-made; the request tells whether it is valid',
			};
		},
	},
];

/** The token of a user who signed in. */
const userChecks: readonly SourceCheck[] = [
	{
		name: 'sign-in',
		async run(subject) {
			const {connected, context, shared, warnings, warn} = subject;
			const {tokens} = await connected();
			await tokens.get();
			if (warnings.length > 0) return {status: 'warning', detail: warnings.join('\n')};
			const {origin} = await signedInUser({context, connection: shared().connection, warn});
			return pinned(`a user is signed in: ${origin ?? 'nothing is known of it'}`, subject);
		},
	},
];

/** What the API says. */
const answerChecks: readonly SourceCheck[] = [
	{
		name: 'request',
		async run(subject) {
			const request = firstRequestOf(subject.query(), subject.context.now);
			const {client} = await subject.connected();
			try {
				const answer = await client.send(request);
				// What an export could not use is no answer either.
				rowsOf(answer, subject.source, `${subject.source.name}: ${request.method} ${request.path}`);
			} catch (error) {
				if (!(error instanceof CredentialsError)) throw error;
				subject.refusal = error;
			}
			return {status: 'ok', detail: `${request.method} ${request.path} answers`};
		},
	},
	{
		name: 'clock',
		run: async ({skewMs}) => judgeClock(skewMs()),
	},
	{
		name: 'access',
		async run({source, refusal, shared, connected}) {
			if (refusal !== undefined) throw refusal;
			const {accessToken} = shared().connection;
			const {tokens} = await connected();
			if (source.auth !== 'user' && accessToken !== undefined && (await tokens.get()).value !== (await accessToken())) {
				return {
					status: 'warning', detail: 'the ready-made token was refused; one issued to the app works',
					remedy: `renew or remove ${accessToken.origin}`,
				};
			}
			return {status: 'ok', detail: `has the permission ${source.scope}`};
		},
	},
];

/** The checks of a source in the order in which they build on each other. */
export function checksOf({auth = 'app'}: Pick<SourceDefinition, 'auth'>): readonly SourceCheck[] {
	return [...reachChecks, ...(auth === 'user' ? userChecks : appChecks), ...answerChecks];
}

/** The verdict on credentials that work: whose they are must be known as well, or another account's run may be continued. */
async function pinned(detail: string, {source, shared, context, warn}: Subject): Promise<Verdict> {
	const {token} = await accountOf(source, {connection: shared().connection, context, warn});
	if (token === undefined) return {status: 'ok', detail};
	return {
		status: 'warning', detail: `${detail}; nothing tells whose token it is`,
		remedy: `${howToPin}: what an export or an archive goes on with is then never another account's`,
	};
}

async function readCredentials(subject: Subject): ReturnType<SourceCheck['run']> {
	const {source, vendor, named, shared, context} = subject;
	const {connection, warnings} = shared();
	const {appId, appSecret, accessToken} = connection;
	if (accessToken === undefined && (appId === undefined || appSecret === undefined)) {
		const missing = missingCredentials(source.name, vendor, connection);
		if (named || appId !== undefined || appSecret !== undefined) throw missing;
		return {status: 'skipped', detail: 'not configured', remedy: missing.hint, stop: true};
	}
	const settings: ReadonlyArray<readonly [string, LazySetting | undefined, secret: boolean]> = [
		['access token', accessToken, true], ['app id', appId, false], ['app secret', appSecret, true],
	];
	const origins: string[] = [];
	for (const [name, setting, secret] of settings) {
		if (setting === undefined) continue;
		const value = await setting();
		if (secret) context.masker.add(value);
		origins.push(`${name} from ${setting.origin}`);
	}
	if (warnings.length > 0)
		return {status: 'warning', detail: warnings.join('; '), remedy: 'make the file readable for its owner alone: chmod 600'};
	const {appId: idVariable, appSecret: secretVariable, accessToken: tokenVariable} = vendor.env;
	const unused =
		connection.bringsCredentials === true ? [idVariable, secretVariable, tokenVariable].filter(variable => context.env[variable]) : [];
	return pinned(
		`${origins.join(', ')}${unused.length === 0 ? '' : `; not used, since the profile was named: ${unused.join(', ')}`}`, subject,
	);
}

/** Runs the checks of one source in order, until one stops the rest. */
export async function examine(subject: Subject, checks: readonly SourceCheck[]): Promise<Finding[]> {
	const {source, context} = subject;
	const findings: Finding[] = [];
	for (const check of checks) {
		const {stop = false, ...verdict} = await check.run(subject).catch((error: unknown) => {
			// An interrupted examination found nothing out.
			if (context.signal.aborted || !(error instanceof ExportError)) throw error;
			return {...failureOf(error, source.name), stop: true};
		});
		findings.push({source: source.name, check: check.name, ...verdict});
		if (stop) break;
	}
	return findings;
}

/**
 * Whether requests to the base URL go through a proxy, and which variable says so.
 * @throws UsageError when that variable does not name an HTTP proxy
 */
export function proxyInUse(baseUrl: string, env: Readonly<Record<string, string | undefined>>): Verdict {
	const route = routeTo(baseUrl, env);
	return route.proxy === undefined
		? {status: 'skipped', detail: route.because}
		: {status: 'ok', detail: `${route.proxy.name} (${route.proxy.variable})`};
}
