import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {systemCode} from '../../errors.ts';
import {lastRunName, manifestName, runMarkerName, setAsideName} from '../layout.ts';

const partitionPattern = /^dt=\d{4}-\d{2}-\d{2}$/;

/**
 * What lies in an archive's directory and belongs to no line: paths below the directory, directories with a `/` at the
 * end. The archive's own files beside the segments, and what was set aside, are not among them.
 */
export async function* strayFiles(dir: string, listed: {has(file: string): boolean}): AsyncGenerator<string, void, undefined> {
	for (const entry of sortedByName(await readdir(dir, {withFileTypes: true}))) {
		if (entry.isDirectory() && partitionPattern.test(entry.name)) {
			for (const inner of sortedByName(await entriesOf(join(dir, entry.name)))) {
				const path = `${entry.name}/${inner.name}`;
				if (inner.isDirectory()) yield `${path}/`;
				else if (!listed.has(path)) yield path;
			}
		} else if (!isOwn(entry)) {
			yield entry.isDirectory() ? `${entry.name}/` : entry.name;
		}
	}
}

/** Whether a path is one that only a run under way leaves there for a moment. */
export function isPassing(path: string): boolean {
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
	if (entry.name === setAsideName) return entry.isDirectory();
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
