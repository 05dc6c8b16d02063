import type {Context} from '../base/context.ts';
import {oneOf} from '../base/given.ts';
import {createLog, type Log} from '../base/log.ts';

/** The options of a command that decide what it says on stderr, and how. */
export interface MessageFlags {
	readonly quiet?: boolean;
	readonly verbose?: boolean;
	readonly debug?: boolean;
	readonly logFormat?: string;
}

/**
 * The log of a command, as its options have it.
 * @param beforeLine called before a line is written, so that a progress line can make room
 * @throws UsageError for an unknown format
 */
export function commandLog(
	flags: MessageFlags, {stderr, masker, now}: Pick<Context, 'stderr' | 'masker' | 'now'>, beforeLine?: () => void,
): Log {
	return createLog({
		stderr, masker, now,
		format: oneOf(flags.logFormat ?? 'text', ['text', 'json'], '--log-format'),
		level: flags.debug === true ? 'debug' : flags.verbose === true ? 'verbose' : flags.quiet === true ? 'error' : 'notice',
		...(beforeLine && {beforeLine}),
	});
}


