import {join} from 'node:path';
import lockfile from 'proper-lockfile';
import {formatUtc} from '../base/timezone.ts';
import {visibleInTable} from '../base/visible.ts';
import {describeAccount, type Account} from '../output/account.ts';
import {lockFileSystem, staleMs, currentOwner} from '../output/lock-file-system.ts';
import {manifestName} from './layout.ts';
import {parseLine, readManifest, readTail} from './manifest-file.ts';
import {firstKept, type HeaderLine, type Standing} from './manifest.ts';

/** What an archive comes to, as its manifest says. Times are RFC 3339 in UTC. */
export interface ArchiveFacts extends Standing {
	/** From when on there are records. */
	readonly since: string;
	/** The last line, by its number and the hash of its bytes; null while there is none but the first. */
	readonly head: {readonly line: number; readonly sha256: string} | null;
}

/**
 * What an archive comes to, from the two ends of its manifest however long that is; undefined before there is one.
 * @throws DamagedManifestError when either end cannot be read
 */
export async function readArchiveFacts(dir: string): Promise<ArchiveFacts | undefined> {
	const tail = await readTail(dir, {cutOff: true});
	if (tail?.last === undefined) return undefined;
	for await (const {bytes} of readManifest(dir)) {
		const first = parseLine(bytes);
		if (first?.kind !== 'archive') return undefined;
		const {line, hash} = tail.last;
		return {since: formatUtc(firstKept(first, line.standing)), head: line.kind === 'archive' ? null : {line: line.line, sha256: hash}, ...line.standing};
	}
	return undefined;
}

/** What an archive is of, for people and programs. */
export interface ArchiveIdentity {
	readonly source: string;
	/** Where it is asked; null where the first line does not say. */
	readonly base_url: string | null;
	/** Who signed in, for people. */
	readonly account: string;
	/** The filters that its rows were asked for with, by their options' names. */
	readonly filters: HeaderLine['query'];
	/** The values that were replaced in them. */
	readonly redact: readonly string[];
	readonly redact_secrets: boolean;
}

/** What an archive is of, as its first line says. @param learned what later runs told of the account */
export function identityOf({source, query, account}: HeaderLine, learned: Account = {}): ArchiveIdentity {
	const {base_url: baseUrl, redact, redact_secrets: redactSecrets, ...filters} = query;
	return {
		source, filters, account: describeAccount({...account, ...learned}),
		base_url: typeof baseUrl === 'string' ? baseUrl : null,
		redact: Array.isArray(redact) ? redact.map(String) : [],
		redact_secrets: redactSecrets === true,
	};
}

/** The same in three lines of text. */
export function identityText({source, base_url: baseUrl, account, filters, redact, redact_secrets: secrets}: ArchiveIdentity): string[] {
	const shown = Object.entries(filters).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
	const redacted = [...redact, ...(secrets ? ['secrets'] : [])];
	return [
		`archive of: ${source}${baseUrl === null ? '' : `, ${baseUrl}`}, ${account}`,
		`filters: ${shown.length === 0 ? 'none' : shown.join(', ')}`,
		`redacted: ${redacted.length === 0 ? 'nothing' : redacted.join(', ')}`,
	].map(visibleInTable);
}

/** Whether a run holds the lock of an archive: then files may come and go that no line lists. */
async function isRunUnderWay(dir: string): Promise<boolean> {
	const path = join(dir, manifestName);
	return lockfile.check(path, {lockfilePath: `${path}.lock`, realpath: false, stale: staleMs, fs: lockFileSystem(currentOwner(''))});
}

/** Whether another process may be writing. @param isHeld this process holds the lock */
export async function isBusy(dir: string, isHeld: boolean): Promise<boolean> {
	return !isHeld && await isRunUnderWay(dir);
}
