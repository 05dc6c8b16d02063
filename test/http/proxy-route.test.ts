import {describe, expect, it} from 'vitest';
import {UsageError} from '../../src/base/errors.ts';
import {routeTo} from '../../src/http/proxy.ts';

const api = 'https://open.feishu.cn';
const proxyOf = (env: Record<string, string>) => routeTo(api, env).proxy;

it.each<readonly [Record<string, string>, string]>([
	[{HTTPS_PROXY: 'http://a:1'}, 'a:1 HTTPS_PROXY'],
	[{HTTPS_PROXY: 'http://a:1', https_proxy: 'http://b:2'}, 'b:2 https_proxy'],
	[{HTTPS_PROXY: 'http://a:1', https_proxy: ''}, 'a:1 HTTPS_PROXY'],
	[{HTTPS_PROXY: 'http://a:1', https_proxy: ' '}, 'a:1 HTTPS_PROXY'],
	[{ALL_PROXY: 'http://a:1'}, 'a:1 ALL_PROXY'],
	[{ALL_PROXY: 'http://a:1', all_proxy: 'http://b:2'}, 'b:2 all_proxy'],
	[{ALL_PROXY: 'socks5://a:1', all_proxy: 'socks5://a:1', HTTPS_PROXY: 'http://b:2'}, 'b:2 HTTPS_PROXY'],
	[{ALL_PROXY: 'http://a:1', HTTP_PROXY: 'http://b:2', http_proxy: 'http://c:3'}, 'a:1 ALL_PROXY'],
	[{HTTP_PROXY: 'http://b:2', http_proxy: 'http://c:3'}, 'c:3 http_proxy'],
])('takes of %j the proxy %s', (env, expected) => {
	const {name, variable} = proxyOf(env) ?? {};
	expect(`${name} ${variable}`).toBe(expected);
});

it.each<readonly [string, object]>([
	['proxy.example:3128', {name: 'proxy.example:3128', hostname: 'proxy.example', port: 3128, secure: false, authorization: undefined}],
	[' http://proxy.example:3128/ ', {name: 'proxy.example:3128', port: 3128}],
	['http://proxy.example', {port: 80, secure: false}],
	['https://proxy.example', {port: 443, secure: true}],
	['HTTPS://Proxy.Example:8443', {name: 'proxy.example:8443', secure: true}],
	['http://[fd00::1]:3128', {name: '[fd00::1]:3128', hostname: '[fd00::1]'}],
])('reads %s', (value, expected) => {
	expect(proxyOf({HTTPS_PROXY: value})).toMatchObject(expected);
});

it.each([
	['user:password@proxy.example:3128', 'user:password'],
	['http://user:p%40ss%2Fw%3Ard%25@proxy.example', 'user:p@ss/w:rd%'],
	['http://user:p@ss@proxy.example', 'user:p@ss'],
	['http://%E7%94%A8%E6%88%B7:%E5%AF%86%20%E7%A0%81@proxy.example', '用户:密 码'],
	['http://user@proxy.example', 'user:'],
	['http://:token@proxy.example', ':token'],
	['http://DOMAIN%5Cuser:x@proxy.example', 'DOMAIN\\user:x'],
])('takes user and password out of %s', (value, expected) => {
	const {authorization = '', name} = proxyOf({HTTPS_PROXY: value}) ?? {};
	expect(Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString()).toBe(expected);
	expect(name).toMatch(/^proxy\.example:\d+$/);
});

describe.each(['HTTPS_PROXY', 'all_proxy', 'HTTP_PROXY'])('%s', variable => {
	it.each([
		'http://', '::', 'ftp://proxy.example:21', 'http://user:pass word@:x', 'http://user:50%@proxy.example', 'http://user:a/b@proxy.example:1',
		'http://user:1/secret@proxy.example:1', 'http://user:1#secret@proxy.example:1', 'http://user:1?secret@proxy.example:1', 'http://proxy.example/proxy.pac', 'http:///',
	])('is refused as %s, and not repeated', value => {
		expect(() => proxyOf({[variable]: value})).toThrow(UsageError);
		expect(() => proxyOf({[variable]: value})).toThrow(new RegExp(`^${variable} is not the URL of a proxy$`));
	});

	it.each(['socks5://user:secret@proxy.example:1080', 'socks5h://proxy.example', 'SOCKS4://proxy.example', 'socks://proxy.example'])('is refused as %s, a SOCKS proxy', value => {
		expect(() => proxyOf({[variable]: value})).toThrow(new RegExp(`^${variable} names a SOCKS proxy, and only HTTP proxies are supported$`));
	});
});

it.each(['http://127.0.0.1:8787', 'http://localhost:8787', 'https://localhost', 'https://127.3.2.1', 'https://[::1]:8443'])('reaches %s directly, also where what is set is no proxy', baseUrl => {
	expect(routeTo(baseUrl, {HTTPS_PROXY: 'socks5://proxy', HTTP_PROXY: 'http://proxy'}).proxy).toBeUndefined();
});

it('takes the lower-case NO_PROXY unless it is empty', () => {
	expect(proxyOf({HTTPS_PROXY: 'http://a', NO_PROXY: 'feishu.cn', no_proxy: 'other.example'})).toBeDefined();
	expect(proxyOf({HTTPS_PROXY: 'http://a', NO_PROXY: 'feishu.cn', no_proxy: ''})).toBeUndefined();
	expect(routeTo('https://open.feishu.cn:8443', {HTTPS_PROXY: 'http://a', NO_PROXY: 'feishu.cn:443'}).proxy).toBeDefined();
	expect(routeTo('https://open.feishu.cn', {HTTPS_PROXY: 'http://a', NO_PROXY: 'feishu.cn:443'}).proxy).toBeUndefined();
});
