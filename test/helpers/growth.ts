/** Linear work grows by about 8 when its input does, quadratic by 64. */
const factor = 8;
const most = 24;
/** Milliseconds of CPU time below which noise decides. */
const negligible = 80;

function cpuTimeOf(run: () => void): number {
	const before = process.cpuUsage();
	run();
	const {user, system} = process.cpuUsage(before);
	return (user + system) / 1000;
}

/**
 * How work grows faster than its input, if it does: `run` is given `size` and eight times as much. Counts this process's CPU
 * time, of which others on the machine take nothing, and tries again before it calls anything slow.
 */
export function growthProblem(run: (size: number) => void, size: number): string | undefined {
	const seen: string[] = [];
	for (let attempt = 0; attempt < 3; attempt++) {
		const small = cpuTimeOf(() => {
			run(size);
		});
		const large = cpuTimeOf(() => {
			run(factor * size);
		});
		if (large < Math.max(negligible, most * small)) return undefined;
		seen.push(`${small.toFixed(1)} ms for ${size}, ${large.toFixed(1)} ms for ${factor * size}`);
	}
	return seen.join('; ');
}
