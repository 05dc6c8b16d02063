import {expect, it} from 'vitest';
import {sandboxCommand} from '../../src/commands/sandbox.ts';
import type {Context, OutputStream} from '../../src/base/context.ts';
import {InterruptedError, UsageError} from '../../src/base/errors.ts';
import {Masker} from '../../src/json/secrets/masker.ts';
import {sources} from '../../src/sources/index.ts';
import {noon, withResolvers} from './client.ts';

function createStream(onText: (text: string) => void): OutputStream {
	return {
		write(chunk) {
			onText(String(chunk));
			return true;
		},
		on: () => undefined,
		off: () => undefined,
	};
}

function createContext(signal: AbortSignal, onPage: (text: string) => void): Pick<Context, 'stdout' | 'stderr' | 'cwd' | 'masker' | 'now' | 'sleep' | 'signal'> {
	return {stdout: createStream(onPage), stderr: createStream(() => undefined), cwd: '/', masker: new Masker(), now: () => noon, sleep: async () => undefined, signal};
}

it('says what to set and run, serves, and returns when interrupted', async () => {
	const controller = new AbortController();
	const printed = withResolvers<string>();
	const running = sandboxCommand({port: '0', rate: 'off', records: '10'}, createContext(controller.signal, printed.resolve));
	const page = await printed.promise;
	const url = /http:\/\/127\.0\.0\.1:\d+/.exec(page)?.[0] ?? '';
	expect(page.replaceAll(url, 'URL')).toBe(`# The sandbox stands in for the remote APIs at URL (Ctrl+C ends it).
# In another terminal, set its credentials (they are good for nothing else):
export FEISHU_APP_ID=cli_sandbox
export FEISHU_APP_SECRET=sandbox-feishu-secret
export TRAE_APP_ID=trae_sandbox
export TRAE_APP_SECRET=sandbox-trae-secret
export FEISHU_APAAS_NAMESPACE=package_sandbox
# and export from it:
#   audit-export auth login feishu --base-url URL
${Object.keys(sources).map(name => `#   audit-export ${name} --base-url URL --since 1h --limit 20`).join('\n')}
# Its developer console: URL/app/cli_sandbox/log (any user name, password sandbox-console-password)
`);
	const answer = await fetch(`${url}/open-apis/auth/v3/tenant_access_token/internal`, {
		method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({app_id: 'cli_sandbox', app_secret: 'sandbox-feishu-secret'}),
	});
	expect(await answer.json()).toMatchObject({code: 0});
	controller.abort(new InterruptedError('SIGINT'));
	await running;
	await expect(fetch(url)).rejects.toThrow('fetch failed');
});

it.each([
	[{port: '65536'}, '--port'],
	[{port: 'http'}, '--port'],
	[{records: '1e3'}, '--records'],
	[{seed: '-1'}, '--seed'],
	[{latency: 'slow'}, '--latency'],
	[{rate: 'high'}, '--rate'],
	[{order: 'random'}, '--order'],
	[{ends: 'open'}, '--ends'],
	[{offset: 'bytes'}, '--offset'],
	[{cap: 'none'}, '--cap'],
	[{totals: 'rounded'}, '--totals'],
])('refuses %o, naming the option', async (options, name) => {
	const running = sandboxCommand(options, createContext(new AbortController().signal, () => undefined));
	await expect(running).rejects.toThrow(UsageError);
	await expect(running).rejects.toThrow(name);
});
