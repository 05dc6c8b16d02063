import type {Window} from '../engine/windows.ts';
import type {AuditRecord} from '../base/record.ts';

/** Records that come out at once, and about how many characters of them: rows may be long. */
const recordsPerBatch = 500;
const charactersPerBatch = 1024 * 1024;

/** Records of one part of an archive, in the order of their times. */
export interface Part extends Window {
	/** Opens it; called once, when its turn has come. */
	read(): AsyncGenerator<AuditRecord[], void, undefined>;
}

/** A record on its way, with the time by which it is ordered: its own, or else that of the record before it. */
export interface OrderedRecord {
	readonly record: AuditRecord;
	readonly at: number;
}

/** A part that is open. */
interface Reading {
	/** Its place among all parts: of equal times the earlier part goes first. */
	readonly place: number;
	readonly batches: AsyncGenerator<AuditRecord[], void, undefined>;
	batch: readonly AuditRecord[];
	next: number;
	/** The time of the next record. */
	at: number;
}

/**
 * Merges parts by time, oldest first; of equal times, the part that stands first in `parts` goes first. A part is open
 * only from where its window begins to its last record, so no more are open than windows have time in common.
 */
export async function* mergeParts(parts: readonly Part[]): AsyncGenerator<OrderedRecord[], void, undefined> {
	const waiting = parts.map((part, place) => ({part, place})).toSorted((a, b) => a.part.from - b.part.from || a.place - b.place);
	let opened = 0;
	let open: Reading[] = [];
	let merged: OrderedRecord[] = [];
	let characters = 0;
	const isFull = () => merged.length >= recordsPerBatch || characters >= charactersPerBatch;
	const openUpTo = async (at: number) => {
		for (let next = waiting[opened]; next !== undefined && next.part.from <= at; next = waiting[opened]) {
			opened++;
			const reading: Reading = {place: next.place, batches: next.part.read(), batch: [], next: 0, at: next.part.from};
			open.push(reading);
			if (!(await advance(reading))) open = open.filter(other => other !== reading);
		}
	};
	try {
		for (;;) {
			if (open.length === 0) await openUpTo(waiting[opened]?.part.from ?? -Infinity);
			let head = first(open);
			if (head === undefined) {
				// What was opened last may have been empty.
				if (opened === waiting.length) break;
				continue;
			}
			await openUpTo(head.at);
			head = first(open) ?? head;
			const rival = first(open.filter(other => other !== head));
			const nextFrom = waiting[opened]?.part.from ?? Infinity;
			let isOpen = true;
			do {
				const record = head.batch[head.next];
				if (record === undefined) break;
				merged.push({record, at: head.at});
				characters += record.text.length;
				head.next++;
				isOpen = isAtRecord(head) || await advance(head);
			} while (isOpen && !isFull() && head.at < nextFrom && (rival === undefined || isBefore(head, rival)));
			if (!isOpen) open = open.filter(other => other !== head);
			if (!isFull()) continue;
			yield merged;
			merged = [];
			characters = 0;
		}
		if (merged.length > 0) yield merged;
	} finally {
		// Closes the files of parts that were not read to their end.
		await Promise.all(open.map(async ({batches}) => batches.return()));
	}
}

/** Reads on until there is a next record; false when there is none. */
async function advance(reading: Reading): Promise<boolean> {
	while (!isAtRecord(reading)) {
		const more = await reading.batches.next();
		if (more.done === true) return false;
		reading.batch = more.value;
		reading.next = 0;
	}
	return true;
}

/** Whether the next record is there already; notes its time. */
function isAtRecord(reading: Reading): boolean {
	const record = reading.batch[reading.next];
	if (record === undefined) return false;
	reading.at = record.time ?? reading.at;
	return true;
}

function first(readings: readonly Reading[]): Reading | undefined {
	let least: Reading | undefined;
	for (const reading of readings) if (least === undefined || isBefore(reading, least)) least = reading;
	return least;
}

function isBefore(a: Reading, b: Reading): boolean {
	return a.at < b.at || (a.at === b.at && a.place < b.place);
}
