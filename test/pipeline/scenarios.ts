import fc from 'fast-check';
import {HOUR} from '../../src/base/duration.ts';
import {dialectOf, type Dialect, type SourceName} from './dialects.ts';
import type {Behaviour, ModelRow} from './model-server.ts';

/** Where the tests' clocks stand at first, and where the ranges begin. */
export const now = Date.UTC(2026, 10, 20, 12);
const origin = Date.UTC(2026, 10, 10);

/** An export of a model. */
export interface Scenario {
	readonly dialect: Dialect;
	/** Sorted by nothing. */
	readonly rows: readonly ModelRow[];
	readonly behaviour: Behaviour;
	/** The range, Unix milliseconds. */
	readonly since: number;
	readonly until: number;
	readonly windowMs: number;
	/** Windows follow the volume instead. */
	readonly auto: boolean;
	readonly pageSize: number;
	readonly concurrency: number;
	readonly retries: number;
	readonly order: 'served' | 'time';
	/** Requests per second. */
	readonly rate: number;
	/** The cap that the source is made to know; that of the documents where it is undefined. */
	readonly knownCap: number | undefined;
}

/** Members that a careless reader or writer of JSON would alter. */
const oddMembers = [
	'', '', ',"n":12345678901234567890', ',"f":1.0,"e":1E5,"z":-0', ',"u":"\\u00e9\\ud83d\\ude00 é 审计 \\/"', ',"__proto__":{"a":1},"constructor":null',
	',"2":1,"1":[[],{}]', ',"data":{"items":[{"id":"x"}],"has_more":true,"total":3}', ',"s":"=1+1,\\"\\r\\n\\t]}"', ',"same":1,"same":2',
] as const;

/** Ids of 19 digits that a float cannot tell apart, written as numbers by every third row. */
function idText(index: number): string {
	const digits = String(7123456789012345000n + BigInt(index));
	return index % 3 === 0 ? digits : JSON.stringify(index % 3 === 1 ? digits : `id-${index}`);
}

interface Shape {
	/** Units of the range, and windows that it takes. */
	readonly units: number;
	readonly windows: number;
}

const shapes: fc.Arbitrary<Shape> = fc.record({units: fc.constantFrom(1, 2, 7, 60, 400, 86_400, 3 * 86_400 + 1), windows: fc.integer({min: 1, max: 9})});

/** Rows at one time: where it is, and how many of them. */
interface Cluster {
	readonly anchor: 'since' | 'until' | 'window' | 'anywhere';
	readonly delta: number;
	readonly share: number;
	readonly count: number;
	readonly type: string;
	readonly seed: number;
	/** When they arrive, in milliseconds after the export began; undefined: they are there. */
	readonly arrival?: number | undefined;
}

const clusters = (mostRows: number, arrivals: fc.Arbitrary<number | undefined>): fc.Arbitrary<Cluster[]> => fc.array(fc.record({
	anchor: fc.constantFrom('since' as const, 'until' as const, 'window' as const, 'anywhere' as const, 'anywhere' as const),
	delta: fc.integer({min: -2, max: 2}),
	share: fc.double({min: 0, max: 1, noNaN: true}),
	count: fc.oneof(fc.constant(1), fc.integer({min: 1, max: 4}), fc.integer({min: 1, max: mostRows})),
	type: fc.constantFrom('10001', '10002', '10003'),
	seed: fc.nat(1000),
	arrival: arrivals,
}), {maxLength: 14});

function rowsOf(list: readonly Cluster[], {units, windowUnits, first, dialect}: {units: number; windowUnits: number; first: number; dialect: Dialect}): ModelRow[] {
	let index = 0;
	return list.flatMap(({anchor, delta, share, count, type, seed, arrival}) => {
		const places = {since: delta, until: units + delta, window: Math.floor(share * units / windowUnits) * windowUnits + delta, anywhere: Math.floor(share * units)};
		return Array.from({length: count}, (): ModelRow => {
			const number = index++;
			const time = first + places[anchor];
			return {
				text: dialect.row(idText(number), time, {type, more: oddMembers[(seed + number) % oddMembers.length] ?? ''}),
				// Neither the order of making nor that of ids is the order of serving.
				time, type, rank: (number * 7919 + seed) % 10_007 + number / 1e6,
				...(arrival === undefined ? {} : {arrivesAt: now + arrival}),
			};
		});
	});
}

/** What a scenario is drawn from, where a test wants less than everything. */
export interface Choice {
	readonly sources?: readonly SourceName[];
	/** Rows of one time, at most. */
	readonly mostRows?: number;
	/** When rows arrive, in milliseconds after the export began. */
	readonly arrivals?: fc.Arbitrary<number | undefined>;
	/** Requests after which page tokens die. */
	readonly tokenLives?: fc.Arbitrary<number>;
	/** Caps of offset paging, by rows, that the source knows as well. */
	readonly caps?: fc.Arbitrary<number | undefined>;
	readonly behaviour?: Partial<Behaviour>;
	/** The length of the range, in milliseconds. */
	readonly spanMs?: number;
	/** Whether windows follow the volume. */
	readonly auto?: fc.Arbitrary<boolean>;
}

/** The scenario with a method by which fast-check shows what is in it, without thousands of lines of rows. */
function withText(scenario: Scenario, list: readonly Cluster[]): Scenario {
	const {rows: {length}, dialect: {source}, ...others} = scenario;
	return Object.assign(scenario, {[fc.toStringMethod]: () => `${source} ${fc.stringify(others)} with ${length} rows: ${fc.stringify(list)}`});
}

/** Exports of any rows from any API that fits the documents. */
export function scenarios({
	sources = ['feishu-openapi', 'feishu-behavior', 'trae-openapi', 'feishu-apaas'], mostRows = 45, arrivals = fc.constant(undefined), tokenLives = fc.constant(Infinity),
	caps = fc.oneof(fc.constant(undefined), fc.integer({min: 150, max: 260})), behaviour: fixed = {}, spanMs, auto = fc.boolean(),
}: Choice = {}): fc.Arbitrary<Scenario> {
	const behaviours = fc.record({
		start: fc.constantFrom('inclusive' as const, 'exclusive' as const),
		end: fc.constantFrom('inclusive' as const, 'exclusive' as const),
		order: fc.constantFrom('ascending' as const, 'descending' as const, 'scrambled' as const),
		tokens: fc.constantFrom('snapshot' as const, 'row' as const, 'count' as const),
		tokenLife: tokenLives,
		tokenAtEnd: fc.boolean(),
		counts: fc.constantFrom('rows' as const, 'pages' as const),
		totals: fc.constantFrom('honest' as const, 'saturating' as const),
		beyondCap: fc.constantFrom('empty' as const, 'refused' as const),
		largestPage: fc.oneof({arbitrary: fc.constant(Infinity), weight: 3}, {arbitrary: fc.integer({min: 1, max: 12}), weight: 1}),
		statesAskedSize: fc.boolean(),
		longestMs: fc.constantFrom(Infinity, Infinity, 5 * HOUR),
		outMs: fc.constantFrom(0, 1, 40),
		answerMs: fc.array(fc.constantFrom(0, 1, 15, 200), {minLength: 1, maxLength: 5}),
	});
	return fc.record({
		source: fc.constantFrom(...sources),
		shape: shapes,
		list: clusters(mostRows, arrivals),
		auto,
		behaviour: behaviours,
		cap: caps,
		half: fc.constantFrom(0, 0, 0.5),
		pageSize: fc.integer({min: 1, max: 25}),
		concurrency: fc.integer({min: 1, max: 6}),
		retries: fc.constantFrom(0, 1, 2, 5),
		order: fc.constantFrom('served' as const, 'time' as const),
		rate: fc.constantFrom(1000, 1000, 20, 3),
	}).map(({source, shape: {units: anyUnits, windows}, list, auto: isAuto, behaviour, cap, half, pageSize, concurrency, retries, order, rate}): Scenario => {
		const dialect = dialectOf(source);
		const {unitMs} = dialect;
		const units = spanMs === undefined ? anyUnits : spanMs / unitMs;
		const windowUnits = Math.ceil(units / windows);
		const first = origin / unitMs;
		// Bounds that stand between two units are bounds all the same.
		const shift = unitMs === 1 ? 0 : half * unitMs;
		const isCapped = dialect.paging === 'offset';
		return withText({
			dialect, rows: rowsOf(list, {units, windowUnits, first, dialect}),
			behaviour: {
				// A range of the default length is accepted by all of them.
				...behaviour, longestMs: isAuto && source === 'feishu-openapi' ? behaviour.longestMs : Infinity, cap: isCapped ? cap ?? 10_000 : Infinity, ...fixed,
				// Only that API documents an order, and how to ask for it.
				order: isCapped && behaviour.order === 'scrambled' ? 'ascending' : behaviour.order,
			},
			since: origin + shift, until: origin + units * unitMs + shift,
			windowMs: windowUnits * unitMs, auto: isAuto, pageSize: isCapped && cap !== undefined ? Math.min(pageSize, Math.ceil(cap / 3)) : pageSize, concurrency, retries, order, rate, knownCap: isCapped ? cap : undefined,
		}, list);
	});
}

/**
 * The scenario moved to another time.
 * @param arrivesAt when a row of this time is there; both Unix milliseconds
 */
export function movedTo(scenario: Scenario, since: number, arrivesAt: (time: number, row: ModelRow) => number): Scenario {
	const {dialect: {unitMs}} = scenario;
	const shift = Math.floor((since - scenario.since) / unitMs);
	const rows = scenario.rows.map((row): ModelRow => {
		const time = row.time + shift;
		return {...row, time, text: row.text.replace(String(row.time), String(time)), arrivesAt: arrivesAt(time * unitMs, row)};
	});
	return {...scenario, rows, since: scenario.since + shift * unitMs, until: scenario.until + shift * unitMs};
}

/** The rows that an export of a scenario is of. */
export function expectedRows({rows, since, until, dialect: {unitMs}}: Pick<Scenario, 'rows' | 'since' | 'until' | 'dialect'>): ModelRow[] {
	return rows.filter(({time}) => time * unitMs >= since && time * unitMs < until);
}

/** Their texts, sorted. */
export function textsOf(rows: readonly ModelRow[]): string[] {
	return rows.map(({text}) => text).toSorted();
}

/** Whether an instant, neighbours and all, may hold more rows than a query reaches in whole pages: then some may stay behind. */
export function crowdsOf({rows, behaviour: {cap, largestPage}, pageSize}: Scenario): (time: number) => boolean {
	const size = Math.min(pageSize, largestPage);
	// A page is within reach only if it were so in the size that is asked for.
	const reach = (Math.floor((cap - pageSize) / size) + 1) * size;
	const counts = new Map<number, number>();
	for (const {time} of rows) for (const near of [time - 1, time, time + 1]) counts.set(near, (counts.get(near) ?? 0) + 1);
	return time => (counts.get(time) ?? 0) >= Math.min(reach, cap);
}

/** Whether there are such instants in the range. */
export function isCrowded(scenario: Scenario): boolean {
	const isCrowdedAt = crowdsOf(scenario);
	return expectedRows(scenario).some(({time}) => isCrowdedAt(time));
}
