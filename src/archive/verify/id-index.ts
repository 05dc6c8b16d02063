import {closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {writeFailure} from '../../output/failure.ts';

/** Bytes of an entry: a hash as a double, and the place where its id stands as 32 bits. */
const entryBytes = 12;

const entriesPerBlock = 1024;

/** About so many entries are looked at together when repeats are searched for. */
const entriesPerBucket = 200_000;

const mostBuckets = 4096;

/** Hashes that are remembered of two places that share many. */
const mostSamples = 4;

/** Two places, which may be one and the same, that seem to hold the same ids. */
export interface Suspicion {
	readonly first: number;
	readonly second: number;
	/** Ids of the second that seem to stand in the first, too. */
	readonly count: number;
	/** Hashes of some of them. */
	readonly hashes: readonly number[];
}

interface Bucket {
	readonly block: Buffer;
	used: number;
	/** Where its full blocks stand in the temporary file. */
	readonly offsets: number[];
}

/**
 * Finds out which places share ids, in bounded memory: 12 bytes per id go through a private temporary file. Call `close`
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
	 * Remembers that an id with this hash stands at this place.
	 * @throws OutputError when there is no room for temporary files
	 */
	add(hash: number, place: number): void {
		const bucket = this.#buckets[hash % this.#buckets.length];
		if (bucket === undefined) throw new RangeError(`${hash} is no hash`);
		const {block, used} = bucket;
		block.writeDoubleLE(hash, used);
		block.writeUInt32LE(place, used + 8);
		bucket.used += entryBytes;
		if (bucket.used < block.length) return;
		bucket.offsets.push(this.#write(block));
		bucket.used = 0;
	}

	/** Every two places that share a hash, in no particular order. */
	suspicions(): Suspicion[] {
		const found = new Map<string, {first: number; second: number; count: number; hashes: number[]}>();
		for (const bucket of this.#buckets) {
			for (const [hash, places] of this.#repeatsOf(bucket)) {
				const [first = 0, ...others] = places.toSorted((a, b) => a - b);
				for (const second of others) {
					const key = `${first} ${second}`;
					const suspicion = found.get(key) ?? {first, second, count: 0, hashes: []};
					found.set(key, suspicion);
					suspicion.count++;
					if (suspicion.hashes.length < mostSamples) suspicion.hashes.push(hash);
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
			for (let written = 0; written < block.length;) written += writeSync(this.#file.descriptor, block, written, block.length - written, offset + written);
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
			if (this.#file === undefined || readSync(this.#file.descriptor, full, 0, full.length, offset) !== full.length) throw new Error('the temporary file of ids is cut off');
			blocks.push(full);
		}
		return blocks;
	}

	/** The hashes that occur more than once, each with its places. */
	#repeatsOf(bucket: Bucket): Map<number, number[]> {
		const blocks = this.#blocksOf(bucket);
		const hashes = new Float64Array(blocks.reduce((sum, {length}) => sum + length / entryBytes, 0));
		let count = 0;
		for (const block of blocks) for (let at = 0; at < block.length; at += entryBytes) hashes[count++] = block.readDoubleLE(at);
		hashes.sort();
		const repeats = new Map<number, number[]>();
		for (let index = 1; index < hashes.length; index++) {
			const hash = hashes[index];
			if (hash !== undefined && hash === hashes[index - 1]) repeats.set(hash, []);
		}
		if (repeats.size === 0) return repeats;
		for (const block of blocks) {
			for (let at = 0; at < block.length; at += entryBytes) repeats.get(block.readDoubleLE(at))?.push(block.readUInt32LE(at + 8));
		}
		return repeats;
	}
}

/**
 * A hash of 53 bits: few enough for a number, enough for tens of millions of ids. Equal hashes are a suspicion only;
 * whoever uses them looks at the ids themselves before saying anything. (cyrb53, public domain.)
 */
export function hashId(id: string): number {
	let high = 0xdeadbeef;
	let low = 0x41c6ce57;
	for (let index = 0; index < id.length; index++) {
		const code = id.charCodeAt(index);
		high = Math.imul(high ^ code, 2_654_435_761);
		low = Math.imul(low ^ code, 1_597_334_677);
	}
	high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
	low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
	return 4_294_967_296 * (2_097_151 & low) + (high >>> 0);
}
