/** The rows seen last, by identity and a hash of their text; the oldest are forgotten beyond `capacity`. */
export class RecentRows {
	readonly #hashes = new Map<string, number>();
	readonly #capacity: number;

	constructor(capacity: number) {
		this.#capacity = capacity;
	}

	/** Remembers a row: `new`, the `same` as one seen before, or `different` content under a known identity. */
	add(id: string, text: string): 'new' | 'same' | 'different' {
		const hash = hashOf(text);
		const known = this.#hashes.get(id);
		if (known !== undefined) return known === hash ? 'same' : 'different';
		this.#hashes.set(id, hash);
		if (this.#hashes.size > this.#capacity) {
			for (const oldest of this.#hashes.keys()) {
				this.#hashes.delete(oldest);
				break;
			}
		}
		return 'new';
	}
}

/** FNV-1a over the text's UTF-16 units, 32 bits: enough to tell a repeat from another row under the same id. */
function hashOf(text: string): number {
	let hash = 0x811c_9dc5;
	for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
	return hash >>> 0;
}
