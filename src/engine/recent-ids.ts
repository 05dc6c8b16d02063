/** The ids of the rows seen last, oldest forgotten first beyond `capacity`. */
export class RecentIds {
	readonly #ids = new Set<string>();
	readonly #capacity: number;

	constructor(capacity: number) {
		this.#capacity = capacity;
	}

	/** Remembers the id; false when it is remembered already. */
	add(id: string): boolean {
		if (this.#ids.has(id)) return false;
		this.#ids.add(id);
		if (this.#ids.size > this.#capacity) {
			for (const oldest of this.#ids) {
				this.#ids.delete(oldest);
				break;
			}
		}
		return true;
	}
}
