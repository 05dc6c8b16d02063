import {lstatSync} from 'node:fs';
import {join} from 'node:path';
import type {Sleep} from '../../context.ts';
import {parseSegmentPath, runMarkerName} from '../layout.ts';
import {readManifest} from '../manifest-file.ts';
import type {Report} from './finding.ts';
import {ManifestCheck} from './manifest-check.ts';
import {isPassing, strayFiles} from './stray-files.ts';
import {isBusy} from './under-way.ts';

/** How long a file that a run has just made may wait for its line, in milliseconds, and how often that is looked at. */
const passingMs = 1000;
const passingLooks = 5;

/**
 * Tells of files that no line lists. Those that a run under way has just made, or has listed by now, are none.
 * @param options.listed the files that the manifest listed when it was read
 */
export async function reportStrays({dir, listed, isHeld, report, signal, sleep}: {
	dir: string; listed: {has(file: string): boolean}; isHeld: boolean; report: Report; signal: AbortSignal; sleep: Sleep;
}): Promise<void> {
	let left: string[] = [];
	for await (const file of strayFiles(dir, listed)) left.push(file);
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
