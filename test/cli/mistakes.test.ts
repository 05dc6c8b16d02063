import {expect, it} from 'vitest';
import {runCommand} from '../helpers/context.ts';

const offline = {fetch: async () => Promise.reject(new Error('nothing may be asked'))};

/** A command line as somebody may type it, its exit code, and what its one line and its one hint say. */
const mistakes: ReadonlyArray<readonly [line: string[], code: number, error: string, hint: string]> = [
	[['feishu-openapi', '--from', '24h'], 2, "unknown option '--from'", 'Did you mean --since?'],
	[['feishu-openapi', '--start=yesterday'], 2, "unknown option '--start'", 'Did you mean --since?'],
	[['trae-openapi', '--to', 'now'], 2, "unknown option '--to'", 'Did you mean --until?'],
	[['trae-openapi', '--end', 'now'], 2, "unknown option '--end'", 'Did you mean --until?'],
];

it.each(mistakes)('%j ends with %i', async (line, code, error, hint) => {
	const ran = await runCommand(line, offline);
	expect({code: ran.code, stdout: ran.stdout}).toEqual({code, stdout: ''});
	expect(ran.stderr).toMatch(/^error: [^\n]+\nhint: [^\n]+\n$/);
	expect(ran.stderr).toContain(error);
	expect(ran.stderr.split('\n')[1]).toContain(hint);
});
