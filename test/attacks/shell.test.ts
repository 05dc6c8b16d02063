import {execFileSync} from 'node:child_process';
import fc from 'fast-check';
import {expect, it} from 'vitest';
import {shellQuote} from '../../src/base/shell-quote.ts';
import {runCommand} from '../helpers/context.ts';
import {noNetwork} from '../run/jobs/workspace.ts';
import {escapes, expectHarmless, hostile} from './hostile.ts';

/** What bash makes of words. */
function wordsOf(quoted: readonly string[]): string[] {
	return execFileSync('bash', ['-c', `printf '%s\\0' ${quoted.join(' ')}`], {encoding: 'utf8', env: {...process.env, LC_ALL: 'C.UTF-8'}}).split('\0').slice(0, -1);
}

it('a quoted word is harmless to look at and the same word again in a shell', () => {
	const unit = fc.oneof(fc.constantFrom(...escapes, "'", '"', '\\', '$', '`', '!', '$(id)', ';', ' ', '*'), fc.string({unit: 'grapheme', minLength: 1, maxLength: 1}));
	const words = fc.sample(fc.string({unit, maxLength: 20}).filter(word => !word.includes('\0')), 500);
	const quoted = words.map(word => shellQuote(word));
	for (const word of quoted) expectHarmless(word);
	expect(wordsOf(quoted)).toEqual(words);
});

it('the request of a plan carries the values as they were given, and nothing of them runs', async () => {
	const value = `a${hostile}'$(touch /tmp/no)\`id\`"`;
	const {stdout} = await runCommand(['feishu-apaas', '--namespace', 'package_a', '--query', value, '--dry-run'], {fetch: noNetwork});
	const command = stdout.slice(stdout.indexOf('curl '));
	const words = execFileSync('bash', ['-c', `curl() { printf '%s\\0' "$@"; }\n${command}`], {encoding: 'utf8', env: {PATH: process.env['PATH'], LC_ALL: 'C.UTF-8'}}).split('\0');
	const url = words.find(word => word.startsWith('https://')) ?? '';
	expect(new URL(url).searchParams.get('quick_query')).toBe(value);
});
