import type {AuditRecord} from '../base/record.ts';

/** Memory is asked for in multiples of this, so that what one leaves fits the next. */
const granuleBytes = 4 * 1024;

const defaultSpareBytes = 16 * 1024 * 1024;

/**
 * Memory outside of the heap that is used again and again. The garbage collector frees such memory late, since it looks
 * small to it: whoever asks for new one each time holds several times of what is in use.
 */
export class MemoryPool {
	readonly #spare: Buffer[] = [];
	readonly #mostSpareBytes: number;
	#spareBytes = 0;

	/** @param mostSpareBytes kept for whoever asks next, although nobody uses it */
	constructor(mostSpareBytes = defaultSpareBytes) {
		this.#mostSpareBytes = mostSpareBytes;
	}

	/** Memory of at least so many bytes, with anything in it. */
	take(bytes: number): Buffer {
		const needed = Math.max(1, Math.ceil(bytes / granuleBytes)) * granuleBytes;
		const index = this.#spare.findLastIndex(({length}) => length >= needed && length <= needed * 2);
		const [found] = index === -1 ? [] : this.#spare.splice(index, 1);
		if (found === undefined) return Buffer.allocUnsafeSlow(needed);
		this.#spareBytes -= found.length;
		return found;
	}

	/** Takes memory back that nobody looks at any more. */
	give(memory: Buffer): void {
		if (this.#spareBytes + memory.length > this.#mostSpareBytes) return;
		this.#spare.push(memory);
		this.#spareBytes += memory.length;
	}
}

/*
 * Records as bytes: in memory outside of the heap, where they wait without being looked at by the garbage collector
 * again and again, and in temporary files. A record is its time as a double, the units of its id plus one (0 for none),
 * the bytes of its text and how much was taken out of it as 32 bits each, a byte for its outcome, then the id as UTF-16 and the
 * text as UTF-8. An id may be any string; a text was UTF-8 when it came.
 */

const idAt = 8;

const textAt = 12;

const redactedAt = 16;

const outcomeAt = 20;

/** Outcomes by the byte that stands for them. */
const outcomes = [undefined, false, true] as const;

/** Bytes before the id and the text. */
export const headBytes = 21;

/** Stands for a time that cannot be read: later than every other. */
const unknownTime = Infinity;

/** The most bytes that a record can take. */
export function mostBytesOf({text, id}: AuditRecord): number {
	return headBytes + 2 * (id?.length ?? 0) + 3 * text.length;
}

/** Puts a record there; `mostBytesOf` it must be free. Returns the index just past it. */
export function putRecord({text, id, time, failed, redacted = 0}: AuditRecord, memory: Buffer, start: number): number {
	memory.writeDoubleLE(time ?? unknownTime, start);
	memory.writeUInt32LE(id === undefined ? 0 : id.length + 1, start + idAt);
	const textStart = start + headBytes + (id === undefined ? 0 : memory.write(id, start + headBytes, 'utf16le'));
	const textBytes = memory.write(text, textStart);
	memory.writeUInt32LE(textBytes, start + textAt);
	memory.writeUInt32LE(redacted, start + redactedAt);
	memory.writeUInt8(outcomes.indexOf(failed), start + outcomeAt);
	return textStart + textBytes;
}

/** The record that stands there. */
export function recordAt(memory: Buffer, start: number): AuditRecord {
	const textStart = start + headBytes + idBytesAt(memory, start);
	const time = timeAt(memory, start);
	const redacted = memory.readUInt32LE(start + redactedAt);
	const failed = outcomes[memory.readUInt8(start + outcomeAt)];
	return {
		text: memory.toString('utf8', textStart, endAt(memory, start)),
		id: memory.readUInt32LE(start + idAt) === 0 ? undefined : memory.toString('utf16le', start + headBytes, textStart),
		time: time === unknownTime ? undefined : time,
		...(failed === undefined ? {} : {failed}),
		...(redacted === 0 ? {} : {redacted}),
	};
}

/** The time of the record that stands there, for sorting: `Infinity` where it has none. */
export function timeAt(memory: Buffer, start: number): number {
	return memory.readDoubleLE(start);
}

/** Index just past the record that stands there. Needs no more of it than its head. */
export function endAt(memory: Buffer, start: number): number {
	return start + headBytes + idBytesAt(memory, start) + memory.readUInt32LE(start + textAt);
}

function idBytesAt(memory: Buffer, start: number): number {
	return 2 * Math.max(0, memory.readUInt32LE(start + idAt) - 1);
}
