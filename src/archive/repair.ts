import {ApiError, NetworkError} from '../errors.ts';
import {fillGaps} from './repair-gaps.ts';
import {replaceSegment} from './repair-segment.ts';
import type {Attempt, RepairOptions, RepairWork} from './repair-work.ts';
import {DamagedSegmentError} from './segment-file.ts';
import {manifestKinds, type Finding, type FindingKind} from './verify/finding.ts';

export type {Repair} from './repair-work.ts';

/** Findings that mean that a segment's rows are lost, or not those that were archived. */
const lostKinds: ReadonlySet<FindingKind> = new Set(['missing', 'not_a_file', 'altered', 'unreadable']);

/** Whether anything that was found can be exported again. */
export function isRepairable(findings: readonly Finding[]): boolean {
	return findings.some(({kind}) => lostKinds.has(kind) || kind === 'gap');
}

/**
 * Exports again what is missing or damaged, as far as the API still has it: segments, then open gaps. Nothing is deleted:
 * damaged files are set aside. What the manifest itself has lost cannot be had again.
 * @returns whether something may lie there that the next run has to clear away
 * @throws CredentialsError, OutputError, LockedError, and the signal's reason
 */
export async function repairArchive(options: RepairOptions): Promise<{clean: boolean}> {
	const {findings, manifest, report, archive} = options;
	const lost = new Map(findings.filter(({kind}) => lostKinds.has(kind)).map(({file, kind}) => [file, kind]));
	const isSound = !findings.some(({kind}) => manifestKinds.has(kind));
	const segments = [...manifest.segments.values()];
	const work: RepairWork = {...options, standing: archive.standing, isSound, healthy: segments.filter(({file}) => !lost.has(file)), surplus: []};
	let unreachable: NetworkError | undefined;
	const attempt: Attempt = async (place, run) => {
		work.signal.throwIfAborted();
		archive.lock.lost.throwIfAborted();
		try {
			if (unreachable !== undefined) throw unreachable;
			report({...place, ...await run()});
		} catch (error) {
			work.signal.throwIfAborted();
			if (!(error instanceof ApiError || error instanceof NetworkError || error instanceof DamagedSegmentError)) throw error;
			if (error instanceof NetworkError) unreachable = error;
			report({...place, done: false, detail: error.message});
		}
	};
	for (const segment of segments) {
		const kind = lost.get(segment.file);
		if (kind === undefined) continue;
		const {file, from, to} = segment;
		await attempt({file, from, to}, async () => {
			if (manifest.suspect.has(segment.line)) return {done: false, detail: `line ${segment.line}, which lists it, may have been altered`};
			return replaceSegment(work, segment, {isMissing: kind === 'missing'});
		});
	}
	if (isSound) return fillGaps(work, attempt);
	for (const {from, to} of work.standing.gaps) report({file: undefined, from, to, done: false, detail: 'the manifest was altered, and takes no more lines'});
	return {clean: true};
}
