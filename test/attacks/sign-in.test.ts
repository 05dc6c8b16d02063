import {readFileSync, writeFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import type {Fetch} from '../../src/base/context.ts';
import {runCommand} from '../helpers/context.ts';
import {noNetwork} from '../run/jobs/workspace.ts';
import {expectHarmless, hostile, temporaryDirectory} from './hostile.ts';

const at = ['--base-url', 'http://127.0.0.1:1'];

/** A sign-in service that says these things of a device and of a user. */
function service(device: Record<string, unknown>, user: Record<string, unknown> = {}): Fetch {
	return async input => {
		const {url} = new Request(input);
		if (url.includes('device_authorization')) return Response.json({device_code: 'device-code-1', user_code: 'ABC', verification_uri: 'https://a.example/', interval: 1, expires_in: 60, ...device});
		if (url.includes('user_info')) return Response.json({code: 0, data: user});
		return Response.json({access_token: 'u-token-1', refresh_token: 'r-token-1', expires_in: 7200, scope: `offline_access ${hostile}`});
	};
}

it('shows code, address, name and scopes of a server harmlessly, and keeps them so', async () => {
	const env = {XDG_DATA_HOME: temporaryDirectory()};
	const login = await runCommand(['auth', 'login', 'feishu', '--device', '--debug', ...at], {fetch: service({user_code: hostile, verification_uri: `https://a.example/${hostile}`, verification_uri_complete: `https://a.example/?${hostile}`}, {name: hostile, open_id: hostile}), env});
	expect(login.code).toBe(0);
	expectHarmless(login.stderr);
	for (const flags of [[], ['--format', 'json']]) {
		const status = await runCommand(['auth', 'status', ...flags, ...at], {fetch: noNetwork, env});
		expect(status.code).toBe(0);
		expectHarmless(status.stdout);
	}
	const logout = await runCommand(['auth', 'logout', ...at], {fetch: async () => Response.json({error: hostile, error_description: hostile}, {status: 400}), env});
	expectHarmless(logout.stderr);
});

it.each(['javascript:alert(1)', 'file:///etc/passwd', 'vscode://x', '-h', 'https://', '', 'x-man-page://ls', 'data:text/html,x'])('takes %j for no address to be opened', async url => {
	const ran = await runCommand(['auth', 'login', 'feishu', '--device', ...at], {fetch: service({verification_uri: url}), env: {XDG_DATA_HOME: temporaryDirectory()}});
	expect(ran).toMatchObject({code: 1, stderr: expect.stringContaining('holds no code to sign in with') as string});
	const complete = await runCommand(['auth', 'login', 'feishu', '--device', ...at], {fetch: service({verification_uri_complete: url}), env: {XDG_DATA_HOME: temporaryDirectory()}});
	expect(complete.stderr).not.toContain('or open');
});

describe('a store of sessions', () => {
	it('that somebody has written is shown harmlessly, or not at all', async () => {
		const env = {XDG_DATA_HOME: temporaryDirectory()};
		await runCommand(['auth', 'login', 'feishu', '--device', ...at], {fetch: service({}), env});
		const {stdout} = await runCommand(['auth', 'status', '--format', 'json', ...at], {fetch: noNetwork, env});
		const {stored_in: path} = JSON.parse(stdout) as {stored_in: string};
		const text = readFileSync(path, 'utf8');
		const store = JSON.parse(text) as {sessions: Array<Record<string, unknown>>};
		writeFileSync(path, JSON.stringify({...store, sessions: store.sessions.map(session => ({...session, scopes: [hostile], user: {name: hostile}, ended: {at: '2026-11-20T00:00:00Z', reason: hostile}}))}), {mode: 0o600});
		for (const flags of [[], ['--format', 'json']]) {
			const status = await runCommand(['auth', 'status', ...flags, ...at], {fetch: noNetwork, env});
			expectHarmless(status.stdout);
			expectHarmless(status.stderr);
		}
		for (const broken of [hostile, '{', '[]', `{"version":1,"sessions":[{"access_token":"${'secret-'.repeat(3)}"}]}`]) {
			writeFileSync(path, broken, {mode: 0o600});
			const status = await runCommand(['auth', 'status', ...at], {fetch: noNetwork, env});
			expect(status.code).toBe(2);
			expectHarmless(status.stderr);
			expect(status.stderr).not.toContain('secret-secret');
		}
	});
});
