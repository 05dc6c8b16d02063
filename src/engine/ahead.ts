/**
 * Runs `task` for every item, up to `concurrency` at once, and yields the results in the items' order. At most
 * `concurrency` results wait for their turn. A failure surfaces in turn; tasks under way then are awaited.
 */
export async function* ahead<Item, Result>(items: Iterable<Item>, concurrency: number, task: (item: Item) => Promise<Result>): AsyncGenerator<Result, void, undefined> {
	const under: Array<Promise<PromiseSettledResult<Result>>> = [];
	const source = items[Symbol.iterator]();
	const fill = () => {
		while (under.length < concurrency) {
			const next = source.next();
			if (next.done === true) return;
			under.push(Promise.allSettled([task(next.value)]).then(([result]) => result));
		}
	};
	try {
		for (fill(); under.length > 0; fill()) {
			const result = await under.shift();
			if (result?.status === 'rejected') throw result.reason;
			if (result !== undefined) yield result.value;
		}
	} finally {
		await Promise.all(under);
	}
}
