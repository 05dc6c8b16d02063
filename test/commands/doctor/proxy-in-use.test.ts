import {expect, it} from 'vitest';
import {proxyInUse} from '../../../src/commands/doctor/source-checks.ts';

const proxy = 'http://user:password@proxy.example:3128';

it.each<readonly [string, Record<string, string>, string, RegExp]>([
	['https://open.feishu.cn', {}, 'skipped', /none is set/],
	['https://open.feishu.cn', {HTTPS_PROXY: ''}, 'skipped', /none is set/],
	['https://open.feishu.cn', {HTTPS_PROXY: proxy}, 'ok', /^proxy\.example:3128 \(HTTPS_PROXY\)$/],
	['https://open.feishu.cn', {HTTPS_PROXY: 'http://other.example', https_proxy: proxy}, 'ok', /^proxy\.example:3128 \(https_proxy\)$/],
	['https://open.feishu.cn', {HTTP_PROXY: 'proxy.example:3128'}, 'ok', /^proxy\.example:3128 \(HTTP_PROXY\)$/],
	['http://localhost:8787', {HTTP_PROXY: proxy}, 'skipped', /this machine/],
	['http://127.0.0.1:8787', {HTTPS_PROXY: proxy}, 'skipped', /this machine/],
	['https://open.feishu.cn', {HTTPS_PROXY: proxy, NO_PROXY: 'a.example, feishu.cn'}, 'skipped', /NO_PROXY exempts open\.feishu\.cn \(feishu\.cn\)/],
	['https://open.feishu.cn', {HTTPS_PROXY: proxy, NO_PROXY: '*'}, 'skipped', /exempts/],
	['https://open.feishu.cn', {HTTPS_PROXY: proxy, NO_PROXY: '*.FEISHU.cn:443'}, 'skipped', /exempts/],
	['https://open.feishu.cn', {HTTPS_PROXY: proxy, NO_PROXY: 'feishu.cn:8443,eishu.cn'}, 'ok', /proxy\.example/],
])('tells for %s with %j: %s', (baseUrl, env, status, detail) => {
	const verdict = proxyInUse(baseUrl, env);
	expect(verdict).toMatchObject({status, detail: expect.stringMatching(detail)});
	expect(verdict.detail).not.toContain('password');
});
