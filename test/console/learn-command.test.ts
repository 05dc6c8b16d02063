import {existsSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {readProfile} from '../../src/console/profile-file.ts';
import type {Fetch} from '../../src/base/context.ts';
import {DAY} from '../../src/base/duration.ts';
import {runCommand} from '../helpers/context.ts';
import {VirtualClock} from '../helpers/virtual-clock.ts';
import {baseUrl, cookie, fakeConsole, searchLog, session, shapeNames, shapes, standIn, start, temporaryDirectory} from './consoles.ts';
import {entry, har, noise} from './learn/recorder.ts';

/** A `fetch` that writes down what goes through it, as a browser's network panel does. */
function recording(fetch: Fetch): {fetch: Fetch; entries: unknown[]} {
	const entries: unknown[] = [];
	return {
		entries,
		async fetch(input, init) {
			const request = new Request(input, init);
			const text = await request.clone().text();
			const answer = await fetch(request);
			const {cookie: sentCookie = '', ...headers} = Object.fromEntries(request.headers);
			entries.push(entry({
				method: request.method as 'GET' | 'POST', url: request.url, headers, at: start,
				cookies: Object.fromEntries(sentCookie.split('; ').map(pair => pair.split(/=(.*)/s)).map(([name = '', value = '']) => [name, value])),
				...(text === '' ? {} : {json: JSON.parse(text) as unknown}),
			}, {status: answer.status, body: await answer.clone().text()}));
			return answer;
		},
	};
}

/** The recording of somebody who looked at a day and turned pages. */
async function recordOf(shape: typeof shapeNames[number], console: ReturnType<typeof standIn>, directory: string, origin = baseUrl): Promise<string> {
	const recorded = recording(console.fetch);
	const {code} = await searchLog(['event', '--since', '2026-11-17T00:00:00Z', '--until', '2026-11-17T23:00:00Z', '--page-size', '20'], {fetch: recorded.fetch, clock: console.clock, env: console.env, profile: {...shapes[shape], base_url: origin}});
	expect(code).toBe(0);
	const path = join(directory, `${shape}.har`);
	writeFileSync(path, har([...noise(origin, 20), ...recorded.entries]));
	return path;
}

describe.each(shapeNames)('learn, of the %s shape', shape => {
	it('makes an export of seven days possible, with the session of the recording', async () => {
		const directory = temporaryDirectory();
		const env = {XDG_CONFIG_HOME: join(directory, 'config'), XDG_DATA_HOME: join(directory, 'data'), FEISHU_CONSOLE_COOKIE: '', FEISHU_CONSOLE_CSRF_TOKEN: ''};
		const console = standIn(shape);
		const path = await recordOf(shape, console, directory);
		const learned = await runCommand(['feishu-app-log', 'learn', path, '--console', baseUrl, '--keep-session'], {fetch: console.fetch, clock: console.clock, env});
		const profilePath = join(directory, 'config', 'audit-export', 'feishu-app-log.yaml');
		expect(learned.code).toBe(0);
		expect(learned.stdout).toMatch(/^event search: /);
		expect(learned.stderr).toContain(`event: written to ${profilePath}\n`);
		expect(learned.stderr).toContain(`only requests to ${baseUrl} are signed with it`);
		const kept = join(directory, 'data', 'audit-export', 'console-sessions.json');
		expect((statSync(kept).mode & 0o777).toString(8)).toBe('600');
		for (const part of console.env.FEISHU_CONSOLE_COOKIE.split(/[;=] ?/).filter(text => text.length > 20)) {
			expect(learned.stdout + learned.stderr + readFileSync(profilePath, 'utf8')).not.toContain(part);
			expect(readFileSync(kept, 'utf8')).toContain(part);
		}
		const exported = await searchLog(['event', '--since', '7d'], {fetch: console.fetch, clock: console.clock, env});
		const expected = await searchLog(['event', '--since', '7d'], {fetch: console.fetch, clock: console.clock, env: console.env, profile: shapes[shape]});
		expect(exported).toMatchObject({code: 0});
		expect(exported.stdout.split('\n').toSorted()).toEqual(expected.stdout.split('\n').toSorted());
		expect(exported.records.length).toBeGreaterThan(1000);
		const failed = await searchLog(['event', '--since', '2d', '--status', 'failed'], {fetch: console.fetch, clock: console.clock, env});
		expect(failed.code).toBe(0);
		expect(failed.stderr.includes('is taken for failed')).toBe(shape === 'offset');

		const status = await runCommand(['auth', 'status', 'console', '--format', 'json'], {fetch: console.fetch, env});
		expect(JSON.parse(status.stdout)).toMatchObject({kept: true, base_url: baseUrl});
		const forgotten = await runCommand(['auth', 'logout', 'console'], {fetch: console.fetch, env});
		expect(forgotten).toMatchObject({code: 0, stderr: expect.stringContaining('is no longer in') as string});
		expect((await runCommand(['auth', 'status', 'console'], {fetch: console.fetch, env})).code).toBe(3);
		expect((await searchLog(['event', '--since', '1h'], {fetch: console.fetch, clock: console.clock, env})).code).toBe(3);
	});
});

describe('learn', () => {
	it('keeps no session unless told to, and writes where told to', async () => {
		const directory = temporaryDirectory();
		const env = {XDG_DATA_HOME: join(directory, 'data')};
		const path = await recordOf('page', standIn('page'), directory);
		const {code, stderr} = await runCommand(['feishu-app-log', 'learn', path, '--console', baseUrl, '-o', 'own.yaml'], {fetch: standIn('page').fetch, env, cwd: directory});
		expect(code).toBe(0);
		expect(stderr).toContain(`written to ${join(directory, 'own.yaml')}`);
		expect(await runCommand(['auth', 'status', 'console', '--base-url', baseUrl], {fetch: standIn('page').fetch, env})).toMatchObject({code: 3});
		const kept = readFileSync(join(directory, 'data', 'audit-export', 'console-sessions.json'), 'utf8');
		expect(Object.keys((JSON.parse(kept) as {sessions: object[]}).sessions[0] ?? {})).toEqual(['base_url', 'saved_at']);
		// What --console named is the user's word for it: the environment's session goes there.
		const {fetch, seen} = fakeConsole(() => new Response('', {status: 401}));
		const signedIn = {...env, ...session};
		expect((await searchLog(['event', '--since', '1h', '--request-profile', join(directory, 'own.yaml')], {fetch, env: signedIn})).code).toBe(3);
		expect(seen[0]?.headers.get('cookie')).toBe(cookie);
		await runCommand(['auth', 'logout', 'console', '--base-url', baseUrl], {fetch, env});
		expect((await searchLog(['event', '--since', '1h', '--request-profile', join(directory, 'own.yaml')], {fetch, env: signedIn})).code).toBe(2);
		expect(seen).toHaveLength(1);
	});

	it('leaves other searches where they are, and other consoles alone', async () => {
		const directory = temporaryDirectory();
		const own = join(directory, 'own.yaml');
		const {client} = shapes.page.searches;
		if (client === undefined) throw new Error('no client search');
		writeFileSync(own, JSON.stringify({...shapes.page, searches: {client}}));
		const run = async (path: string, origin = baseUrl) => runCommand(['feishu-app-log', 'learn', path, '--console', origin, '-o', own], {fetch: standIn('page').fetch, clock: new VirtualClock(start + DAY), env: {XDG_DATA_HOME: join(directory, 'data')}});
		expect((await run(await recordOf('page', standIn('page'), directory))).code).toBe(0);
		expect(Object.keys((await readProfile(own))?.searches ?? {}).toSorted()).toEqual(['client', 'event']);
		expect((await readProfile(own))?.searches.client).toEqual(client);
		const before = readFileSync(own, 'utf8');
		const other = await run(await recordOf('page', standIn('page'), directory, 'https://other.example'), 'https://other.example');
		expect(other.code).toBe(2);
		expect(other.stderr).toMatch(/is for https:\/\/console\.example and has its client search, the recording is of https:\/\/other\.example\nhint: add -o <file>/);
		expect(readFileSync(own, 'utf8')).toBe(before);
	});

	it.each([
		['a file that is not there', undefined],
		['a recording without a search', har(noise(baseUrl, 20))],
		['a recording that is cut off', har(noise(baseUrl, 20)).slice(0, 5000)],
	])('ends with exit 2 for %s, and writes nothing', async (_, text) => {
		const directory = temporaryDirectory();
		const path = join(directory, 'x.har');
		if (text !== undefined) writeFileSync(path, text);
		const {code, stdout, stderr} = await runCommand(['feishu-app-log', 'learn', path, '-o', join(directory, 'own.yaml')], {fetch: standIn('page').fetch});
		expect({code, stdout}).toEqual({code: 2, stdout: ''});
		expect(stderr).toMatch(/^error: [\s\S]*\nhint: /);
		expect(existsSync(join(directory, 'own.yaml'))).toBe(false);
	});
});
