import type {Window} from '../engine/windows.ts';

/** A stretch of time that could not be read, or not completely. */
export interface Gap extends Window {
	readonly reason: string;
}

/** The gaps with one more; where it meets others it stands in their place. Oldest first, without overlaps. */
export function withGap(gaps: readonly Gap[], gap: Gap): Gap[] {
	return joined([...withoutWindow(gaps, gap), gap].toSorted((a, b) => a.from - b.from));
}

/** The gaps without what lies in the window. */
export function withoutWindow(gaps: readonly Gap[], window: Window): Gap[] {
	return gaps.flatMap(gap => outside(gap, window).map(part => ({...part, reason: gap.reason})));
}

/** The windows without what lies in the gaps, oldest first. One pass: a line of a manifest may list any number of both. */
export function outsideGaps(windows: readonly Window[], gaps: readonly Window[]): Window[] {
	const holes = withoutOverlaps(gaps);
	const left: Window[] = [];
	let next = 0;
	for (const {from, to} of withoutOverlaps(windows)) {
		let at = from;
		for (let hole = holes[next]; hole !== undefined && hole.from < to; hole = holes[++next]) {
			if (hole.from > at) left.push({from: at, to: hole.from});
			at = Math.max(at, hole.to);
			// The next window may begin in the same one.
			if (hole.to > to) break;
		}
		if (at < to) left.push({from: at, to});
	}
	return left;
}

/** The same time in windows that neither overlap nor touch, oldest first. */
function withoutOverlaps(windows: readonly Window[]): Window[] {
	const result: Window[] = [];
	for (const {from, to} of windows.toSorted((a, b) => a.from - b.from)) {
		const last = result.at(-1);
		if (last !== undefined && from <= last.to) result[result.length - 1] = {from: last.from, to: Math.max(last.to, to)};
		else result.push({from, to});
	}
	return result;
}

/** The two neighbours that stand closest, as one gap: what is between them is then read again, too. */
export function closestAsOne(gaps: readonly Gap[]): Gap | undefined {
	let closest: Gap | undefined;
	let least = Infinity;
	for (const [index, gap] of gaps.entries()) {
		const next = gaps[index + 1];
		if (next === undefined || next.from - gap.to >= least) continue;
		least = next.from - gap.to;
		closest = {from: gap.from, to: next.to, reason: gap.reason === next.reason ? gap.reason : 'several reasons'};
	}
	return closest;
}

/** What of a window lies before the hole, and after it. */
function outside({from, to}: Window, hole: Window): Window[] {
	return [{from, to: Math.min(to, hole.from)}, {from: Math.max(from, hole.to), to}].filter(part => part.from < part.to);
}

/** Neighbours that touch, and have the same reason, as one. */
function joined(gaps: readonly Gap[]): Gap[] {
	const result: Gap[] = [];
	for (const gap of gaps) {
		const last = result.at(-1);
		if (last !== undefined && last.to === gap.from && last.reason === gap.reason) result[result.length - 1] = {...last, to: gap.to};
		else result.push(gap);
	}
	return result;
}
