import {DAY} from '../../src/base/duration.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';
import {dialectOf, type SourceName} from './dialects.ts';
import {ModelServer, type Behaviour, type ModelRow} from './model-server.ts';

/** Where the workloads end, Unix milliseconds. */
export const now = Date.UTC(2026, 10, 20, 12);

/** When rows are, as shares of the range. */
export type Shape = (index: number, count: number) => number;

/** At the same distance. */
export const evenly: Shape = (index, count) => (index + 0.5) / count;
/** Nine in ten of them within one hundredth of the range. */
export const inBurst: Shape = (index, count) => index % 10 === 0 ? index / count : 0.7 + index / count / 100;
/** By day, for eight hours; for ranges of seven days. */
export const byDay: Shape = (index, count) => (Math.floor(index * 7 / count) + (1 + (index * 7 / count) % 1) / 3) / 7;

/** Rows of some days up to `now`, and the API that has them. */
export interface Workload {
	readonly source: SourceName;
	readonly days: number;
	readonly rows: number;
	readonly shape?: Shape;
	readonly behaviour?: Partial<Behaviour>;
	/** Where the clock stands, Unix milliseconds. Default: `now`. */
	readonly at?: number;
	/** When the row with this number arrives, Unix milliseconds. Default: at its time. */
	readonly arrivesAt?: (index: number) => number | undefined;
}

/** An API with the rows of a workload, and the clock that it goes by. */
export function serve({source, days, rows: count, shape = evenly, behaviour = {}, at = now, arrivesAt = () => undefined}: Workload): {server: ModelServer; clock: VirtualClock} {
	const clock = new VirtualClock(at);
	const dialect = dialectOf(source);
	const spanMs = days * DAY;
	const rows = Array.from({length: count}, (_, index): ModelRow => {
		const time = Math.floor((now - spanMs + shape(index, count) * spanMs) / dialect.unitMs);
		const arrival = arrivesAt(index);
		return {
			text: dialect.row(`"r${index}"`, time, {type: '10001', more: ''}), time, type: '10001', rank: index,
			...(arrival === undefined ? {} : {arrivesAt: arrival}),
		};
	});
	const server = new ModelServer({
		dialect, rows, clock,
		behaviour: {
			start: 'inclusive', end: 'exclusive', order: 'descending', tokens: 'row', tokenLife: Infinity, tokenAtEnd: false, counts: 'rows', totals: 'honest',
			cap: source === 'feishu-apaas' ? 10_000 : Infinity, beyondCap: 'refused', largestPage: Infinity, statesAskedSize: true, longestMs: Infinity,
			outMs: 10, answerMs: [5], ...behaviour,
			...(source === 'feishu-apaas' ? {order: 'ascending'} : {}),
		},
	});
	return {server, clock};
}

const pageSizes: Record<SourceName, number> = {'feishu-openapi': 100, 'feishu-behavior': 200, 'trae-openapi': 200, 'feishu-apaas': 100, 'feishu-dlp': 50};
const longestDays: Record<SourceName, number> = {'feishu-openapi': Infinity, 'feishu-behavior': 30, 'trae-openapi': 90, 'feishu-apaas': Infinity, 'feishu-dlp': Infinity};

/** No client can ask for less. */
export function fewestOf({source, days, rows}: Workload): number {
	return Math.max(1, Math.ceil(days / longestDays[source]), Math.ceil(rows / pageSizes[source]));
}
