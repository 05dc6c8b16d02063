import type {Command} from 'commander';
import type {Context} from '../base/context.ts';
import type {ExitCode} from '../base/errors.ts';
import type {AirbyteFlags} from './airbyte.ts';

const config = ['--config <file>', "the connection's configuration, as spec describes it; nothing else is looked at"] as const;

/** Adds `airbyte` to the command line. */
export function mountAirbyte(program: Command, context: Context, outcome: {exitCode: ExitCode}): void {
	const airbyte = program.command('airbyte').description('the logs as a source of the Airbyte protocol: its messages on stdout')
		.addHelpText('after', `
Examples:
  $ audit-export airbyte spec
  $ audit-export airbyte check --config connection.json
  $ audit-export airbyte discover --config connection.json
  $ audit-export airbyte read --config connection.json --catalog catalog.json --state state.json`);
	const load = async () => import('./airbyte.ts');
	airbyte.command('spec').description('what a connection needs to know').action(async () => {
		const {airbyteCommand, specWork} = await load();
		outcome.exitCode = await airbyteCommand(specWork, context);
	});
	airbyte.command('check').description('whether the logs can be read').requiredOption(...config).action(async (flags: AirbyteFlags) => {
		const {airbyteCommand, checkWork} = await load();
		outcome.exitCode = await airbyteCommand(checkWork(flags), context);
	});
	airbyte.command('discover').description('the streams: one for each log').requiredOption(...config).action(async (flags: AirbyteFlags) => {
		const {airbyteCommand, discoverWork} = await load();
		outcome.exitCode = await airbyteCommand(discoverWork(flags), context);
	});
	airbyte.command('read').description('the records of the streams that the catalog names, and states to go on from').requiredOption(...config)
		.requiredOption('--catalog <file>', 'the configured catalog')
		.option('--state <file>', 'the states that an earlier read wrote')
		.action(async (flags: AirbyteFlags) => {
			const {airbyteCommand, readWork} = await load();
			outcome.exitCode = await airbyteCommand(readWork(flags), context);
		});
}
