import {dirname, join} from 'node:path';
import {diskFiles, isThere, type ArchiveFiles} from './file-system.ts';
import {setAsideName} from './layout.ts';

/**
 * Moves a file out of the archive's way without losing it: into `set-aside`, under a name that no reader of segments
 * takes for one.
 * @param dir the archive's directory
 * @param file the file's path below it
 * @returns where it is now, below the archive's directory
 */
export async function setAside(dir: string, file: string, files: ArchiveFiles = diskFiles): Promise<string> {
	if (await files.makeDirectory(join(dir, setAsideName))) await files.syncDirectory(dir);
	const target = await freeName(dir, `${setAsideName}/${file.replaceAll('/', '_')}`);
	await files.rename(join(dir, file), join(dir, target));
	await files.syncDirectory(join(dir, setAsideName));
	await files.syncDirectory(dirname(join(dir, file)));
	return target;
}

/** A name that nothing has yet; only whoever holds the archive's lock gives names here. */
async function freeName(dir: string, start: string): Promise<string> {
	for (let count = 1; ; count++) {
		const name = `${start}${count === 1 ? '' : `.${count}`}.set-aside`;
		if (!(await isThere(join(dir, name)))) return name;
	}
}
