import type {Room} from './lanes.ts';

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
