import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {openables} from '../../src/run/registry.ts';
import {runCommand} from '../helpers/context.ts';

const fetch = async () => Promise.reject(new Error('completion asks nobody'));

/** What a shell is offered for the last word of a line, and what it does by itself. */
async function offered(line: string, cwd = '/'): Promise<{values: string[]; directive: string | undefined}> {
	const {code, stdout, stderr} = await runCommand(['complete', '--', ...line.split(' ')], {fetch, cwd});
	expect({code, stderr}).toEqual({code: 0, stderr: ''});
	const lines = stdout.trimEnd().split('\n');
	return {directive: lines.pop(), values: lines.map(text => text.split('\t')[0] ?? '')};
}

it('offers the commands, below a command with subcommands its own, and no hidden one', async () => {
	const {values} = await offered('');
	expect(values).toEqual(expect.arrayContaining(['feishu-openapi', 'run', 'completion']));
	expect(values).not.toContain('complete');
	expect((await offered('au')).values).toEqual(['auth']);
	expect((await offered('auth lo')).values).toEqual(['login', 'logout']);
});

it('offers every option that the help of an exporting command lists', async () => {
	for (const {name} of openables()) {
		const {stdout} = await runCommand([...name.split(' '), '--help'], {fetch});
		const listed = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option = '']) => option);
		expect(listed.length).toBeGreaterThan(20);
		expect((await offered(`${name} --`)).values.toSorted()).toEqual(listed.toSorted());
	}
});

it('offers the values that an option takes, in both spellings', async () => {
	expect((await offered('feishu-openapi --format c')).values).toEqual(['csv']);
	expect((await offered('feishu-openapi -f c')).values).toEqual(['csv']);
	expect((await offered('feishu-openapi --format=c')).values).toEqual(['csv']);
	expect((await offered('feishu-openapi --host ')).values).toEqual(['feishu', 'lark']);
	expect((await offered('feishu-apaas --log-type ')).values).toEqual(['all', 'enterprise', 'login', 'app']);
	expect((await offered('trae-openapi --timezone Asia/Shang')).values).toEqual(['Asia/Shanghai']);
	expect((await offered('completion ')).values).toEqual(['bash', 'zsh', 'fish', 'powershell']);
});

it('offers fields one after the other', async () => {
	expect((await offered('feishu-openapi --fields id,event_ti')).values).toEqual(['id,event_time']);
});

it('leaves files and directories to the shell', async () => {
	expect(await offered('feishu-openapi --output ')).toEqual({values: [], directive: ':0'});
	expect(await offered('verify ')).toEqual({values: [], directive: ':16'});
	expect(await offered('feishu-openapi --limit ')).toEqual({values: [], directive: ':4'});
});

it('offers jobs, their archives and profiles of the configuration, and nothing of a broken one', async () => {
	const cwd = mkdtempSync(join(tmpdir(), 'audit-export-completion-'));
	onTestFinished(() => rmSync(cwd, {recursive: true}));
	const job = {source: 'feishu-openapi', dir: join(cwd, 'archive')};
	writeFileSync(join(cwd, 'audit-export.config.json'), JSON.stringify({profiles: {production: {}}, jobs: {calls: job}}));
	expect((await offered('run c', cwd)).values).toEqual(['calls']);
	expect((await offered('run calls c', cwd)).values).toEqual(['calls']);
	expect(await offered('cat ', cwd)).toEqual({values: [join(cwd, 'archive')], directive: ':4'});
	expect((await offered('run --profile ', cwd)).values).toEqual(['production']);
	writeFileSync(join(cwd, 'audit-export.config.json'), '{');
	expect(await offered('run ', cwd)).toEqual({values: [], directive: ':4'});
});

it('refuses a shell that it has no script for', async () => {
	const {code, stderr} = await runCommand(['completion', 'tcsh'], {fetch});
	expect(code).toBe(2);
	expect(stderr).toContain('bash, zsh, fish, powershell');
});
