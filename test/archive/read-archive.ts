import {createHash} from 'node:crypto';
import {existsSync, lstatSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';

/** A line of a manifest, read without the program's own schema. */
export interface Line {
	readonly kind: 'archive' | 'segment' | 'gap' | 'prune' | 'compact';
	readonly line: number;
	readonly prev: string;
	readonly since: string;
	readonly until: string;
	readonly file: string | null;
	readonly records: number;
	readonly bytes: number;
	readonly sha256: string | null;
	readonly total: number | null;
	readonly completes?: 'late' | 'gap';
	readonly late_by_ms?: number;
	readonly reason?: string;
	readonly replaces?: string | string[];
	readonly removed?: Array<{file: string; sha256: string; records: number}>;
	readonly standing: {until: string; segments: number; records: number; gaps: Array<{since: string; until: string; reason: string}>; pruned?: string; compacted?: string};
}

/** An archive as it lies there. */
export interface ReadArchive {
	readonly lines: Line[];
	/** Every row of every listed segment. */
	readonly texts: string[];
	/** What is wrong with it; empty for a whole archive. */
	readonly problems: string[];
}

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const day = 86_400_000;

/** Reads an archive and checks all that can be, with code that shares nothing with the program's. */
export function readArchive(dir: string): ReadArchive {
	const problems: string[] = [];
	const manifest = readFileSync(join(dir, 'manifest.ndjson'), 'utf8');
	if (!manifest.endsWith('\n')) problems.push('torn tail');
	const raw = manifest.split('\n').slice(0, -1);
	const lines = raw.map(text => JSON.parse(text) as Line);
	const texts: string[] = [];
	const listed = new Map<string, Line>();
	let prev = '0'.repeat(64);
	let covered = 0;
	let records = 0;
	for (const [index, line] of lines.entries()) {
		if (line.prev !== prev) problems.push(`line ${index}: chain`);
		if (line.line !== index) problems.push(`line ${index}: number`);
		prev = sha256(raw[index] ?? '');
		if (line.kind === 'archive') covered = Date.parse(line.since);
		else if (line.kind === 'gap' || (line.kind === 'segment' && line.completes === undefined)) {
			if (Date.parse(line.since) !== covered) problems.push(`line ${index}: starts at ${line.since}, not ${new Date(covered).toISOString()}`);
			covered = Date.parse(line.until);
		}
		if (Date.parse(line.standing.until) !== covered) problems.push(`line ${index}: standing until ${line.standing.until}`);
		for (const file of [...(line.removed ?? []).map(removed => removed.file), ...(Array.isArray(line.replaces) ? line.replaces : [])]) {
			records -= listed.get(file)?.records ?? NaN;
			if (line.kind === 'prune' && Date.parse(listed.get(file)?.until ?? '') > Date.parse(line.until)) problems.push(`line ${index}: prunes ${file}`);
			listed.delete(file);
		}
		if (line.kind === 'segment' || line.kind === 'compact') {
			records += line.records;
			if (line.file !== null && listed.has(line.file)) problems.push(`${line.file}: listed twice`);
			if (line.file !== null) listed.set(line.file, line);
		}
		if (line.standing.records !== records) problems.push(`line ${index}: ${line.standing.records} records, not ${records}`);
		if (line.standing.segments !== listed.size) problems.push(`line ${index}: ${line.standing.segments} segments, not ${listed.size}`);
	}
	const pruned = lines.at(-1)?.standing.pruned;
	for (const line of listed.values()) {
		if (pruned !== undefined && Date.parse(line.until) <= Date.parse(pruned)) problems.push(`${line.file}: was pruned`);
		texts.push(...readSegmentFile(dir, line, problems));
	}
	const partitions = existsSync(join(dir, 'data')) ? readdirSync(join(dir, 'data')) : [];
	for (const partition of partitions.map(name => `data/${name}`)) {
		const names = readdirSync(join(dir, partition));
		if (names.length === 0 && pruned !== undefined && partition < `data/dt=${pruned}`) problems.push(`${partition}: empty`);
		for (const name of names) if (!listed.has(`${partition}/${name}`)) problems.push(`${partition}/${name}: unlisted`);
	}
	if (existsSync(join(dir, 'run.json'))) problems.push('run.json is still there');
	if (existsSync(join(dir, 'manifest.ndjson.lock'))) problems.push('the lock is still there');
	return {lines, texts, problems};
}

function readSegmentFile(dir: string, line: Line, problems: string[]): string[] {
	const path = join(dir, line.file ?? '');
	if (!existsSync(path)) {
		problems.push(`${line.file}: missing`);
		return [];
	}
	if ((lstatSync(path).mode & 0o777) !== 0o600) problems.push(`${line.file}: mode`);
	const bytes = readFileSync(path);
	if (bytes.length !== line.bytes || sha256(bytes) !== line.sha256) problems.push(`${line.file}: altered`);
	const rows = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').split('\n');
	if (rows.pop() !== '') problems.push(`${line.file}: torn`);
	if (rows.length !== line.records) problems.push(`${line.file}: ${rows.length} rows, not ${line.records}`);
	const [since, until] = [Date.parse(line.since), Date.parse(line.until)];
	if (Math.floor(since / day) !== Math.floor((until - 1) / day)) problems.push(`${line.file}: crosses a midnight`);
	let latest = -Infinity;
	for (const row of rows) {
		const time = (JSON.parse(row) as {event_time?: unknown}).event_time;
		if (typeof time !== 'number') continue;
		if (time * 1000 < since || time * 1000 >= until) problems.push(`${line.file}: ${row} is out of its window`);
		if (time < latest) problems.push(`${line.file}: out of order`);
		latest = time;
	}
	return rows;
}
