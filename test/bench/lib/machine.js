import {cpus, loadavg, release, totalmem, type} from 'node:os';

/** The machine and the versions that the numbers are of, in one line. */
export function describeMachine() {
	const [first] = cpus();
	return `${first?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}, Node.js ${process.version}`;
}

/** Processes that wanted to run in the last minute: with other work on the machine, budgets look less used than they are. */
export function loadNow() {
	const [lastMinute = Number.NaN] = loadavg();
	return lastMinute.toFixed(1);
}
