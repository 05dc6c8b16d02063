/** What a soak is looking for. */
export class SoakFailure extends Error {
	name = 'SoakFailure';
}

/**
 * @param {unknown} holds
 * @param {string} what
 * @returns {asserts holds}
 */
export function must(holds, what) {
	if (holds === false || holds === undefined || holds === null) throw new SoakFailure(what);
}
