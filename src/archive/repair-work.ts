import type {ReadWindow} from '../engine/in-order.ts';
import {problemsOf, type ProblemKind, type WindowReport} from '../engine/problems.ts';
import type {Window} from '../engine/windows.ts';
import type {Query} from '../query/query.ts';
import type {AuditRecord} from '../base/record.ts';
import type {ArchiveStanding} from './manifest.ts';
import type {ArchiveFiles} from './file-system.ts';
import type {ListedSegment} from './layout.ts';
import type {OpenArchive} from './open-archive.ts';
import type {Finding} from './verify/finding.ts';
import type {ManifestContents} from './verify/manifest-check.ts';

/** What a repair has to work with. */
export interface RepairOptions {
	readonly dir: string;
	/** Held by this process alone. */
	readonly archive: OpenArchive;
	/** What the archive is, and what is wrong with it. */
	readonly manifest: ManifestContents;
	readonly findings: readonly Finding[];
	/** Asks for what the archive is of; its range does not count. */
	readonly query: Query;
	/** Reads in the order of time. */
	readonly read: ReadWindow;
	readonly files: ArchiveFiles;
	/** Wall-clock time in Unix milliseconds. */
	readonly now: () => number;
	/** Aborts when the repair must end. */
	readonly signal: AbortSignal;
	/** Looks at records about to be written. */
	readonly inspect: (records: readonly AuditRecord[]) => void;
	/** Told each attempt as it ends. */
	readonly report: (repair: Repair) => void;
}

/** What became of one thing that was missing or damaged. */
export interface Repair extends Window {
	/** The file, below the archive's directory; undefined for a gap. */
	readonly file: string | undefined;
	readonly done: boolean;
	/** What was done, or why nothing was, for people. */
	readonly detail: string;
}

/** A repair under way. */
export interface RepairWork extends RepairOptions {
	/** What the archive comes to by now. */
	standing: ArchiveStanding;
	/** Whether the manifest takes lines: one that was altered is not built upon. */
	readonly isSound: boolean;
	/** The segments that can be relied on by now. */
	readonly healthy: ListedSegment[];
	/** Rows that a repaired segment got beyond those that it had: they may be those of another one that was lost. */
	readonly surplus: Array<Window & {readonly file: string; records: number}>;
}

/** Problems that mean that rows may be missing. */
const incompleteKinds: ReadonlySet<ProblemKind> = new Set(['total_mismatch', 'unstable', 'capped', 'out_of_range']);
/** Problems that may have come with one answer, in the place of rows; what comes with every reading of a window is how its rows are. */
const doubtfulKinds: ReadonlySet<ProblemKind> = new Set(['unreadable', 'altered']);

/**
 * Why a window that was read is not complete; undefined when it is.
 * @param options.isFirst whether it was not read before: then it is read once more for what is doubtful, too. Default false
 */
export function incompleteBecause(report: WindowReport, window: Window, {isFirst = false}: {isFirst?: boolean} = {}): string | undefined {
	const kinds = new Set(
		problemsOf(report, window)
			.map(({kind}) => kind)
			.filter(kind => incompleteKinds.has(kind) || (isFirst && doubtfulKinds.has(kind))),
	);
	return kinds.size === 0 ? undefined : [...kinds].join(', ');
}

/**
 * Those of a window's rows that an archive may take. Where rows kept moving while they were read, those without an id may
 * be here twice, and could not be taken back: they are left to the next reading of what is a gap until then.
 */
export function settled(records: readonly AuditRecord[], {problems}: WindowReport): readonly AuditRecord[] {
	return problems.some(({kind}) => kind === 'unstable') ? records.filter(({id}) => id !== undefined) : records;
}

/** Runs one attempt and reports how it ended; what went wrong with this window alone does not end the repair. */
export type Attempt = (place: Window & {file: string | undefined}, run: () => Promise<Attempted>) => Promise<void>;

/** How an attempt ended. */
export type Attempted = Pick<Repair, 'done' | 'detail'>;
