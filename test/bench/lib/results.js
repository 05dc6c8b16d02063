import {existsSync, readFileSync, writeFileSync} from 'node:fs';

/** The table stands between these lines; everything around it is written by hand. */
const opening = '<!-- measured: written by `npm run bench` -->';
const closing = '<!-- /measured -->';
const title = '# Benchmarks\n';

/** @typedef {import('./row.js').Row & {scenario: string, date: string}} Result */

const headers = ['scenario', 'what', 'against', 'goal', 'measured', 'verdict', 'note', 'date'];

/** @param {Result} result */
function cellsOf({scenario, what, against, goal, measured, verdict, note, date}) {
	return [scenario, what, against, goal, measured, verdict, note, date];
}

/** @param {readonly string[]} cells */
function line(cells) {
	return `| ${cells.map(cell => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

/**
 * Puts results into a Markdown file: rows of the scenarios that ran are replaced, the others and everything outside of the
 * table stay.
 * @param {string} path
 * @param {readonly Result[]} results
 * @param {{machine: string, order: readonly string[]}} about `order`: the scenarios by name
 */
export function writeResults(path, results, {machine, order}) {
	const text = existsSync(path) ? readFileSync(path, 'utf8') : `${title}\n${opening}\n${closing}\n`;
	const start = text.indexOf(opening);
	const end = text.indexOf(closing);
	if (start === -1 || end < start) throw new Error(`${path}: the lines ${opening} and ${closing} are not there`);
	const ran = new Set(results.map(({scenario}) => scenario));
	const kept = text.slice(start, end).split('\n').filter(row => row.startsWith('| ') && !row.startsWith('| scenario') && !ran.has(scenarioOf(row)));
	const rows = [...kept, ...results.map(result => line(cellsOf(result)))];
	const sorted = rows.toSorted((a, b) => order.indexOf(scenarioOf(a)) - order.indexOf(scenarioOf(b)));
	const table = [line(headers), `|${'---|'.repeat(headers.length)}`, ...sorted].join('\n');
	writeFileSync(path, `${text.slice(0, start)}${opening}\n${machine}\n\n${table}\n${text.slice(end)}`);
}

/** @param {string} row */
function scenarioOf(row) {
	return row.split(' | ')[0]?.slice(2) ?? '';
}

/**
 * The results as columns for a terminal.
 * @param {readonly Result[]} results
 */
export function formatTable(results) {
	const rows = [headers, ...results.map(result => cellsOf(result))].map(cells => cells.slice(0, -1));
	const widths = headers.map((_, index) => Math.max(...rows.map(cells => cells[index]?.length ?? 0)));
	return rows.map(cells => `${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ').trimEnd()}\n`).join('');
}
