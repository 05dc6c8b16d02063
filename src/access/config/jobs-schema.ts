import * as z from 'zod';
import {parseDuration} from '../../base/duration.ts';
import {nearestText} from '../../base/nearest.ts';
import {searchKinds} from '../../sources/app-log-kinds.ts';
import {sources} from '../../sources/index.ts';
import {named, positive, section, text, word} from './schema-parts.ts';

/** What a job can archive, by the words that its subcommand has. */
export const jobSourceNames: readonly string[] = [...Object.keys(sources), ...searchKinds.map(kind => `feishu-app-log ${kind}`)];

const source = word.superRefine((value, context) => {
	if (!jobSourceNames.includes(value))
		context.addIssue({code: 'custom', message: `unknown source, ${nearestText(value, jobSourceNames)}`});
});

const span = z.string().refine(value => parseDuration(value) !== undefined, 'expected a duration: 0s, 30s, 15m, 24h or 7d');

const scalars = [z.string(), z.number(), z.boolean()] as const;

const optionValue = z.union([...scalars, z.array(z.union(scalars, {error: 'expected a string, a number or a boolean'}))], {
	error: 'expected a string, a number, a boolean or an array of them',
});

const job = section({
	source,
	/** The source's options by their long names; which there are, and what they take, `job-options.ts` knows. */
	options: named(z.string(), 'expected the name of an option', optionValue).optional(),
	/** Where the archive is; relative to the configuration file, `~` is the home directory. `{profile}` with `for_each` alone. */
	dir: text,
	/** A job for each of these profiles: `profiles` for all that speak of the source's vendor, names, or patterns with `*` and `?`. */
	for_each: z.union([word, z.array(word).min(1, 'expected at least one profile')], {
		error: 'expected "profiles" for all of them, the name of one, a pattern such as "tenant-*", or an array of names and patterns',
	}).optional(),
	/** Words by which `run` and `status` find it, beside its name. */
	labels: z.array(word).optional(),
	compress: z.enum(['gzip', 'none']).optional(),
	/** The archive's first instant, in any form that --since takes; an age counts from the first run. */
	since: text.optional(),
	/** How far back every run looks for rows that came late. */
	overlap: span.optional(),
	/** How much of the newest time is left to the next run. */
	lag: span.optional(),
	/** How long records are kept; without it, for ever. */
	keep: span.optional(),
	/** One segment for each closed day. */
	compact: z.boolean().optional(),
	profile: word.optional(),
	/** Most records of one segment. */
	max_records: positive.optional(),
	/** Gaps that end by then are known and do not make a run incomplete any more. */
	accept_gaps_before: z.iso.datetime({offset: true, error: 'expected a time with its offset: 2026-11-20T00:00:00Z'}).optional(),
}).superRefine(({dir, for_each: profiles, profile}, context) => {
	const issue = (key: string, message: string) => {
		context.addIssue({code: 'custom', path: [key], message});
	};
	if (profiles === undefined && dir.includes('{profile}')) issue('dir', 'expected no {profile} in a job without for_each');
	if (profiles !== undefined && !dir.includes('{profile}')) issue('dir', 'expected {profile} in it: for_each makes an archive of each');
	if (profiles !== undefined && profile !== undefined) issue('profile', 'expected either this or for_each');
});

const jobNameText = 'expected a job name of letters, digits, dots, dashes and underscores';

const jobName = z.string().regex(/^[a-z\d][\w.-]*$/i, jobNameText);

/** The jobs of a configuration, by name. */
export const jobsSchema = named(jobName, jobNameText, job);

/** A job as it stands in the configuration. */
export type JobConfig = z.infer<typeof job>;

/** The value of an option as it stands there. */
export type JobOptionValue = z.infer<typeof optionValue>;
