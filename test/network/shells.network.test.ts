import {spawnSync} from 'node:child_process';
import {chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';

const root = join(import.meta.dirname, '../..');

const shells = {
	bash: {command: 'bash --norc -i', load: 'source /usr/share/bash-completion/bash_completion; source <(audit-export completion bash)'},
	zsh: {command: 'zsh -f -i', load: 'autoload -U compinit; compinit -u -D; source <(audit-export completion zsh)'},
	fish: {command: 'fish --no-config', load: 'audit-export completion fish | source'},
};

/** Waits until what is on the screen, or in a file, says so. */
async function until(what: string, read: () => string, isThere: (text: string) => boolean): Promise<void> {
	for (let tries = 0; tries < 200; tries += 1) {
		if (isThere(read())) return;
		await sleep(100);
	}
	throw new Error(`${what} did not come: ${read()}`);
}

test.each(Object.entries(shells))('%s completes commands, options, values and files', async (_shell, {command, load}) => {
	const directory = mkdtempSync(join(tmpdir(), 'audit-export-shell-'));
	const tmux = (...words: readonly string[]) => {
		const {stdout, error} = spawnSync('tmux', ['-S', join(directory, 'socket'), ...words], {encoding: 'utf8', cwd: directory, env: {
			...process.env, PATH: `${directory}:${process.env['PATH']}`, HOME: directory, TERM: 'xterm', PS1: '> ',
		}});
		if (error !== undefined) throw error;
		return stdout;
	};
	onTestFinished(() => {
		tmux('kill-server');
		rmSync(directory, {recursive: true});
	});
	const ran = join(directory, 'ran');
	// The program itself answers the shell; what the line comes to is written down.
	writeFileSync(join(directory, 'audit-export'), `#!/bin/sh
case "$1" in complete|completion) exec "${process.execPath}" "${root}/bin/audit-export.js" "$@";; esac
echo "$*" > "${ran}"
`);
	chmodSync(join(directory, 'audit-export'), 0o755);
	writeFileSync(join(directory, 'unmistakable.csv'), '');
	tmux('new-session', '-d', '-x', '150', '-y', '30', command);
	const screen = () => tmux('capture-pane', '-p').replaceAll('\n', ' ');
	const type = (text: string, key: string) => {
		tmux('send-keys', '-l', '--', text);
		tmux('send-keys', key);
	};
	type(`${load}; echo lo''aded`, 'Enter');
	await until('the script', screen, text => / loaded /.test(text));
	let line = 'audit-export';
	for (const [typed, whole] of [['trae-op', 'trae-openapi'], ['--form', '--format'], ['cs', 'csv'], ['-o unmis', '-o unmistakable.csv']]) {
		type(`${line === 'audit-export' ? 'audit-export ' : ''}${typed}`, 'Tab');
		line += ` ${whole}`;
		// A blank follows what is whole.
		await until(whole ?? '', screen, text => text.includes(`${line} `));
	}
	tmux('send-keys', 'Enter');
	await until('the line', () => existsSync(ran) ? readFileSync(ran, 'utf8') : '', text => text !== '');
	expect(readFileSync(ran, 'utf8')).toBe('trae-openapi --format csv -o unmistakable.csv\n');
});

test('man shows every command and option of the program, with nothing to complain about', () => {
	const page = spawnSync('man', ['--warnings', '-l', join(root, 'dist/audit-export.1')], {encoding: 'utf8', env: {...process.env, MANWIDTH: '80', MANPAGER: 'cat'}});
	expect({status: page.status, stderr: page.stderr}).toEqual({status: 0, stderr: ''});
	expect(page.stdout.split('\n').filter(line => line.length > 80 && !line.includes('://'))).toEqual([]);
	for (const word of ['NAME', 'feishu-app-log learn', 'Options of every source', '--since <time>', '--keep-session', 'EXIT STATUS', '130, 143, 129']) {
		expect(page.stdout).toContain(word);
	}
});
