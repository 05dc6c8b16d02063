import {readFileSync} from 'node:fs';
import {createServer, type AddressInfo} from 'node:net';
import {expect, it} from 'vitest';
import {sources} from '../../src/sources/index.ts';
import {run, serveApi} from './exporter.ts';

async function closedPort(): Promise<number> {
	const server = createServer();
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const {port} = server.address() as AddressInfo;
	await new Promise(resolve => {
		server.close(resolve);
	});
	return port;
}

it('shows help on stdout, with every source', async () => {
	const {code, stdout, stderr} = await run(['--help']);
	expect({code, stderr}).toEqual({code: 0, stderr: ''});
	expect(stdout).toMatch(/^Usage: audit-export/);
	for (const name of Object.keys(sources)) expect(stdout).toContain(name);
});

it.each(Object.values(sources))('shows help of $name with its own filters', async ({name, options}) => {
	const {code, stdout, stderr} = await run([name, '--help']);
	expect({code, stderr}).toEqual({code: 0, stderr: ''});
	for (const {flags} of Object.values(options)) expect(stdout).toContain(flags);
});

it('shows its version', async () => {
	const {version} = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {version: string};
	expect(await run(['--version'])).toEqual({code: 0, stdout: `${version}\n`, stderr: ''});
});

it('ends with exit 2 for an unknown option, and says which one may be meant', async () => {
	const {code, stdout, stderr} = await run(['feishu-openapi', '--sinc', '1h']);
	expect({code, stdout}).toEqual({code: 2, stdout: ''});
	expect(stderr).toMatch(/^error: unknown option '--sinc'\nhint: .*--since.*\n$/);
});

it('ends with exit 2 for an unknown command, and says which one may be meant', async () => {
	const {code, stdout, stderr} = await run(['feishu-openap']);
	expect({code, stdout}).toEqual({code: 2, stdout: ''});
	expect(stderr).toMatch(/^error: unknown command 'feishu-openap'\nhint: .*feishu-openapi.*\n$/);
});

it('ends with exit 3 without credentials, and says how to set them', async () => {
	const {code, stdout, stderr} = await run(['feishu-openapi']);
	expect({code, stdout}).toEqual({code: 3, stdout: ''});
	expect(stderr).toMatch(/^error: feishu-openapi: no credentials: .*\nhint: set FEISHU_APP_ID and FEISHU_APP_SECRET.*\n$/);
});

it('ends with exit 3 when the app secret is wrong, and does not show it', async () => {
	const api = await serveApi();
	const {code, stdout, stderr} = await run([...api.flags, '--debug'], {env: {...api.env, FEISHU_APP_SECRET: 'wrong-secret-value'}});
	expect({code, stdout}).toEqual({code: 3, stdout: ''});
	expect(stderr).toMatch(/error: .*app id or app secret is wrong.*\nhint: /);
	expect(stderr).not.toContain('wrong-secret-value');
});

it('ends with exit 4 when nothing listens', async () => {
	const {code, stdout, stderr} = await run(['feishu-openapi', '--base-url', `http://127.0.0.1:${await closedPort()}`, '--retries', '0'], {env: {FEISHU_APP_ID: 'cli_test', FEISHU_APP_SECRET: 'test-secret'}});
	expect({code, stdout}).toEqual({code: 4, stdout: ''});
	expect(stderr).toMatch(/^error: feishu-openapi: POST \S+: connection refused \(ECONNREFUSED\)\nhint: .*\n$/);
});

it.each([['--redact', ''], ['--fields', ''], ['--redact', ','], ['--fields', ' , ']])('ends with exit 2 for %s %j, which names no field', async (option, value) => {
	const {code, stdout, stderr} = await run(['feishu-openapi', option, value, '--dry-run']);
	expect({code, stdout}).toEqual({code: 2, stdout: ''});
	expect(stderr).toMatch(new RegExp(`^error: ${option}: .* names no field\nhint: .*\n$`));
});

it.each([
	[['--page-size', '0']], [['--concurrency', '0']], [['--limit', '0']], [['--retries', '-1']], [['--rate', '0/1s']], [['--max-response', '0']],
	[['--order', 'x']], [['--format', 'x']], [['--log-format', 'yaml']],
])('says what to do about %j', async option => {
	const {code, stdout, stderr} = await run(['feishu-openapi', '--since', '24h', ...option]);
	expect({code, stdout}).toEqual({code: 2, stdout: ''});
	expect(stderr).toMatch(/^error: --[^\n]+\nhint: [^\n]+\n$/);
});
