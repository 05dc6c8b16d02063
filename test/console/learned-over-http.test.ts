import {writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {run, temporaryDirectory} from '../cli/exporter.ts';
import {listen} from '../helpers/listening.ts';
import {entry, har} from './learn/recorder.ts';

const env = {FEISHU_CONSOLE_COOKIE: 'session=abcdefgh-0123456789'};
const rowCount = 45;

interface Search {
	readonly filter: {readonly start: number; readonly end: number; readonly [name: string]: unknown};
	readonly page: {readonly offset: number; readonly limit: number};
}

/** A console with 45 rows of the last half hour, whose offsets begin with 1; `answer` says something else instead. */
async function consoleOf(kind: string, answer?: () => unknown) {
	const now = Date.now();
	const rows = Array.from({length: rowCount}, (_, index) => ({log_id: `lg${1000 + index * 7}`, event_type: 'im.message.receive_v1', log_time: now - 61_007 - index * 23_457, push_status: 'ok'}));
	const asked: Search[] = [];
	const page = ({filter: {start, end}, page: {offset, limit}}: Search) => {
		const inRange = rows.filter(({log_time: time}) => time >= start && time <= end);
		return {code: 0, data: {list: inRange.slice(offset - 1, offset - 1 + limit), total: inRange.length}};
	};
	const port = await listen(createServer((request, response) => {
		let text = '';
		request.on('data', (part: Buffer) => {
			text += part.toString();
		}).on('end', () => {
			const search = JSON.parse(text) as Search;
			asked.push(search);
			response.setHeader('content-type', 'application/json').end(JSON.stringify(answer === undefined ? page(search) : answer()));
		});
	}));
	const origin = `http://127.0.0.1:${port}`;
	const cwd = temporaryDirectory();
	return {
		asked,
		/** Runs the exporter as the user who has learned this console. */
		run: async (...args: string[]) => run(['feishu-app-log', ...args], {cwd, env: {...env, HOME: cwd, XDG_CONFIG_HOME: cwd, XDG_DATA_HOME: cwd}}),
		async learn(filter: Readonly<Record<string, unknown>>) {
			const recorded = [1, 21].map(offset => {
				const json = {filter: {start: now - 86_400_000, end: now, ...filter}, page: {offset, limit: 20}};
				return entry({method: 'POST', url: `${origin}/log/${kind}/search`, json, cookies: {session: 'abcdefgh-0123456789'}, at: now}, {body: page(json)});
			});
			writeFileSync(join(cwd, 'a.har'), har(recorded));
			const learned = await this.run('learn', 'a.har', '--console', origin, '--kind', kind);
			expect(learned.code).toBe(0);
			return learned;
		},
	};
}

function idsIn(stdout: string): Set<string> {
	return new Set(stdout.split('\n').filter(line => line !== '').map(line => (JSON.parse(line) as {log_id: string}).log_id));
}

it.each(['feature', 'tab', 'whatever'])("sends a feature that is spelled like the option's value and was called %s", async name => {
	const console = await consoleOf('client');
	await console.learn({[name]: 'mini-program'});
	const {code, stdout} = await console.run('client', '--app-feature', 'mini-program', '--since', '1h');
	expect({code, ids: idsIn(stdout).size}).toEqual({code: 0, ids: rowCount});
	expect(console.asked.at(-1)?.filter[name]).toBe('mini-program');
});

it('exports with what was recorded where a filter that the search needs was not recognised, and says where it would go', async () => {
	const console = await consoleOf('client');
	expect((await console.learn({tab: 2})).stdout).toContain('no place of --app-feature was recognised: searches ask for what was recorded, without that option');
	const {code, stdout} = await console.run('client', '--since', '1h');
	expect({code, ids: idsIn(stdout).size}).toEqual({code: 0, ids: rowCount});
	expect(console.asked.at(-1)?.filter['tab']).toBe(2);
	const refused = await console.run('client', '--app-feature', 'widget', '--since', '1h');
	expect(refused).toMatchObject({code: 2, stdout: ''});
	expect(refused.stderr).toMatch(/--app-feature cannot be used here: .*json\.filter\.tab = 2.*write \{app_feature\} in its place\nhint: leave --app-feature out/);
});

it('reads every row once where offsets begin with 1', async () => {
	const console = await consoleOf('event');
	await console.learn({event_type: ''});
	const {code, stdout} = await console.run('event', '--since', '1h', '--page-size', '20');
	expect({code, rows: stdout.split('\n').length - 1, ids: idsIn(stdout).size}).toEqual({code: 0, rows: rowCount, ids: rowCount});
	expect(new Set(console.asked.map(({page: {offset}}) => offset % 20))).toEqual(new Set([1]));
});

it.each([
	{errors: [{message: 'Unauthenticated', extensions: {code: 'UNAUTHENTICATED'}}], data: null},
	{errors: [{message: 'not allowed', extensions: {code: 'UNAUTHENTICATED'}}]},
	{code: 0, errors: [{message: 'Unauthenticated'}], data: {list: null}},
])('ends with exit 3 where GraphQL says that nobody is signed in: %j', async answer => {
	const console = await consoleOf('event', () => answer);
	await console.learn({event_type: ''});
	const {code, stdout} = await console.run('event', '--since', '1h');
	expect({code, stdout}).toEqual({code: 3, stdout: ''});
});
