import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {Fetch} from '../../src/base/context.ts';
import {credentials} from '../helpers/context.ts';
import {cookie, eventProfile, fakeConsole, profileFile, session} from '../console/consoles.ts';
import {clockAt, createWorkspace, start} from './jobs/workspace.ts';

const password = 'hunter2-of-somebody';

/** A row with a password, and with what this run itself signs in with. */
const payload = `password=${password}&seen=${credentials.FEISHU_APP_SECRET}&cookie=${cookie}`;

const time = start / 1000 - 1800;

const console = fakeConsole(() => ({data: {list: [{id: 'a', time, payload}], total: 1}}));

const fetch: Fetch = async (input, init) => {
	const {hostname, pathname} = new URL(input instanceof Request ? input.url : input);
	if (hostname.includes('console')) return console.fetch(input, init);
	const isExchange = pathname.includes('tenant_access_token');
	return Response.json({code: 0, ...isExchange ? {tenant_access_token: 't', expire: 7200} : {data: {items: [{id: 'a', event_time: time, payload}], has_more: false}}});
};

/** What is asked of the records, as an option's values in the configuration. */
interface Guards {
	readonly redact?: readonly string[];
	readonly redact_secrets?: boolean;
}

type Way = (guards: Guards) => Promise<{code: number; stderr: string; written: string}>;

const asFlags = ({redact, redact_secrets: secrets}: Guards) => [...redact === undefined ? [] : ['--redact', redact.join()], ...secrets === true ? ['--redact-secrets'] : []];

const range = ['--since', '1h', '--window', '1h'];

async function setUp({jobs = {}, sources = {}}: {jobs?: object; sources?: object} = {}) {
	const workspace = await createWorkspace({}, {fetch});
	const file = join(workspace.dir, 'config.json');
	const configure = (document: object) => {
		writeFileSync(file, JSON.stringify(document), {mode: 0o600});
	};
	configure({jobs, sources});
	const run = async (...args: string[]) => {
		const {code, stderr, stdout} = await workspace.run([...args, '--config', file], {clock: clockAt(), env: session, secretsInRecords: true});
		return {code, stderr, written: stdout};
	};
	const archived = async () => (await workspace.run(['cat', 'calls', '--config', file], {clock: clockAt(), secretsInRecords: true})).stdout;
	return {workspace, configure, run, archived};
}

const profile = () => profileFile(eventProfile());
const searchOf = () => ['feishu-app-log', 'event', '--request-profile', profile(), '--base-url', eventProfile().base_url, ...range];
const job = (source: string, options: object) => ({calls: {source, dir: 'calls', since: '1h', compress: 'none', options}});
const consoleOptions = () => ({request_profile: profile(), base_url: eventProfile().base_url});

async function runJob(configuration: {jobs: object; sources?: object}) {
	const {run, archived} = await setUp(configuration);
	const ran = await run('run');
	return {...ran, written: await archived()};
}

const ways: Readonly<Record<string, Way>> = {
	'an export by flags': async guards => (await setUp()).run('feishu-openapi', ...range, ...asFlags(guards)),
	'an export by the configuration': async guards => (await setUp({sources: {'feishu-openapi': guards}})).run('feishu-openapi', ...range),
	'a search by flags': async guards => (await setUp()).run(...searchOf(), ...asFlags(guards)),
	'a search by the configuration': async guards => (await setUp({sources: {'feishu-app-log': guards}})).run(...searchOf()),
	'a job by its options': async guards => runJob({jobs: job('feishu-openapi', guards)}),
	'a job by the configuration': async guards => runJob({jobs: job('feishu-openapi', {}), sources: {'feishu-openapi': guards}}),
	"a search's job by its options": async guards => runJob({jobs: job('feishu-app-log event', {...consoleOptions(), ...guards})}),
	"a search's job by the configuration": async guards => runJob({jobs: job('feishu-app-log event', consoleOptions()), sources: {'feishu-app-log': guards}}),
	async 'a repair'(guards) {
		const {workspace, run, archived} = await setUp({jobs: job('feishu-openapi', guards)});
		await run('run');
		const [segment = ''] = (await workspace.files()).filter(file => file.startsWith('calls/data/'));
		rmSync(join(workspace.dir, segment));
		const {code, stderr} = await run('verify', 'calls', '--repair');
		expect(readFileSync(join(workspace.dir, segment), 'utf8')).toContain('"id":"a"');
		return {code, stderr, written: await archived()};
	},
	async cat(guards) {
		const {run} = await setUp({jobs: job('feishu-openapi', {})});
		await run('run');
		return run('cat', 'calls', ...asFlags(guards));
	},
};

describe.each(Object.entries(ways))('%s', (_, way) => {
	it('redacts, and says which field no record has', async () => {
		const {code, stderr, written} = await way({redact: ['?payload', '?nope']});
		expect({code, written}).toMatchObject({code: 0, written: expect.stringContaining('"id":"a"') as string});
		expect(written).not.toContain(password);
		expect(stderr).toContain('--redact nope: no record has this field');
		expect(stderr).not.toContain('--redact payload');
	});

	it('takes secrets out, and says how many', async () => {
		const {code, stderr, written} = await way({redact_secrets: true});
		expect({code, written}).toMatchObject({code: 0, written: expect.stringContaining('"id":"a"') as string});
		expect(written).not.toContain(password);
		expect(stderr).toMatch(/\d values? in 1 record (?:was|were) redacted/);
	});
});

// What is read back was warned of when it was written.
it.each(Object.entries(ways).filter(([name]) => name !== 'cat'))('%s warns where the records hold what it signs in with', async (_, way) => {
	const {stderr, written} = await way({});
	expect(written).toContain(password);
	expect(stderr.split("records contain this app's own secret")).toHaveLength(2);
});
