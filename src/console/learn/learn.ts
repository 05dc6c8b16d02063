import {UsageError} from '../../base/errors.ts';
import {searchKinds, type SearchKind} from '../../sources/app-log-kinds.ts';
import type {RequestProfile, SearchProfile} from '../profile.ts';
import {baseUrlProblem} from '../../access/config/base-url.ts';
import {vendorOrigins} from '../session.ts';
import {groupCandidates, type Group} from './candidate.ts';
import {Draft} from './draft.ts';
import {checkFlags, consoleOrigin, describesOne, type LearnFlags} from './flags.ts';
import type {HarEntry} from './har.ts';
import {learnAnswer} from './learn-answer.ts';
import {learnPages} from './learn-pages.ts';
import {learnAppId, learnFilters, learnRequest} from './learn-request.ts';
import {learnTimes} from './learn-times.ts';
import {explainMissing, noSearch} from './problems.ts';
import {BrokenRecordingError} from './read-har.ts';
import {Recording, showUrl} from './recording.ts';
import type {SecretValues} from './secrets.ts';
import {learnSession, sessionOf, type RecordedSession} from './session.ts';

export interface LearnOptions {
	readonly flags: LearnFlags;
	/** Of the machine that recorded, for local times. */
	readonly systemTimezone?: string | undefined;
	/** Takes a warning for stderr. */
	readonly warn: (message: string) => void;
}

/** One search as it was recognised. */
export interface LearnedSearch {
	readonly kind: SearchKind;
	/** What it was learned from, for messages: `POST https://…`. */
	readonly title: string;
	readonly profile: SearchProfile;
	readonly draft: Draft;
}

export interface Learned {
	readonly profile: RequestProfile;
	readonly searches: readonly LearnedSearch[];
	/** The session that the recording holds. */
	readonly session: RecordedSession | undefined;
	readonly recording: Recording;
}

/**
 * Learns the searches of a recording.
 * @throws UsageError where there is none, or where flags are missing, naming them; BrokenRecordingError where the recording
 * breaks off before a whole search
 */
export async function learn(
	entries: AsyncIterable<HarEntry> | Iterable<HarEntry>, {flags, systemTimezone, warn}: LearnOptions,
): Promise<Learned> {
	const kind = checkFlags(flags);
	const recording = new Recording(flags);
	let broken: BrokenRecordingError | undefined;
	try {
		for await (const entry of entries) recording.add(entry);
	} catch (error) {
		if (!(error instanceof BrokenRecordingError)) throw error;
		broken = error;
	}
	const groups = confirmed(groupCandidates(recording.candidates), flags);
	const best = groups[0];
	if (best === undefined)
		throw broken === undefined
			? noSearch(recording, flags)
			: new UsageError(`${broken.message}, and no search is among them`, {hint: broken.hint, cause: broken});
	const chosen = choose(groups, kind, {flags, secrets: recording.secrets});
	if (broken !== undefined) warn(`${broken.message}; what follows was learned from those`);
	const all = chosen.map(({kind: own, group}) => attempt(own, group, {recording, flags, systemTimezone}));
	const whole = all.filter(({profile}) => profile !== undefined);
	if (whole.length === 0) throw explainMissing(all, recording);
	for (const {draft} of all) {
		const other = groups.find(
			group => group.best.standing === 'search' && group.kind === draft.group.kind && group.best.endpoint !== draft.best.endpoint,
		);
		if (other !== undefined)
			draft.notes.push(`${titleOf(other, recording.secrets)} looks like such a search too; ` +
				'--url with a part of its URL picks it instead');
	}
	for (const {kind: own, draft} of all.filter(({profile}) => profile === undefined)) {
		warn(
			`the ${own} search was found and not learned: ${draft.missing.map(({flag, why}) => `${why} (${flag})`).join('; ')}; ` +
				`run again with --kind ${own} and these flags`,
		);
	}
	return compose(whole.flatMap(({profile, ...search}) => profile === undefined ? [] : [{...search, profile}]), {recording, warn});
}

/**
 * The searches of a console that the session may be sent to: of the one that `--console` names, else of the vendor's own hosts.
 * @throws UsageError where only other hosts have some, naming them
 */
function confirmed(groups: readonly Group[], flags: LearnFlags): Group[] {
	const named = consoleOrigin(flags);
	const own = groups.filter(({best: {exchange: {origin}}}) => named === undefined ? vendorOrigins.has(origin) : origin === named);
	if (own.length > 0 || groups.length === 0) return own;
	const others = [...new Set(groups.map(({best: {exchange: {origin}}}) => origin))].slice(0, 3);
	throw new UsageError(
		named === undefined
			? `the searches of the recording are on ${others.join(', ')}, which is no host of the vendor`
			: `no search of the recording is on ${named}; there are some on ${others.join(', ')}`,
		{
			hint: `exports will send the console's session there: if it is your console, name it: --console ${others[0] ?? ''}`,
		},
	);
}

/** The searches to learn: the best of each kind, or of the kind that is asked for. */
function choose(
	groups: readonly Group[], kind: SearchKind | undefined, {flags, secrets}: {flags: LearnFlags; secrets: SecretValues},
): Array<{kind: SearchKind; group: Group}> {
	if (kind !== undefined) {
		const group = groups.find(({kind: own}) => own === kind) ?? groups.find(({kind: own}) => own === undefined) ?? groups[0];
		return group === undefined ? [] : [{kind, group}];
	}
	const found = searchKinds.flatMap(own => {
		const group = groups.find(other => other.kind === own);
		return group === undefined ? [] : [{kind: own, group}];
	});
	// Of what only partly looks like a search, the clear ones are told of.
	const whole = found.some(({group}) => group.best.standing === 'search')
		? found.filter(({group: {best}}) => best.standing === 'search' || best.score >= 12)
		: [];
	const chosen = whole.length > 0 ? whole : found.slice(0, 1);
	if (chosen.length === 0) {
		throw new UsageError(
			`a search was found, but not whether it is the server, event or client search: ${groups.slice(0, 3)
				.map(group => titleOf(group, secrets))
				.join(', ')}`,
			{hint: 'say which: --kind server, --kind event or --kind client'},
		);
	}
	if (chosen.length > 1 && describesOne(flags)) {
		throw new UsageError(`the recording holds the ${chosen.map(({kind: own}) => own).join(' and the ')} search, ` +
			'and the flags describe one', {
			hint: 'say which with --kind, and run once for each',
		});
	}
	return chosen;
}

interface Attempt {
	readonly kind: SearchKind;
	readonly title: string;
	readonly draft: Draft;
	/** Undefined where flags are missing. */
	readonly profile: SearchProfile | undefined;
}

function attempt(
	kind: SearchKind, group: Group,
	{recording, flags, systemTimezone}: {recording: Recording; flags: LearnFlags; systemTimezone: string | undefined},
): Attempt {
	const {secrets} = recording;
	const draft = new Draft(kind, group, {flags, secrets});
	const title = titleOf(group, secrets);
	// Each step leaves out what those before it have recognised.
	const {asked, held} = learnTimes(draft, systemTimezone);
	const app = learnAppId(draft);
	const {pages, response} = learnPages(draft);
	const filters = learnFilters(draft);
	const {rows, id, outcome, fields} = learnAnswer(draft, recording.refusals);
	if (draft.missing.length > 0 || asked === undefined || held === undefined || rows === undefined || id === undefined)
		return {kind, title, draft, profile: undefined};
	const request = learnRequest(draft, app);
	const profile: SearchProfile = {
		request, time: asked, pages,
		response: {rows, id, time: held, ...response, ...outcome},
		...(Object.keys(filters).length === 0 ? {} : {filters}),
		...(Object.keys(fields).length === 0 ? {} : {fields}),
	};
	return {kind, title: `${request.method} ${group.best.exchange.origin}${request.path}`, draft, profile};
}

function titleOf({best: {exchange: {method, origin, request}}}: Group, secrets: SecretValues): string {
	return `${method} ${showUrl(`${origin}/${request.path.join('/')}`, secrets)}`;
}

function compose(searches: readonly LearnedSearch[], {recording, warn}: {recording: Recording; warn: (message: string) => void}): Learned {
	const [first] = searches.toSorted((a, b) => b.draft.group.score - a.draft.group.score);
	if (first === undefined) throw new Error('there is no search to compose a profile of');
	const {origin} = first.draft.best.exchange;
	const problem = baseUrlProblem(origin);
	if (problem !== undefined)
		throw new UsageError(`the search was asked at ${origin}: ${problem}`, {
			hint: 'open the console over https, and record the search again',
		});
	const there = searches.filter(({draft}) => draft.best.exchange.origin === origin);
	for (const {kind, draft} of searches.filter(other => !there.includes(other)))
		warn(`the ${kind} search is asked at ${draft.best.exchange.origin}, the others at ${origin}: a profile has one host, ` +
			'so it is left out');
	const session = there.map(({draft}) => learnSession(draft.best.exchange)).reduceRight((all, own) => ({...all, ...own}), {});
	const profile: RequestProfile = {
		version: 1,
		base_url: origin,
		...(Object.keys(session).length === 0 ? {} : {session}),
		searches: Object.fromEntries(there.map(search => [search.kind, search.profile])),
	};
	const kept = there.map(({draft}) => sessionOf(draft.best.exchange, profile)).find(found => found !== undefined);
	return {profile, searches: there, session: kept, recording};
}
