import type {FlagsOf} from '../../query/options.ts';

/** The options of an export that `run` has, too. */
export const sharedOptions = [
	'rate', 'host', 'profile', 'config', 'baseUrl', 'quiet', 'verbose', 'debug', 'progress', 'logFormat',
] as const;

/** What the options of `run` parse to. */
export interface RunCommandFlags extends FlagsOf<(typeof sharedOptions)[number] | 'dryRun' | 'format' | 'summary'> {
	readonly every?: string;
	readonly wait?: boolean;
	readonly thorough?: boolean;
	readonly jobsAtOnce?: string;
	readonly shard?: string;
	readonly shards?: string;
	readonly metrics?: string;
	readonly onFailure?: string;
}
