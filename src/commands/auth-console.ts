import {requireBaseUrl} from '../access/config/base-url.ts';
import type {Context} from '../base/context.ts';
import {CredentialsError, UsageError} from '../base/errors.ts';
import type {Log} from '../base/log.ts';
import {profilePath, readProfile} from '../console/profile-file.ts';
import {isSignedIn, openConsoleSessions, type ConsoleSessionStore} from '../console/session-store.ts';
import {writeReport} from '../output/stream-output.ts';
import type {FlagsOf} from '../query/options.ts';
import {commandLog} from '../run/command-log.ts';

/** The options of `auth`'s subcommands, as they are typed. */
export interface AuthFlags extends FlagsOf<'host' | 'profile' | 'config' | 'baseUrl' | 'debug' | 'format'> {
	readonly device?: boolean;
	readonly port?: string;
	readonly browser?: boolean;
}

/** The session of the developer console's log searches, as `auth status` and `auth logout` name it. */
export const consoleService = 'console';

/**
 * `auth status console`: whether a session of the console is kept; what it still can, only the console knows.
 * @throws CredentialsError when none is
 */
export async function consoleStatus({format, ...flags}: AuthFlags & {readonly format: 'text' | 'json'}, context: Context): Promise<void> {
	const {store, baseUrl} = await prepare(flags, context);
	const found = await store.read(baseUrl);
	const kept = found !== undefined && isSignedIn(found) ? found : undefined;
	const status = {
		kept: kept !== undefined, base_url: baseUrl, saved_at: kept?.saved_at ?? null, stored_in: store.place,
		environment: Boolean(context.env['FEISHU_CONSOLE_COOKIE']),
	};
	if (format === 'json') await writeReport(`${JSON.stringify(status, undefined, '\t')}\n`, format, context);
	else if (kept !== undefined)
		await writeReport(
			`console       ${baseUrl}\nkept since    ${kept.saved_at}\nkept in       ${store.place}\n` +
				(status.environment ? 'environment   FEISHU_CONSOLE_COOKIE is set and goes before it\n' : ''),
			format, context,
		);
	if (kept === undefined)
		throw new CredentialsError(`no session is kept for ${baseUrl}`, {
			hint: 'keep one with: audit-export feishu-app-log learn <recording.har> --keep-session',
		});
}

/** `auth logout console`: forgets the session here. The console itself is not told: it has no documented way to be. */
export async function forgetConsole(flags: AuthFlags, context: Context): Promise<void> {
	const {store, baseUrl, log} = await prepare(flags, context);
	const had = await store.exclusively(async () => {
		const kept = await store.read(baseUrl);
		if (kept !== undefined) await store.remove(baseUrl);
		return kept !== undefined && isSignedIn(kept);
	});
	log.notice(
		had
			? `the session for ${baseUrl} is no longer in ${store.place}; it ends when you sign out in the browser`
			: `no session is kept for ${baseUrl}: nothing to do`,
	);
	if (context.env['FEISHU_CONSOLE_COOKIE']) log.warning('FEISHU_CONSOLE_COOKIE is still set');
}

async function prepare(
	flags: Pick<AuthFlags, 'baseUrl' | 'debug'>, context: Context,
): Promise<{store: ConsoleSessionStore; baseUrl: string; log: Log}> {
	const log = commandLog(flags, context);
	const learned = flags.baseUrl === undefined ? await readProfile(profilePath(context.env)) : undefined;
	const baseUrl = flags.baseUrl ?? learned?.base_url;
	if (baseUrl === undefined) throw new UsageError('which console? No request profile names one', {hint: 'add --base-url <url>'});
	const store = openConsoleSessions({context, warn: log.warning});
	return {store, log, baseUrl: requireBaseUrl(baseUrl, flags.baseUrl === undefined ? 'base_url of the request profile' : '--base-url')};
}
