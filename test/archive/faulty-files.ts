import {mkdir, open, readFile, rename, rm, stat, truncate, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {diskFiles, isThere, type ArchiveFiles, type WritableFile} from '../../src/archive/file-system.ts';

/** The run ended here, as if it had been killed. */
export class Crash extends Error {}

export interface FaultyFiles extends ArchiveFiles {
	/** Steps taken so far. */
	steps: number;
	/** The disk is as after a power cut: of what was not synced, any part may be gone. */
	cutPower(): Promise<void>;
}

interface FaultOptions {
	/** The step that does not happen any more, from 0; nor does any after it. A write may still happen in part. */
	readonly crashAt: number;
	/** The error of that step, and of each after it until `recoversAt`. Default: a `Crash`. */
	readonly error?: () => Error;
	/** The step from which on the disk works again. Default: never. */
	readonly recoversAt?: number;
	/** A number in [0, 1). */
	readonly random: () => number;
}

/** What a directory forgets unless it is synced. */
interface NameChange {
	readonly directory: string;
	readonly undo: () => Promise<void>;
}

/**
 * The file system, failing from some step on, and able to lose what was not synced: changes of names directory by
 * directory, the newest first; the content of files from some byte on, which then may be gone or zeros.
 */
export function faultyFiles({crashAt, error = () => new Crash('killed'), recoversAt = Infinity, random}: FaultOptions): FaultyFiles {
	let names: NameChange[] = [];
	const durableBytes = new Map<string, number>();
	const failing = () => {
		const step = files.steps++;
		return step >= crashAt && step < recoversAt;
	};
	const step = async <T>(work: () => Promise<T>): Promise<T> => {
		if (failing()) throw error();
		return work();
	};
	const watched = (place: {path: string}, file: WritableFile): WritableFile => ({
		async write(bytes, position) {
			if (!failing()) return file.write(bytes, position);
			await file.write(bytes.subarray(0, Math.floor(random() * (bytes.length + 1))), position);
			throw error();
		},
		size: async () => file.size(),
		truncate: async bytes => step(async () => {
			await file.truncate(bytes);
			durableBytes.set(place.path, Math.min(durableBytes.get(place.path) ?? 0, bytes));
		}),
		sync: async () => step(async () => {
			await file.sync();
			durableBytes.set(place.path, await file.size());
		}),
		close: async () => file.close(),
	});
	const places = new Map<string, {path: string}>();
	const placeOf = (path: string) => {
		const place = places.get(path) ?? {path};
		places.set(path, place);
		return place;
	};
	const files: FaultyFiles = {
		steps: 0,
		makeDirectory: async path => step(async () => {
			const made = await diskFiles.makeDirectory(path);
			if (made) names.push({directory: dirname(path), undo: async () => rm(path, {recursive: true, force: true})});
			return made;
		}),
		create: async path => step(async () => {
			const file = await diskFiles.create(path);
			durableBytes.set(path, 0);
			names.push({directory: dirname(path), undo: async () => rm(path, {force: true})});
			return watched(placeOf(path), file);
		}),
		open: async path => step(async () => {
			const file = await diskFiles.open(path);
			durableBytes.set(path, durableBytes.get(path) ?? await file.size());
			return watched(placeOf(path), file);
		}),
		rename: async (from, to) => step(async () => {
			await diskFiles.rename(from, to);
			const place = placeOf(from);
			place.path = to;
			places.delete(from);
			places.set(to, place);
			const bytes = durableBytes.get(from);
			durableBytes.delete(from);
			if (bytes !== undefined) durableBytes.set(to, bytes);
			names.push({directory: dirname(to), async undo() {
				if (await isThere(to)) await rename(to, from);
			}});
		}),
		remove: async path => step(async () => {
			const content = await isThere(path) ? await readFile(path) : undefined;
			await diskFiles.remove(path);
			if (content !== undefined) names.push({directory: dirname(path), async undo() {
				if (await isThere(dirname(path))) await writeFile(path, content, {mode: 0o600});
			}});
		}),
		removeDirectory: async path => step(async () => {
			const wasThere = await isThere(path);
			await diskFiles.removeDirectory(path);
			if (wasThere && !(await isThere(path))) names.push({directory: dirname(path), undo: async () => {
				await mkdir(path, {recursive: true, mode: 0o700});
			}});
		}),
		syncDirectory: async path => step(async () => {
			await diskFiles.syncDirectory(path);
			names = names.filter(({directory}) => directory !== path);
		}),
		async cutPower() {
			for (const [path, durable] of durableBytes) {
				if (!(await isThere(path))) continue;
				const {size} = await stat(path);
				if (size <= durable) continue;
				const kept = durable + Math.floor(random() * (size - durable + 1));
				await truncate(path, kept);
				if (random() < 0.5) await zeroFill(path, kept, size);
			}
			const left = new Map([...new Set(names.map(({directory}) => directory))].map(directory => [directory, Math.floor(random() * (names.filter(change => change.directory === directory).length + 1))]));
			for (const change of names.toReversed()) {
				const undone = left.get(change.directory) ?? 0;
				left.set(change.directory, undone - 1);
				if (undone > 0) await change.undo();
			}
			names = [];
			durableBytes.clear();
		},
	};
	return files;
}

async function zeroFill(path: string, from: number, to: number): Promise<void> {
	await using file = await open(path, 'r+');
	await file.write(Buffer.alloc(to - from), 0, to - from, from);
}
