import {run, runWell} from '../lib/child.js';
import {verdictOf} from '../lib/row.js';
import {median} from '../lib/statistics.js';

const what = 'archive run with nothing new, 105,000 segments';
const goal = '≤ 1 s';
/** Making such an archive takes longer than everything else here, so it is the user's: `--archive-config` names its configuration. */
const needed = 'name a configuration whose archives are large and up to date: --archive-config <file>';

/** @type {import('./index.js').Scenario} */
export async function archive(bench) {
	const known = await run(process.execPath, [bench.binary, 'run', '--help'], bench.plain);
	// For a command that it does not know, `--help` is about the program.
	if (known.code !== 0 || !known.stdout.includes('audit-export run')) return [{what, against: '', goal, measured: '', verdict: 'not built', note: 'not built yet: this program has no command `run`'}];
	if (bench.archiveConfig === undefined) return [{what, against: '', goal, measured: '', verdict: 'skipped', note: needed}];
	const times = [];
	for (let round = 1; round <= bench.roundsOf(5); round++) {
		times.push((await runWell(process.execPath, [bench.binary, 'run', '--config', bench.archiveConfig], bench.plain)).ms);
	}
	return [{what, against: '', goal, measured: `${Math.round(median(times))} ms`, verdict: verdictOf(median(times) <= 1000), note: ''}];
}
