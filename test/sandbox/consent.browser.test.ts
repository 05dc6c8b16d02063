import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {chromium, type Browser, type Page} from 'playwright-core';
import {afterAll, afterEach, beforeAll, beforeEach, expect, it} from 'vitest';
import {createSandbox, sandboxUser, serveSandbox, signInPaths, type Sandbox, type ServedSandbox} from '../../src/sandbox/index.ts';
import {authorizeQuery, scope, verifier} from './sign-in-client.ts';

/** What an app's listener was called with. */
interface Callback {
	readonly parameters: URLSearchParams;
	readonly referer: string | undefined;
}

let browser: Browser;
let page: Page;
let sandbox: Sandbox;
let served: ServedSandbox;
let listener: Server;
let callbacks: Callback[];
let redirectUri: string;
/** What the page complained about: a broken policy or a missing resource. */
let complaints: string[];

beforeAll(async () => {
	browser = await chromium.launch({
		executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
		args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
	});
});
afterAll(() => browser.close());

beforeEach(async () => {
	sandbox = createSandbox({now: Date.now, sleep: async () => undefined});
	served = await serveSandbox(sandbox, {port: 0});
	callbacks = [];
	listener = createServer((request, response) => {
		const {pathname, searchParams} = new URL(request.url ?? '', 'http://127.0.0.1');
		if (pathname === '/callback') callbacks.push({parameters: searchParams, referer: request.headers.referer});
		response.end('<title>Back in the app</title>');
	});
	await new Promise<void>(resolve => {
		listener.listen(0, '127.0.0.1', resolve);
	});
	redirectUri = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/callback`;
	complaints = [];
	page = await browser.newPage();
	page.on('console', message => {
		if (message.type() === 'error' && !message.text().includes('favicon')) complaints.push(message.text());
	});
});
afterEach(async () => {
	await page.close();
	await served.close();
	await new Promise<void>(resolve => {
		listener.close(() => resolve());
		listener.closeAllConnections();
	});
});

async function exchange(fields: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
	const {appId, appSecret} = sandbox.credentials.feishu;
	const response = await fetch(`${served.url}${signInPaths.token}`, {method: 'POST', body: new URLSearchParams({client_id: appId, client_secret: appSecret, ...fields})});
	return await response.json() as Record<string, unknown>;
}

const open = () => page.goto(`${served.url}${signInPaths.authorize}?${authorizeQuery({redirect_uri: redirectUri})}`);

it('shows who grants what, and Allow leads back to the app with a code that works', async () => {
	await open();
	await page.getByRole('heading', {name: 'Allow access?'}).waitFor();
	expect(await page.getByText(sandboxUser.name).isVisible()).toBe(true);
	expect(await page.getByText(scope).isVisible()).toBe(true);
	expect(await page.evaluate("getComputedStyle(document.querySelector('main')).borderRadius")).toBe('16px');
	await page.getByRole('button', {name: 'Allow'}).click();
	await page.waitForURL(url => url.pathname === '/callback');
	expect(await page.title()).toBe('Back in the app');
	expect(callbacks.map(({parameters, referer}) => [parameters.get('state'), parameters.get('error'), referer])).toEqual([['st&te', null, undefined]]);
	const code = callbacks[0]?.parameters.get('code') ?? '';
	expect(await exchange({grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier})).toMatchObject({scope: `${scope} offline_access`});
	expect(complaints).toEqual([]);
});

it('leads back to the app with the denial', async () => {
	await open();
	await page.getByRole('button', {name: 'Deny'}).click();
	await page.waitForURL(url => url.pathname === '/callback');
	expect(callbacks.map(({parameters}) => parameters.toString())).toEqual(['error=access_denied&state=st%26te']);
	expect(sandbox.stats().codes).toBe(0);
});

it('asks anew when the user goes back, since no answer counts twice', async () => {
	await open();
	await page.getByRole('button', {name: 'Deny'}).click();
	await page.waitForURL(url => url.pathname === '/callback');
	await page.goBack();
	await page.getByRole('button', {name: 'Allow'}).click();
	await page.waitForURL(url => url.pathname === '/callback' && url.searchParams.has('code'));
	expect(callbacks).toHaveLength(2);
});

it.each([['Allow', 'Device connected', undefined], ['Deny', 'Access denied', 'access_denied']])('connects a device by its code: %s', async (button, heading, error) => {
	const {appId, appSecret} = sandbox.credentials.feishu;
	const response = await fetch(`${served.url}${signInPaths.deviceAuthorization}`, {
		method: 'POST', body: new URLSearchParams({client_id: appId, scope}), headers: {authorization: `Basic ${Buffer.from(`${appId}:${appSecret}`).toString('base64')}`},
	});
	const device = await response.json() as Record<string, string>;
	await page.goto(device['verification_uri'] ?? '');
	await page.getByLabel('Code').fill('bbbb-bbbb');
	await page.getByRole('button', {name: 'Continue'}).click();
	await page.getByRole('alert').waitFor();
	await page.getByLabel('Code').fill((device['user_code'] ?? '').toLowerCase());
	await page.getByRole('button', {name: 'Continue'}).click();
	await page.getByRole('button', {name: button}).click();
	await page.getByRole('heading', {name: heading}).waitFor();
	const tokens = await exchange({grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: device['device_code'] ?? ''});
	expect(tokens['error']).toBe(error);
	expect(tokens['access_token'] === undefined).toBe(error !== undefined);
});
