import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {memoryStream, runCommand} from '../helpers/context.ts';
import {fakeFeishu} from '../helpers/fake-api.ts';

const rows = [0, 1, 2].map(minute => ({id: `row-${minute}`, time: Date.UTC(2026, 10, 19, 0, minute) / 1000}));

const range = ['--since', '2026-11-19T00:00:00Z', '--until', '2026-11-19T01:00:00Z', '--timezone', '+08:00', '--no-progress'];

function start() {
	const cwd = mkdtempSync(join(tmpdir(), 'audit-export-closing-'));
	onTestFinished(() => rmSync(cwd, {recursive: true}));
	return async (args: readonly string[], {isTTY = true} = {}) => {
		const {code, stderr} = await runCommand(['feishu-openapi', ...range, ...args], {fetch: fakeFeishu(rows).fetch, cwd, stderr: memoryStream({isTTY})});
		expect(code).toBe(0);
		return stderr;
	};
}

const closing = 'feishu-openapi: 3 records (0 failed) from 2026-11-19T08:00:00+08:00 up to 2026-11-19T09:00:00+08:00 in calls.ndjson';

it('an export into a file ends with a line at a terminal, which says where it is replaced', async () => {
	const run = start();
	expect(await run(['-o', 'calls.ndjson'])).toContain(`${closing}\n`);
	expect(await run(['-o', 'calls.ndjson'])).toContain(`${closing}, which replaces the file of that name\n`);
});

it('says nothing to cron, and nothing with --quiet', async () => {
	const run = start();
	expect(await run(['-o', 'calls.ndjson'], {isTTY: false})).toBe('');
	expect(await run(['-o', 'calls.ndjson', '-q'])).toBe('');
});

it('says which of --state and --since counts, to whoever sits there', async () => {
	const run = start();
	expect(await run(['-o', 'first.ndjson', '--state', 'state.json'])).not.toContain('counts only');
	expect(await run(['-o', 'second.ndjson', '--state', 'state.json'])).toContain('as state.json says; --since counts only as long as that file does not exist');
});
