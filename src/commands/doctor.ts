import type {Context, Masker} from '../base/context.ts';
import {requireDuration} from '../base/duration.ts';
import {UsageError, type ExitCode} from '../base/errors.ts';
import {oneOf, requireWholeNumber} from '../base/given.ts';
import {writeReport} from '../output/stream-output.ts';
import type {FlagsOf} from '../query/options.ts';
import {sources} from '../sources/index.ts';
import type {SourceDefinition} from '../sources/types.ts';
import {vendors} from '../sources/vendors/index.ts';
import {runDoctor} from './doctor/doctor.ts';
import {exitCodeOf, type Finding} from './doctor/finding.ts';
import {formatFindings, toJson} from './doctor/report.ts';

/** What the options of `doctor` parse to. */
export type DoctorFlags = FlagsOf<'profile' | 'config' | 'baseUrl' | 'host' | 'format' | 'timeout' | 'retries'>;

/**
 * Examines the set-up and writes what it found to stdout.
 * @param names the sources to examine; none means all.
 * @returns the exit code of the first failure, 0 without one.
 */
export async function doctorCommand(names: readonly string[], flags: DoctorFlags, context: Context): Promise<ExitCode> {
	const {timeout, retries, host} = flags;
	const format = oneOf(flags.format ?? 'text', ['text', 'json'], '--format');
	if (timeout !== undefined) requireDuration(timeout, '--timeout');
	if (retries !== undefined) requireWholeNumber(retries, '--retries');
	const chosen = names.length === 0 ? Object.values<SourceDefinition>(sources) : [...new Set(names)].map(sourceNamed);
	const hosts = new Set(chosen.flatMap(({vendor}) => Object.keys(vendors[vendor].hosts)));
	if (host !== undefined) oneOf(host, [...hosts], '--host');
	const found = await runDoctor({...flags, sources: chosen, named: names.length > 0}, context);
	const findings = found.map(finding => masked(finding, context.masker));
	await writeReport(format === 'json' ? toJson(findings) : formatFindings(findings), format, context);
	return exitCodeOf(findings);
}

function sourceNamed(name: string): SourceDefinition {
	const source = Object.values<SourceDefinition>(sources).find(candidate => candidate.name === name);
	if (source === undefined)
		throw new UsageError(`doctor: ${JSON.stringify(name)} is not a source`, {hint: `sources are ${Object.keys(sources).join(', ')}`});
	return source;
}

function masked(finding: Finding, masker: Masker): Finding {
	return {...finding, detail: masker.mask(finding.detail), remedy: finding.remedy === undefined ? undefined : masker.mask(finding.remedy)};
}
