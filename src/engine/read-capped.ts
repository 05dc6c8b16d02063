import type {AuditRecord} from '../base/record.ts';
import {
	askPage, askPastEnd, endsFull, learnMeaning, partOf, type CappedReader, type CountedPage, type FittingInputs, type Part,
} from './capped-page.ts';
import {ahead, Lanes, type Lane} from './lanes.ts';
import {offsetOf} from './offset-meaning.ts';
import type {Oddities, WindowReport} from './problems.ts';
import {readInstant, readPart} from './read-instant.ts';
import {readUntilStill, tellSurplus, type ReadingOutcome} from './read-window.ts';
import {SeenRows} from './seen-rows.ts';
import {StretchReading, type Statement} from './stretch-reading.ts';
import {stretchesOf, type CrowdedInstant, type Doubtful, type Stretch} from './stretches.ts';
import type {Window} from './windows.ts';

type Records = AsyncGenerator<AuditRecord[], void, undefined>;

/** What is asked for next: a page of a stretch, once more how many rows a stretch has, or what is read by itself. */
type Step =
	| {readonly kind: 'page'; readonly reading: StretchReading; readonly index: number; readonly ask: () => Promise<CountedPage>}
	| {readonly kind: 'end'; readonly reading: StretchReading; readonly ask: () => Promise<Statement | undefined>}
	| CrowdedInstant
	| Doubtful;

/** A step that was taken. */
type Taken =
	| {readonly kind: 'page'; readonly reading: StretchReading; readonly index: number; readonly page: CountedPage}
	| {readonly kind: 'end'; readonly reading: StretchReading; readonly check: Statement | undefined}
	| CrowdedInstant
	| Doubtful;

/**
 * Reads one window of an API that reaches at most `cap` rows of a query: stretch after stretch, oldest first, the pages
 * of each beside each other and the next stretch planned meanwhile, so that the way to the API is never idle.
 */
export async function* readCapped(window: Window, reader: CappedReader, report: WindowReport): Records {
	const before = {...report};
	const lane = reader.lanes.open();
	const through: CappedReader = {...reader, fetchPage: parameters => lane.send(() => reader.fetchPage(parameters))};
	try {
		yield* readStretches(window, {reader: through, report, seen: undefined, lane});
		tellSurplus(window, report, before);
	} finally {
		lane.close();
	}
}

/** @param inputs.seen the rows of readings before the window had to be cut */
async function* readStretches(window: Window, {reader, report, seen, lane}: {
	reader: CappedReader; report: WindowReport; seen: SeenRows | undefined; lane: Pick<Lane, 'pages' | 'plans'>;
}): Records {
	const stretches = ahead(stretchesOf(window, reader), lane.plans, async stretch => stretch);
	for await (const step of ahead(stepsOf(stretches, reader, seen), lane.pages, take)) {
		if (step.kind === 'instant') {
			yield* readInstant(step.window, reader, {report, seen: seen ?? new SeenRows(), readFitting});
		} else if (step.kind === 'doubtful') {
			yield* readFitting(partOf(step.window, reader), {first: undefined, reader, report, seen: seen ?? new SeenRows(), isDoubtful: true});
		} else if (step.kind === 'page') {
			const kept = step.reading.take(step.page, step.index);
			if (kept.length > 0) yield kept;
		} else {
			yield* settle(step.reading, step.check, {reader, report});
		}
	}
}

async function take(step: Step): Promise<Taken> {
	switch (step.kind) {
		case 'instant': case 'doubtful': return step;
		case 'end': return {kind: 'end', reading: step.reading, check: await step.ask()};
		case 'page': return {kind: 'page', reading: step.reading, index: step.index, page: await step.ask()};
	}
}

async function* stepsOf(
	stretches: AsyncIterable<Stretch | CrowdedInstant | Doubtful>, reader: CappedReader, seen: SeenRows | undefined,
): AsyncGenerator<Step, void, undefined> {
	for await (const stretch of stretches) {
		if (stretch.kind === 'stretch') yield* pagesOf(stretch, reader, seen);
		else yield stretch;
	}
}

async function* pagesOf(stretch: Stretch, reader: CappedReader, seen: SeenRows | undefined): AsyncGenerator<Step, void, undefined> {
	const {part, pages, size, known, borrowed} = stretch;
	const reading = new StretchReading(stretch, reader, seen);
	/** What each answer for the part says; undefined for one that failed, which surfaces in its turn. */
	const stated: Array<Promise<{total: number; rows: number} | undefined>> = [];
	const pageAt = (index: number, asked = known.get(index)): Step => ({
		kind: 'page', reading, index,
		ask: async () => {
			const page = borrowed.get(index);
			if (page !== undefined) return page;
			const own = asked ?? askPage(part, offsetOf(index, size, reader.learned.meaning ?? 'rows'), reader);
			stated.push(own.then(({total, records: {length: rows}}) => ({total, rows}), () => undefined));
			return own;
		},
	});
	yield pageAt(0);
	const first = await known.get(0);
	const second = pages === 1 || first === undefined ? undefined : await learnMeaning(part, first, reader);
	for (let index = 1; index < pages; index++)
		yield pageAt(index, index === 1 && second !== undefined ? Promise.resolve(second) : known.get(index));
	if (borrowed.size === 0 && first !== undefined && endsFull(first.total, first, reader)) {
		yield {kind: 'page', reading, index: pages, ask: async () => askPastEnd(part, {first, index: pages}, reader)};
	}
	yield {kind: 'end', reading, ask: async () => {
		if (borrowed.size === 0) return undefined;
		const answers = await Promise.all(stated);
		const rowsOnLast = borrowed.get(pages - 1)?.records.filter(({time = 0}) => time < part.to).length ?? answers.at(-1)?.rows ?? 0;
		// What the borrowed pages leave open is asked for now, rather than when everything waits for it.
		return answers.length > 0 && answers.every(answer => answer?.total === (pages - 1) * size + rowsOnLast) ? undefined : reading.askAgain();
	}};
}

/** Settles whether a stretch was read whole: then its report counts, and otherwise it is read again. */
async function* settle(
	reading: StretchReading, check: Statement | undefined, {reader, report}: {reader: CappedReader; report: WindowReport},
): Records {
	const outcome = await reading.outcome(check);
	const {stretch: {part: {from, to}}, seen} = reading;
	report.duplicates += reading.report.duplicates;
	report.changed += reading.report.changed;
	report.written += reading.report.written;
	if (outcome.kind === 'complete') {
		report.oddities = sumOf(report.oddities, reading.report.oddities);
		report.inside += reading.report.inside;
		report.total = (report.total ?? 0) + (reading.report.total ?? 0);
	} else {
		yield* readFitting(partOf({from, to}, reader), {first: undefined, reader, report, seen}, outcome);
	}
}

/**
 * Reads a part whose total is under the cap, again where it moves, and cuts it where it has outgrown the cap.
 * @param outcome how a first reading went, where there was one
 */
async function* readFitting(
	part: Part, {first, reader, report, seen, isDoubtful = false}: FittingInputs, outcome?: ReadingOutcome,
): Records {
	const ended = yield* readUntilStill(part, {reader, report}, turn =>
		turn.isRepeated || outcome === undefined
			? readPart(part, {first: turn.isRepeated ? undefined : first, reader, report, seen, isDoubtful}, turn)
			: wasRead(outcome),
	);
	if (ended.kind !== 'too-many') return;
	for (const smaller of ended.parts) yield* readStretches(smaller, {reader, report, seen, lane: new Lanes(reader.concurrency).open()});
}

/** A reading that has taken place. */
async function* wasRead(outcome: ReadingOutcome): AsyncGenerator<AuditRecord[], ReadingOutcome, undefined> {
	const nothingMore: AuditRecord[][] = [];
	yield* nothingMore;
	return outcome;
}

function sumOf(one: Oddities, other: Oddities): Oddities {
	return {
		unreadable: one.unreadable + other.unreadable,
		noRows: one.noRows + other.noRows,
		outOfRange: one.outOfRange + other.outOfRange,
		ambiguous: one.ambiguous + other.ambiguous,
		altered: one.altered + other.altered,
	};
}
