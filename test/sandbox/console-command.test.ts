import {expect, it} from 'vitest';
import {UsageError} from '../../src/base/errors.ts';
import {sandboxCommand, sandboxPage} from '../../src/commands/sandbox.ts';
import {memoryStream} from '../helpers/context.ts';
import {noon} from './client.ts';
import {createConsoleClient} from './console-client.ts';

it('says where the console is and how to sign in', () => {
	const {sandbox} = createConsoleClient('cursor');
	expect(sandboxPage('http://127.0.0.1:1', sandbox))
		.toContain(`# Its developer console: http://127.0.0.1:1/app/cli_sandbox/log (any user name, password ${sandbox.consolePassword})\n`);
});

it('refuses a shape that it does not know, naming the option', async () => {
	const running = sandboxCommand({port: '0', console: 'graph'}, {stdout: memoryStream(), now: () => noon, sleep: async () => undefined, signal: new AbortController().signal});
	await expect(running).rejects.toThrow(UsageError);
	await expect(running).rejects.toThrow('--console');
});
