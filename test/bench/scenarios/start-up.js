import {fileURLToPath} from 'node:url';
import {withApi} from '../lib/api.js';
import {runWell} from '../lib/child.js';
import {formatRatio, verdictOf} from '../lib/row.js';
import {inTurns, median, ratioOf} from '../lib/statistics.js';

const script = fileURLToPath(new URL('../loops/bare.js', import.meta.url));

/** What is felt with every command: the time to an answer, and to the first row on the screen. @type {import('./index.js').Scenario} */
export async function startUp(bench) {
	const node = async (/** @type {readonly string[]} */ args) => (await runWell(process.execPath, args, bench.plain)).ms;
	const commands = await inTurns({
		nothing: async () => node(['-e', '0']),
		version: async () => node([bench.binary, '--version']),
		help: async () => node([bench.binary, '--help']),
		sourceHelp: async () => node([bench.binary, 'feishu-openapi', '--help']),
	}, {rounds: bench.roundsOf(21)});
	const firsts = await withApi({api: 'openapi', rows: 1000, latencyMs: 20}, async api => {
		const first = async (/** @type {readonly string[]} */ args) => (await runWell(process.execPath, args, {...bench.plain, untilFirstByte: true})).firstByteMs;
		const ours = [bench.binary, 'feishu-openapi', ...api.range, '--base-url', api.url];
		return inTurns({
			bare: async () => first([script, api.url, ...api.seconds]),
			ndjson: async () => first([...ours, '--window', '1d']),
			table: async () => first([...ours, '--window', '1d', '--format', 'table']),
			// No window of an hour fills a page of the table's sample alone.
			hours: async () => first(ours),
		}, {rounds: bench.roundsOf(21)});
	});
	return [
		toRow('--version', {ours: commands.version, theirs: commands.nothing, rival: 'node -e 0', goal: 1.4}),
		toRow('--help', {ours: commands.help, theirs: commands.nothing, rival: 'node -e 0', goal: 2.2}),
		toRow('feishu-openapi --help', {ours: commands.sourceHelp, theirs: commands.nothing, rival: 'node -e 0', goal: 2.2}),
		toRow('first row, NDJSON, 20 ms latency', {ours: firsts.ndjson, theirs: firsts.bare, rival: "bare loop's", goal: 1.5}),
		toRow('first row, table, 20 ms latency', {ours: firsts.table, theirs: firsts.bare, rival: "bare loop's", goal: 1.5}),
		toRow('first row, NDJSON, 20 ms latency, windows of an hour', {ours: firsts.hours, theirs: firsts.bare, rival: "bare loop's", goal: 1.5}),
	];
}

/**
 * @param {string} what
 * @param {{ours: readonly number[], theirs: readonly number[], rival: string, goal: number}} times
 * @returns {import('../lib/row.js').Row}
 */
function toRow(what, {ours, theirs, rival, goal}) {
	const ratio = ratioOf(ours, theirs);
	return {what, against: rival, goal: `≤ ${goal.toFixed(2)} ×`, measured: formatRatio(ratio), verdict: verdictOf(ratio.value <= goal), note: `${Math.round(median(ours))} ms : ${Math.round(median(theirs))} ms`};
}
