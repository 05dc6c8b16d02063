import {UsageError} from '../base/errors.ts';

/** A dotted path such as `log_detail.payload`, split into its keys. Never empty. */
export type FieldPath = readonly string[];

/** The ways to read a path's dots grow with the square of its length. */
const mostKeys = 100;

/**
 * Splits a dotted path once, for `pickFields` and `redactFields`.
 * @throws UsageError when a key is empty (`a..b`, `.a` or nothing at all), or when there are more than 100.
 */
export function parseFieldPath(dotted: string): FieldPath {
	const path = dotted.split('.');
	if (path.includes('')) {
		throw new UsageError(`"${dotted}" is not a field`, {hint: 'write a key, or keys joined by dots: app_id, log_detail.payload'});
	}
	if (path.length > mostKeys)
		throw new UsageError(`a field of ${path.length} keys is not looked for`, {hint: `${mostKeys} keys joined by dots are the most`});
	return path;
}

/** What several paths ask of the value they have reached. */
export interface PathNode {
	/** A path ends here: the whole value is meant. */
	readonly ends: boolean;
	/** Where the paths go on, by key, in the order of the paths. */
	readonly next: ReadonlyMap<string, PathNode>;
}

const compiled = new WeakMap<readonly FieldPath[], PathNode>();

/** The paths as one tree; the same array of paths is compiled once. */
export function compilePaths(paths: readonly FieldPath[]): PathNode {
	let node = compiled.get(paths);
	if (node === undefined) {
		node = compile(paths, new Map());
		compiled.set(paths, node);
	}
	return node;
}

/**
 * `a.b.c` goes on with `a` to `b.c`, but also with the literal keys `a.b` and `a.b.c`. Equal rests share one node,
 * or a path of many keys would need a node for each way to join them.
 */
function compile(paths: readonly FieldPath[], shared: Map<string, PathNode>): PathNode {
	const identity = JSON.stringify(paths);
	const known = shared.get(identity);
	if (known !== undefined) return known;
	const rests = new Map<string, FieldPath[]>();
	for (const path of paths) {
		for (let keys = 1; keys <= path.length; keys++) {
			const key = path.slice(0, keys).join('.');
			const rest = rests.get(key) ?? [];
			rest.push(path.slice(keys));
			rests.set(key, rest);
		}
	}
	const next = new Map<string, PathNode>();
	for (const [key, rest] of rests) next.set(key, compile(rest, shared));
	const node = {ends: paths.some(path => path.length === 0), next};
	shared.set(identity, node);
	return node;
}
