import {loadConfig} from '../access/config/load.ts';
import {compact} from '../archive/compact.ts';
import {diskFiles} from '../archive/file-system.ts';
import {Recorder} from '../archive/recorder.ts';
import type {Context} from '../base/context.ts';
import {HOUR} from '../base/duration.ts';
import {exitCodes, UsageError, type ExitCode} from '../base/errors.ts';
import {formatUtc} from '../base/timezone.ts';
import {writeReport} from '../output/stream-output.ts';
import type {FlagsOf} from '../query/options.ts';
import {archivePlaces, openToChange, type ArchivePlace} from '../run/archive-places.ts';
import {archivedSource, type ConnectionFlags} from '../run/archived-source.ts';
import {commandLog} from '../run/command-log.ts';

/** What the options of `compact` parse to. */
export type CompactFlags = Pick<ConnectionFlags, 'requestProfile'> & FlagsOf<'config' | 'quiet' | 'debug'>;

/**
 * Makes one file of those of each closed day of an archive, and says on stdout which.
 * @returns 6 where a day could not be, since a file of it is damaged
 */
export async function compactCommand(name: string, flags: CompactFlags, context: Context): Promise<ExitCode> {
	const {places} = await archivePlaces([name], {config: flags.config, context});
	let exitCode: ExitCode = exitCodes.complete;
	for (const place of places) if ((await compactPlace(place, flags, context)) > 0) exitCode = exitCodes.incomplete;
	return exitCode;
}

/** @returns how many days are damaged */
async function compactPlace({dir, job}: ArchivePlace, flags: CompactFlags, context: Context): Promise<number> {
	const log = commandLog(flags, context);
	const {archive, header} = await openToChange({dir, job}, {context, log});
	const {writer, lock, standing, since} = archive;
	const recorder = new Recorder({dir, files: diskFiles, writer, standing, compression: 'gzip', lost: lock.lost});
	try {
		const source = await archivedSource({
			dir, header, flags, context, warn: () => undefined,
			config: async () => loadConfig({explicitPath: flags.config, env: context.env, cwd: context.cwd}),
		});
		if (typeof source === 'string')
			throw new UsageError(`${dir}: rows cannot be put in the order of their times: ${source}`, {hint: 'say where they have them with --request-profile'});
		const overlapMs = job?.overlapMs ?? source.arrivesWithinMs ?? HOUR;
		let damaged = 0;
		const done = await compact(recorder, {
			dir, files: diskFiles, source, since, closed: standing.until - overlapMs, signal: context.signal,
			report: ({from, problem}) => {
				if (problem === undefined) return;
				damaged++;
				log.error(`${formatUtc(from).slice(0, 10)} stays as it is: ${problem}`, 'audit-export verify --repair exports it again');
			},
		});
		await writeReport(`${dir}: ${done.days} days of ${done.segments} segments are one segment each now\n`, 'text', context);
		return damaged;
	} finally {
		await archive.close(!recorder.unclean && !writer.unsettled);
	}
}
