import {expect, it} from 'vitest';
import {runCommand} from '../helpers/context.ts';
import {createWorkspace} from '../run/jobs/workspace.ts';
import type {Fetch} from '../../src/base/context.ts';

/** Spelled differently in URLs, forms, JSON and base64. */
const secrets = {FEISHU_APP_SECRET: String.raw`s3cr"et\with/+=&é and more`, TRAE_APP_SECRET: 'trae+secret/value==0123'};
const token = 't-0123456789abcdef0123456789abcdef01234567';
const range = ['--since', '2026-11-20T10:00:00Z', '--until', '2026-11-20T12:00:00Z', '--retries', '1'];

/** A server that hands out tokens, unless it is asked for them in vain, and gives back whatever it was sent, in one way. */
function reflecting(reflect: (sent: string) => Response, {tokens = true}: {tokens?: boolean} = {}): Fetch {
	let held = '';
	return async (input, init) => {
		const request = input instanceof Request ? input : new Request(input, init);
		const body = await request.text();
		if (tokens && request.url.includes('token')) {
			held = body;
			return Response.json({code: 0, tenant_access_token: token, access_token: token, expire: 7200});
		}
		return reflect([...request.headers].map(([name, value]) => `${name}: ${value}`).join(' ') + held + body);
	};
}

const ways: Readonly<Record<string, (sent: string) => Response>> = {
	'its message': sent => Response.json({code: 4242, msg: sent, message: sent, error: {log_id: sent}}, {status: 400}),
	'its message, urlencoded': sent => Response.json({code: 4242, msg: encodeURIComponent(sent), message: encodeURIComponent(sent)}),
	'its message, as JSON in JSON': sent => Response.json({code: 4242, msg: JSON.stringify({sent: JSON.stringify(sent)}), message: JSON.stringify({sent: JSON.stringify(sent)})}),
	'its message, in base64': sent => Response.json({code: 4242, msg: Buffer.from(sent).toString('base64'), message: Buffer.from(`x${sent}`).toString('base64')}),
	'missing permissions': sent => Response.json({code: 99991672, msg: 'denied', error: {permission_violations: [{subject: sent, url: `https://h/${sent}`}]}}, {status: 403}),
	'a page': sent => new Response(`<html>${sent}</html>`, {status: 502, headers: {'content-type': 'text/html'}}),
	'headers': sent => Response.json({code: 4242}, {status: 400, headers: {'x-tt-logid': encodeURIComponent(sent), 'x-request-id': encodeURIComponent(sent), 'retry-after': '1'}}),
	'a redirect': sent => new Response(null, {status: 302, headers: {location: `https://elsewhere.example/?${new URLSearchParams({token: sent}).toString()}`}}),
	'a problem of the body': sent => Response.json({code: 0, data: {items: sent, has_more: sent}}),
	'a failure of the network': sent => {
		throw new TypeError('fetch failed', {cause: new Error(`socket closed after ${sent}`)});
	},
};

const loud = [['--debug', '--summary', '-'], ['--log-format', 'json', '--verbose']];

it.each(Object.keys(ways).flatMap(way => loud.map(flags => ({way, flags: flags.join(' ')}))))('shows no secret that the API gives back in $way, with $flags', async ({way, flags}) => {
	const reflect = ways[way];
	if (reflect === undefined) throw new Error('no such way');
	for (const source of ['feishu-openapi', 'trae-openapi']) {
		for (const tokens of [true, false]) {
			const {code, stderr} = await runCommand([source, ...range, ...flags.split(' ')], {env: secrets, fetch: reflecting(reflect, {tokens})});
			expect(code).not.toBe(5);
			expect(stderr).not.toMatch(/s3cr|trae\+|0123456789abcdef/);
		}
	}
	const doctor = await runCommand(['doctor', '--format', 'json', '--retries', '0'], {env: secrets, fetch: reflecting(reflect)});
	expect(doctor.stdout).not.toMatch(/s3cr|trae\+|0123456789abcdef/);
});

it.each(Object.keys(ways))('leaves none in the files of a run of jobs either: %s', async way => {
	const workspace = await createWorkspace({
		calls: {source: 'feishu-openapi', dir: 'calls', since: '6h', options: {retries: 0}}, trae: {source: 'trae-openapi', dir: 'trae', since: '6h', options: {retries: 0}},
	});
	const {code} = await workspace.run(['run', '--debug', '--summary', 'summary.json', '--metrics', 'metrics.prom', '--on-failure', 'cat; env; cat >&2'], {env: {...secrets, PATH: process.env['PATH'] ?? ''}, fetch: reflecting(ways[way] ?? (() => new Response()))});
	expect(code).not.toBe(0);
	for (const file of await workspace.files()) if (file !== 'audit-export.config.json') expect(await workspace.read(file)).not.toMatch(/s3cr|trae\+|0123456789abcdef/);
});

it('shows none that stands in a configuration, whatever is wrong with it', async () => {
	const written = 'written-out-secret-1';
	for (const feishu of [
		{app_id: 'cli_1', app_secert: written}, {app_id: 'cli_1', app_secret: [written]}, {app_id: 'cli_1', app_secret: {env: `${written}-of-length-beyond-any`}}, {app_id: 'cli_1', app_secret: {command: ['false', written]}},
		{app_id: 'cli_1', app_secret: {command: [written]}}, {app_id: 'cli_1', app_secret: `${written}\n${written}`}, {base_url: `https://user:${written}@host`, app_id: 'cli_1'}, {app_id: 'cli_1', app_secret: {file: 'nothing', value: written}},
	]) {
		const workspace = await createWorkspace({}, {profiles: {one: {feishu}}});
		for (const command of ['feishu-openapi', 'doctor feishu-openapi', 'auth login feishu --device']) {
			const {code, stdout, stderr} = await workspace.run([...command.split(' '), '--debug', '--config', 'audit-export.config.json'], {env: {FEISHU_APP_SECRET: '', FEISHU_APP_ID: '', XDG_DATA_HOME: workspace.dir}});
			expect(code).toBeGreaterThan(0);
			const isCommandItself = JSON.stringify(feishu).includes(`"command":["${written}"`);
			if (!isCommandItself) expect(stdout + stderr).not.toContain(written);
		}
	}
});

it('shows none that is given where none belongs', async () => {
	const fetch: Fetch = async () => {
		throw new Error('nothing is to be sent');
	};
	for (const args of [['--app-secret=given-secret-1'], ['--base-url', 'https://user:given-secret-1@host'], ['--token=given-secret-1', '--debug']]) {
		const {code, stdout, stderr} = await runCommand(['feishu-openapi', ...args], {fetch});
		expect(code).toBe(2);
		expect(stdout + stderr).not.toContain('given-secret-1');
	}
	const proxied = await runCommand(['feishu-openapi', '--debug', '--retries', '0'], {fetch, env: {HTTPS_PROXY: 'http://user:given-secret-1@127.0.0.1:x'}});
	expect(proxied.stderr).not.toContain('given-secret-1');
});

it('cuts nothing in half that it would have to mask', async () => {
	for (let before = 270; before < 305; before += 3) {
		const {stderr} = await runCommand(['feishu-openapi', ...range], {env: secrets, fetch: reflecting(() => Response.json({code: 4242, msg: `${'x'.repeat(before)}${secrets.FEISHU_APP_SECRET}`}))});
		expect(stderr).not.toContain('s3c');
	}
});
