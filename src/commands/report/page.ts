import {html, raw} from 'hono/html';
import {DAY} from '../../base/duration.ts';
import {visibleInTable} from '../../base/visible.ts';
import {barChart, calendarChart, type Markup} from './charts.ts';
import {calendarOf, type Count, type Survey} from './survey.ts';
import {words, type Words} from './words.ts';

/** An archive or a file of an export, and what its records come to. Times in Unix milliseconds. */
export interface Subject {
	/** As the command line named it. */
	readonly name: string;
	readonly source: {readonly title: string; readonly name: string; readonly hasOutcome: boolean};
	readonly survey: Survey;
	/** Lines of a file that are no records. */
	readonly unreadable: number;
	readonly archive?: ArchiveSubject;
}

/** What an archive says of itself. */
export interface ArchiveSubject {
	readonly since: number;
	readonly until: number;
	readonly pruned: number | undefined;
	/** What the rows were asked for with, and whose they are: name and value. */
	readonly query: ReadonlyArray<readonly [name: string, value: string]>;
	readonly gaps: ReadonlyArray<{readonly from: number; readonly to: number; readonly reason: string}>;
	/** Segments of rows that came later than their window was read first. */
	readonly late: ReadonlyArray<{readonly from: number; readonly to: number; readonly records: number}>;
	readonly segments: number;
	/** The manifest's last line, by its number and the hash of its bytes. */
	readonly head: {readonly line: number; readonly sha256: string} | null;
}

export interface PageOptions {
	readonly language: 'en' | 'zh';
	readonly timezone: string;
	/** When it was made, Unix milliseconds. */
	readonly now: number;
}

const colours = {good: '#2f7d5b', bad: '#c0392b', plain: '#3a6ea5', part: '#9ecfb8', pruned: '#9a9a9a', late: '#e0a100'};

const style = `
body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 760px; margin: 0 auto; padding: 16px; }
h1 { font-size: 24px; margin: 0 0 4px; }
h2 { font-size: 19px; margin: 36px 0 8px; border-top: 2px solid #222; padding-top: 12px; overflow-wrap: anywhere; }
h3 { font-size: 15px; margin: 22px 0 6px; break-after: avoid; }
p { margin: 6px 0; }
figure { margin: 0; overflow-x: auto; break-inside: avoid; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 3px 10px 3px 0; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
th { font-weight: normal; }
th[scope=row] { min-width: 9em; }
thead th { color: #555; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.bad { color: ${colours.bad}; font-weight: 600; }
.good { color: ${colours.good}; font-weight: 600; }
@media print {
	body { max-width: none; padding: 0; font-size: 11pt; }
	figure { overflow: visible; }
	svg { max-width: 100%; height: auto; }
	tr { break-inside: avoid; }
}
`;

/** A self-contained page: no script, nothing from a network; every text of a record is text. */
export async function reportPage(subjects: readonly Subject[], options: PageOptions): Promise<string> {
	const say = words[options.language];
	const page = await html`<!doctype html>
<html lang="${options.language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${say.title}</title>
<style>${raw(style)}</style>
</head>
<body>
<h1>${say.title}</h1>
<p>${say.made(timeIn(options)(options.now), options.timezone)}</p>
${subjects.map(subject => section(subject, say, options))}
</body>
</html>
`;
	return String(page);
}

function section(subject: Subject, say: Words, options: PageOptions): Markup {
	const {name, source, survey, archive, unreadable} = subject;
	const time = timeIn(options);
	const when = (ms: number | undefined) => (ms === undefined ? '–' : time(ms));
	return html`<section>
<h2>${shown(name)}</h2>
${verdict(subject, say)}
<table><tbody>
${rowsOf([
	[say.source, `${source.title} (${source.name})`],
	...(archive === undefined
		? []
		: [
				[say.covers, `${when(Math.max(archive.since, archive.pruned ?? -Infinity))} – ${when(archive.until)}`] as const,
				...(archive.pruned === undefined
					? []
					: [[say.pruned, say.prunedUntil(when(archive.pruned), when(archive.since))] as const]),
				...archive.query.map(([key, value]) => [key, value] as const),
				[say.segments, String(archive.segments)] as const,
			]),
	[say.records, number(survey.records, options)],
	...(source.hasOutcome ? [[say.failed, number(survey.failed, options)] as const] : []),
	[say.firstLast, `${when(survey.first)} – ${when(survey.last)}`],
	...(survey.undated === 0 ? [] : [[say.undated, number(survey.undated, options)] as const]),
	...(unreadable === 0 ? [] : [[say.unreadable, number(unreadable, options)] as const]),
])}
</tbody></table>
${archive === undefined ? '' : coverage(archive, say, options)}
${eventsByDay(subject, say, options)}
${eventsByHour(subject, say, options)}
${survey.tops.map(
	({field, values, mayMiss}) => html`<h3>${say.top(field)}</h3>
${countTable(
	say.value,
	values.map(({value, meaning, ...count}) => [meaning === undefined ? value : `${value} (${meaning})`, count]),
	{subject, say, options},
)}
${mayMiss === 0 ? '' : html`<p>${say.mayMiss(mayMiss)}</p>`}`,
)}
${archive === undefined ? '' : proof(name, archive, say)}
</section>`;
}

/** Whether all is there, in a sentence. */
function verdict({archive, unreadable}: Subject, say: Words): Markup {
	const gaps = archive?.gaps.length ?? 0;
	if (gaps > 0) return html`<p class="bad">${say.hasGaps(gaps)}</p>`;
	if (unreadable > 0) return html`<p class="bad">${say.hasUnreadable(unreadable)}</p>`;
	return archive === undefined ? html`<p>${say.isFile}</p>` : html`<p class="good">${say.isWhole}</p>`;
}

function coverage(archive: ArchiveSubject, say: Words, {timezone, language, now}: PageOptions): Markup {
	const {since, until, pruned, gaps, late} = archive;
	const states = [
		{name: say.covered, colour: colours.good},
		{name: say.partly, colour: colours.part},
		{name: say.late, colour: colours.late},
		{name: say.gap, colour: colours.bad},
		{name: say.pruned, colour: colours.pruned},
	];
	const calendar = calendarOf(timezone);
	const days = new Map<string, number>();
	const mark = (from: number, to: number, state: number) => {
		for (let at = from; at < to; at += DAY / 4) days.set(calendar(at).day, Math.max(days.get(calendar(at).day) ?? 0, state));
		if (to > from) days.set(calendar(to - 1).day, Math.max(days.get(calendar(to - 1).day) ?? 0, state));
	};
	mark(since, Math.max(until, since), 0);
	// The first and the last day may be there in part.
	if (calendar(since - 1).day === calendar(since).day) mark(since, since + 1, 1);
	if (until > since && calendar(until - 1).day === calendar(until).day) mark(until - 1, until, 1);
	for (const {from, to} of late) mark(from, to, 2);
	for (const {from, to} of gaps) mark(from, Math.min(to, now), 3);
	if (pruned !== undefined) mark(since, pruned, 4);
	const years = groupByYear(days);
	const time = timeIn({timezone});
	const span = ({from, to}: {from: number; to: number}) => `${time(from)} – ${time(to)}`;
	return html`<h3>${say.coverage}</h3>
${[...years]
	.toSorted(([a], [b]) => (a < b ? -1 : 1))
	.map(([year, marked]) => {
		const counts = states
			.map(({name}, state) => [name, marked.filter(([, is]) => is === state).length] as const)
			.filter(([, count]) => count > 0);
		const description = say.calendar(year, counts.map(([name, count]) => `${name} ${count}`).join(', '));
		const chart = calendarChart(description, year, {days: marked, states, locale: language === 'zh' ? 'ZH' : 'EN'});
		return html`<p>${description}</p>${chart}`;
	})}
${gaps.length === 0 ? '' : html`<h3>${say.gaps}</h3><table><tbody>${rowsOf(gaps.map(gap => [span(gap), gap.reason]))}</tbody></table>`}
${
	late.length === 0
		? ''
		: html`<h3>${say.lateRows}</h3><p>${say.lateMeans(late.reduce((sum, {records}) => sum + records, 0))}</p>
<table><tbody>${rowsOf(late.slice(-20).map(segment => [span(segment), say.rows(segment.records)]))}</tbody></table>
${late.length > 20 ? html`<p>${say.lateMore(late.length - 20)}</p>` : ''}`
}`;
}

function groupByYear(days: ReadonlyMap<string, number>): Map<string, Array<[string, number]>> {
	const years = new Map<string, Array<[string, number]>>();
	for (const day of days) {
		const year = day[0].slice(0, 4);
		const others = years.get(year);
		if (others === undefined) years.set(year, [day]);
		else others.push(day);
	}
	return years;
}

function eventsByDay(subject: Subject, say: Words, options: PageOptions): Markup {
	const {days} = subject.survey;
	if (days.size === 0) return html``;
	const names = [...days.keys()];
	const most = [...days].toSorted(([, a], [, b]) => b.records - a.records).slice(0, 10);
	const description = say.byDay(names.length, names[0] ?? '', names.at(-1) ?? '');
	return html`<h3>${say.eventsByDay}</h3>${barChart(description, names, parts([...days.values()], subject, say))}
${countTable(say.busiest, most, {subject, say, options})}`;
}

function eventsByHour(subject: Subject, say: Words, options: PageOptions): Markup {
	const {hours, days} = subject.survey;
	if (days.size === 0) return html``;
	const names = hours.map((_, hour) => String(hour).padStart(2, '0'));
	const counts = hours.map((count, hour) => `${names[hour]}: ${number(count.records, options)}`).join(', ');
	return html`<h3>${say.eventsByHour}</h3>${barChart(`${say.eventsByHour}. ${counts}`, names, parts(hours, subject, say))}`;
}

function parts(counts: readonly Count[], {source}: Subject, say: Words) {
	if (!source.hasOutcome) return [{name: say.records, colour: colours.plain, values: counts.map(({records}) => records)}];
	return [
		{name: say.succeeded, colour: colours.good, values: counts.map(({records, failed}) => records - failed)},
		{name: say.failed, colour: colours.bad, values: counts.map(({failed}) => failed)},
	];
}

function countTable(
	heading: string,
	rows: ReadonlyArray<readonly [string, Count]>,
	{subject, say, options}: {subject: Subject; say: Words; options: PageOptions},
): Markup {
	const {hasOutcome} = subject.source;
	const failedCell = (cell: Markup) => (hasOutcome ? cell : '');
	return html`<table><thead><tr><th scope="col">${heading}</th><th scope="col" class="n">${say.records}</th>
${failedCell(html`<th scope="col" class="n">${say.failed}</th>`)}</tr></thead><tbody>
${rows.map(
	([name, {records, failed}]) => html`<tr><th scope="row">${shown(name)}</th><td class="n">${number(records, options)}</td>
${failedCell(html`<td class="n">${number(failed, options)}</td>`)}</tr>`,
)}
</tbody></table>`;
}

/** What proves it, and how somebody else checks it. */
function proof(name: string, {head}: ArchiveSubject, say: Words): Markup {
	return html`<h3>${say.proof}</h3>
${
	head === null
		? html`<p>${say.noHead}</p>`
		: html`<p>${say.head(head.line)}<br><code>${head.sha256}</code></p><p>${say.headMeans}</p>
<p><code>sed -n ${head.line + 1}p manifest.ndjson | tr -d '\\n' | sha256sum</code><br><code>audit-export verify ${shown(name)}</code></p>`
}`;
}

function rowsOf(rows: ReadonlyArray<readonly [string, string]>): Markup[] {
	return rows.map(([name, value]) => html`<tr><th scope="row">${shown(name)}</th><td>${shown(value)}</td></tr>`);
}

/** A text from outside: nothing in it moves, hides or turns what stands beside it. */
function shown(text: string): string {
	return visibleInTable(text);
}

function number(value: number, {language}: Pick<PageOptions, 'language'>): string {
	return value.toLocaleString(language === 'zh' ? 'zh-CN' : 'en');
}

function timeIn({timezone}: Pick<PageOptions, 'timezone'>): (ms: number) => string {
	const format = new Intl.DateTimeFormat('sv-SE', {timeZone: timezone, dateStyle: 'short', timeStyle: 'medium'});
	return ms => format.format(ms);
}
