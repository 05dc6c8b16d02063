import {lastRunName, manifestName, listedSegment, nameProblem, type ListedSegment} from '../layout.ts';
import {parseLine} from '../manifest-file.ts';
import {chainStart, hashLine, replacedBy, type HeaderLine, type ManifestLine, type PruneLine, type Standing} from '../manifest.ts';
import type {Report} from './finding.ts';
import {checkCoverage, isFirstReading, standingProblem, type ReadWindow} from './standing-check.ts';

/** Numbers kept as runs, in their order: a manifest may claim to have lost any number of lines. */
class NumberRuns {
	readonly #runs: Array<readonly [first: number, last: number]> = [];

	/** Adds every number from `first` to `last`; all are larger than those that were added before. */
	add(first: number, last = first): void {
		const before = this.#runs.at(-1);
		if (before !== undefined && before[1] + 1 === first) this.#runs[this.#runs.length - 1] = [before[0], last];
		else this.#runs.push([first, last]);
	}

	/** Takes one number out; whether it was there. */
	remove(number: number): boolean {
		let [low, high] = [0, this.#runs.length];
		while (low < high) {
			const middle = (low + high) >>> 1;
			if ((this.#runs[middle]?.[1] ?? 0) < number) low = middle + 1;
			else high = middle;
		}
		const [first, last] = this.#runs[low] ?? [Infinity, Infinity];
		if (first > number) return false;
		const left: Array<readonly [number, number]> = [[first, number - 1], [number + 1, last]];
		this.#runs.splice(low, 1, ...left.filter(([start, end]) => start <= end));
		return true;
	}

	/** The runs in order. */
	runs(): ReadonlyArray<readonly [first: number, last: number]> {
		return this.#runs;
	}
}

/** What a manifest says, as far as it can be read. */
export interface ManifestContents {
	readonly header: HeaderLine | undefined;
	/** By the file's name, in the order of the lines. */
	readonly segments: ReadonlyMap<string, ListedSegment>;
	/** Lines that were altered, or may have been: what they list cannot be relied on. */
	readonly suspect: ReadonlySet<number>;
	/** What its last readable line says. */
	readonly standing: Standing | undefined;
	/** The last line, whole or not: whoever keeps its hash elsewhere can tell later that nothing before it was altered. */
	readonly head: ManifestHead | undefined;
	/** What was pruned; undefined where nothing was. */
	readonly pruned: Pruned | undefined;
}

/** What was removed from an archive on purpose. */
export interface Pruned {
	/** All before this, RFC 3339 in UTC. */
	readonly until: string;
	/** Why, the last time. */
	readonly rule: string;
	readonly segments: number;
	readonly records: number;
}

/** A line by its number and the hash of its bytes. */
export interface ManifestHead {
	readonly line: number;
	readonly sha256: string;
}

interface SeenLine {
	/** The number by its place. */
	readonly number: number;
	readonly hash: string;
	/** Undefined where it cannot be read. */
	readonly line: ManifestLine | undefined;
}

/** A line that waits for the next one, which tells whether it or its surroundings are out of place. */
interface WaitingLine {
	readonly hash: string;
	readonly line: ManifestLine | undefined;
}

/** Checks a manifest line by line: numbers, hash chain, what each line makes of the archive, the time covered. */
export class ManifestCheck {
	readonly #report: Report;
	readonly #segments = new Map<string, ListedSegment>();
	readonly #suspect = new Set<number>();
	/** Numbers that were passed over; a line may still turn up elsewhere. */
	readonly #missing = new NumberRuns();
	/** Lines that stand in the place of others. */
	readonly #displaced: number[] = [];
	readonly #windows: ReadWindow[] = [];
	#waiting: WaitingLine | undefined;
	/** The line that the next one in its place follows from; undefined where that is missing. */
	#before: SeenLine | undefined;
	/** The number that the next line should have. */
	#next = 0;
	#header: HeaderLine | undefined;
	#standing: Standing | undefined;
	#head: ManifestHead | undefined;
	#pruned: Pruned | undefined;
	/** The line that must be there, and the hash of the one that has its number. */
	readonly #known: ManifestHead | undefined;
	#knownSeen: string | undefined;

	/** @param known a line that was there before, as something else than the manifest has it */
	constructor(report: Report, known?: ManifestHead) {
		this.#report = report;
		this.#known = known;
	}

	/** Takes the next line, without its line feed. */
	see(bytes: Buffer): void {
		const line = parseLine(bytes);
		this.#settle(line?.line);
		this.#waiting = {hash: hashLine(bytes), line};
	}

	/** The last line has been seen. */
	end(): ManifestContents {
		this.#settle(undefined);
		for (const number of this.#displaced) this.#missing.remove(number);
		for (const [first, last] of this.#missing.runs()) {
			this.#tell('line_missing', first, first === last ? `line ${first} is missing` : `lines ${first} to ${last} are missing`);
		}
		const until = this.#pruned === undefined ? -Infinity : Date.parse(this.#pruned.until);
		for (const {file, to, line} of this.#segments.values())
			if (to <= until) this.#tell('standing', line, `${file} is of time that was pruned, and no line says that it was removed`);
		this.#checkKnown();
		checkCoverage(this.#windows, this.#header === undefined ? undefined : Date.parse(this.#header.since), this.#report);
		return {header: this.#header, segments: this.#segments, suspect: this.#suspect, standing: this.#standing, head: this.#head, pruned: this.#pruned};
	}

	/** Judges the waiting line. @param following the number that the line after it carries */
	#settle(following: number | undefined): void {
		if (this.#waiting === undefined) return;
		const {line, hash} = this.#waiting;
		const place = this.#place(this.#waiting, following);
		this.#head = {line: typeof place === 'number' ? place : line?.line ?? this.#next, sha256: hash};
		if (line !== undefined) {
			if (typeof place === 'number') this.#checkChain(place, line);
			if (place !== 'again') this.#take(line);
		}
		if (typeof place === 'number') this.#before = {number: place, hash, line};
		if (place === this.#known?.line) this.#knownSeen = hash;
	}

	/** The chain alone cannot tell that its newest lines were taken away, or that it was written anew from some line on. */
	#checkKnown(): void {
		if (this.#known === undefined || this.#head === undefined) return;
		const {line, sha256} = this.#known;
		if (this.#head.line < line)
			this.#tell(
				'head', line, `${lastRunName} knows of line ${line}, and the last one here is line ${this.#head.line}: the newest were taken away`,
			);
		else if (this.#knownSeen !== undefined && this.#knownSeen !== sha256)
			this.#tell(
				'head', line, `line ${line} is not the one that ${lastRunName} knows of: it was altered, or one before it and all from there on`,
			);
	}

	/** Settles which line this is, moves on what is expected, and tells of lines that stand elsewhere, or once more. */
	#place({line}: WaitingLine, following: number | undefined): number | 'elsewhere' | 'again' {
		const expected = this.#next;
		if (line === undefined) {
			this.#tell('line_unreadable', expected, 'it is no line of a manifest');
			this.#suspect.add(expected);
			this.#next++;
			return expected;
		}
		const {line: number} = line;
		if (number === expected) {
			this.#next++;
			return expected;
		}
		if (line.prev === (expected === 0 ? chainStart : this.#before?.hash)) {
			this.#tell('chain', expected, `it stands in its place but says that it is line ${number}: it was altered`);
			this.#suspect.add(expected);
			this.#next++;
			return expected;
		}
		if (following === expected + 1) {
			this.#tell('line_order', number, `line ${number} stands in the place of line ${expected}`);
			this.#missing.add(expected);
			this.#displaced.push(number);
			this.#next++;
			this.#before = undefined;
			return 'elsewhere';
		}
		if (number > expected) {
			this.#missing.add(expected, number - 1);
			this.#next = number + 1;
			this.#before = undefined;
			return number;
		}
		const isLate = this.#missing.remove(number);
		this.#tell(
			'line_order', number,
			isLate ? `line ${number} stands after line ${expected - 1}` : `line ${number} stands there twice, again after line ${expected - 1}`,
		);
		return isLate ? 'elsewhere' : 'again';
	}

	#checkChain(number: number, line: ManifestLine): void {
		const before = this.#before;
		if (number === 0 && (line.kind !== 'archive' || line.prev !== chainStart))
			this.#tell('chain', 0, 'the first line is not the beginning of an archive');
		else if (number !== 0 && line.kind === 'archive') this.#tell('chain', line.line, 'it begins an archive, which only the first line does');
		if (before === undefined) return;
		if (line.prev !== before.hash) {
			if (!this.#suspect.has(before.number))
				this.#tell('chain', before.number, `line ${before.number} was altered, or line ${number}, which carries its hash`);
			this.#suspect.add(before.number);
		}
		if (before.line === undefined) return;
		const gone = replacedBy(line).reduce((sum, file) => sum + (this.#segments.get(file)?.records ?? 0), 0);
		const problem = standingProblem(before.line.standing, line, gone);
		if (problem !== undefined) this.#tell('standing', number, problem);
	}

	#take(line: ManifestLine): void {
		if (line.kind === 'archive') this.#header ??= line;
		this.#standing = line.standing;
		if (line.kind === 'gap' || isFirstReading(line)) {
			const file = line.kind === 'segment' ? line.file ?? undefined : undefined;
			this.#windows.push({kind: line.kind, from: Date.parse(line.since), to: Date.parse(line.until), line: line.line, file});
		}
		if (line.kind === 'prune') this.#prune(line);
		for (const file of replacedBy(line)) {
			if (!this.#segments.delete(file))
				this.#tell('standing', line.line, `it ${line.kind === 'prune' ? 'removes' : 'stands for'} ${file}, which no line before it lists`);
		}
		if (line.kind !== 'segment' && line.kind !== 'compact') return;
		const listed = listedSegment(line);
		if (listed === undefined) {
			if (line.file !== null || line.sha256 !== null || line.records > 0)
				this.#tell('name', line.line, `it lists ${line.records} records without a file`);
			return;
		}
		const {file, from: since, to: until} = listed;
		const problem = nameProblem(listed);
		const twice = this.#segments.get(file);
		if (problem !== undefined) this.#report({kind: 'name', file, since, until, line: line.line, detail: problem});
		else if (twice !== undefined)
			this.#report({kind: 'listed_twice', file, since, until, line: line.line, detail: `line ${twice.line} lists it too`});
		else this.#segments.set(file, listed);
	}

	#prune({line, until, removed, rule}: PruneLine): void {
		const {segments, records} = this.#pruned ?? {segments: 0, records: 0};
		for (const {file, sha256} of removed) {
			const listed = this.#segments.get(file);
			if (listed !== undefined && (listed.sha256 !== sha256 || listed.to > Date.parse(until)))
				this.#tell('standing', line, `it removes ${file} with another hash, or of another time, than it was listed with`);
		}
		this.#pruned = {
			until, rule, segments: segments + removed.length, records: removed.reduce((sum, file) => sum + file.records, records),
		};
	}

	#tell(
		kind: 'line_unreadable' | 'line_missing' | 'line_order' | 'chain' | 'standing' | 'head' | 'name', line: number, detail: string,
	): void {
		this.#report({kind, file: manifestName, line, detail});
	}
}
