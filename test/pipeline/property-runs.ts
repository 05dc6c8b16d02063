/** Runs of a property: the environment variable PROPERTY_RUNS multiplies them. */
export function propertyRuns(count: number): number {
	return Math.ceil(count * Number(process.env['PROPERTY_RUNS'] ?? 1));
}

/** The time limit of a test with properties, in milliseconds. */
export const propertyTimeoutMs = process.env['PROPERTY_RUNS'] === undefined ? 30_000 : 3_600_000;
