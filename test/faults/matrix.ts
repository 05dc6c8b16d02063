import {expect, it} from 'vitest';
import {checkDone, checkInvariants, checkOutcome} from './check-case.ts';
import {columns, type Column} from './columns.ts';
import {expectedOf, type Expectation} from './expectation.ts';
import {expectations} from './expectations.ts';
import {isUpdating, readMatrix, updateMatrix} from './matrix-file.ts';
import {cellOf, notAsked, readCells, ruleText} from './matrix-table.ts';
import {rowsOf, runCase, wholeLines} from './run-case.ts';

/** No case needs so long, in milliseconds: most take a few, those that wait for a time limit a second, those of a total beyond all reason some. */
const caseTimeoutMs = 60_000;

/**
 * Tests one column of the matrix: its source under every fault, and that MATRIX.md states what came out, which is written
 * first where `UPDATE_MATRIX` is 1.
 */
export function testColumn(name: string): void {
	const column = columns.find(each => each.name === name);
	if (column === undefined) throw new Error(`there is no column ${name}`);
	const lines = Object.values(expectations).flat();
	const cells = new Map<string, string>();
	const truth = lazily(async () => rowsOf(column));

	it.concurrent.each(lines.map(line => [`${name}: ${ruleText(line)} ⇒ ${expectedOf(line, column)}`, line] as const))('%s', async (_, line) => {
		expect(await examine(column, line, {truth: await truth(), note: cell => cells.set(ruleText(line), cell)})).toEqual([]);
	}, caseTimeoutMs);

	it('has the figures that MATRIX.md states', async () => {
		if (isUpdating) await updateMatrix(cells, name);
		const stated = readCells(await readMatrix());
		const differing = [...cells].flatMap(([rule, cell]) => {
			const other = stated.get(rule)?.get(name);
			return other === cell ? [] : [`${rule}, ${name}: ${cell}, not ${other ?? 'missing'}: UPDATE_MATRIX=1 npm run test:hostile`];
		});
		expect(differing).toEqual([]);
	});
}

/** Runs one source under one fault, and says what is wrong, each in a sentence. */
async function examine(column: Column, line: Expectation, {truth, note}: {truth: readonly string[]; note: (cell: string) => void}): Promise<string[]> {
	const expected = expectedOf(line, column);
	const result = await runCase(column, line);
	note(expected === 'not asked' ? notAsked : cellOf(result, line, {isWhole: wholeLines(result.faulty.written).length === truth.length}));
	return [...checkDone(expected, result), ...checkInvariants(column, result, truth), ...checkOutcome(column, expected, result, truth)];
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
	let made: Promise<T> | undefined;
	return async () => made ??= make();
}
