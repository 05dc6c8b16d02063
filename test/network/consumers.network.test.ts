import {spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer as createHttpServer} from 'node:http';
import {createServer, type AddressInfo, type Server} from 'node:net';
import {tmpdir, userInfo} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {DuckDBInstance} from '@duckdb/node-api';
import {expect, onTestFinished, test} from 'vitest';
import {createCsv} from '../../src/output/formats/csv.ts';
import {createNdjson} from '../../src/output/formats/json-text.ts';
import {createOcsf} from '../../src/output/formats/ocsf.ts';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';
import {defaults, format} from '../output/formats/helpers.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/formats.md'), 'utf8');

/** The block of code below a heading of the page: what a reader copies. */
function blockOf(heading: string): string {
	const [, block] = new RegExp(`^### ${heading}\n.*?^\`\`\`\\w*\n(.*?)^\`\`\`$`, 'ms').exec(page) ?? [];
	if (block === undefined) throw new Error(`docs/formats.md has no block below ${heading}`);
	return block;
}

const count = 1000;
const failed = 100;
const payloads = ['{}', '审计 " quotes \' and \\ backslashes,\ttabs\n, 100%', 'x'.repeat(100_000)];

/** Calls as the API tells them, every tenth refused: long ones, with quotes and lines, and with an integer that no double holds. */
const lines = Array.from({length: count}, (_, index) => JSON.stringify({
	id: `77135445166${String(index).padStart(8, '0')}`, api_key: 'POST/open-apis/im/v1/messages', event_time: 1_795_949_534 + index, app_id: 'cli_a1', ip: '203.0.113.7',
	log_detail: {
		method: 'POST', path: '/open-apis/im/v1/messages', status_code: index % 10 === 0 ? 403 : 200, query_param: '{}',
		payload: payloads[index % 100 === 7 ? 2 : index % 2], response: '{"code":0,"msg":"ok"}',
	},
}).replace(/\}$/, ',"size":9007199254740993}'));

/** A directory with the files that the page speaks of. */
function filesOf(): string {
	const directory = mkdtempSync(join(tmpdir(), 'audit-export-consumers-'));
	onTestFinished(() => {
		rmSync(directory, {recursive: true, force: true});
	});
	const records = lines.map((text, index) => ({text, id: text.slice(7, 26), time: (1_795_949_534 + index) * 1000}));
	for (const [name, create] of [['calls.ndjson', createNdjson], ['calls.csv', createCsv], ['events.ndjson', createOcsf]] as const) {
		writeFileSync(join(directory, name), format(create({...defaults, source: feishuOpenapi, columns: feishuOpenapi.columns}), records));
	}
	return directory;
}

/** What a command writes to stdout. */
function output(command: string, args: readonly string[], {cwd, env = {}}: {cwd: string; env?: Record<string, string>}): string {
	const {stdout, stderr, status, error} = spawnSync(command, args, {cwd, encoding: 'utf8', env: {...process.env, ...env}, maxBuffer: 256 * 1024 * 1024});
	if (error !== undefined) throw error;
	if (status !== 0) throw new Error(`${command}: exit code ${status}: ${stderr}`);
	return stdout;
}

/** Runs what stands below a heading in a shell. */
function shell(heading: string, cwd: string, env: Record<string, string> = {}): string {
	return output('bash', ['-euo', 'pipefail', '-c', blockOf(heading)], {cwd, env});
}

/** Starts a program that runs until the test ends. */
function start(command: string, args: readonly string[], cwd: string): void {
	const child = spawn(command, args, {cwd, stdio: ['pipe', 'ignore', 'ignore']});
	const ended = new Promise<void>(done => {
		child.once('close', () => {
			done();
		});
	});
	onTestFinished(async () => {
		// A producer of Kafka waits for its input whatever else it is told.
		child.kill('SIGKILL');
		await ended;
	});
}

async function until(what: string, isThere: () => boolean): Promise<void> {
	for (let tries = 0; tries < 300; tries += 1) {
		if (isThere()) return;
		await sleep(100);
	}
	throw new Error(`${what} did not come`);
}

async function listen(server: Server): Promise<number> {
	await new Promise<void>(done => {
		server.listen(0, '127.0.0.1', done);
	});
	onTestFinished(() => {
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

/** A server that keeps the bodies it is sent. */
async function receiver(): Promise<{url: string; bodies: string[]}> {
	const bodies: string[] = [];
	const server = createHttpServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
			bodies.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}\n${Buffer.concat(chunks).toString('utf8')}`);
			response.end('{}');
		});
	});
	return {url: `http://127.0.0.1:${await listen(server)}`, bodies};
}

const bodyOf = (text: string) => text.slice(text.indexOf('\n') + 1).split('\n').filter(line => line !== '');

test('Elasticsearch and OpenSearch get every record once, byte for byte, under its id', async () => {
	const {url, bodies} = await receiver();
	// A shell in the background: this process must answer it.
	await runAsync('Elasticsearch and OpenSearch', {ELASTIC: url});
	expect(bodies[0]).toMatch(/^POST \/_bulk\?/);
	const sent = bodies.flatMap(bodyOf);
	expect(sent.filter((_, index) => index % 2 === 1)).toEqual(lines);
	expect(JSON.parse(sent[0] ?? '')).toEqual({create: {_index: 'audit-calls', _id: '7713544516600000000'}});
});

test('Splunk gets every event with its time', async () => {
	const {url, bodies} = await receiver();
	await runAsync('Splunk', {SPLUNK: url, SPLUNK_TOKEN: 'token'});
	expect(bodies[0]).toMatch(/^POST \/services\/collector\/event Splunk token\n/);
	const sent = bodies.flatMap(bodyOf).map(line => JSON.parse(line) as {time: number; event: {raw_data: string}});
	expect(sent.map(({event}) => event.raw_data)).toEqual(lines);
	expect(sent[1]?.time).toBe(1_795_949_535);
});

test('Loki gets every event in nanoseconds', async () => {
	const {url, bodies} = await receiver();
	await runAsync('Loki', {LOKI: url});
	const sent = bodies.map(body => JSON.parse(bodyOf(body)[0] ?? '') as {streams: Array<{values: Array<[string, string]>}>});
	const values = sent.flatMap(({streams}) => streams.flatMap(stream => stream.values));
	expect(values.map(([, line]) => (JSON.parse(line) as {raw_data: string}).raw_data)).toEqual(lines);
	expect(values[0]?.[0]).toBe('1795949534000000000');
});

/** As `shell`, while this process goes on. */
async function runAsync(heading: string, env: Record<string, string>): Promise<void> {
	const child = spawn('bash', ['-euo', 'pipefail', '-c', blockOf(heading)], {cwd: filesOf(), env: {...process.env, ...env}, stdio: ['ignore', 'ignore', 'pipe']});
	let stderr = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		stderr += text;
	});
	const code = await new Promise(done => child.once('close', done));
	if (code !== 0) throw new Error(`exit code ${String(code)}: ${stderr}`);
}

test('Kafka gets every record byte for byte, keyed by its id', async () => {
	const cwd = filesOf();
	// The client library has a broker for tests, which is there as long as this producer waits for input.
	start('bash', ['-c', 'exec kcat -P -t none -b none -X test.mock.num.brokers=1 -X debug=mock 2> broker.log'], cwd);
	const address = () => /bootstrap\.servers=(\S+)\n/.exec(existsSync(join(cwd, 'broker.log')) ? readFileSync(join(cwd, 'broker.log'), 'utf8') : '')?.[1];
	await until('the broker', () => address() !== undefined);
	const KAFKA = address() ?? '';
	shell('Kafka', cwd, {KAFKA});
	const messages = output('kcat', ['-C', '-q', '-e', '-b', KAFKA, '-t', 'audit-calls', '-f', '%k\t%s\n'], {cwd}).split('\n').filter(line => line !== '');
	expect(messages.toSorted()).toEqual(lines.map(line => `${line.slice(7, 26)}\t${line}`).toSorted());
});

test('rsyslog forwards records of any length, byte for byte', async () => {
	const cwd = filesOf();
	let received = '';
	const port = await listen(createServer(socket => socket.setEncoding('utf8').on('data', (text: string) => {
		received += text;
	})));
	mkdirSync(join(cwd, 'work'));
	const configuration = blockOf('rsyslog').replace('/var/lib/audit-export', cwd).replace('port="6514"', `port="${port}"`);
	writeFileSync(join(cwd, 'rsyslog.conf'), `global(workDirectory="${join(cwd, 'work')}")\n${configuration}`);
	start('/usr/sbin/rsyslogd', ['-n', '-f', join(cwd, 'rsyslog.conf'), '-i', join(cwd, 'work/pid')], cwd);
	await until('the last record', () => received.split('\n').length > count);
	expect(received.split('\n').slice(0, -1)).toEqual(lines);
});

test('DuckDB reads every record, with its integers', async () => {
	const cwd = filesOf();
	const connection = await (await DuckDBInstance.create()).connect();
	const rowsOf = async (sql: string) => (await connection.runAndReadAll(sql.replace('calls.ndjson', join(cwd, 'calls.ndjson')))).getRowsJson();
	expect(await rowsOf(blockOf('DuckDB'))).toEqual([['200', String(count - failed)], ['403', String(failed)]]);
	expect(await rowsOf("SELECT sum((json->>'size')::HUGEINT)::VARCHAR FROM read_ndjson_objects('calls.ndjson')")).toEqual([['9007199254740993000']]);
	connection.closeSync();
});

test('SQLite holds every record byte for byte', () => {
	const cwd = filesOf();
	expect(shell('SQLite', cwd)).toBe(`200|${count - failed}\n403|${failed}\n`);
	expect(output('sqlite3', ['audit.db', 'select record from calls'], {cwd}).split('\n').slice(0, -1)).toEqual(lines);
});

test('PostgreSQL holds every record byte for byte', () => {
	const cwd = filesOf();
	const bin = '/usr/lib/postgresql/15/bin';
	const data = join(cwd, 'data');
	// The server refuses to run as root.
	const as = (command: string, args: readonly string[]) =>
		userInfo().uid === 0 ? output('runuser', ['-u', 'postgres', '--', command, ...args], {cwd: tmpdir()}) : output(command, args, {cwd});
	if (userInfo().uid === 0) output('chown', ['postgres', cwd], {cwd});
	as(join(bin, 'initdb'), ['-D', data, '-E', 'UTF8', '--locale=C.UTF-8', '-A', 'trust', '-U', 'postgres']);
	as(join(bin, 'pg_ctl'), ['-D', data, '-w', '-l', join(cwd, 'log'), '-o', `-c listen_addresses='' -k ${cwd}`, 'start']);
	try {
		const env = {PGHOST: cwd, PGUSER: 'postgres'};
		expect(shell('PostgreSQL', cwd, env)).toBe(`200|${count - failed}\n403|${failed}\n`);
		const copied = output('psql', ['-qAtc', "copy calls to stdout with (format csv, quote e'\\x01', delimiter e'\\x02')"], {cwd, env});
		// A table has no order.
		expect(copied.split('\n').slice(0, -1).toSorted()).toEqual(lines);
	} finally {
		as(join(bin, 'pg_ctl'), ['-D', data, '-m', 'fast', '-w', 'stop']);
	}
});

test('MariaDB holds every record byte for byte', async () => {
	const cwd = filesOf();
	const [data, socket] = [join(cwd, 'data'), join(cwd, 'socket')];
	const user = userInfo().username;
	output('mariadb-install-db', ['--no-defaults', `--user=${user}`, '--auth-root-authentication-method=normal', `--datadir=${data}`], {cwd});
	start('/usr/sbin/mariadbd', ['--no-defaults', `--user=${user}`, `--datadir=${data}`, `--socket=${socket}`, '--skip-networking'], cwd);
	await until('the server', () => existsSync(socket));
	writeFileSync(join(cwd, '.my.cnf'), `[client]\nsocket=${socket}\nuser=root\ndefault-character-set=utf8mb4\n`);
	const env = {HOME: cwd};
	const query = (...args: readonly string[]) => output('mariadb', args, {cwd, env});
	query('-e', 'create database audit');
	expect(shell('MariaDB', cwd, env)).toContain(`200\t${count - failed}\n403\t${failed}\n`);
	expect(query('-N', '--raw', 'audit', '-e', 'select record from calls').split('\n').slice(0, -1)).toEqual(lines);
});

test.each([
	['pandas', '/usr/bin/python3', '-c', /^200\s+900\n403\s+100$/m, "print(calls['id'][0], calls['size'][0])"],
	['R', 'Rscript', '-e', /200 403\s+900 100/, 'cat(calls$id[1], calls$size[1], "\\n")'],
])('%s counts records and keeps ids and integers', (heading, command, flag, counts, first) => {
	const printed = output(command, [flag, `${blockOf(heading)}${first}`], {cwd: filesOf()});
	expect(printed).toMatch(counts);
	expect(printed).toContain('7713544516600000000 9007199254740993');
});

test('jq picks the calls that failed, and gojq keeps them whole', () => {
	const printed = shell('jq and gojq', filesOf()).split('\n').slice(0, -1);
	expect(printed).toHaveLength(2 * failed);
	expect(printed[0]).toBe('["7713544516600000000","203.0.113.7","POST/open-apis/im/v1/messages"]');
	expect(printed.slice(failed).every(line => line.includes('9007199254740993'))).toBe(true);
});

test('Miller counts by the fields of records', () => {
	expect(shell('Miller', filesOf())).toBe(`log_detail.status_code,count\n200,${count - failed}\n403,${failed}\n`);
});

test('csvkit picks rows and columns', () => {
	const printed = shell('csvkit', filesOf()).split('\n');
	expect(printed).toHaveLength(failed + 2);
	expect(printed[1]).toBe('2026-11-29T10:52:14Z,7713544516600000000,203.0.113.7');
});
