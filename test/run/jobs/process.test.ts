import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {run, serveApi, start, temporaryDirectory, until} from '../../cli/exporter.ts';

it('keeps running in the foreground, and ends in order at SIGTERM', async () => {
	const api = await serveApi();
	const cwd = temporaryDirectory();
	writeFileSync(join(cwd, 'audit-export.config.json'), JSON.stringify({jobs: {
		calls: {source: 'feishu-openapi', dir: 'calls', since: '2026-11-19T22:00:00Z', options: {base_url: api.url, rate: '1000/1s', window: '6h'}},
	}}));
	const running = start(['run', '--every', '1h', '--config', 'audit-export.config.json'], {cwd, env: api.env});
	await until(() => running.stderr().includes('next run at'));
	expect(running.stderr()).toMatch(/^calls: \d+ records?; covered until \S+\nnext run at \S+, every 1h\n$/);
	running.process.kill('SIGTERM');
	const {code, stdout} = await running.ended;
	expect({code, stdout}).toEqual({code: 143, stdout: ''});
	expect((await run(['verify', join(cwd, 'calls')])).code).toBe(0);
	expect((await run(['status', '--format', 'json', '--config', 'audit-export.config.json'], {cwd})).stdout).toContain('"next_start_at": "');
});

it('goes on after it was killed in the middle', async () => {
	const api = await serveApi();
	const cwd = temporaryDirectory();
	writeFileSync(join(cwd, 'audit-export.config.json'), JSON.stringify({jobs: {
		calls: {source: 'feishu-openapi', dir: 'calls', since: '2026-11-19T00:00:00Z', options: {base_url: api.url, rate: '1000/1s', window: '1h', concurrency: 1}},
	}}));
	api.hold(10);
	const running = start(['run', '--config', 'audit-export.config.json'], {cwd, env: api.env});
	await api.held();
	running.process.kill('SIGKILL');
	await running.ended;
	api.release();
	const {code, stderr} = await run(['run', '--config', 'audit-export.config.json'], {cwd, env: api.env});
	expect(code).toBe(0);
	expect(stderr).toMatch(/^calls: \d+ records/m);
	expect((await run(['verify', join(cwd, 'calls')])).stdout).toMatch(/: whole\n$/);
});
