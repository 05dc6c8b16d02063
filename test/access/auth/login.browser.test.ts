import {chromium, type Browser} from 'playwright-core';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {createSandbox, sandboxUser, serveSandbox} from '../../../src/sandbox/index.ts';
import {binary, startProgram, temporaryDirectory, until} from '../../cli/exporter.ts';

let browser: Browser;
beforeAll(async () => {
	browser = await chromium.launch({
		executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
		args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
	});
});
afterAll(() => browser.close());

it('signs a user in through the browser, exports with the session, and signs out', async () => {
	const sandbox = createSandbox({now: Date.now, sleep: async () => undefined, rate: 'off', recordsPerDay: 200});
	const served = await serveSandbox(sandbox, {port: 0});
	const {appId, appSecret} = sandbox.credentials.feishu;
	const home = temporaryDirectory();
	const env = {FEISHU_APP_ID: appId, FEISHU_APP_SECRET: appSecret, FEISHU_APAAS_NAMESPACE: sandbox.places.feishu.namespace ?? '', HOME: home, XDG_DATA_HOME: home};
	const command = (...args: string[]) => startProgram(process.execPath, [binary, ...args, '--base-url', served.url], {env});
	try {
		const login = command('auth', 'login', 'feishu', '--no-browser', '--port', '0');
		await until(() => /https?:\/\/\S+authorize\S+/.test(login.stderr()));
		const page = await browser.newPage();
		await page.goto(/https?:\/\/\S+authorize\S+/.exec(login.stderr())?.[0] ?? '');
		await page.getByRole('button', {name: 'Allow'}).click();
		expect((await login.ended).code).toBe(0);
		await page.close();

		const status = await command('auth', 'status').ended;
		expect(status).toMatchObject({code: 0});
		expect(status.stdout).toContain(sandboxUser.name);

		const exported = await command('feishu-apaas', '--since', '24h').ended;
		expect(exported).toMatchObject({code: 0, stderr: ''});
		expect(exported.stdout.split('\n').length).toBeGreaterThan(100);

		expect((await command('auth', 'logout').ended).code).toBe(0);
		expect((await command('auth', 'status').ended).code).toBe(3);
		expect((await command('feishu-apaas', '--since', '24h').ended).code).toBe(3);
	} finally {
		await served.close();
	}
});
