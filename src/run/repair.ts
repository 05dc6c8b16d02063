import {loadConfig} from '../access/config/load.ts';
import {diskFiles} from '../archive/file-system.ts';
import type {HeaderLine} from '../archive/manifest.ts';
import type {OpenArchive} from '../archive/open-archive.ts';
import {repairArchive, type Repair} from '../archive/repair.ts';
import type {Finding} from '../archive/verify/finding.ts';
import type {ManifestContents} from '../archive/verify/manifest-check.ts';
import type {Context} from '../base/context.ts';
import {UsageError} from '../base/errors.ts';
import type {Log} from '../base/log.ts';
import {createWindowReader} from '../engine/window-reader.ts';
import {Budget} from '../http/budget.ts';
import {meetAccount} from '../output/account.ts';
import type {ExportFlags, FlagsOf} from '../query/options.ts';
import {resolveSettings} from '../query/settings.ts';
import {readLearned} from './jobs/last-run.ts';
import {openArchivedSource, textOf, type OpenedArchiveSource, type ConnectionFlags} from './archived-source.ts';
import {withRun} from './session.ts';

/** What the options of `verify` parse to. */
export interface VerifyFlags
	extends ConnectionFlags, FlagsOf<'format' | 'rate' | 'timeout' | 'retries' | 'maxResponse' | 'quiet' | 'progress' | 'debug'> {
	readonly repair?: boolean;
	readonly acceptGapsBefore?: string;
}

export interface RepairCommandOptions {
	readonly dir: string;
	readonly header: HeaderLine;
	readonly archive: OpenArchive;
	readonly manifest: ManifestContents;
	readonly findings: readonly Finding[];
	readonly flags: VerifyFlags;
	readonly context: Context;
	readonly log: Log;
	/** Told each attempt as it ends. */
	readonly report: (repair: Repair) => void;
}

/**
 * Exports again what is missing or damaged, with the credentials that an export would use and the options that the
 * archive's first line keeps.
 * @returns whether nothing is left that the next run has to clear away
 * @throws UsageError when the credentials are of another app, or lead to another place, than the archive's
 */
export async function runRepair({
	dir, header, archive, manifest, findings, flags, context, log, report,
}: RepairCommandOptions): Promise<{clean: boolean}> {
	const warn = log.warning;
	const config = await loadConfig({explicitPath: flags.config, env: context.env, cwd: context.cwd});
	for (const warning of config.warnings) warn(warning);
	const source = await openArchivedSource({dir, header, flags, context, config: async () => config, warn});
	await requireSameOrigin(source, {dir, header, flags, warn});
	const {opened} = source;
	const {query} = resolveSettings({
		source: opened.source, defaults: opened.defaults, now: context.now(), terminal: false,
		// What the environment and the configuration said to a job is among the archive's options.
		env: {},
		flags: {
			redact: [], redactSecrets: false, ...source.flags, ...limitsOf(flags), since: 'now', until: 'now', clip: true, order: 'time',
			format: 'ndjson',
		},
	});
	const ended = await withRun({context, log, budget: new Budget(query.budget, context), lost: archive.lock.lost}, async ({stop, connect}) => {
		const {client, inspect} = await connect(opened, query);
		const read = createWindowReader(query, {client, signal: stop.signal, now: context.now, verbose: log.verbose});
		return repairArchive({
			dir, archive, manifest, findings, query, read, files: diskFiles, now: context.now, signal: stop.signal, inspect, report,
		});
	});
	if ('error' in ended) throw ended.error;
	return ended.value;
}

/** Another app's or another place's rows must not come into an archive; nor may a manifest say where credentials go. */
async function requireSameOrigin(
	{opened}: OpenedArchiveSource,
	{
		dir, header: {query, account}, flags: {baseUrl}, warn,
	}: {
		dir: string;
		header: HeaderLine;
		flags: VerifyFlags;
		warn: (message: string) => void;
	},
): Promise<void> {
	const {other, doubt} = meetAccount({...account, ...(await readLearned(dir))}, await opened.account());
	if (other !== undefined)
		throw new UsageError(`${dir} is the archive of another account: ${other}`, {hint: 'choose the right profile with --profile'});
	if (doubt !== undefined) warn(`${dir}: ${doubt}`);
	if (baseUrl !== undefined || query['base_url'] === undefined || query['base_url'] === opened.baseUrl) return;
	throw new UsageError(`the archive is of ${textOf(query['base_url'])}, and this would ask ${opened.baseUrl}`, {
		hint: 'say where to ask with --profile, --host or --base-url',
	});
}

function limitsOf({
	rate, timeout, retries, maxResponse,
}: VerifyFlags): Partial<Pick<ExportFlags, 'rate' | 'timeout' | 'retries' | 'maxResponse'>> {
	return {
		...(rate === undefined ? {} : {rate}), ...(timeout === undefined ? {} : {timeout}), ...(retries === undefined ? {} : {retries}),
		...(maxResponse === undefined ? {} : {maxResponse}),
	};
}
