import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {existsSync, mkdtempSync, rmSync, writeFileSync, chmodSync} from 'node:fs';
import {connect, createServer, type AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import type {Certified} from '../helpers/certificates.ts';

/** The user and the password that every proxy here wants. */
export const proxyUser = {name: 'audit', password: 'p@ss/w:rd 100%'};

/** The user and the password as a URL carries them. */
export const userinfo = `${proxyUser.name}:${encodeURIComponent(proxyUser.password)}@`;

export interface DebianProxyOptions {
	/** The one port that it opens tunnels to. */
	readonly allowedPort: number;
	/** Where it listens. Default 127.0.0.1. */
	readonly host?: string;
	/** Makes it a proxy that is asked over TLS. */
	readonly certified?: Certified;
}

/** A started proxy: `host:port`. */
export type StartDebianProxy = (options: DebianProxyOptions) => Promise<string>;

/** A name that squid alone knows, as this machine. */
export const hiddenName = 'api.example.test';

/** Squid as Debian packages it, with a configuration of its own. */
export const startSquid: StartDebianProxy = async ({allowedPort, host = '127.0.0.1', certified}) => {
	const directory = temporaryDirectory();
	const port = await freePort(host);
	const file = (name: string, content: string) => {
		writeFileSync(join(directory, name), content);
		return join(directory, name);
	};
	const tls = certified === undefined ? undefined : `tls-cert=${file('proxy.pem', certified.cert + certified.key)}`;
	const configuration = file('squid.conf', [
		`${tls === undefined ? 'http_port' : 'https_port'} ${bracketed(host)}:${port} ${tls ?? ''}`,
		`hosts_file ${file('hosts', `127.0.0.1 ${hiddenName}\n`)}`,
		// Names that it does not know are nobody's: the tests stay on this machine.
		'dns_nameservers 127.0.0.1', 'dns_timeout 1 second', 'connect_timeout 2 seconds',
		`auth_param basic program /usr/lib/squid/basic_ncsa_auth ${file('passwd', `${proxyUser.name}:${createHash('md5').update(proxyUser.password).digest('hex')}\n`)}`,
		'auth_param basic children 1', 'acl known proxy_auth REQUIRED', `acl api port ${allowedPort}`,
		'http_access deny !known', 'http_access deny !api', 'http_access allow all',
		'cache deny all', 'access_log none', 'cache_log /dev/null', 'pid_filename none', `coredump_dir ${directory}`, 'netdb_filename none', 'shutdown_lifetime 0 seconds', '',
	].join('\n'));
	await startProgram('/usr/sbin/squid', ['-N', '-d', '1', '-f', configuration], {host, port});
	return `${bracketed(host)}:${port}`;
};

/** Tinyproxy as Debian packages it, with a configuration of its own. */
export const startTinyproxy: StartDebianProxy = async ({allowedPort, host = '127.0.0.1'}) => {
	const directory = temporaryDirectory();
	const port = await freePort(host);
	const configuration = join(directory, 'tinyproxy.conf');
	writeFileSync(configuration, [
		`Port ${port}`, `Listen ${host}`, 'Timeout 20', 'MaxClients 20', 'LogLevel Warning',
		`BasicAuth ${proxyUser.name} ${tinyproxyPassword}`, `ConnectPort ${allowedPort}`, '',
	].join('\n'));
	await startProgram('/usr/bin/tinyproxy', ['-d', '-c', configuration], {host, port});
	return `${bracketed(host)}:${port}`;
};

/** Its configuration takes fewer characters. */
export const tinyproxyPassword = 'passw-rd.100';

/** Starts a server and waits until it listens; it is ended with the test. */
async function startProgram(path: string, args: readonly string[], {host, port}: {host: string; port: number}): Promise<void> {
	if (!existsSync(path)) throw new Error(`${path} is not installed: apt-get install squid tinyproxy`);
	const child = spawn(path, args, {stdio: ['ignore', 'pipe', 'pipe']});
	let said = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => {
			said += text;
		});
	}
	let ended = false;
	const closed = once(child, 'close');
	child.once('close', () => {
		ended = true;
	});
	onTestFinished(async () => {
		child.kill('SIGTERM');
		const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
		await closed;
		clearTimeout(timer);
	});
	for (let attempt = 0; attempt < 500; attempt++) {
		if (ended) break;
		if (await listens(host, port)) return;
		await new Promise(resolve => {
			setTimeout(resolve, 20);
		});
	}
	throw new Error(`${path} does not listen on port ${port}:\n${said}`);
}

async function listens(host: string, port: number): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect(port, host);
		socket.once('connect', () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', () => resolve(false));
	});
}

async function freePort(host: string): Promise<number> {
	const server = createServer();
	server.listen(0, host);
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}

/** Readable for the user that squid becomes when root starts it. */
function temporaryDirectory(): string {
	const path = mkdtempSync(join(tmpdir(), 'audit-export-network-'));
	chmodSync(path, 0o755);
	onTestFinished(() => {
		rmSync(path, {recursive: true, force: true});
	});
	return path;
}

function bracketed(host: string): string {
	return host.includes(':') ? `[${host}]` : host;
}
