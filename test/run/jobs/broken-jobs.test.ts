import {chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {run, serveApi, temporaryDirectory} from '../../cli/exporter.ts';

const isRoot = process.getuid?.() === 0;
const stranger = 12_345;

/** Directories, and what their job ends with. */
const broken: Readonly<Record<string, string>> = {
	'is-file': 'file', 'below-file': 'other-file/archive', 'loops': 'loop/archive', 'too-long': 'n'.repeat(300), 'in-proc': '/proc/archives/of/it', 'outer': 'nested', 'inner': 'nested/inner',
	'damaged': 'damaged', 'word-is-directory': 'word', 'to-nowhere': 'dangling', 'is-fifo': '/dev/null', 'manifest-is-directory': 'manifest', 'lock-is-file': 'locked',
};

function prepare(dir: string, url: string, more: Readonly<Record<string, string>>): string[] {
	for (const name of ['file', 'other-file']) writeFileSync(join(dir, name), '');
	symlinkSync('loop', join(dir, 'loop'));
	symlinkSync('/nonexistent/at/all', join(dir, 'dangling'));
	for (const name of ['damaged', 'word/last-run.json', 'manifest/manifest.ndjson', 'locked']) mkdirSync(join(dir, name), {recursive: true});
	writeFileSync(join(dir, 'damaged/manifest.ndjson'), 'not one\nof ours\n');
	writeFileSync(join(dir, 'locked/manifest.ndjson.lock'), '');
	const dirs = {...broken, ...more};
	const common = {source: 'feishu-openapi', since: '2h', options: {rate: '1000/1s'}};
	const jobs = Object.fromEntries([
		['good-first', {...common, dir: 'good-first'}],
		...Object.entries(dirs).map(([name, place]) => [name, {...common, dir: place}]),
		['no-credentials', {...common, dir: 'no-credentials', profile: 'vanished'}],
		['good-last', {...common, dir: 'good-last'}],
	]);
	const profiles = {vanished: {feishu: {base_url: url, app_id: 'cli_x', app_secret: {file: join(dir, 'vanished')}}}};
	writeFileSync(join(dir, 'audit-export.config.json'), JSON.stringify({profiles, jobs}), {mode: 0o600});
	return Object.keys(jobs);
}

it.each([['by root, or whoever tests', undefined], ...(isRoot ? [['by another user', stranger] as const] : [])] as const)('lets no broken job stop the others, run %s', async (_, uid) => {
	const {url, env} = await serveApi({now: () => Date.now()});
	const dir = temporaryDirectory();
	const foreign: Record<string, string> = uid === undefined ? {} : {'of-another': 'of-another', 'closed': 'closed', 'word-of-another': 'foreign-word', 'read-only': 'read-only/archive'};
	const names = prepare(dir, url, foreign);
	if (uid !== undefined) {
		for (const name of ['of-another', 'closed', 'foreign-word', 'read-only']) mkdirSync(join(dir, name), 0o700);
		writeFileSync(join(dir, 'foreign-word/last-run.json'), '{}', {mode: 0o600});
		for (const name of ['.', ...readdirSync(dir).filter(entry => !['of-another', 'loop', 'dangling'].includes(entry))]) chownSync(join(dir, name), uid, uid);
		for (const name of ['damaged/manifest.ndjson', 'word/last-run.json', 'manifest/manifest.ndjson']) chownSync(join(dir, name), uid, uid);
		chmodSync(join(dir, 'closed'), 0);
		chmodSync(join(dir, 'read-only'), 0o500);
	}
	const flags = ['run', '--config', 'audit-export.config.json', '--base-url', url, '--metrics', 'metrics.prom', '--summary', 'summary.json', '--on-failure', 'cat > told.json'];
	const {code, stderr} = await run(flags, {env, cwd: dir, uid});
	expect(stderr).not.toContain('this is a bug');
	expect(existsSync(join(dir, 'summary.json')) ? '' : stderr).toBe('');
	const summary = JSON.parse(readFileSync(join(dir, 'summary.json'), 'utf8')) as {jobs: Array<{job: string; exit_code: number; error?: string}>};
	const good = names.filter(name => name.startsWith('good'));
	expect(summary.jobs.map(({job}) => job)).toEqual(names);
	expect(summary.jobs.filter(job => job.exit_code === 0).map(({job}) => job)).toEqual(good);
	expect(summary.jobs.filter(job => job.exit_code === 5)).toEqual([]);
	expect(code).toBe(2);
	for (const name of good) expect(existsSync(join(dir, name, 'manifest.ndjson'))).toBe(true);
	const metrics = readFileSync(join(dir, 'metrics.prom'), 'utf8');
	for (const name of names) expect(metrics).toContain(`"${name}"`);
	expect(JSON.parse(readFileSync(join(dir, 'told.json'), 'utf8'))).toEqual(summary);
	const status = await run(['status', '--format', 'json'], {env, cwd: dir, uid});
	expect([status.code, (JSON.parse(status.stdout) as {jobs: Array<{job: string}>}).jobs.map(({job}) => job)]).toEqual([0, names]);
	const plan = await run(['run', '--config', 'audit-export.config.json', '--dry-run', '--base-url', url], {env, cwd: dir, uid});
	expect(plan.stderr).not.toContain('this is a bug');
	expect(plan.code).not.toBe(5);
	expect(plan.stdout).toContain('good-last');
});
