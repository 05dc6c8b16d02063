import {randomUUID} from 'node:crypto';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {userScopes} from '../access/auth/endpoints.ts';
import type {Context, OutputStream} from '../base/context.ts';
import type {ExitCode} from '../base/errors.ts';
import {createStreamOutput} from '../output/stream-output.ts';
import {createSandbox} from '../sandbox/index.ts';
import {sources} from '../sources/index.ts';

const baseUrl = 'http://127.0.0.1:8787';
const linesShown = 7;

/** Runs a command line, `process.argv` and all, in a context of its own. */
export type RunCommandLine = (argv: readonly string[], context: Context) => Promise<ExitCode>;

/**
 * Runs one export from each source against a sandbox in this process, through the same command line a user types, and
 * shows the commands and what they print.
 */
export async function demoCommand(context: Context, run: RunCommandLine): Promise<void> {
	const {now, sleep} = context;
	const sandbox = createSandbox({now, sleep, recordsPerDay: 500, rate: 'real'});
	const {feishu, trae} = sandbox.credentials;
	// A directory that is not there: whoever shares the temporary one could leave a configuration in it.
	const nowhere = join(tmpdir(), randomUUID());
	const env = {
		...context.env,
		XDG_CONFIG_HOME: nowhere,
		FEISHU_APP_ID: feishu.appId, FEISHU_APP_SECRET: feishu.appSecret, FEISHU_TENANT_ACCESS_TOKEN: undefined,
		FEISHU_USER_ACCESS_TOKEN: sandbox.signIn(userScopes).accessToken, FEISHU_APAAS_NAMESPACE: sandbox.places.feishu.namespace,
		TRAE_APP_ID: trae.appId, TRAE_APP_SECRET: trae.appSecret, TRAE_ACCESS_TOKEN: undefined, TRAE_BASE_URL: undefined,
		AUDIT_EXPORT_CONFIG: undefined, AUDIT_EXPORT_PROFILE: undefined,
	};
	const output = createStreamOutput(context.stdout);
	const width = context.stdout.columns ?? 110;
	const commands = [
		...Object.keys(sources).map(name => [name, '--since', '2h', '--format', 'table']),
		['trae-openapi', '--since', '24h', '--limit', '3', '--format', 'ndjson'],
		['feishu-openapi', '--since', '7d', '--dry-run'],
	];
	await output.write('A sandbox with the real limits runs inside this process; nothing leaves the machine.\n');
	for (const command of commands) {
		await output.write(`\n$ audit-export ${command.join(' ')}\n`);
		const captured = capture({isTTY: true, columns: width});
		const code = await run(['node', 'audit-export', ...command, '--base-url', baseUrl, '--no-progress', '--quiet'], {
			...context, env, cwd: nowhere, stdout: captured.stream, fetch: async (input, init) => sandbox.fetch(new Request(input, init)),
		});
		const lines = captured.text().split('\n').filter(line => line !== '');
		const hidden = command.includes('table') ? lines.length - linesShown : 0;
		await output.write(
			`${lines.slice(0, hidden > 0 ? linesShown : lines.length).join('\n')}\n${hidden > 0 ? `… and ${hidden} more\n` : ''}`,
		);
		if (code !== 0) throw new Error(`the demo's command ended with exit code ${code}`);
	}
	await output.write(`
Next: the same against your own tenant.
  $ export FEISHU_APP_ID=cli_… FEISHU_APP_SECRET=…
  $ audit-export feishu-openapi --since 24h
  $ audit-export --help
`);
	await output.commit();
}

function capture(terminal: {isTTY: boolean; columns: number}): {stream: OutputStream; text: () => string} {
	let text = '';
	return {
		text: () => text,
		stream: {
			...terminal,
			write(chunk, callback) {
				text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
				callback?.();
				return true;
			},
			on: () => undefined,
			off: () => undefined,
		},
	};
}
