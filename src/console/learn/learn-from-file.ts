import {systemTimezone as ownTimezone} from '../../base/system-timezone.ts';
import {visibleInTable} from '../../base/visible.ts';
import {Masker} from '../../json/secrets/masker.ts';
import type {SearchKind} from '../../sources/app-log-kinds.ts';
import {mergeProfiles} from '../profile-file.ts';
import {validateProfile, type RequestProfile} from '../profile.ts';
import type {LearnFlags} from './flags.ts';
import {learn, type LearnedSearch} from './learn.ts';
import {readHarEntries} from './read-har.ts';
import {noSession, type RecordedSession} from './session.ts';

/** What was recognised of each search, for people: a line for everything found, then what was not, and what to look at. */
function formatReport(searches: readonly LearnedSearch[]): string {
	return searches.map(({kind, title, draft}) => {
		const width = Math.max(...draft.lines.map(([label]) => label.length), 'not found'.length);
		// Names are those of whoever made the recording: none may begin a line of its own.
		const line = (label: string, text: string) => `  ${label.padEnd(width)}   ${visibleInTable(text)}`;
		const count = draft.members.length;
		return [
			`${kind} search: ${visibleInTable(title)}${count > 1 ? ` (${count} requests)` : ''}`,
			...order.flatMap(label => draft.lines.filter(([own]) => own === label)).map(([label, text]) => line(label, text)),
			...(draft.unknown.length === 0 ? [] : [line('not found', draft.unknown.join(', '))]),
			...draft.notes.map(note => line('note', note)),
			'',
		].join('\n');
	}).join('\n');
}

const order = [
	'time range', 'paging', 'page size', 'app id', 'filters', 'rows', 'row id', 'row time', 'total', 'more', 'success', 'expired session',
	'headers', 'as recorded',
];

export interface LearnFromFileOptions {
	/** The HAR file. */
	readonly path: string;
	readonly flags: LearnFlags;
	/** The profile that is there already. */
	readonly existing: RequestProfile | undefined;
	/** Whether the recording's session is wanted. Default false. */
	readonly keepSession?: boolean;
	/** Ends the reading. */
	readonly signal?: AbortSignal | undefined;
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
export async function learnFromFile({
	path, flags, existing, keepSession = false, signal, warn, systemTimezone = ownTimezone(),
}: LearnFromFileOptions): Promise<LearnedFromFile> {
	const {profile, searches, session, recording} = await learn(readHarEntries(path, {signal}), {flags, systemTimezone, warn});
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
