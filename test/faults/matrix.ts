import {checkInvariants, checkOutcome} from './check-case.ts';
import {columns, type Column} from './columns.ts';
import {expectedOf, type Expectation} from './expectation.ts';
import {expectations} from './expectations.ts';
import {isUpdating, readMatrix, updateMatrix} from './matrix-file.ts';
import {blankOf, cellOf, readCells, ruleText} from './matrix-table.ts';
import {rowsOf, runCase, wholeLines} from './run-case.ts';

/** One source under one fault: its name, and what runs it and says what is wrong, each in a sentence. */
export type MatrixCase = readonly [name: string, examine: () => Promise<string[]>];

/** The part of the matrix that one test file runs. */
export interface MatrixPart {
	readonly cases: readonly MatrixCase[];
	/** Figures that MATRIX.md states otherwise, once all cases have run. Writes them first where `UPDATE_MATRIX` is 1. */
	readonly differing: () => Promise<string[]>;
}

/** No case needs so long, in milliseconds: most take a few, those that wait for a time limit a second. */
export const caseTimeoutMs = 20_000;

/** The columns of the matrix with these names. */
export function matrixPart(...names: readonly string[]): MatrixPart {
	const lines = Object.values(expectations).flat();
	const cells = new Map<string, Map<string, string>>(lines.map(line => [ruleText(line), new Map()]));
	const own = columns.filter(({name}) => names.includes(name));
	return {
		cases: own.flatMap(column => {
			const truth = lazily(async () => rowsOf(column));
			return lines.flatMap(line => {
				const note = (cell: string) => cells.get(ruleText(line))?.set(column.name, cell);
				const blank = blankOf(line, column);
				if (blank !== undefined) {
					note(blank);
					return [];
				}
				return [[
					`${column.name}: ${ruleText(line)} ⇒ ${expectedOf(line, column)}`,
					async () => examine(column, line, {truth: await truth(), note}),
				] as const];
			});
		}),
		async differing() {
			if (isUpdating) await updateMatrix(cells, names);
			const stated = readCells(await readMatrix());
			return [...cells].flatMap(([rule, figures]) => [...figures].flatMap(([name, cell]) => {
				const other = stated.get(rule)?.get(name);
				return other === cell ? [] : [`${rule}, ${name}: ${cell}, not ${other ?? 'missing'}: UPDATE_MATRIX=1 npm run test:hostile`];
			}));
		},
	};
}

async function examine(column: Column, line: Expectation, {truth, note}: {truth: readonly string[]; note: (cell: string) => void}): Promise<string[]> {
	const result = await runCase(column, line);
	note(cellOf(result, line, {isWhole: wholeLines(result.faulty.written).length === truth.length}));
	return [...(result.faults === 0 ? ['the fault was never done'] : []), ...checkInvariants(column, result, truth), ...checkOutcome(column, expectedOf(line, column), result, truth)];
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
	let made: Promise<T> | undefined;
	return async () => made ??= make();
}
