import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Entry, Har} from 'har-format';
import {chromium, type Browser, type Page} from 'playwright-core';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {DAY, HOUR} from '../../src/base/duration.ts';
import {consolePaths, createSandbox, serveSandbox, type ConsoleShapeName, type ListedRow, type Sandbox} from '../../src/sandbox/index.ts';
import {binary, startProgram, temporaryDirectory, type Ended} from '../cli/exporter.ts';

let browser: Browser;
beforeAll(async () => {
	browser = await chromium.launch({
		executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
		args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
	});
});
afterAll(() => browser.close());

/** How each shape spells what the tests look for. */
const spellings: Readonly<Record<ConsoleShapeName, {readonly id: string; readonly failed: string; readonly search: RegExp; readonly secondPage: string}>> = {
	page: {id: 'id', failed: 'failed', search: /\/log_search\/cli_sandbox\/event$/, secondPage: '"no":2'},
	offset: {id: 'record_id', failed: '2', search: /\/logs\/event\/cli_sandbox\/records\?/, secondPage: 'offset=20'},
	cursor: {id: 'id', failed: 'FAILED', search: /\/event-logs\/query$/, secondPage: '"after":"'},
};

/** Events of the seven days that a console in Shanghai shows, today included; every fifth with the next at the same instant, some failed. */
function eventsUntil(now: number): ListedRow[] {
	const horizon = Math.floor((now + 8 * HOUR) / DAY) * DAY - 8 * HOUR - 6 * DAY;
	const apart = Math.floor((now - horizon) / 671);
	return Array.from({length: 670}, (_, index) => ({
		id: String(7_600_000_000_000_000_001n + BigInt(index)),
		time: horizon + (index - (index % 5 === 1 ? 1 : 0)) * apart,
		row: {event_type: 'im.message.receive_v1', event_id: `event-${index % 600}`, tenant_key: '736588c9260f175d', status: index % 3 === 0 ? 'failed' : 'success', duration_ms: index, error_message: ''},
	}));
}

async function signIn(page: Page, url: string, {consolePassword, credentials}: Sandbox): Promise<void> {
	await page.goto(`${url}${consolePaths.log(credentials.feishu.appId)}`);
	await page.getByLabel('User name').fill('developer');
	await page.getByLabel('Password').fill('a guess');
	await page.getByRole('button', {name: 'Sign in'}).click();
	await page.getByRole('alert').waitFor();
	await page.getByLabel('User name').fill('developer');
	await page.getByLabel('Password').fill(consolePassword);
	await page.getByRole('button', {name: 'Sign in'}).click();
	await page.getByRole('heading', {name: 'Log search'}).waitFor();
}

/** Searches as a person would: a range of a day, the second page, then only what failed. */
async function search(page: Page, now: number): Promise<void> {
	const shown = (number: number) => page.getByRole('status').filter({hasText: `Page ${number}`}).waitFor();
	await page.getByRole('tab', {name: 'Event log'}).click();
	await page.getByLabel('From').fill(localTime(now - 3 * DAY));
	await page.getByLabel('To', {exact: true}).fill(localTime(now - 2 * DAY - 1000));
	await page.getByRole('button', {name: 'Search'}).click();
	await shown(1);
	const first = await page.locator('tbody').innerText();
	await page.getByRole('button', {name: 'Next page'}).click();
	await shown(2);
	expect(await page.locator('tbody').innerText()).not.toBe(first);
	await page.getByRole('button', {name: 'Previous page'}).click();
	await shown(1);
	expect(await page.locator('tbody').innerText()).toBe(first);
	await page.getByRole('checkbox', {name: 'Failed'}).check();
	await page.getByRole('button', {name: 'Search'}).click();
	await expect.poll(() => page.locator('tbody').innerText()).not.toBe(first);
	await shown(1);
	expect(await page.locator('tbody tr').count()).toBe(20);
	expect(await page.locator('tbody tr', {hasText: 'Failed'}).count()).toBe(20);
}

/** As somebody in Shanghai types it. */
function localTime(ms: number): string {
	return new Date(ms + 8 * HOUR).toISOString().slice(0, 19);
}

/** Records a person who signs in and searches. */
async function record(url: string, sandbox: Sandbox, now: number): Promise<string> {
	const har = join(temporaryDirectory(), 'console.har');
	const context = await browser.newContext({recordHar: {path: har, content: 'embed'}, timezoneId: 'Asia/Shanghai', locale: 'en-US'});
	const page = await context.newPage();
	const complaints: string[] = [];
	page.on('console', message => {
		// The wrong password is answered with HTTP 400.
		if (message.type() === 'error' && !message.text().includes('400')) complaints.push(message.text());
	});
	page.on('pageerror', error => complaints.push(error.message));
	await signIn(page, url, sandbox);
	await search(page, now);
	expect(complaints).toEqual([]);
	await context.close();
	return har;
}

function idsIn({code, stdout, stderr}: Ended, name: string): string[] {
	expect({code, stderr}).toMatchObject({code: 0});
	// Integers of 19 digits are more than `JSON.parse` can hold.
	return [...stdout.matchAll(new RegExp(`"${name}":"?(?:log_)?(\\d{19})"?[,}]`, 'g'))].map(([, id = '']) => id).toSorted();
}

const shapes = ['page', 'offset', 'cursor'] as const;

it.each(shapes)('a person searches the console in the shape %s, and the recording holds the searches', async shape => {
	const now = Date.now();
	const sandbox = createSandbox({now: Date.now, sleep: async () => undefined, rate: 'off', console: shape, rows: {'feishu-app-log event': eventsUntil(now)}});
	const served = await serveSandbox(sandbox, {port: 0});
	try {
		const {log} = JSON.parse(readFileSync(await record(served.url, sandbox, now), 'utf8')) as Har;
		const searches = log.entries.filter(({request}) => spellings[shape].search.test(request.url));
		const sent = ({request}: Entry) => `${request.url} ${request.postData?.text ?? ''}`;
		expect(searches.map(entry => sent(entry).includes(spellings[shape].secondPage))).toEqual([false, true, false, false]);
		expect(sent(searches[3] ?? searches[0] as Entry)).toContain(spellings[shape].failed);
		for (const {request, response} of searches) {
			const names = request.headers.map(({name}) => name.toLowerCase());
			expect(names).toEqual(expect.arrayContaining(['cookie', sandbox.consoleSession().csrfHeader]));
			expect(response.content.text?.match(new RegExp(`"${spellings[shape].id}":`, 'g'))).toHaveLength(20);
		}
		const others = log.entries.map(({request}) => new URL(request.url).pathname).filter(path => path.startsWith('/developers/'));
		expect(others).toEqual(expect.arrayContaining(['/developers/v1/user/info', '/developers/v1/app/list', '/developers/v1/telemetry/batch']));
	} finally {
		await served.close();
	}
});

it.each(shapes)('leads a person whose session has ended back to the sign-in, in the shape %s', async shape => {
	const sandbox = createSandbox({now: Date.now, sleep: async () => undefined, rate: 'off', console: shape});
	const served = await serveSandbox(sandbox, {port: 0});
	const page = await browser.newPage();
	try {
		await signIn(page, served.url, sandbox);
		sandbox.revokeConsoleSessions();
		await page.getByRole('button', {name: 'Search'}).click();
		await page.waitForURL(url => url.pathname === consolePaths.signIn);
		expect(await page.getByLabel('Password').isVisible()).toBe(true);
	} finally {
		await page.close();
		await served.close();
	}
});

it.each(shapes)('learns the shape %s from a recording, and exports every row of seven days once', async shape => {
	const now = Date.now();
	const rows = eventsUntil(now);
	const spans: Array<{from: number; to: number; at: number; status: number}> = [];
	const sandbox = createSandbox({
		now: Date.now, sleep: async () => undefined, rate: 'off', console: shape, rows: {'feishu-app-log event': rows},
		onRequest({source, range, status, at}) {
			if (source === 'feishu-app-log event' && range !== undefined) spans.push({...range, at, status});
		},
	});
	const served = await serveSandbox(sandbox, {port: 0});
	const home = temporaryDirectory();
	const env = {HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, FEISHU_APP_ID: sandbox.credentials.feishu.appId};
	const command = (...args: string[]) => startProgram(process.execPath, [binary, 'feishu-app-log', ...args], {env}).ended;
	const ids = (wanted: readonly ListedRow[]) => wanted.map(({id}) => id).toSorted();
	try {
		const learned = await command('learn', await record(served.url, sandbox, now), '--console', served.url, '--keep-session');
		expect(learned).toMatchObject({code: 0});
		expect(learned.stdout + learned.stderr).not.toMatch(/[0-9a-f]{40}/);
		spans.length = 0;

		const {id, failed} = spellings[shape];
		const flags = ['--base-url', served.url, '--rate', '1000/1s', '--format', 'ndjson'];
		expect(idsIn(await command('event', '--since', '7d', ...flags), id)).toEqual(ids(rows));
		expect(idsIn(await command('event', '--since', '7d', '--status', failed, ...flags), id)).toEqual(ids(rows.filter((_, index) => index % 3 === 0)));
		expect(spans.length).toBeGreaterThan(14);
		expect(spans.filter(({from, to, at, status}) => status !== 200 || to - from > DAY || from < at - 7 * DAY)).toEqual([]);

		sandbox.revokeConsoleSessions();
		expect((await command('event', '--since', '1h', ...flags)).code).toBe(3);
	} finally {
		await served.close();
	}
});
