import {catalogue} from './catalogue/catalogue.ts';
import type {FaultDefinition} from './catalogue/fault.ts';
import {columns, type Column} from './columns.ts';
import type {Expectation} from './expectation.ts';
import {expectations, whyNotAsked} from './expectations.ts';
import {wholeLines, pace, paging, range, type CaseResult} from './run-case.ts';

/** The figures of the matrix: by rule, then by column. */
export type Cells = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** What stands for a fault that nothing of a source can meet. */
export const notAsked = '–';

/** The name of a line. */
export function ruleText({rule}: Pick<Expectation, 'rule'>): string {
	return JSON.stringify(rule);
}

/** What one case came to, as far as it is the same every time. */
export function cellOf({faulty: {code, summary, written}}: CaseResult, {inexact}: Expectation, {isWhole}: {isWhole: boolean}): string {
	const kinds = [...new Set(summary?.problems.map(({kind}) => kind))];
	const outcome = code === 0 && !isWhole ? '0 as served' : [code, ...(code === 6 ? kinds : [])].join(' ');
	const rows = wholeLines(written).length;
	return [outcome, rows, ...(inexact === true ? [] : [summary?.requests ?? 0, summary?.retries ?? 0])].join(' · ');
}

/** The whole document. */
export function renderMatrix(cells: Cells, introduction: string): string {
	const sections = Object.entries<FaultDefinition>(catalogue).map(([name, {summary}]) => {
		const lines = expectations[name] ?? [];
		return [`## ${name}`, '', `${capitalized(summary)}.`, '', ...reasonOf(name), ...tableOf(lines, cells), ''].join('\n');
	});
	return [introduction, ...sections, totalsOf(cells), ''].join('\n');
}

function reasonOf(fault: string): string[] {
	const reason = whyNotAsked[fault];
	return reason === undefined ? [] : [`\`${notAsked}\`: ${reason}`, ''];
}

function tableOf(lines: readonly Expectation[], cells: Cells): string[] {
	return [
		`| rule | promise | ${columns.map(({name}) => name).join(' | ')} |`,
		`|${'---|'.repeat(columns.length + 2)}`,
		...lines.map(line => {
			const figures = columns.map(({name}) => cells.get(ruleText(line))?.get(name) ?? '?');
			return `| \`${ruleText(line)}\`${settingsOf(line)} | ${line.promise} | ${figures.join(' | ')} |`;
		}),
	];
}

function settingsOf({timeout, options = []}: Expectation): string {
	const settings = [...(timeout === undefined ? [] : ['--timeout', timeout]), ...options];
	return settings.length === 0 ? '' : ` with \`${settings.join(' ')}\``;
}

/** Reads the figures of a document back, which may have been written of other columns. */
export function readCells(document: string): Cells {
	const cells = new Map<string, Map<string, string>>();
	let names: readonly string[] = [];
	for (const line of document.split('\n')) {
		if (line.startsWith('| rule | ')) names = figuresOf(line);
		const [, rule] = /^\| `(\{.*?\})`/.exec(line) ?? [];
		if (rule === undefined) continue;
		const figures = figuresOf(line);
		cells.set(rule, new Map(names.map((name, index) => [name, figures[index] ?? '?'])));
	}
	return cells;
}

function figuresOf(line: string): string[] {
	return line.split(' | ').slice(2).map(cell => cell.replace(/ \|$/, ''));
}

function totalsOf(cells: Cells): string {
	const all = [...cells.values()].flatMap(line => [...line.values()]);
	const count = (isMeant: (cell: string) => boolean) => all.filter(isMeant).length;
	const complete = count(cell => cell.startsWith('0 ·'));
	const served = count(cell => cell.startsWith('0 as served'));
	const failed = count(cell => /^[134] /.test(cell));
	const incomplete = count(cell => cell.startsWith('6 '));
	return `**${all.length} cases, all of them run: ${complete} complete, ${failed} failed and said so, ${incomplete} incomplete and said so, ${served} as served, which nobody can tell from complete; `
		+ `in ${count(cell => cell === notAsked)} the fault cannot come up.**`;
}

/** How each column is asked, as anybody can do it. */
export function commandOf({args}: Column): string {
	return ['audit-export', ...args, ...range, ...paging, ...pace].join(' ');
}

function capitalized(text: string): string {
	return text.slice(0, 1).toUpperCase() + text.slice(1);
}
