import {identityOf, identityText} from '../archive/facts.ts';
import {firstKept} from '../archive/manifest.ts';
import type {Repair} from '../archive/repair.ts';
import {findingToJson, formatFinding, formatPlace, type Finding} from '../archive/verify/finding.ts';
import type {Verified, VerifyProgress} from '../archive/verify/verify-archive.ts';
import type {Context} from '../base/context.ts';
import {counted} from '../base/given.ts';
import type {Account} from '../output/account.ts';
import {formatUtc} from '../base/timezone.ts';

const redrawEveryMs = 200;

const clearLine = '\r\u001B[K';

/** Shows on the terminal's stderr how far a verification has come. @param findings how many there are so far */
export function startVerifyProgress(
	{stderr, monotonic}: Pick<Context, 'stderr' | 'monotonic'>, findings: () => number,
): {show: (done: VerifyProgress) => void; stop: () => void} {
	const number = new Intl.NumberFormat('en');
	let drawnAt = -Infinity;
	return {
		show({segments, of, records}) {
			if (monotonic() - drawnAt < redrawEveryMs) return;
			drawnAt = monotonic();
			stderr.write(
				`${clearLine}${number.format(segments)} of ${number.format(of)} segments · ${number.format(records)} records · ${number.format(findings())} findings`,
			);
		},
		stop() {
			if (drawnAt > -Infinity) stderr.write(clearLine);
		},
	};
}

/** What a verification came to; `verified` is undefined when it did not come to its end. */
export interface Verification {
	readonly findings: readonly Finding[];
	/** Gaps that the user has accepted. */
	readonly accepted: readonly Finding[];
	readonly verified: Verified | undefined;
	/** What was tried to put right; the findings are those that are left. */
	readonly repairs: readonly Repair[];
	/** What later runs told of the account. */
	readonly learned: Account | undefined;
}

/** A line for each repair and finding, and one that sums up. */
export function verificationToText({findings, verified, repairs, learned}: Verification): string {
	const header = verified?.manifest.header;
	const lines = [
		...repairs.map(({file, from, to, done, detail}) =>
			formatPlace(done ? 'repaired' : 'not repaired', {file, since: from, until: to, detail}),
		),
		...findings.map(finding => formatFinding(finding)),
		...(header === undefined ? [] : identityText(identityOf(header, learned))),
		...(verified === undefined ? [] : totals(findings, verified)),
	];
	return lines.map(line => `${line}\n`).join('');
}

function totals(findings: readonly Finding[], {manifest: {header, pruned, standing}, segments, records}: Verified): string[] {
	const since = header === undefined ? '?' : formatUtc(firstKept(header, {pruned: pruned?.until}));
	const until = standing === undefined ? '?' : instant(standing.until);
	const verdict = findings.length === 0 ? 'whole' : counted(findings.length, 'finding');
	return [
		...(pruned === undefined
			? []
			: [`pruned: ${counted(pruned.segments, 'segment')}, ${counted(pruned.records, 'record')} before ${instant(pruned.until)}, by ${pruned.rule}`]),
		`${counted(segments, 'segment')}, ${counted(records, 'record')}, ${since} to ${until}: ${verdict}`,
	];
}

/** The same for programs. */
export function verificationToJson(dir: string, {findings, accepted, verified, repairs, learned}: Verification): Record<string, unknown> {
	const {manifest} = verified ?? {};
	return {
		dir,
		...(manifest?.header === undefined ? {} : identityOf(manifest.header, learned)),
		status: findings.length === 0 && verified !== undefined ? 'whole' : 'damaged',
		segments: verified?.segments ?? 0,
		records: verified?.records ?? 0,
		since: manifest?.header === undefined ? null : formatUtc(firstKept(manifest.header, {pruned: manifest.pruned?.until})),
		until: manifest?.standing === undefined ? null : instant(manifest.standing.until),
		pruned: manifest?.pruned ?? null,
		head: manifest?.head ?? null,
		notes: verified?.notes ?? [],
		findings: findings.map(finding => findingToJson(finding)),
		accepted: accepted.map(finding => findingToJson(finding)),
		repairs: repairs.map(({file, from, to, done, detail}) => ({
			file: file ?? null, since: formatUtc(from), until: formatUtc(to), done, detail,
		})),
	};
}

function instant(text: string): string {
	return formatUtc(Date.parse(text));
}


