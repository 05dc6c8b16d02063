import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {startProgram} from '../cli/exporter.ts';
import {bundled, manifest, root} from './lock.ts';

let directory: string;
let files: string[];

beforeAll(() => {
	directory = mkdtempSync(join(tmpdir(), 'audit-export-package-'));
	const env = {...process.env, npm_config_update_notifier: 'false', npm_config_logs_max: '0', npm_config_audit: 'false', npm_config_fund: 'false'};
	const [packed] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--offline', '--pack-destination', directory], {cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']})) as Array<{filename: string; files: Array<{path: string}>}>;
	files = packed?.files.map(({path}) => path).toSorted() ?? [];
	execFileSync('tar', ['-xzf', join(directory, packed?.filename ?? ''), '-C', directory]);
});

afterAll(() => {
	rmSync(directory, {recursive: true, force: true});
});

/** Runs the packed program where no package is installed. */
async function runPacked(args: readonly string[]) {
	return startProgram(process.execPath, [join(directory, 'package/bin/audit-export.js'), ...args], {cwd: directory}).ended;
}

it('holds what runs, and what users are to read, and nothing else', () => {
	expect(files.filter(path => !path.startsWith('dist/'))).toEqual([
		'CHANGELOG.md', 'LICENSE', 'README.md', 'README.zh-CN.md', 'bin/audit-export.js', 'config.example.json',
		...[
			'Dockerfile', 'airflow_audit_export.py', 'check-archive.sh', 'copy-archive.sh', 'kubernetes/argo-cron-workflow.yaml', 'kubernetes/cronjob.yaml', 'prometheus-rules.yaml',
			'systemd/audit-export@.service', 'systemd/audit-export@.timer',
		].map(name => `deploy/${name}`),
		...['archives', 'configuration', 'console', 'fleets', 'formats', 'networks'].map(name => `docs/${name}.md`), 'package.json',
	]);
	expect(files.filter(path => path.startsWith('dist/') && !/^dist\/(?:cli\.js|chunks\/[\w.-]+\.js|audit-export\.(?:1|cdx\.json)|THIRD-PARTY-LICENSES\.txt)$/.test(path))).toEqual([]);
	expect(files).toEqual(expect.arrayContaining(['dist/cli.js', 'dist/audit-export.1', 'dist/THIRD-PARTY-LICENSES.txt']));
});

it('names no place of the machine it was built on', () => {
	expect(files.filter(path => readFileSync(join(directory, 'package', path), 'utf8').includes(root))).toEqual([]);
});

it('runs without anything being installed', async () => {
	expect(await runPacked(['--version'])).toEqual({code: 0, stdout: `${manifest.version}\n`, stderr: ''});
	const sources = await runPacked(['sources', '--format', 'json']);
	expect({code: sources.code, stderr: sources.stderr}).toEqual({code: 0, stderr: ''});
	expect(JSON.parse(sources.stdout)).not.toHaveLength(0);
	expect(await runPacked(['demo'])).toMatchObject({code: 0});
});

it('carries the licences of what is bundled', () => {
	const notices = readFileSync(join(directory, 'package/dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
	expect(bundled()).toEqual(expect.arrayContaining([expect.stringMatching(/^commander /), expect.stringMatching(/^zod /)]));
	expect(notices.match(/Permission (?:is hereby granted|to use)/gi)?.length).toBeGreaterThan(20);
	expect(bundled()).toEqual([...new Set(bundled())]);
});

it('carries a bill of materials that lists what is bundled, and nothing else', () => {
	const bill = JSON.parse(readFileSync(join(directory, 'package/dist/audit-export.cdx.json'), 'utf8')) as {
		bomFormat: string; metadata: {component: {name: string; version: string}}; components: ReadonlyArray<{name: string; version: string}>;
	};
	expect(bill).toMatchObject({bomFormat: 'CycloneDX', metadata: {component: {name: 'audit-export', version: manifest.version}}});
	expect(bill.components.map(({name, version}) => `${name} ${version}`).toSorted()).toEqual(bundled().toSorted());
});
