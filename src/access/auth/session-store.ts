import {chmod, lstat, stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import * as z from 'zod';
import type {Context} from '../../base/context.ts';
import {ExportError, systemCode, UsageError} from '../../base/errors.ts';
import {isStrangers, readRegularFile} from '../../base/regular-file.ts';
import {makeDirectory, removeLeftovers, writeFileAtomic} from '../../output/atomic.ts';
import {openFailure, systemMessage} from '../../output/failure.ts';
import {waitForLock} from '../../output/lock.ts';

/** A refresh takes a second or two; a holder that takes longer than this hangs. */
const longestWaitMs = 30_000;
const pollMs = 50;

/** Keeps sessions of this user of this machine, one for each key. */
export interface SessionStore<Key, Kept> {
	/** Where the sessions are, for messages. */
	readonly place: string;
	/** @throws UsageError when the store cannot be read */
	read(key: Key): Promise<Kept | undefined>;
	/** Stores a session durably before it returns. Only inside `exclusively`. */
	write(key: Key, session: Kept): Promise<void>;
	/** Forgets a session. Only inside `exclusively`. */
	remove(key: Key): Promise<void>;
	/**
	 * Runs a task while no other process, and no other caller here, changes the store. Its argument aborts when the lock
	 * was taken away.
	 * @param instead asked while another holds the lock; anything it gives ends the waiting
	 * @throws LockedError when the lock cannot be had within 30 seconds
	 */
	exclusively<T>(task: (lost: AbortSignal) => Promise<T>, instead?: () => Promise<T | undefined>): Promise<T>;
}

/** What a store of one kind of sessions holds, and where. */
export interface SessionStoreOptions<Key, Kept> {
	readonly context: Pick<Context, 'sleep' | 'signal' | 'random' | 'monotonic'>;
	/** Takes a warning for stderr. */
	readonly warn: (message: string) => void;
	readonly directory: string;
	/** The file's name in the directory. */
	readonly name: string;
	/** Members that it does not know must be kept: later versions write them. */
	readonly schema: z.ZodType<Kept>;
	readonly belongsTo: (session: Kept, key: Key) => boolean;
}

/** Sessions in one JSON file that only its owner can read: directory 0700, file 0600, replaced as one step and synced. */
export function createSessionStore<Key, Kept>({
	context, warn, directory, name, schema, belongsTo,
}: SessionStoreOptions<Key, Kept>): SessionStore<Key, Kept> {
	const path = join(directory, name);
	const fileSchema = z.looseObject({version: z.literal(1), sessions: z.array(schema)});

	async function readStore(): Promise<z.infer<typeof fileSchema>> {
		const text = await readPrivately(path, warn);
		if (text === undefined) return {version: 1, sessions: []};
		try {
			return fileSchema.parse(JSON.parse(text));
		} catch (error) {
			if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
			// Neither error is kept as the cause: their texts quote the file.
			throw new UsageError(`${path}: this is not a store of sessions of this version`, {
				hint: 'remove the file and sign in again, or use the version that wrote it',
			});
		}
	}

	async function change(edit: (sessions: readonly Kept[]) => Kept[]): Promise<void> {
		const file = await readStore();
		await writeFileAtomic(path, `${JSON.stringify({...file, sessions: edit(file.sessions)}, undefined, '\t')}\n`, {mode: 0o600});
	}

	return {
		place: path,
		async read(key) {
			const {sessions} = await readStore();
			return sessions.find(session => belongsTo(session, key));
		},
		write: async (key, session) => change(sessions => [...sessions.filter(other => !belongsTo(other, key)), session]),
		remove: async key => change(sessions => sessions.filter(other => !belongsTo(other, key))),
		async exclusively<T>(task: (lost: AbortSignal) => Promise<T>, instead?: () => Promise<T | undefined>) {
			await makePrivate(directory);
			const lock = await waitForLock<T>(path, {context, longestMs: longestWaitMs, pollMs, ...(instead && {instead})});
			if ('instead' in lock) return lock.instead;
			try {
				// What a killed run left holds tokens.
				await removeLeftovers(path);
				return await task(lock.lost);
			} finally {
				await lock.release();
			}
		},
	};
}

async function makePrivate(directory: string): Promise<void> {
	try {
		await makeDirectory(directory);
		await requireOwn(directory);
		const {mode} = await stat(directory);
		if (areOthersAllowed(mode)) await chmod(directory, 0o700);
	} catch (error) {
		throw openFailure(directory, error);
	}
}

/** The text of the file, whose permissions are put right when others could read it; undefined when there is none. */
async function readPrivately(path: string, warn: (message: string) => void): Promise<string | undefined> {
	try {
		await requireOwn(dirname(path));
		await requireOwn(path);
		const {bytes, stats} = await readRegularFile(path);
		if (areOthersAllowed(stats.mode)) {
			try {
				await chmod(path, 0o600);
				warn(`${path}: other users could read this file; only its owner can from now on. If that was so for long, ` +
					'sign out and in again');
			} catch (error) {
				warn(`${path}: other users can read this file, and its permissions cannot be changed (${systemMessage(error)}); ` +
					'chmod 600 it');
			}
		}
		return bytes.toString('utf8');
	} catch (error) {
		const code = systemCode(error);
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		if (error instanceof ExportError || code === undefined) throw error;
		throw new UsageError(`${path}: cannot be read: ${systemMessage(error)}`, {hint: 'check its permissions', cause: error});
	}
}

/**
 * What another user keeps here, or a link that another made, would sign this one in as whoever that user likes.
 * @throws UsageError; the system's errors as they are
 */
async function requireOwn(path: string): Promise<void> {
	for (const look of [lstat, stat]) {
		if (!isStrangers([await look(path)])) continue;
		throw new UsageError(`${path}: belongs to another user, whose sessions are not used`, {
			hint: 'set XDG_DATA_HOME to a directory of your own, or remove it and sign in again',
		});
	}
}

function areOthersAllowed(mode: number): boolean {
	return process.platform !== 'win32' && (mode & 0o077) !== 0;
}
