import {Masker} from '../../masker.ts';

import {systemTimezone as ownTimezone} from '../../query/timezone.ts';
import type {SearchKind} from '../kinds.ts';
import {mergeProfiles} from '../profile-file.ts';
import {validateProfile, type RequestProfile} from '../profile.ts';
import type {LearnFlags} from './flags.ts';
import {learn} from './learn.ts';
import {readHarEntries} from './read-har.ts';
import {formatReport} from './report.ts';
import {noSession, type RecordedSession} from './session.ts';

export interface LearnFromFileOptions {
	/** The HAR file. */
	readonly path: string;
	readonly flags: LearnFlags;
	/** The profile that is there already. */
	readonly existing: RequestProfile | undefined;
	/** Whether the recording's session is wanted. Default false. */
	readonly keepSession?: boolean;
	/** Takes a warning for stderr. */
	readonly warn: (message: string) => void;
	/** Default the system's. */
	readonly systemTimezone?: string;
}

export interface LearnedFromFile {
	/** With the searches of the existing profile that were not learned anew. */
	readonly profile: RequestProfile;
	/** What was recognised, for people; ends with a newline. */
	readonly report: string;
	/** The searches that were learned. */
	readonly kinds: readonly SearchKind[];
	/** Secret; only where it is wanted and the recording holds it. */
	readonly session?: RecordedSession;
}

/**
 * Learns a request profile from a recording. Nothing is written.
 * @throws UsageError when the file is no recording, holds no search, or when flags are missing
 */
export async function learnFromFile({path, flags, existing, keepSession = false, warn, systemTimezone = ownTimezone()}: LearnFromFileOptions): Promise<LearnedFromFile> {
	const {profile, searches, session, recording} = await learn(readHarEntries(path), {flags, systemTimezone, warn});
	const merged = mergeProfiles(existing, profile);
	if (merged.notice !== undefined) warn(merged.notice);
	if (keepSession && session === undefined) warn(noSession);
	const masker = new Masker();
	recording.secrets.teach(masker);
	return {
		profile: validateProfile(merged.profile, path),
		report: masker.mask(formatReport(searches)),
		kinds: searches.map(({kind}) => kind),
		...(keepSession && session !== undefined ? {session} : {}),
	};
}
