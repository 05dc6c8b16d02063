import type {Command} from 'commander';
import type {Context} from '../base/context.ts';
import {optionsNamed} from '../query/options.ts';
import type {AuthFlags} from './auth-console.ts';
import {mountOptions} from './mount-options.ts';

/** Mounts `auth login`, `auth status` and `auth logout`; their code is loaded when they run. */
export function mountAuth(program: Command, context: Context): void {
	const auth = program.command('auth').description('sign a user in to Feishu/Lark, for the sources that need one')
		.addHelpText('after', `
Examples:
  $ audit-export auth login feishu                     in the browser; needs a redirect URL registered, it says which
  $ audit-export auth login feishu --device            with a code, on any other device
  $ audit-export auth login feishu --host lark --profile international
  $ audit-export auth status --format json
  $ audit-export auth logout
  $ audit-export auth logout console                   forget what feishu-app-log learn --keep-session kept`);
	connectionOptions(auth.command('login').argument('<service>', 'feishu, which is Lark, too'))
		.description('sign in, and keep the session')
		.option('--device', 'show a code to type in on another device, instead of using a browser on this one')
		.option('--port <n>', 'port of 127.0.0.1 that the browser comes back to; default 8789')
		.option('--no-browser', 'print the address only')
		.action(async (service: string, flags: AuthFlags) => {
			const {loginCommand} = await import('./auth.ts');
			await loginCommand(service, flags, context);
		});
	connectionOptions(auth.command('status').argument('[service]', 'feishu (default), or console: the session of the log searches'))
		.description('who is signed in, with which scopes, until when; exit code 3 when nobody is')
		.option('-f, --format <text|json>', 'how to write it; default text')
		.action(async (service: string | undefined, flags: AuthFlags) => {
			const {statusCommand} = await import('./auth.ts');
			await statusCommand(service, flags, context);
		});
	connectionOptions(auth.command('logout').argument('[service]', 'feishu (default), or console'))
		.description('have the session revoked, and forget it')
		.action(async (service: string | undefined, flags: AuthFlags) => {
			const {logoutCommand} = await import('./auth.ts');
			await logoutCommand(service, flags, context);
		});
}

function connectionOptions(command: Command): Command {
	mountOptions(command, optionsNamed(['host', 'profile', 'config', 'baseUrl', 'debug'], {
		host: 'which service: feishu (default) or lark',
		baseUrl: 'send everything here, the consent page too: tests, proxies, dedicated domains',
	}));
	return command;
}
