import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {chmod, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {loadConfig} from '../../../src/access/config/load.ts';
import {userConfigDir} from '../../../src/access/config/search-places.ts';
import {UsageError} from '../../../src/base/errors.ts';
import {temporaryDirectory} from './temporary-directory.ts';

const json = (name: string) => JSON.stringify({profiles: {[name]: {}}});
const yaml = (name: string) => `# a comment\nprofiles:\n  ${name}: {}\n`;

/** A working directory and a user's directory, both empty. */
function setting() {
	const directory = temporaryDirectory();
	const [cwd, configDir] = [join(directory.path, 'work'), join(directory.path, 'user')];
	return {
		cwd,
		put: directory.put,
		load: async (options: {explicitPath?: string; env?: Record<string, string>} = {}) => loadConfig({env: {}, cwd, configDir, ...options}),
	};
}

async function failure(promise: Promise<unknown>): Promise<UsageError> {
	const error: unknown = await promise.then(() => 'no error', (reason: unknown) => reason);
	if (error instanceof UsageError) return error;
	throw new Error('no UsageError', {cause: error});
}

describe('the search', () => {
	it('is content with no file at all', async () => {
		expect(await setting().load()).toEqual({config: {}, path: undefined, isTrusted: false, warnings: []});
	});

	it.each([
		['audit-export.config.json', json], ['audit-export.config.yaml', yaml], ['audit-export.config.yml', yaml],
		['.audit-exportrc', json], ['.audit-exportrc', yaml], ['.audit-exportrc.json', json], ['.audit-exportrc.yaml', yaml], ['.audit-exportrc.yml', yaml],
	])('finds %s in the working directory, then in the user\'s', async (name, write) => {
		const {put, load} = setting();
		const users = await put(`user/${name}`, write('mine'));
		expect(await load()).toMatchObject({path: users, config: {profiles: {mine: {}}}, isTrusted: true});
		const local = await put(`work/${name}`, write('local'));
		expect(await load()).toMatchObject({path: local, config: {profiles: {local: {}}}, isTrusted: false});
	});

	it.each([['config.json', json], ['config.yaml', yaml], ['config.yml', yaml]])('finds %s in the user\'s directory only', async (name, write) => {
		const {put, load} = setting();
		await put(`work/${name}`, write('local'));
		expect((await load()).path).toBeUndefined();
		const path = await put(`user/${name}`, write('mine'));
		expect((await load()).path).toBe(path);
	});

	it('takes the first of several', async () => {
		const {put, load} = setting();
		await put('work/.audit-exportrc', json('second'));
		const path = await put('work/audit-export.config.json', json('first'));
		expect((await load()).path).toBe(path);
	});

	it('does not climb to parent directories', async () => {
		const {put, load} = setting();
		await put('audit-export.config.json', json('parent'));
		expect((await load()).path).toBeUndefined();
	});

	it('looks below XDG_CONFIG_HOME when that is an absolute path', async () => {
		const {path, put} = temporaryDirectory();
		const file = await put('audit-export/config.yaml', yaml('xdg'));
		expect((await loadConfig({env: {XDG_CONFIG_HOME: path}, cwd: join(path, 'empty')})).path).toBe(file);
		expect(userConfigDir({XDG_CONFIG_HOME: 'relative'})).toBe(userConfigDir({}));
		expect(userConfigDir({})).toContain('audit-export');
	});

	it('stops at a file that cannot be read instead of going on without it', async () => {
		const {put, load} = setting();
		await put('work/audit-export.config.json/inside', 'a directory in its place');
		await put('user/config.json', json('mine'));
		expect((await failure(load())).message).toMatch(/audit-export\.config\.json: cannot be read \(EISDIR\)$/);
	});
});

describe('a file that is asked for', () => {
	it.each(['given.json', 'given.yaml', 'given.yml', 'given'])('is read: %s', async name => {
		const {cwd, put, load} = setting();
		await put('work/audit-export.config.json', json('found'));
		await put(`work/${name}`, name === 'given.json' ? json('given') : yaml('given'));
		const byFlag = await load({explicitPath: name, env: {AUDIT_EXPORT_CONFIG: 'missing.json'}});
		expect(byFlag).toMatchObject({path: join(cwd, name), config: {profiles: {given: {}}}, isTrusted: true});
		expect(await load({env: {AUDIT_EXPORT_CONFIG: name}})).toEqual(byFlag);
		expect(await load({explicitPath: join(cwd, name)})).toEqual(byFlag);
	});

	it('must exist', async () => {
		const {load} = setting();
		expect((await failure(load({explicitPath: 'missing.json'}))).message).toBe('--config: there is no file missing.json');
		expect((await failure(load({env: {AUDIT_EXPORT_CONFIG: 'missing.yaml'}}))).message).toBe('AUDIT_EXPORT_CONFIG: there is no file missing.yaml');
	});

	it('counts as not asked for when the variable is empty', async () => {
		expect((await setting().load({env: {AUDIT_EXPORT_CONFIG: ''}})).path).toBeUndefined();
	});
});

/** A script that leaves a trace when it is run. */
const write = (flag: string) => `require('node:fs').writeFileSync(${JSON.stringify(flag)}, 'ran'); module.exports = {};`;

describe('code', () => {
	it.each(['js', 'cjs', 'mjs', 'ts', 'toml'])('a .%s file is refused when asked for', async extension => {
		const {cwd, put, load} = setting();
		const flag = join(cwd, 'ran');
		await put(`work/config.${extension}`, write(flag));
		expect((await failure(load({explicitPath: `config.${extension}`}))).message).toBe(`--config: config.${extension} is neither JSON nor YAML`);
		expect((await failure(load({env: {AUDIT_EXPORT_CONFIG: `config.${extension}`}}))).message).toContain('AUDIT_EXPORT_CONFIG');
		expect(existsSync(flag)).toBe(false);
	});

	it('in the working directory is never run, under any name', async () => {
		const {cwd, put, load} = setting();
		const flag = join(cwd, 'ran');
		const names = ['js', 'cjs', 'mjs', 'ts'].flatMap(extension => ['audit-export.config', '.audit-exportrc', '.config/config', '.config/audit-exportrc', 'config'].map(name => `${name}.${extension}`));
		await Promise.all(names.map(async name => put(`work/${name}`, write(flag))));
		// Cosmiconfig's search would run .config/config.js of the process's directory.
		const before = process.cwd();
		onTestFinished(() => {
			process.chdir(before);
		});
		process.chdir(cwd);
		await put('work/package.json', {'audit-export': {profiles: {found: {}}}});
		expect((await load()).path).toBeUndefined();
		// With a YAML file, for which cosmiconfig's own loader is at work.
		await put('work/.audit-exportrc', yaml('local'));
		expect((await load()).config).toEqual({profiles: {local: {}}});
		expect(existsSync(flag)).toBe(false);
	});

	it('is not imported by a configuration either', async () => {
		const {cwd, put, load} = setting();
		const flag = join(cwd, 'ran');
		await put('work/evil.cjs', write(flag));
		await put('work/audit-export.config.json', {$import: './evil.cjs'});
		expect((await failure(load())).message).toContain('["$import"]: unknown key');
		expect((await failure(load({explicitPath: await put('work/tag.yaml', 'profiles: !!js/function "function () {}"\n')}))).message).toMatch(/tag\.yaml:1: not valid YAML$/);
		expect(existsSync(flag)).toBe(false);
	});
});

describe('syntax errors name the file and the line, and quote nothing', () => {
	it.each([
		['c.json', '{\n\t"profiles": {},\n}', 3],
		['c.json', '{\n\t"default_profile": "s3cret"\n\t"profiles": {}\n}', 3],
		['c.json', '{\n\t"default_profile":\n\t\'s3cret\'\n}', 3],
		['c.json', '{\n\t"default_profile": "s3cret', 2],
		['c.json', '{\n\t"default_profile": "s3cret"\n', 2],
		['c.json', '{\n\t// a comment\n\t"default_profile": "s3cret"\n}', 2],
		['rc', '{\n\t"default_profile": "s3cret",\n}', 3],
		['c.yaml', 'default_profile: "s3cret\n', 2],
		['c.yaml', 'profiles:\n  a: {}\n b: s3cret\n', 3],
		['c.yaml', 'default_profile: *s3cret\n', 1],
		['c.yaml', 'default_profile: a\ndefault_profile: s3cret\n', 2],
		['c.yaml', 'default_profile: !s3cret a\n', 1],
	])('%s: %j', async (name, content, line) => {
		const {path, put} = temporaryDirectory();
		const file = await put(name, content);
		const error = await failure(loadConfig({explicitPath: file, env: {}, cwd: path}));
		expect(error.message).toBe(`${file}:${line}: not valid ${name === 'c.yaml' ? 'YAML' : 'JSON'}`);
		expect(`${error.message}${error.hint}${error.stack}`).not.toContain('s3cret');
		expect(error.cause).toBeUndefined();
	});

	it.each([
		['c.yaml', ''], ['c.yaml', ' \n'], ['c.yaml', '\uFEFF'], ['c.yaml', '# only a comment\n'], ['c.yaml', '---\n'], ['c.yaml', 'null\n'],
		['c.json', ''], ['c.json', '\n'], ['rc', ''],
	])('an empty file is refused: %s %j', async (name, content) => {
		const {path, put} = temporaryDirectory();
		const file = await put(name, content);
		expect((await failure(loadConfig({explicitPath: file, env: {}, cwd: path}))).message).toBe(`${file}: the file is empty`);
	});

	it.each([
		['{"profiles": {},\n "profiles": {}}', 2, 'profiles'],
		['{"profiles": {},\n\n "pro\\u0066iles": {}}', 3, 'profiles'],
		['{"profiles": {"a": {"feishu": {"app_id": "s3cret", "app_id": "s3cret2"}}}}', 1, 'app_id'],
		['{"jobs": {}, "x": [{"a": "\\"", "b": {}, "a": ["a"]}]}', 1, 'a'],
		['{"//": "a", "//": "b"}', 1, '//'],
	])('a key that stands twice in JSON is refused: %s', async (content, line, key) => {
		const {path, put} = temporaryDirectory();
		const file = await put('c.json', content);
		const {message} = await failure(loadConfig({explicitPath: file, env: {}, cwd: path}));
		expect(message).toBe(`${file}:${line}: the key "${key}" stands twice`);
	});

	it.each([
		['UTF-16 LE', Buffer.from('\uFEFF{"profiles": {}}', 'utf16le'), 'is written in UTF-16 rather than UTF-8'],
		['UTF-16 LE without a mark', Buffer.from('{"profiles": {}}', 'utf16le'), 'is written in UTF-16 rather than UTF-8'],
		['UTF-16 BE', Buffer.from('\uFEFF{"profiles": {}}', 'utf16le').swap16(), 'is written in UTF-16 rather than UTF-8'],
		['UTF-16 BE without a mark', Buffer.from('{"profiles": {}}', 'utf16le').swap16(), 'is written in UTF-16 rather than UTF-8'],
		['Latin-1', Buffer.from('{"default_profile": "\u00E9"}', 'latin1'), 'holds bytes that are no UTF-8'],
	])('a file in %s says so', async (_, bytes, message) => {
		const {path} = temporaryDirectory();
		for (const name of ['c.json', 'c.yaml', 'rc']) {
			await writeFile(join(path, name), bytes);
			const error = await failure(loadConfig({explicitPath: name, env: {}, cwd: path}));
			expect(error).toMatchObject({message: `${join(path, name)}: ${message}`, hint: 'write it in UTF-8'});
		}
	});

	it('blanks around names and addresses are no part of them', async () => {
		const {path, put} = temporaryDirectory();
		const file = await put('c.json', {
			default_profile: ' a\n',
			profiles: {a: {feishu: {host: 'lark\u00A0'}, trae: {base_url: '\uFEFFhttps://host.example \r\n'}}},
			jobs: {j: {source: ' feishu-openapi', dir: 'd', profile: 'a\u3000'}},
		});
		expect((await loadConfig({explicitPath: file, env: {}, cwd: path})).config).toMatchObject({
			default_profile: 'a', profiles: {a: {feishu: {host: 'lark'}, trae: {base_url: 'https://host.example'}}},
			jobs: {j: {source: 'feishu-openapi', profile: 'a'}},
		});
	});

	it('a byte order mark is no error', async () => {
		const {path, put} = temporaryDirectory();
		expect((await loadConfig({explicitPath: await put('c.json', '\uFEFF{"profiles": {"a": {}}}'), env: {}, cwd: path})).config).toEqual({profiles: {a: {}}});
	});

	it('survives documents that refer to themselves', async () => {
		const {path, put} = temporaryDirectory();
		const file = await put('c.yaml', 'profiles: &a\n  self: *a\n');
		expect((await failure(loadConfig({explicitPath: file, env: {}, cwd: path}))).message).toBe(`${file}: it is nested too deep, or too large`);
	});
});

describe('mistakes in the content', () => {
	it.each([
		['c.json', '{"profiles": {"production": {"feishu": {"app_secert": "s3cret"}}}}'],
		['c.yaml', 'profiles:\n  production:\n    feishu:\n      app_secert: s3cret\n'],
	])('are named with file and path in %s', async (name, content) => {
		const {path, put} = temporaryDirectory();
		const file = await put(name, content);
		const error = await failure(loadConfig({explicitPath: file, env: {}, cwd: path}));
		expect(error.message).toBe(`${file}: profiles.production.feishu.app_secert: unknown key, did you mean "app_secret"?`);
	});

	it('numbers in YAML are not turned into text, which would lose their zeros', async () => {
		const {path, put} = temporaryDirectory();
		const file = await put('c.yaml', 'profiles: {a: {trae: {app_secret: 0012345}}}\n');
		const {message} = await failure(loadConfig({explicitPath: file, env: {}, cwd: path}));
		expect(message).toContain('profiles.a.trae.app_secret: expected a string');
		expect(message).not.toContain('12345');
	});
});

describe('file permissions', () => {
	const secrets = {profiles: {a: {feishu: {app_id: 'cli_1', app_secret: 's3cret'}, trae: {access_token: 's3cret', app_secret: {env: 'X'}}}}};

	it.each([0o644, 0o640, 0o604])('a secret in a file of mode %o is warned about', async mode => {
		const {path, put} = temporaryDirectory();
		const file = await put('c.json', secrets);
		await chmod(file, mode);
		const {warnings} = await loadConfig({explicitPath: file, env: {}, cwd: path});
		expect(warnings).toEqual([`${file}: holds a secret (profiles.a.feishu.app_secret, profiles.a.trae.access_token) and can be read by other users; chmod 600 it`]);
	});

	it('nothing is warned about when the file is private or holds only references', async () => {
		const {path, put} = temporaryDirectory();
		const load = async (file: string) => loadConfig({explicitPath: file, env: {}, cwd: path});
		expect((await load(await put('private.json', secrets))).warnings).toEqual([]);
		const open = await put('references.json', {profiles: {a: {feishu: {app_id: 'cli_1', app_secret: {env: 'X'}}}}});
		await chmod(open, 0o644);
		expect((await load(open)).warnings).toEqual([]);
	});
});

it('reads no file to its end that has none, and waits for nobody', async () => {
	const {path, put} = temporaryDirectory();
	execFileSync('mkfifo', [join(path, 'fifo.yaml')]);
	await truncate(await put('long.json', ''), 2 ** 40);
	const load = async (explicitPath: string) => loadConfig({env: {}, cwd: path, explicitPath});
	await expect(load('/dev/zero')).rejects.toThrow('/dev/zero: is a device and no regular file');
	await expect(load('fifo.yaml')).rejects.toThrow('fifo.yaml: is a FIFO and no regular file');
	await expect(load('long.json')).rejects.toThrow('long.json: is larger than 4 MiB');
});

it.each([
	['that repeat each other', 'c.yaml', Array.from({length: 10}, (_, level) => `a${level}: &a${level} [${`${level === 0 ? 'x' : `*a${level - 1}`}, `.repeat(10)}]`).join('\n')],
	['that are merged', 'c.yaml', `a: &a {${Array.from({length: 40_000}, (_, key) => `k${key}: 1`).join(', ')}}\nb: {<<: [${'*a, '.repeat(40_000)}]}`, 'not valid YAML'],
	['that are deep', 'c.json', `{"a": ${'['.repeat(200)}${']'.repeat(200)}}`],
])('refuses aliases and documents %s without end', async (_, name, content, message = 'it is nested too deep, or too large') => {
	const {path, put} = temporaryDirectory();
	await expect(loadConfig({explicitPath: await put(name, content), env: {}, cwd: path})).rejects.toThrow(message);
});

it.each([
	{jobs: {a: {source: 'feishu-openapi', dir: 'a\0b'}}},
	{profiles: {a: {feishu: {app_secret: {command: ['a\0b']}}}}},
	{profiles: {a: {feishu: {app_secret: {command: ['a', 'b\0']}}}}},
	{profiles: {a: {feishu: {app_secret: {file: '\0'}}}}},
])('refuses what no system call takes: %j', async config => {
	const {put, load} = setting();
	await put('work/audit-export.config.json', JSON.stringify(config));
	await expect(load()).rejects.toThrow('expected a string without null characters');
});
