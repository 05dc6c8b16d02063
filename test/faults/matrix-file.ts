import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {systemCode} from '../../src/base/errors.ts';
import {columns} from './columns.ts';
import {expectations} from './expectations.ts';
import {introduction} from './introduction.ts';
import {readCells, renderMatrix, ruleText} from './matrix-table.ts';

/** Another process writes for a moment only. */
const mostTries = 500;
const lockPollMs = 20;

const path = fileURLToPath(new URL('MATRIX.md', import.meta.url));

/** Whether the document is to be written rather than compared. */
export const isUpdating = process.env['UPDATE_MATRIX'] === '1';

/** The document as it stands. */
export async function readMatrix(): Promise<string> {
	try {
		return await readFile(path, 'utf8');
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return '';
		throw error;
	}
}

/** Writes the figures of one column, by rule, into the document, beside those of the others, which other processes may be writing. */
export async function updateMatrix(cells: ReadonlyMap<string, string>, column: string): Promise<void> {
	await locked(async () => {
		const before = readCells(await readMatrix());
		const rules = Object.values(expectations).flat().map(line => ruleText(line));
		const all = new Map(rules.map(rule => [rule, new Map(columns.map(({name}) => [name, (name === column ? cells.get(rule) : before.get(rule)?.get(name)) ?? '?']))]));
		await writeFile(path, renderMatrix(all, introduction));
	});
}

/** The document, and what its figures come to. */
export async function matrixAndRendered(): Promise<readonly [document: string, rendered: string]> {
	const document = await locked(readMatrix);
	return [document, isUpdating ? document : renderMatrix(readCells(document), introduction)];
}

async function locked<T>(work: () => Promise<T>): Promise<T> {
	if (!isUpdating) return work();
	const lock = `${path}.lock`;
	for (let tries = 1; ; tries++) {
		try {
			await mkdir(lock);
			break;
		} catch (error) {
			if (systemCode(error) !== 'EEXIST' || tries === mostTries) throw error;
			await pause(lockPollMs);
		}
	}
	try {
		return await work();
	} finally {
		await rm(lock, {recursive: true});
	}
}
