import {execFileSync} from 'node:child_process';
import {chmod, mkdir, readdir, readFile, rename, stat, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {withKeychain, loadKeychain, type KeychainEntry, openTokenStore} from '../../../src/access/auth/keychain.ts';
import {userDataDirectory} from '../../../src/access/auth/token-store.ts';
import {LockedError, UsageError} from '../../../src/base/errors.ts';
import {acquireLock} from '../../../src/output/lock.ts';
import {asStrangers} from '../../attacks/strangers.ts';
import {app, baseUrl, createContext, key, put, sessionOf, storeOf, temporaryDirectory} from './helpers.ts';

const one = sessionOf({access_token: 'a1', refresh_token: 'r1'});
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
const directoryOf = (context: ReturnType<typeof createContext>) => join(context.env['XDG_DATA_HOME'] ?? '', 'audit-export');

describe('the token store', () => {
	it('is a file that only its owner can read, in a directory that only its owner can enter', async () => {
		const context = createContext();
		const store = storeOf(context);
		const directory = directoryOf(context);
		expect(store.place).toBe(join(directory, 'tokens.json'));
		await put(store, one);
		expect(await modeOf(directory)).toBe('700');
		expect(await modeOf(store.place)).toBe('600');
		await put(store, {...one, access_token: 'a2'});
		expect(await modeOf(store.place)).toBe('600');
		expect(await readdir(directory)).toEqual(['tokens.json']);
	});

	it('warns of a file that others can read, and closes it', async () => {
		const context = createContext();
		const warnings: string[] = [];
		const store = storeOf(context, warnings);
		await put(store, one);
		await chmod(store.place, 0o644);
		await chmod(directoryOf(context), 0o755);
		expect(await store.read(key)).toEqual(one);
		expect(warnings).toHaveLength(1);
		expect(warnings[0]).toContain('other users could read this file');
		expect(await modeOf(store.place)).toBe('600');
		await put(store, one);
		expect(await modeOf(directoryOf(context))).toBe('700');
		expect(warnings).toHaveLength(1);
	});

	it.each([
		'the file', 'the directory', 'a link to the file', 'a link to the directory', 'the file behind a link', 'a link that leads nowhere',
	])('of another user is not used: %s', async what => {
		const context = createContext();
		const store = storeOf(context);
		await put(store, one);
		const directory = directoryOf(context);
		const isLinked = /link/.test(what);
		const named = what.includes('directory') ? directory : store.place;
		if (isLinked) {
			await rename(named, `${named}.moved`);
			await symlink(what.endsWith('nowhere') ? '/nowhere' : `${named}.moved`, named);
		}
		asStrangers([what.includes('behind') ? `${named}.moved` : named]);
		// Who cannot give files away is the other user here, of the directory as well.
		const first = process.getuid?.() === 0 ? named : directory;
		const refusal = expect.objectContaining({exitCode: 2, message: `${first}: belongs to another user, whose sessions are not used`});
		await expect(store.read(key)).rejects.toEqual(refusal);
		await expect(put(store, one)).rejects.toEqual(refusal);
		await expect(store.exclusively(async () => store.remove(key))).rejects.toEqual(refusal);
	});

	it('that is a FIFO keeps nobody waiting', async () => {
		const context = createContext();
		const store = storeOf(context);
		await mkdir(directoryOf(context));
		execFileSync('mkfifo', [store.place]);
		await expect(store.read(key)).rejects.toMatchObject({exitCode: 2, message: `${store.place}: is a FIFO and no regular file`});
	});

	it('keeps a session per service, app and profile', async () => {
		const store = storeOf(createContext());
		const others = [{baseUrl: 'https://open.feishu.cn', appId: app.id, profile: undefined}, {baseUrl, appId: 'cli_other', profile: undefined}, {baseUrl, appId: app.id, profile: 'p'}];
		await put(store, one);
		for (const [index, other] of others.entries()) {
			expect(await store.read(other)).toBeUndefined();
			await put(store, {...one, base_url: other.baseUrl, app_id: other.appId, profile: other.profile ?? null, access_token: `o${index}`}, other);
		}
		expect((await store.read(key))?.access_token).toBe('a1');
		await store.exclusively(async () => store.remove(key));
		expect(await store.read(key)).toBeUndefined();
		expect(await Promise.all(others.map(async other => (await store.read(other))?.access_token))).toEqual(['o0', 'o1', 'o2']);
	});

	it('keeps what a later version added', async () => {
		const store = storeOf(createContext());
		await put(store, {...one, device: 'later'});
		await put(store, {...one, app_id: 'other'}, {...key, appId: 'other'});
		expect(await store.read(key)).toMatchObject({device: 'later'});
	});

	it.each(['{"version": 2, "sessions": []}', '{"version":1,"sess', '[]'])('is not replaced when it reads %s', async text => {
		const context = createContext();
		const store = storeOf(context);
		await mkdir(directoryOf(context));
		await writeFile(store.place, text, {mode: 0o600});
		await expect(store.read(key)).rejects.toBeInstanceOf(UsageError);
		await expect(put(store, one)).rejects.toBeInstanceOf(UsageError);
		expect(await readFile(store.place, 'utf8')).toBe(text);
	});

	it('removes the copies that a killed run left', async () => {
		const context = createContext();
		const store = storeOf(context);
		await put(store, one);
		await writeFile(`${store.place}.0123abcd.tmp`, 'tokens');
		await put(store, one);
		expect(await readdir(directoryOf(context))).toEqual(['tokens.json']);
	});

	it('lets one in at a time, also within a process', async () => {
		const {clock, ...context} = createContext();
		const store = storeOf({...context});
		let inside = 0;
		let most = 0;
		await clock.run(Promise.all(Array.from({length: 5}, async () => store.exclusively(async () => {
			most = Math.max(most, ++inside);
			await clock.sleep(100);
			inside--;
		}))));
		expect(most).toBe(1);
	});

	it('waits for the lock for thirty seconds, and ends the wait early with what the holder stored', async () => {
		const context = createContext();
		const store = storeOf(context);
		await put(store, one);
		const lock = await acquireLock(store.place);
		await expect(context.clock.run(store.exclusively(async () => 'task'))).rejects.toBeInstanceOf(LockedError);
		expect(context.now()).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 20, 12, 0, 30));
		expect(context.now()).toBeLessThan(Date.UTC(2026, 10, 20, 12, 0, 31));
		let asked = 0;
		expect(await context.clock.run(store.exclusively(async () => 'task', async () => ++asked === 3 ? 'instead' : undefined))).toBe('instead');
		await lock.release();
	});

	it('is in XDG_DATA_HOME when that is absolute', () => {
		expect(userDataDirectory({XDG_DATA_HOME: '/data'})).toBe('/data/audit-export');
		expect(userDataDirectory({XDG_DATA_HOME: 'relative'})).not.toContain('relative');
	});
});

describe('the keychain', () => {
	function fakeKeychain() {
		const entries = new Map<string, string>();
		const state = {isBroken: false};
		const check = () => {
			if (state.isBroken) throw new Error('locked, password was hunter2');
		};
		const open = (account: string): KeychainEntry => ({
			async getPassword() {
				check();
				return entries.get(account) ?? null;
			},
			async setPassword(password) {
				check();
				entries.set(account, password);
			},
			async deleteCredential() {
				check();
				return entries.delete(account);
			},
		});
		return {entries, state, load: async () => open};
	}

	it('takes the session out of the file', async () => {
		const files = storeOf(createContext());
		const keychain = fakeKeychain();
		const store = withKeychain(files, {load: keychain.load, warn: () => undefined});
		await put(files, one);
		expect(await store.read(key)).toEqual(one);
		await put(store, {...one, access_token: 'a2', saved_at: '2026-11-20T12:00:01.000Z'});
		expect(keychain.entries.size).toBe(1);
		expect(await files.read(key)).toBeUndefined();
		expect((await store.read(key))?.access_token).toBe('a2');
		await store.exclusively(async () => store.remove(key));
		expect(await store.read(key)).toBeUndefined();
		expect(keychain.entries.size).toBe(0);
	});

	it('loses no session when it fails half-way: the file has the newer one', async () => {
		const files = storeOf(createContext());
		const keychain = fakeKeychain();
		const warnings: string[] = [];
		const store = withKeychain(files, {load: keychain.load, warn: message => warnings.push(message)});
		await put(store, one);
		keychain.state.isBroken = true;
		await put(store, {...one, access_token: 'a2', saved_at: '2026-11-20T12:00:01.000Z'});
		expect((await store.read(key))?.access_token).toBe('a2');
		keychain.state.isBroken = false;
		expect((await store.read(key))?.access_token).toBe('a2');
		expect(warnings).toHaveLength(1);
		expect(warnings[0]).not.toContain('hunter2');
	});

	it('is not needed: without the package everything is in the file', async () => {
		const files = storeOf(createContext());
		const store = withKeychain(files, {load: async () => Promise.reject(new Error('Cannot find module')), warn: () => undefined});
		await put(store, one);
		expect(await files.read(key)).toEqual(one);
		expect(await store.read(key)).toEqual(one);
	});

	it('is used only when asked for', async () => {
		const plain = createContext({env: {XDG_DATA_HOME: temporaryDirectory()}});
		expect(openTokenStore({context: plain, warn: () => undefined}).place).not.toContain('keychain');
		const asking = createContext({env: {AUDIT_EXPORT_KEYCHAIN: '1', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent'}});
		expect(openTokenStore({context: asking, warn: () => undefined}).place).toContain('keychain');
		await expect(loadKeychain()).resolves.toBeTypeOf('function');
	});
});
