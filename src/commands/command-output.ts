import {realpath} from 'node:fs/promises';
import {basename, dirname, join, resolve, sep} from 'node:path';
import type {Context} from '../base/context.ts';
import {systemCode, UsageError} from '../base/errors.ts';
import {openFileOutput} from '../output/file-output.ts';
import type {Output} from '../output/output.ts';
import {createStreamOutput} from '../output/stream-output.ts';
import {standardStreamOf} from '../output/target.ts';

/**
 * Where a command writes what it made of archives: stdout, or a file that appears when it is complete.
 * @param file as `--output` names it; undefined and `-` are stdout
 * @param options.dirs directories of archives, in which no such file may lie
 * @throws UsageError for a file in one of them
 */
export async function openCommandOutput(
	file: string | undefined,
	{command, dirs, context}: {command: string; dirs: readonly string[]; context: Context},
): Promise<Output> {
	const stream = file === undefined ? 'stdout' : standardStreamOf(file);
	if (file === undefined || stream !== undefined)
		return createStreamOutput(stream === 'stderr' ? context.stderr : context.stdout, stream ?? 'stdout', context);
	const path = resolve(context.cwd, file);
	for (const dir of dirs) {
		if (await isWithin(path, dir))
			throw new UsageError(`--output: ${file} lies in the archive`, {hint: 'name a file elsewhere: only runs write there'});
	}
	const {now, monotonic, signal, sleep} = context;
	return openFileOutput({
		path,
		fingerprint: command,
		range: {since: 0, until: 0, slidingSince: false, slidingUntil: false},
		resume: false,
		resumable: false,
		now,
		monotonic,
		signal,
		sleep,
		notice: () => undefined,
	});
}

/** Whether a file would lie in a directory, links followed. */
async function isWithin(path: string, dir: string): Promise<boolean> {
	try {
		return `${join(await realpath(dirname(path)), basename(path))}${sep}`.startsWith(`${await realpath(dir)}${sep}`);
	} catch (error) {
		// Opening it says what is wrong.
		if (systemCode(error) === undefined) throw error;
		return false;
	}
}
