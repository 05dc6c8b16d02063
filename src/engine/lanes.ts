/** How much may be under way or wait for its turn. */
export interface Room {
	/** Waits for room for one more; false when there will be none, because the reading has ended. */
	take(): Promise<boolean>;
	/** One was used up. */
	give(): void;
	/** The reading has ended: what it holds is given back, and whoever waits for room need not. */
	close(): void;
}

/** The way of one window to the API, and its share of the pages in memory. */
export interface Lane {
	/** For pages that are read. */
	readonly pages: Room;
	/** For stretches that are planned ahead; each holds two pages. */
	readonly plans: Room;
	/** Runs a request as soon as it is this lane's turn. */
	send<T>(request: () => Promise<T>): Promise<T>;
	/** The window has been read, or will not be. */
	close(): void;
}

interface Kind {
	/** Pages that one of them holds. */
	readonly pages: number;
	/** Most of them at once. */
	readonly most: number;
}

interface Held {
	readonly kind: Kind;
	count: number;
	waiting: ((room: boolean) => void) | undefined;
}

interface OpenLane {
	readonly held: Held[];
}

/** Stretches planned ahead of the one whose pages are asked for. */
const plannedAhead = 2;

/** Room for a reader that shares it with none. */
export function roomFor(most: number): Room {
	return new Lanes(most).open().pages;
}

/**
 * What windows read beside each other share: never more than `limit` requests in flight, and about as many pages in
 * memory. Lanes opened earlier go first: the records of their windows are written first. The first of all always gets
 * the whole room, so that it never waits for windows that wait for it; others take what it leaves.
 */
export class Lanes {
	readonly #limit: number;
	readonly #lanes: OpenLane[] = [];
	#queue: Array<{readonly lane: OpenLane; readonly start: () => void}> = [];
	#inFlight = 0;

	constructor(limit: number) {
		this.#limit = limit;
	}

	/** The lane of the next window. */
	open(): Lane {
		const lane: OpenLane = {held: []};
		this.#lanes.push(lane);
		const pages = this.#room(lane, {pages: 1, most: this.#limit});
		const plans = this.#room(lane, {pages: 2, most: plannedAhead});
		return {
			pages, plans,
			send: request => this.#send(lane, request),
			close: () => {
				pages.close();
				plans.close();
				const place = this.#lanes.indexOf(lane);
				if (place >= 0) this.#lanes.splice(place, 1);
				this.#admit();
			},
		};
	}

	#room(lane: OpenLane, kind: Kind): Room {
		const held: Held = {kind, count: 0, waiting: undefined};
		lane.held.push(held);
		let closed = false;
		return {
			take: async () => closed ? false : new Promise(resolve => {
				held.waiting = resolve;
				this.#admit();
			}),
			give: () => {
				if (closed) return;
				held.count--;
				this.#admit();
			},
			close: () => {
				closed = true;
				held.count = 0;
				held.waiting?.(false);
				held.waiting = undefined;
				this.#admit();
			},
		};
	}

	async #send<T>(lane: OpenLane, request: () => Promise<T>): Promise<T> {
		if (this.#inFlight >= this.#limit) {
			await new Promise<void>(resolve => {
				this.#queue.push({lane, start: resolve});
			});
		} else this.#inFlight++;
		try {
			return await request();
		} finally {
			this.#startNext();
		}
	}

	/** Passes the ended request's place on: to the earliest lane, and there to who came first. */
	#startNext(): void {
		const first = this.#lanes.find(lane => this.#queue.some(waiting => waiting.lane === lane));
		const next = this.#queue.find(({lane}) => lane === first) ?? this.#queue[0];
		if (next === undefined) this.#inFlight--;
		else {
			this.#queue = this.#queue.filter(waiting => waiting !== next);
			next.start();
		}
	}

	#hasRoom(lane: OpenLane, {kind, count}: Held): boolean {
		return count < kind.most && (lane === this.#lanes[0] || this.#pagesHeld() < this.#limit);
	}

	#pagesHeld(): number {
		let sum = 0;
		for (const {held} of this.#lanes) for (const {kind, count} of held) sum += kind.pages * count;
		return sum;
	}

	#admit(): void {
		for (const lane of this.#lanes) {
			for (const held of lane.held) {
				if (held.waiting === undefined || !this.#hasRoom(lane, held)) continue;
				held.count++;
				held.waiting(true);
				held.waiting = undefined;
			}
		}
	}
}

/**
 * Runs `task` for every item as long as there is room, and yields the results in the items' order. A result that was
 * yielded makes room when the next one is asked for. A failure, also of the items themselves, surfaces in turn; tasks
 * under way then are awaited, and the room is closed.
 */
export async function* ahead<Item, Result>(
	items: Iterable<Item> | AsyncIterable<Item>,
	room: Room,
	task: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
	const results: Array<Promise<PromiseSettledResult<Result>>> = [];
	let ended = false;
	let closed = false;
	let announce: () => void = () => undefined;
	const start = async () => {
		try {
			for await (const item of taking(items, room)) {
				if (closed) return;
				results.push(settled(task(item)));
				announce();
			}
		} catch (error) {
			results.push(Promise.resolve({status: 'rejected', reason: error}));
		} finally {
			ended = true;
			announce();
		}
	};
	const starting = start();
	try {
		while (!ended || results.length > 0) {
			const [next] = results;
			if (next === undefined) {
				await new Promise<void>(resolve => {
					announce = resolve;
				});
				continue;
			}
			const result = await next;
			void results.shift();
			if (result.status === 'rejected') throw result.reason;
			yield result.value;
			room.give();
		}
	} finally {
		closed = true;
		room.close();
		await starting;
		await Promise.all(results);
	}
}

/** The items, each once there is room for it. */
async function* taking<Item>(items: Iterable<Item> | AsyncIterable<Item>, room: Room): AsyncGenerator<Item, void, undefined> {
	if (!await room.take()) return;
	for await (const item of items) {
		yield item;
		if (!await room.take()) return;
	}
	room.give();
}

async function settled<Result>(task: Promise<Result>): Promise<PromiseSettledResult<Result>> {
	const [result] = await Promise.allSettled([task]);
	return result;
}
