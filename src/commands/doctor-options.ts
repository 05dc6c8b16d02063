import type {Command} from 'commander';
import type {Context} from '../base/context.ts';
import type {ExitCode} from '../base/errors.ts';
import {optionsNamed} from '../query/options.ts';
import type {DoctorFlags} from './doctor.ts';
import {mountOptions} from './mount-options.ts';

/** Adds `doctor` to the command line. */
export function mountDoctor(program: Command, context: Context, outcome: {exitCode: ExitCode}): void {
	const doctor = program.command('doctor')
		.description('check configuration, credentials, permissions, clock and reachability')
		.argument('[source...]', 'sources to check; default all that are configured')
		.option('-f, --format <text|json>', 'how to write it; default text')
		.addHelpText('after', `
Asks each source for one row of the last minute and changes nothing. ✓ is well, ✗ is not, – does not apply; → says what
to do. The exit code is that of the first ✗, as an export would end with it.

Examples:
  $ audit-export doctor
  $ audit-export doctor feishu-openapi --host lark
  $ audit-export doctor --format json | jq '.checks[] | select(.status == "failed")'`,
		);
	mountOptions(
		doctor,
		optionsNamed(['host', 'profile', 'config', 'baseUrl', 'timeout', 'retries'], {
			timeout: 'per attempt; default 10s', retries: 'attempts after the first, per request; default 1',
		}),
	);
	doctor.action(async (sources: readonly string[], flags: DoctorFlags) => {
		const {doctorCommand} = await import('./doctor.ts');
		outcome.exitCode = await doctorCommand(sources, flags, context);
	});
}
