import {UsageError} from '../errors.ts';
import {followLinks, resolveTarget} from './target.ts';

/** A file of a run, and the option that names it. */
export interface NamedFile {
	readonly option: string;
	/** Absolute; undefined where the option was not given. */
	readonly path: string | undefined;
}

/** What an unfinished export keeps beside its file. */
const besideOutput = ['.partial', '.partial.json'];

/**
 * Makes sure, before anything is requested or written, that every file of a run can be written, and that none is written
 * over another. Pipes and devices may be shared.
 * @throws UsageError
 */
export async function requireDistinctFiles({output, others, config}: {
	readonly output: NamedFile;
	/** Written, too. */
	readonly others: readonly NamedFile[];
	/** Only read. */
	readonly config: NamedFile;
}): Promise<void> {
	const owners = new Map<string, string>();
	const claim = (path: string, {option, path: name}: NamedFile) => {
		const owner = owners.get(path);
		if (owner !== undefined) throw new UsageError(`${option} and ${owner} name the same file: ${name}`, {hint: 'give each a file of its own'});
		owners.set(path, option);
	};
	if (config.path !== undefined) claim(await followLinks(config.path), config);
	for (const file of [output, ...others]) {
		if (file.path === undefined) continue;
		const target = await resolveTarget(file.path);
		if (target.kind === 'stream') continue;
		claim(target.path, file);
		if (file === output) for (const suffix of besideOutput) claim(`${target.path}${suffix}`, file);
	}
}
