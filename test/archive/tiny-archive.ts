import {createHash} from 'node:crypto';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {onTestFinished} from 'vitest';

/*
 * Writes archives by the words of the design, knowing nothing of the code that writes them in production.
 */

export interface TinyRow {
	readonly id?: string;
	/** Unix seconds. */
	readonly event_time: number;
	readonly [member: string]: unknown;
}

/** One line to be. Times are RFC 3339, as they stand in the manifest. */
export interface TinyLine {
	readonly kind?: 'segment' | 'gap';
	readonly since: string;
	readonly until: string;
	/** Objects, or raw text of the file. */
	readonly rows?: readonly TinyRow[] | string;
	readonly completes?: 'late' | 'gap';
	readonly replaces?: string;
	/** Leaves its window open for this reason; a line of kind `gap` does so anyway. */
	readonly reason?: string;
	/** Overrides of the line's own members. */
	readonly line?: Readonly<Record<string, unknown>>;
}

export interface TinyOptions {
	readonly source?: string;
	readonly since?: string;
	readonly compress?: boolean;
	readonly query?: Readonly<Record<string, unknown>>;
}

export const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');

/** A directory that is removed when the test ends. */
export function temporaryDirectory(): string {
	const path = mkdtempSync(join(tmpdir(), 'audit-export-archive-'));
	onTestFinished(() => {
		rmSync(path, {recursive: true, force: true});
	});
	return path;
}

const compact = (time: string) => time.replaceAll(/[-:]/g, '');

/** The path that a segment of this window has. */
export function pathOf({since, until, late, compress = true}: {since: string; until: string; late?: number | undefined; compress?: boolean}): string {
	return `data/dt=${since.slice(0, 10)}/${compact(since)}_${compact(until)}${late === undefined ? '' : `.late-${late}`}.ndjson${compress ? '.gz' : ''}`;
}

/** Writes an archive into a new directory. */
export function writeArchive(lines: readonly TinyLine[], {source = 'feishu-openapi', since = lines[0]?.since ?? '2026-11-20T00:00:00Z', compress = true, query = {}}: TinyOptions = {}): string {
	const dir = temporaryDirectory();
	const texts: string[] = [];
	const records = new Map<string, number>();
	const standing = {until: since, segments: 0, records: 0, gaps: [] as Array<{since: string; until: string; reason: string}>};
	const add = (body: Record<string, unknown>) => {
		texts.push(JSON.stringify({...body, line: texts.length, at: '2026-11-21T00:00:00Z', prev: texts.length === 0 ? '0'.repeat(64) : sha256(texts.at(-1) ?? ''), standing}));
	};
	add({kind: 'archive', version: 2, source, since, query});
	for (const {kind = 'segment', since: from, until, rows = [], completes, replaces, reason, line = {}} of lines) {
		if (completes === undefined && replaces === undefined && until > standing.until) standing.until = until;
		if (completes === 'gap') standing.gaps = standing.gaps.filter(gap => gap.since !== from);
		if (reason !== undefined || kind === 'gap') standing.gaps = [...standing.gaps, {since: from, until, reason: reason ?? 'the API refused'}];
		if (kind === 'gap') {
			add({kind, since: from, until, reason: reason ?? 'the API refused', ...line});
			continue;
		}
		const text = typeof rows === 'string' ? rows : rows.map(row => `${JSON.stringify(row)}\n`).join('');
		const late = completes === undefined && replaces === undefined ? undefined : texts.length;
		const file = text === '' ? null : pathOf({since: from, until, late, compress});
		const bytes = compress ? gzipSync(text) : Buffer.from(text);
		if (file !== null) {
			mkdirSync(dirname(join(dir, file)), {recursive: true});
			writeFileSync(join(dir, file), bytes);
			standing.segments++;
		}
		const count = text.split('\n').length - 1;
		if (file !== null) records.set(file, count);
		standing.records += count;
		if (replaces !== undefined) {
			standing.segments--;
			standing.records -= records.get(replaces) ?? 0;
		}
		add({
			kind, since: from, until, file, records: count, bytes: file === null ? 0 : bytes.length, sha256: file === null ? null : sha256(bytes), total: null,
			...(completes === undefined ? {} : {completes}), ...(replaces === undefined ? {} : {replaces}), ...line,
		});
	}
	writeFileSync(join(dir, 'manifest.ndjson'), texts.map(text => `${text}\n`).join(''));
	return dir;
}

/** Rewrites the lines of an archive's manifest, as text without line feeds. */
export function editManifest(dir: string, edit: (lines: string[]) => string[]): void {
	const path = join(dir, 'manifest.ndjson');
	const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
	writeFileSync(path, edit(lines).map(line => `${line}\n`).join(''));
}

const instant = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

/** Unix seconds of 2026-11-20T22:00:00Z: an archive of hours from here on goes over midnight. */
export const start = Date.UTC(2026, 10, 20, 22) / 1000;

/** The window of an hour, counted from `start`. */
export const hour = (index: number) => ({since: instant(start + index * 3600), until: instant(start + (index + 1) * 3600)});

/** Rows of an hour, oldest first, whose ids have 19 digits. */
export function rowsOf(index: number, count = 10): TinyRow[] {
	return Array.from({length: count}, (_, row) => ({
		id: String(7_123_456_789_012_000_000n + BigInt(index * 1000 + row)),
		event_time: start + index * 3600 + Math.floor((row * 3600) / count),
		app_id: `cli_${row % 3}`, log_detail: {path: '/x', status_code: 200, payload: '发布 ✅'},
	}));
}

/** Lines for so many hours of rows. */
export const hours = (count: number): TinyLine[] => Array.from({length: count}, (_, index) => ({...hour(index), rows: rowsOf(index)}));
