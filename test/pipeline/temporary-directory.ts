import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** Calls `use` with a directory of its own, and removes that afterwards. */
export async function inTemporaryDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
	const directory = await mkdtemp(join(tmpdir(), 'audit-export-pipeline-'));
	try {
		return await use(directory);
	} finally {
		await rm(directory, {recursive: true, force: true});
	}
}
