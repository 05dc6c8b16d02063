import {fileURLToPath} from 'node:url';
import {withApi} from '../lib/api.js';
import {run} from '../lib/child.js';
import {formatRatio, formatSpeed, verdictOf} from '../lib/row.js';
import {inTurns, median, ratioOf} from '../lib/statistics.js';

const script = fileURLToPath(new URL('../loops/curl-jq.sh', import.meta.url));

/** The loop in a shell gets fewer rows, and its rows per second are compared. @type {import('./index.js').Scenario} */
export async function curlAndJq(bench) {
	const what = 'NDJSON, 4 windows in parallel';
	const goal = '≥ 25 ×';
	const against = "curl + jq loop's rows/s";
	for (const program of ['bash', 'curl', 'jq']) {
		const found = await run('sh', ['-c', `command -v ${program}`], bench.plain);
		if (found.code !== 0) return [{what, against, goal, measured: '', verdict: 'skipped', note: `no ${program} on this machine`}];
	}
	const few = 5000;
	const many = bench.amount(500_000, 100_000);
	const samples = await withApi({api: 'openapi', rows: few}, async fewApi => withApi({api: 'openapi', rows: many}, async manyApi => inTurns({
		shell: async () => bench.loop(fewApi, {rows: few, script, command: 'bash'}),
		ours: async () => bench.export(manyApi, {rows: many}),
	}, {rounds: bench.roundsOf(5)})));
	const [shell, ours] = [samples.shell, samples.ours].map(runs => runs.map(({rowsPerSecond}) => rowsPerSecond));
	const ratio = ratioOf(ours ?? [], shell ?? []);
	return [{
		what, against, goal, measured: formatRatio(ratio), verdict: verdictOf(ratio.value >= 25),
		note: `${formatSpeed(median(ours ?? []))} of ${many.toLocaleString('en')} rows : ${formatSpeed(median(shell ?? []))} of ${few.toLocaleString('en')}`,
	}];
}
