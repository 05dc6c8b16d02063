import {requireTrustedJob} from '../access/config/trust.ts';
import {diskFiles} from '../archive/file-system.ts';
import {readArchiveFacts} from '../archive/facts.ts';
import {daysToPrune, prune, type PrunedDay} from '../archive/prune.ts';
import {Recorder} from '../archive/recorder.ts';
import type {Context} from '../base/context.ts';
import {UsageError} from '../base/errors.ts';
import {writeReport} from '../output/stream-output.ts';
import type {FlagsOf} from '../query/options.ts';
import {chosenTimezone, formatUtc, parseTime} from '../query/time.ts';
import {archivePlaces, openToChange, type ArchivePlace} from '../run/archive-places.ts';
import {commandLog} from '../run/command-log.ts';

/** What the options of `prune` parse to. */
export interface PruneFlags extends FlagsOf<'timezone' | 'dryRun' | 'config' | 'quiet' | 'debug'> {
	readonly before?: string;
}

/** Removes old days from an archive, on the record, and says on stdout what they held. */
export async function pruneCommand(name: string, flags: PruneFlags, context: Context): Promise<void> {
	if (flags.before === undefined)
		throw new UsageError('--before is missing', {hint: 'say up to when to remove: --before 2026-01-01, or --before 365d'});
	const {ms: before} = parseTime(flags.before, {now: context.now(), timezone: chosenTimezone(flags.timezone), option: '--before'});
	const {places, config} = await archivePlaces([name], {config: flags.config, context});
	for (const {dir, job} of places) {
		if (job !== undefined && config !== undefined) requireTrustedJob(config, job.key);
		const days = await (flags.dryRun === true ? planned(dir, before) : pruned({dir, job}, before, {flags, context}));
		await writeReport(reportOf(dir, days, flags.dryRun === true), 'text', context);
	}
}

/** What would go, as the archive stands: asks for no lock. */
async function planned(dir: string, before: number): Promise<PrunedDay[]> {
	const facts = await readArchiveFacts(dir);
	return facts === undefined
		? []
		: daysToPrune(dir, {since: Date.parse(facts.since), standing: {until: Date.parse(facts.until)}, before});
}

async function pruned(
	{dir, job}: ArchivePlace, before: number, {flags, context}: {flags: PruneFlags; context: Context},
): Promise<PrunedDay[]> {
	const {archive} = await openToChange({dir, job}, {context, log: commandLog(flags, context)});
	const {writer, lock, standing, since} = archive;
	const recorder = new Recorder({dir, files: diskFiles, writer, standing, compression: 'gzip', lost: lock.lost});
	try {
		const days = await daysToPrune(dir, {since, standing, before});
		await prune(recorder, days, {dir, files: diskFiles, rule: `prune --before ${formatUtc(before)}`});
		return days;
	} finally {
		await archive.close(!recorder.unclean && !writer.unsettled);
	}
}

function reportOf(dir: string, days: readonly PrunedDay[], isPlan: boolean): string {
	const number = new Intl.NumberFormat('en');
	const counted = (segments: PrunedDay['segments']) =>
		`${number.format(segments.length)} segments, ${number.format(segments.reduce((sum, {records}) => sum + records, 0))} records`;
	const last = days.at(-1);
	if (last === undefined) return `${dir}: nothing to remove\n`;
	return [
		...days.filter(({segments}) => segments.length > 0).map(({from, segments}) => `${formatUtc(from).slice(0, 10)}: ${counted(segments)}`),
		`${isPlan ? 'would remove' : 'removed'} ${counted(days.flatMap(({segments}) => segments))} from ${dir}, which begins at ${formatUtc(last.to)} then`,
		'',
	].join('\n');
}
