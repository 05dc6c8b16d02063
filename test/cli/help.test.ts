import {expect, it} from 'vitest';
import {run} from './exporter.ts';

it.each([[[]], [['feishu-openapi']], [['auth', 'login']], [['feishu-app-log', 'event']]])('is the same, asked for in any way: %j', async words => {
	const [long, short, made] = await Promise.all([
		run([...words, '--help']),
		run([...words, '-h']),
		// Before a second question the first one counts.
		run([...words, '--help', '--help']),
	]);
	expect(long).toEqual({code: 0, stdout: made.stdout, stderr: ''});
	expect(short).toEqual(long);
	expect(long.stdout).toContain(`Usage: ${['audit-export', ...words].join(' ')} `);
});

it('of a command that does not exist is the program\'s', async () => {
	expect((await run(['no-such-command', '--help'])).stdout).toBe((await run(['--help'])).stdout);
	expect((await run(['..', '--help'])).stdout).toBe((await run(['--help'])).stdout);
});
