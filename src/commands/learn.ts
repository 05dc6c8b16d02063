import {resolve} from 'node:path';
import {setImmediate} from 'node:timers/promises';
import type {LearnFlags} from '../console/learn/flags.ts';
import {learnFromFile} from '../console/learn/learn-from-file.ts';
import type {RecordedSession} from '../console/learn/session.ts';
import {profilePath, readProfile, writeProfile} from '../console/profile-file.ts';
import {openConsoleSessions} from '../console/session-store.ts';
import {requireBaseUrl} from '../access/config/base-url.ts';
import type {Context} from '../base/context.ts';
import {UsageError} from '../base/errors.ts';
import {writeReport} from '../output/stream-output.ts';
import {formatUtc} from '../base/timezone.ts';
import {commandLog} from '../run/command-log.ts';

/** What the options of `learn` parse to. */
export interface LearnCommandFlags extends LearnFlags {
	readonly keepSession?: boolean;
	readonly output?: string;
	readonly debug?: boolean;
}

/**
 * `learn`: reads a recording, says on stdout what it recognised in it, and writes that to a request profile. Searches that
 * are in the profile already and not in the recording stay there.
 * @throws UsageError when the recording holds no search, when flags are missing, and when the profile is another console's
 */
export async function learnCommand(recording: string, flags: LearnCommandFlags, context: Context): Promise<void> {
	const log = commandLog(flags, context);
	const path = flags.output === undefined ? profilePath(context.env) : resolve(context.cwd, flags.output);
	const existing = await readProfile(path);
	const warnings: string[] = [];
	const {profile, report, kinds, session} = await learnFromFile({
		path: resolve(context.cwd, recording), flags, existing,
		keepSession: flags.keepSession === true,
		signal: context.signal,
		warn: message => {
			warnings.push(message);
		},
	});
	if (existing !== undefined && existing.base_url !== profile.base_url && flags.console === undefined) {
		throw new UsageError(`${path} is for ${existing.base_url}, and the recording is of ${profile.base_url}`, {
			hint: "add -o <file> for a request profile of its own; or say that it takes the other's place, and the session: " +
				`--console ${profile.base_url}`,
		});
	}
	const lost = Object.keys(existing?.searches ?? {}).filter(kind => !Object.hasOwn(profile.searches, kind));
	if (existing !== undefined && lost.length > 0) {
		throw new UsageError(
			`${path} is for ${existing.base_url} and has its ${lost.join(' and ')} search, the recording is of ${profile.base_url}`,
			{
				hint: 'add -o <file> for a request profile of its own, and name it with --request-profile; or remove the other one',
			},
		);
	}
	// A signal that came while one stretch of work was under way is delivered only now: nothing may be written after it.
	// Between two turns of the event loop, whatever the clock says, it is looked for.
	await setImmediate();
	await setImmediate();
	context.signal?.throwIfAborted();
	for (const warning of warnings) log.warning(warning);
	// Exports ask a console that is not the vendor's only because somebody named it, here for instance.
	const kept =
		session !== undefined || flags.console !== undefined ? await keep(session, requireBaseUrl(profile.base_url, path)) : undefined;
	await writeProfile(path, profile);
	await writeReport(report, 'text', context);
	log.notice(`${kinds.join(', ')}: written to ${path}`);
	log.notice(`searches will ask ${profile.base_url}, and send the console's session there`);
	if (session !== undefined) log.notice(`the session is kept in ${kept}; only requests to ${profile.base_url} are signed with it`);
	log.notice(
		`the recording holds ${session === undefined ? 'what your browser sent' : 'your session'}: delete it when it is no longer needed`,
	);

	/** Keeps a session for its console; without one, that the console was named. @returns where */
	async function keep(recorded: RecordedSession | undefined, baseUrl: string): Promise<string> {
		const {cookie = '', csrfToken, authorization} = recorded ?? {};
		for (const secret of [cookie, csrfToken, authorization]) if (secret !== undefined && secret !== '') context.masker.add(secret);
		const store = openConsoleSessions({context, warn: log.warning});
		await store.exclusively(async () => {
			if (recorded === undefined && await store.read(baseUrl) !== undefined) return;
			await store.write(baseUrl, {
				base_url: baseUrl,
				...(cookie === '' ? {} : {cookie}),
				...(csrfToken === undefined ? {} : {csrf_token: csrfToken}),
				...(authorization === undefined ? {} : {authorization}),
				saved_at: formatUtc(context.now()),
			});
		});
		return store.place;
	}
}
