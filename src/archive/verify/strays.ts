import {lstatSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {basename, join} from 'node:path';
import type {Sleep} from '../../base/context.ts';
import {systemCode} from '../../base/errors.ts';
import {dataName, parseSegmentPath, runMarkerName, lastRunName, manifestName, setAsideName} from '../layout.ts';
import {readManifest} from '../manifest-file.ts';
import type {Report} from './finding.ts';
import {ManifestCheck} from './manifest-check.ts';
import {isBusy} from '../facts.ts';

const partitionPattern = /^dt=\d{4}-\d{2}-\d{2}$/;

/** What file systems, and programs that show them, leave anywhere. */
const foreignPattern = /^(?:\.DS_Store|\._.*|lost\+found|\.nfs.*|@eaDir|\.snapshots?|\.Trash-\d+|Thumbs\.db|desktop\.ini)$/i;

/**
 * What lies in an archive's directory and belongs to no line: paths below the directory, directories with a `/` at the
 * end. The archive's own files beside the segments, and what was set aside, are not among them.
 */
async function* strayFiles(dir: string, listed: {has(file: string): boolean}): AsyncGenerator<string, void, undefined> {
	for (const entry of sortedByName(await readdir(dir, {withFileTypes: true}))) {
		if (!isOwn(entry)) yield shown(entry.name, entry);
	}
	for (const entry of sortedByName(await entriesOf(join(dir, dataName)))) {
		const partition = `${dataName}/${entry.name}`;
		if (!entry.isDirectory() || !partitionPattern.test(entry.name)) {
			yield shown(partition, entry);
			continue;
		}
		for (const inner of sortedByName(await entriesOf(join(dir, partition)))) {
			const path = `${partition}/${inner.name}`;
			if (inner.isDirectory() || !listed.has(path)) yield shown(path, inner);
		}
	}
}

/** A path as it is told of: directories with a `/` at the end. */
function shown(path: string, entry: Entry): string {
	return entry.isDirectory() ? `${path}/` : path;
}

/** Whether a path is one that only a run under way leaves there for a moment. */
function isPassing(path: string): boolean {
	return path.endsWith('.tmp');
}

interface Entry {
	readonly name: string;
	isDirectory(): boolean;
	isFile(): boolean;
}

function isOwn(entry: Entry): boolean {
	// The lock's directory, and what taking it over moves out of it.
	if (entry.name.startsWith(`${manifestName}.lock`)) return true;
	if (entry.name === setAsideName || entry.name === dataName) return entry.isDirectory();
	return entry.isFile() && [manifestName, runMarkerName, lastRunName].includes(entry.name);
}

/** A directory's entries; none where it has gone by now. */
async function entriesOf(path: string): Promise<Entry[]> {
	try {
		return await readdir(path, {withFileTypes: true});
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return [];
		throw error;
	}
}

function sortedByName(entries: readonly Entry[]): Entry[] {
	return entries.toSorted((a, b) => a.name < b.name ? -1 : 1);
}

/** How long a file that a run has just made may wait for its line, in milliseconds, and how often that is looked at. */
const passingMs = 1000;

const passingLooks = 5;

/**
 * Tells of files that no line lists. Those that a run under way has just made, or has listed by now, are none.
 * @param options.listed the files that the manifest listed when it was read
 * @returns what was passed over, since a file system left it there
 */
export async function reportStrays({dir, listed, isHeld, report, signal, sleep}: {
	dir: string; listed: {has(file: string): boolean}; isHeld: boolean; report: Report; signal: AbortSignal; sleep: Sleep;
}): Promise<string[]> {
	let left: string[] = [];
	const foreign: string[] = [];
	for await (const file of strayFiles(dir, listed)) (foreignPattern.test(basename(file)) ? foreign : left).push(file);
	for (let look = 0; left.length > 0 && look < passingLooks; look++) {
		const busy = await isBusy(dir, isHeld);
		// A run may have gone on since the manifest was read, or may have ended just now.
		const {files} = await readNow(dir);
		left = left.filter(file => !files.has(file) && !(busy && isPassing(file)) && isThere(join(dir, file)));
		if (!busy || left.length === 0) break;
		await sleep(passingMs, signal);
	}
	const wasCutOff = left.length > 0 && isThere(join(dir, runMarkerName)) && !(await isBusy(dir, isHeld));
	for (const file of left) {
		const name = parseSegmentPath(file);
		const isLeftOver = wasCutOff && (name !== undefined || isPassing(file));
		report({
			kind: 'unlisted', file, since: name?.from, until: name?.to,
			detail: isLeftOver ? 'left by a run that was cut off; the next run clears it away' : 'no line of the manifest lists it',
		});
	}
	return foreign;
}

/** The manifest as it is by now: the files that it lists, and whether its end is cut off. */
export async function readNow(dir: string): Promise<{files: ReadonlySet<string>; isTorn: boolean}> {
	const check = new ManifestCheck(() => undefined);
	let isTorn = false;
	for await (const {bytes, complete} of readManifest(dir)) {
		if (complete) check.see(bytes);
		else isTorn = true;
	}
	return {files: new Set(check.end().segments.keys()), isTorn};
}

function isThere(path: string): boolean {
	return lstatSync(path, {throwIfNoEntry: false}) !== undefined;
}
