import {readdir} from 'node:fs/promises';
import {join, dirname} from 'node:path';
import {systemCode} from '../base/errors.ts';
import {removeLeftovers} from '../output/atomic.ts';
import {type ArchiveFiles, diskFiles, isThere} from './file-system.ts';
import {dataName, lastRunName, parseSegmentPath, setAsideName} from './layout.ts';
import {parseLine, readManifest} from './manifest-file.ts';
import {replacedBy} from './manifest.ts';

const asideEnding = '.tmp';

/** What a sweep found. */
export interface Swept {
	/** Segments that were not finished: removed. */
	readonly unfinished: string[];
	/** Segments that others stand for, or that were pruned: what was begun was completed, and they are removed. */
	readonly gone: string[];
	/** Segments that no line lists, and where they are now. */
	readonly setAside: ReadonlyArray<{readonly file: string; readonly to: string}>;
}

/**
 * Clears away what a run left that was cut off: segments that were not finished, and those that were but are listed
 * nowhere. Their rows are read again. Only for whoever holds the archive's lock, with the manifest's end in order.
 */
export async function sweep(dir: string, files: ArchiveFiles): Promise<Swept> {
	const unfinished: string[] = [];
	const gone: string[] = [];
	const unlisted: Array<{file: string; to: string}> = [];
	const listed = await listedFiles(dir);
	for (const partition of await partitionsOf(dir)) {
		const names = await readdir(join(dir, partition));
		let left = names.length;
		for (const name of names) {
			const file = `${partition}/${name}`;
			const segment = parseSegmentPath(name.endsWith(asideEnding) ? file.slice(0, -asideEnding.length) : file);
			if (segment === undefined) continue;
			const isDone = !name.endsWith(asideEnding);
			if (isDone && (listed === undefined || listed.get(file) === 'here')) continue;
			if (isDone && listed?.get(file) === undefined && segment.day === undefined) {
				unlisted.push({file, to: await setAside(dir, file, files)});
				continue;
			}
			// The rows of a day that no line makes one stand in the segments of which it was made.
			await files.remove(join(dir, file));
			(isDone && listed?.get(file) === 'gone' ? gone : unfinished).push(file);
			left--;
		}
		if (left === 0) await files.removeDirectory(join(dir, partition));
	}
	await removeLeftovers(join(dir, lastRunName));
	return {unfinished, gone, setAside: unlisted};
}

/** Every file that a line lists, and whether it is still to be here; undefined where a line cannot be read: it could list any. */
async function listedFiles(dir: string): Promise<ReadonlyMap<string, 'here' | 'gone'> | undefined> {
	const listed = new Map<string, 'here' | 'gone'>();
	for await (const {bytes, complete} of readManifest(dir)) {
		const line = complete ? parseLine(bytes) : undefined;
		if (line === undefined) return undefined;
		// What a repair replaced was damaged, and is kept aside.
		if (line.kind !== 'segment') for (const file of replacedBy(line)) listed.set(file, 'gone');
		if ((line.kind === 'segment' || line.kind === 'compact') && line.file !== null) listed.set(line.file, 'here');
	}
	return listed;
}

/** The directories of segments, below the archive's. */
export async function partitionsOf(dir: string): Promise<string[]> {
	try {
		const entries = await readdir(join(dir, dataName), {withFileTypes: true});
		return entries.filter(entry => entry.isDirectory() && entry.name.startsWith('dt=')).map(({name}) => `${dataName}/${name}`);
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return [];
		throw error;
	}
}

/**
 * Moves a file out of the archive's way without losing it: into `set-aside`, under a name that no reader of segments
 * takes for one.
 * @param dir the archive's directory
 * @param file the file's path below it
 * @returns where it is now, below the archive's directory
 */
export async function setAside(dir: string, file: string, files: ArchiveFiles = diskFiles): Promise<string> {
	if (await files.makeDirectory(join(dir, setAsideName))) await files.syncDirectory(dir);
	const target = await freeName(dir, `${setAsideName}/${file.replaceAll('/', '_')}`);
	await files.rename(join(dir, file), join(dir, target));
	await files.syncDirectory(join(dir, setAsideName));
	await files.syncDirectory(dirname(join(dir, file)));
	return target;
}

/** A name that nothing has yet; only whoever holds the archive's lock gives names here. */
async function freeName(dir: string, start: string): Promise<string> {
	for (let count = 1; ; count++) {
		const name = `${start}${count === 1 ? '' : `.${count}`}.set-aside`;
		if (!(await isThere(join(dir, name)))) return name;
	}
}
