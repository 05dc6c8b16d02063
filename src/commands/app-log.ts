import type {SearchKind} from '../sources/app-log-kinds.ts';
import {openAppLog, type AppLogFlags} from '../console/open.ts';
import type {Context} from '../base/context.ts';
import {UsageError, type ExitCode} from '../base/errors.ts';
import {exportCommand} from '../run/export.ts';

/** One export from a log search. @returns the exit code of a run that finished */
export async function appLogCommand(kind: SearchKind, flags: AppLogFlags, context: Context): Promise<ExitCode> {
	try {
		return await exportCommand(openAppLog(kind), flags, context);
	} catch (error) {
		if (
			kind !== 'server' || flags.via === 'console' || !(error instanceof UsageError) ||
			!error.message.includes('is the earliest possible start')
		)
			throw error;
		throw new UsageError(error.message, {
			hint: `${error.hint ?? ''}; audit-export feishu-openapi --app-id <id> reaches further back`, cause: error,
		});
	}
}
