import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it, vi} from 'vitest';
import {findFilters} from '../../../src/console/learn/filters.ts';
import {learnSession} from '../../../src/console/learn/session.ts';
import {SecretValues} from '../../../src/console/learn/secrets.ts';
import {run, start, temporaryDirectory, until} from '../../cli/exporter.ts';
import {entry, har, recordedAt} from './recorder.ts';

/** A recording of one search whose request says more in its filter, and as much beside it as asked for. */
function recording({filter = {}, noise = 0}: {filter?: Readonly<Record<string, unknown>>; noise?: number}): string {
	const json = {filter: {start: recordedAt - 86_400_000, end: recordedAt, ...filter}, page: {number: 1, size: 20}};
	const list = Array.from({length: 20}, (_, index) => ({log_id: `lg${1000 + index * 7}`, event_type: 'a.b', push_time: recordedAt - 61_007 - index * 123_457}));
	const search = entry({method: 'POST', url: 'https://open.feishu.cn/log/event/search', json, cookies: {session: 'abcdefgh-0123456789'}}, {body: {code: 0, data: {list, total: 20}}});
	const other = entry({method: 'GET', url: 'https://open.feishu.cn/other'}, {body: {list: Array.from({length: 2000}, (_, index) => ({name: `n${index}`, text: 'x'.repeat(400)}))}});
	return har([search, ...Array.from({length: noise}, () => other)]);
}

describe.runIf(process.platform === 'linux')('while it reads a recording', () => {
	it.each([['SIGINT', 130], ['SIGTERM', 143]] as const)('%s ends it with exit %i, and nothing is written', async (signal, code) => {
		const cwd = temporaryDirectory();
		const file = join(cwd, 'a.har');
		writeFileSync(file, recording({noise: 80}));
		const running = start(['feishu-app-log', 'learn', 'a.har', '--keep-session', '-o', 'profile.yaml'], {cwd, env: {XDG_DATA_HOME: join(cwd, 'data')}});
		const descriptors = `/proc/${running.process.pid}/fd`;
		await until(() => existsSync(descriptors) && readdirSync(descriptors).some(name => existsSync(join(descriptors, name)) && readlinkSync(join(descriptors, name)) === file));
		running.process.kill(signal);
		expect(await running.ended).toMatchObject({code, stdout: ''});
		expect(readdirSync(cwd)).toEqual(['a.har']);
	});

	it('a recording, a profile or a store of sessions that is a pipe is an error at once', async () => {
		const cwd = temporaryDirectory();
		writeFileSync(join(cwd, 'a.har'), recording({}));
		const pipe = join(cwd, 'pipe');
		const data = join(cwd, 'audit-export');
		execFileSync('mkdir', ['-m', '700', data]);
		for (const path of [pipe, join(data, 'console-sessions.json')]) execFileSync('mkfifo', ['-m', '600', path]);
		const env = {XDG_DATA_HOME: cwd};
		for (const args of [['pipe'], ['a.har', '-o', 'pipe'], ['a.har', '--keep-session', '-o', 'profile.yaml']]) {
			const ran = await run(['feishu-app-log', 'learn', ...args], {cwd, env});
			expect(ran).toMatchObject({code: 2, stdout: ''});
			expect(ran.stderr).toContain('error: ');
			expect(existsSync(join(cwd, 'profile.yaml'))).toBe(false);
		}
	});
});

/** How often a function is called while another works. */
function callsOf(spy: {readonly mock: {readonly calls: readonly unknown[]}; mockRestore: () => void}, work: () => void): number {
	try {
		work();
		return spy.mock.calls.length;
	} finally {
		spy.mockRestore();
	}
}

describe('work grows with the recording alone', () => {
	it('for the conditions of a request', () => {
		const slices = (count: number) => callsOf(vi.spyOn(Array.prototype, 'slice'), () => {
			const conditions = Array.from({length: count}, (_, index) => ({field: 'status', value: index}));
			expect(findFilters({path: [], query: {}, json: {conditions}, header: {}}, [['json', 'page']], []).conditions).toHaveLength(count);
		});
		expect(slices(800)).toBeLessThan(2.5 * slices(400));
	});

	it('for cookies', () => {
		const comparisons = (count: number) => callsOf(vi.spyOn(String.prototype, 'includes'), () => {
			const cookies = Array.from({length: count}, (_, index) => [`c${index}`, `value-${index}-0123456789`] as const);
			const headers = Array.from({length: count}, (_, index) => [`x-header-${index}`, `other-${index}-0123456789`] as const);
			expect(learnSession({headers, cookies, request: {path: [], query: {}, header: {}}})).toEqual({});
			const known = new SecretValues();
			known.collect({headers, cookies, answer: {status: 200, headers: [], cookies: [], text: undefined, bytes: 0, isCut: false}});
			for (const [, value] of cookies) expect(known.holds(`in ${value}`)).toBe(true);
		});
		expect(comparisons(800)).toBeLessThan(2.5 * comparisons(400));
	});
});
