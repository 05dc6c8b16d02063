import * as z from 'zod';
import {ExportError, UsageError} from '../base/errors.ts';
import {parseJson} from '../json/value.ts';
import {formatUtc} from '../base/timezone.ts';
import {accountSchema, meetAccount, type Account, type Identity} from './account.ts';
import {removeLeftovers, writeFileAtomic} from './atomic.ts';
import {openFailure} from './failure.ts';
import {acquireLock} from './lock.ts';
import {readIfThere} from './partial.ts';
import {resolveTarget} from './target.ts';

const stateSchema = z.object({
	version: z.literal(1),
	source: z.string(),
	fingerprint: z.string(),
	/** Whose rows the exports were of. */
	account: accountSchema.optional(),
	until: z.iso.datetime(),
	updated_at: z.iso.datetime(),
});

/** A `--state` file, held by this run. */
export interface State {
	/** The path as given, for messages. */
	readonly path: string;
	/** Where the last successful run ended, Unix milliseconds; undefined before the first. */
	readonly until: number | undefined;
	/** Records, as one step, that everything before `until` (Unix milliseconds) is exported. */
	save(until: number): Promise<void>;
	/** Lets other runs use the file. May be called again; never throws. */
	release(): Promise<void>;
}

export interface StateOptions {
	readonly path: string;
	readonly source: string;
	/** Of what the export asks for, the range aside. */
	readonly fingerprint: string;
	/** Who signs in; default nobody in particular. */
	readonly account?: Identity | undefined;
	/** Told where nobody can tell whether the last run was of the same account. */
	readonly warn?: (message: string) => void;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: () => number;
}

/**
 * Opens a state file, there already or not, and keeps other runs away from it until `release`.
 * @throws UsageError when the file is not the state of this query and account, and then never touches it; LockedError when
 * another run uses it
 */
export async function openState({path, source, fingerprint, account = {}, warn, now}: StateOptions): Promise<State> {
	const target = await resolveTarget(path);
	if (target.kind === 'stream')
		throw new UsageError(`${path} cannot keep a state: it is no regular file`, {hint: 'name a file for --state'});
	const lock = await acquireLock(target.path, path);
	try {
		await removeLeftovers(target.path);
		const text = await readIfThere(target.path);
		const before = text === undefined ? undefined : parseState(text, {path, source, fingerprint});
		const met = meetAccount(before?.account ?? {}, account);
		if (met.other !== undefined)
			throw new UsageError(`${path} is the state of another account: ${met.other}`, {hint: `choose the right profile, or ${nextTo}`});
		if (met.doubt !== undefined) warn?.(`${path}: ${met.doubt}`);
		return {
			path,
			until: before?.until,
			async save(end) {
				lock.lost.throwIfAborted();
				const state = {
					version: 1, source, fingerprint, account: met.account, until: formatUtc(end), updated_at: formatUtc(now()),
				} satisfies z.infer<typeof stateSchema>;
				await writeFileAtomic(target.path, `${JSON.stringify(state, undefined, '\t')}\n`, {mode: 0o600});
			},
			release: async () => lock.release(),
		};
	} catch (error) {
		await lock.release();
		throw error instanceof ExportError ? error : openFailure(path, error);
	}
}

const nextTo = 'name another file for --state; to export the range of --since anew, remove this one';

function parseState(
	text: string, expected: {path: string; source: string; fingerprint: string},
): {until: number; account: Account | undefined} {
	const {path, source, fingerprint} = expected;
	const hint = nextTo;
	const {data} = stateSchema.safeParse(parseJson(text));
	if (data === undefined) throw new UsageError(`${path} is not a state file of this program`, {hint});
	if (data.source !== source)
		throw new UsageError(`${path} is the state of another query: its source is ${data.source}, not ${source}`, {hint});
	if (data.fingerprint !== fingerprint) throw new UsageError(`${path} is the state of another query: its filters or host differ`, {hint});
	return {until: Date.parse(data.until), account: data.account};
}
