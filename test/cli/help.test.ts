import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {helpTexts} from '../../src/help-texts.ts';
import {runCommand} from '../helpers/context.ts';
import {run} from './exporter.ts';

const directory = join(import.meta.dirname, '../../dist/help');

it('is written down by the build for every command, as the program would make it', async () => {
	const written = readdirSync(directory).map(name => [name.replace(/\.txt$/, '').replaceAll('.', ' '), readFileSync(join(directory, name), 'utf8')] as const);
	let made: Array<[string, string]> = [];
	await runCommand([], {
		fetch: async () => Promise.reject(new Error('help asks nobody')),
		program: async (_, version, context) => {
			made = [...helpTexts(context, version)];
			return 0;
		},
	});
	expect(new Map(written)).toEqual(new Map(made));
	expect(made.map(([words]) => words)).toEqual(expect.arrayContaining(['audit-export', 'audit-export feishu-openapi', 'audit-export auth login', 'audit-export feishu-app-log event']));
});

it.each([[[]], [['feishu-openapi']], [['auth', 'login']]])('is the same, asked for in any way: %j', async words => {
	const [long, short, made] = await Promise.all([
		run([...words, '--help']),
		run([...words, '-h']),
		// Before a second question the first one counts, and nothing is prepared for two.
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
