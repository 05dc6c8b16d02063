import {resolve} from 'node:path';
import {loadConfig} from '../access/config/load.ts';
import {DamagedManifestError} from '../archive/manifest-file.ts';
import type {HeaderLine} from '../archive/manifest.ts';
import {readHeader, type OpenArchive} from '../archive/open-archive.ts';
import {isRepairable, type Repair} from '../archive/repair.ts';
import {formatFinding, type Finding} from '../archive/verify/finding.ts';
import {verifyArchive, type Verified} from '../archive/verify/verify-archive.ts';
import type {Context} from '../base/context.ts';
import {exitCodes, systemCode, type ExitCode} from '../base/errors.ts';
import {oneOf} from '../base/given.ts';
import type {Log} from '../base/log.ts';
import type {Account} from '../output/account.ts';
import {failureOf} from '../output/failure.ts';
import {writeReport} from '../output/stream-output.ts';
import {parseTime} from '../query/time.ts';
import {openToChange} from '../run/archive-places.ts';
import {archivedSource} from '../run/archived-source.ts';
import {commandLog} from '../run/command-log.ts';
import {readLastRun, type LastRun} from '../run/jobs/last-run.ts';
import {worstExitCode} from '../run/jobs/run-summary.ts';
import type {VerifyFlags} from '../run/repair.ts';
import {startVerifyProgress, verificationToJson, verificationToText} from './verify-report.ts';

/** A verification as far as it has come. */
interface Verification {
	findings: Finding[];
	/** Gaps that the user has accepted. */
	accepted: Finding[];
	verified: Verified | undefined;
	repairs: Repair[];
	/** What later runs told of the account. */
	learned: Account | undefined;
}

interface Verifying {
	readonly dir: string;
	readonly flags: VerifyFlags;
	readonly context: Context;
	readonly log: Log;
	readonly state: Verification;
	/** Gaps that end by then are accepted, Unix milliseconds. */
	readonly acceptGapsBefore: number;
}

/**
 * Proves archives whole, or says what is wrong with them: on stdout, a line per finding and some that sum up. One that cannot
 * be looked at keeps the others from nothing.
 * @returns 0 for whole archives, 6 where something was found, and the code of an error otherwise: that of the worst
 */
export async function verifyCommand(names: readonly string[], flags: VerifyFlags, context: Context): Promise<ExitCode> {
	const format = oneOf(flags.format ?? 'text', ['text', 'json'], '--format');
	const log = commandLog(flags, context);
	const acceptGapsBefore =
		flags.acceptGapsBefore === undefined
			? -Infinity
			: parseTime(flags.acceptGapsBefore, {now: context.now(), option: '--accept-gaps-before'}).ms;
	const codes: ExitCode[] = [];
	const reports: unknown[] = [];
	for (const name of names) {
		const state: Verification = {findings: [], accepted: [], verified: undefined, repairs: [], learned: undefined};
		const verifying: Verifying = {dir: resolve(context.cwd, name), flags, context, log, state, acceptGapsBefore};
		const write = async () => {
			if (format === 'json') reports.push(verificationToJson(verifying.dir, state));
			else await writeReport(`${names.length === 1 ? '' : `${verifying.dir}:\n`}${verificationToText(state)}`, format, context);
		};
		try {
			await (flags.repair === true ? verifyAndRepair(verifying) : verify(verifying));
			for (const note of state.verified?.notes ?? []) log.notice(note);
			for (const gap of state.accepted) log.notice(`accepted: ${formatFinding(gap)}`);
			await write();
			codes.push(state.findings.length === 0 ? exitCodes.complete : exitCodes.incomplete);
		} catch (error) {
			// What was found is worth knowing, also when the rest was not looked at.
			if (format === 'text' && state.findings.length + state.repairs.length > 0) await write();
			if (names.length === 1 || context.signal.aborted) throw error;
			const {message, hint, exitCode} = failureOf(error);
			log.error(message, hint);
			codes.push(exitCode);
		}
	}
	if (format === 'json') await writeReport(`${JSON.stringify(names.length === 1 ? reports[0] : reports, undefined, '\t')}\n`, format, context);
	return worstExitCode(codes);
}

/** Looks at everything; what was found before is forgotten. */
async function verify(
	{dir, flags, context, state, acceptGapsBefore}: Verifying, {isHeld = false}: {isHeld?: boolean} = {},
): Promise<Verified> {
	const isShown = context.stderr.isTTY === true && flags.progress !== false && flags.quiet !== true;
	state.findings = [];
	state.accepted = [];
	const {findings, accepted} = state;
	const lastRun = await knownRun(dir);
	state.learned = lastRun?.account;
	const progress = isShown ? startVerifyProgress(context, () => findings.length) : undefined;
	try {
		state.verified = await verifyArchive({
			dir, isHeld, known: lastRun?.head ?? undefined, signal: context.signal, sleep: context.sleep,
			report: finding => (finding.kind === 'gap' && (finding.until ?? Infinity) <= acceptGapsBefore ? accepted : findings).push(finding),
			sourceOf: async header => archivedSource({
				dir, header, flags, context, warn: () => undefined,
				config: async () => loadConfig({explicitPath: flags.config, env: context.env, cwd: context.cwd}),
			}),
			...(progress === undefined ? {} : {progress: progress.show}),
		});
		return state.verified;
	} finally {
		progress?.stop();
	}
}

/** What the last run left; read before the manifest, which a run may be adding to. */
async function knownRun(dir: string): Promise<LastRun | undefined> {
	try {
		return await readLastRun(dir);
	} catch (error) {
		// What the manifest says of itself can be proven all the same.
		if (systemCode(error) === undefined) throw error;
		return undefined;
	}
}

/** Looks at everything, exports again what is missing or damaged, and looks at everything once more where that changed something. */
async function verifyAndRepair(verifying: Verifying): Promise<void> {
	const {dir, flags, context, log, state} = verifying;
	const opened = await openForRepair(verifying);
	if (opened === undefined) {
		await verify(verifying);
		return;
	}
	const {archive, header} = opened;
	let clean = true;
	try {
		const {manifest} = await verify(verifying, {isHeld: true});
		if (!isRepairable(state.findings)) return;
		const firstLine = archive.writer.nextLine;
		clean = false;
		const {runRepair} = await import('../run/repair.ts');
		({clean} = await runRepair({
			dir, header, archive, manifest, findings: state.findings, flags, context, log, report: repair => state.repairs.push(repair),
		}));
		const isChanged = archive.writer.nextLine > firstLine || state.repairs.some(({done}) => done);
		if (isChanged) await verify(verifying, {isHeld: true});
	} finally {
		await archive.close(clean);
	}
}

/** Takes the archive's lock and clears away what a run left that was cut off; undefined where the manifest lets nothing be done. */
async function openForRepair({dir, context, log}: Verifying): Promise<{archive: OpenArchive; header: HeaderLine} | undefined> {
	try {
		// Verifying says that there is no archive.
		return (await readHeader(dir)) === undefined ? undefined : await openToChange({dir}, {context, log});
	} catch (error) {
		if (!(error instanceof DamagedManifestError)) throw error;
		log.warning(`nothing is repaired: ${error.message}`);
		return undefined;
	}
}
