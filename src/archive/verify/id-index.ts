import {randomBytes} from 'node:crypto';
import {closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {digestOf, wordOf} from '../../engine/seen-rows.ts';
import {writeFailure} from '../../output/failure.ts';

/** Bytes of an entry: the hashes of an id and of its row's content as doubles, and the place where it stands as 32 bits. */
const entryBytes = 20;

const entriesPerBlock = 1024;

/** About so many entries are looked at together when repeats are searched for. */
const entriesPerBucket = 200_000;

const mostBuckets = 4096;

/** Hashes that are remembered of two places that share many. */
const mostSamples = 4;

/** The hashes of a row: of its id and of its content. */
export interface RowHashes {
	readonly id: number;
	readonly content: number;
}

/** Two places, which may be one and the same, that seem to hold the same ids. */
export interface Suspicion {
	/** The same rows, too; otherwise rows of other contents. */
	readonly isRepeat: boolean;
	readonly first: number;
	readonly second: number;
	/** Ids of the second that seem to stand in the first, too. */
	readonly count: number;
	/** Hashes of some of these ids. */
	readonly hashes: readonly number[];
}

interface Bucket {
	readonly block: Buffer;
	used: number;
	/** Where its full blocks stand in the temporary file. */
	readonly offsets: number[];
}

/**
 * Finds out which places share ids, in bounded memory: 20 bytes per id go through a private temporary file. Call `close`
 * at the end, whatever happens.
 */
export class IdIndex {
	readonly #buckets: readonly Bucket[];
	#file: {readonly directory: string; readonly descriptor: number} | undefined;
	#fileBytes = 0;

	/** @param expected about how many ids will come */
	constructor(expected: number) {
		const wanted = Math.min(mostBuckets, Math.max(1, Math.ceil(expected / entriesPerBucket)));
		this.#buckets = Array.from({length: wanted}, () => ({block: Buffer.allocUnsafe(entriesPerBlock * entryBytes), used: 0, offsets: []}));
	}

	/**
	 * Remembers that a row with these hashes stands at this place.
	 * @throws OutputError when there is no room for temporary files
	 */
	add({id, content}: RowHashes, place: number): void {
		const bucket = this.#buckets[id % this.#buckets.length];
		if (bucket === undefined) throw new RangeError(`${id} is no hash`);
		const {block, used} = bucket;
		block.writeDoubleLE(id, used);
		block.writeDoubleLE(content, used + 8);
		block.writeUInt32LE(place, used + 16);
		bucket.used += entryBytes;
		if (bucket.used < block.length) return;
		bucket.offsets.push(this.#write(block));
		bucket.used = 0;
	}

	/** Every two places that share an id, in no particular order; a place shares its own ids where it has them twice. */
	suspicions(): Suspicion[] {
		const found = new Map<string, Suspicion & {count: number; hashes: number[]}>();
		const suspect = (id: number, {first, second, isRepeat}: Pick<Suspicion, 'first' | 'second' | 'isRepeat'>) => {
			const key = `${first} ${second} ${isRepeat}`;
			const suspicion = found.get(key) ?? {first, second, isRepeat, count: 0, hashes: []};
			found.set(key, suspicion);
			suspicion.count++;
			if (suspicion.hashes.length < mostSamples) suspicion.hashes.push(id);
		};
		for (const bucket of this.#buckets) {
			for (const [id, rows] of this.#repeatsOf(bucket)) {
				const firstOf = new Map<number, number>();
				const inOrder = rows.toSorted((a, b) => a.place - b.place);
				const first = inOrder[0]?.place ?? 0;
				for (const {content, place} of inOrder) {
					const known = firstOf.get(content);
					if (known !== undefined) suspect(id, {first: known, second: place, isRepeat: true});
					else if (firstOf.size > 0) suspect(id, {first, second: place, isRepeat: false});
					if (known === undefined) firstOf.set(content, place);
				}
			}
		}
		return [...found.values()];
	}

	/** Removes the temporary file. May be called again. */
	close(): void {
		const file = this.#file;
		this.#file = undefined;
		if (file === undefined) return;
		closeSync(file.descriptor);
		rmSync(file.directory, {recursive: true, force: true});
	}

	#write(block: Buffer): number {
		const offset = this.#fileBytes;
		try {
			if (this.#file === undefined) {
				const directory = mkdtempSync(join(tmpdir(), 'audit-export-'));
				this.#file = {directory, descriptor: openSync(join(directory, 'ids'), 'wx+', 0o600)};
			}
			for (let written = 0; written < block.length;)
				written += writeSync(this.#file.descriptor, block, written, block.length - written, offset + written);
		} catch (error) {
			throw writeFailure(`temporary files in ${tmpdir()}`, error, 'name another place with TMPDIR');
		}
		this.#fileBytes += block.length;
		return offset;
	}

	#blocksOf({block, used, offsets}: Bucket): Buffer[] {
		const blocks = [block.subarray(0, used)];
		for (const offset of offsets) {
			const full = Buffer.allocUnsafe(block.length);
			if (this.#file === undefined || readSync(this.#file.descriptor, full, 0, full.length, offset) !== full.length)
				throw new Error('the temporary file of ids is cut off');
			blocks.push(full);
		}
		return blocks;
	}

	/** The hashes of ids that occur more than once, each with the contents and places of its rows. */
	#repeatsOf(bucket: Bucket): Map<number, Array<{content: number; place: number}>> {
		const blocks = this.#blocksOf(bucket);
		const hashes = new Float64Array(blocks.reduce((sum, {length}) => sum + length / entryBytes, 0));
		let count = 0;
		for (const block of blocks) for (let at = 0; at < block.length; at += entryBytes) hashes[count++] = block.readDoubleLE(at);
		hashes.sort();
		const repeats = new Map<number, Array<{content: number; place: number}>>();
		for (let index = 1; index < hashes.length; index++) {
			const hash = hashes[index];
			if (hash !== undefined && hash === hashes[index - 1]) repeats.set(hash, []);
		}
		if (repeats.size === 0) return repeats;
		for (const block of blocks) {
			for (let at = 0; at < block.length; at += entryBytes)
				repeats.get(block.readDoubleLE(at))?.push({content: block.readDoubleLE(at + 8), place: block.readUInt32LE(at + 16)});
		}
		return repeats;
	}
}

/** Made anew for every process: whoever writes ids cannot know which of them share a hash. */
const salt = randomBytes(16).toString('hex');

/**
 * A hash of 53 bits: few enough for a number, enough for tens of millions of texts. Equal hashes are a suspicion only;
 * whoever uses them looks at the ids themselves before saying anything.
 */
export function hashText(text: string): number {
	const digest = digestOf(text, salt);
	return (wordOf(digest, 0) >>> 0) * 2 ** 21 + (wordOf(digest, 4) >>> 11);
}
