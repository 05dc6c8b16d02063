import {chromium, type Browser} from 'playwright-core';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {DAY} from '../../src/base/duration.ts';
import {reportPage} from '../../src/commands/report/page.ts';
import {Surveyor} from '../../src/commands/report/survey.ts';
import {feishuOpenapi} from '../../src/sources/feishu-openapi.ts';

let browser: Browser;

beforeAll(async () => {
	browser = await chromium.launch({
		executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
		args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
	});
});
afterAll(() => browser.close());

const since = Date.UTC(2026, 0, 1);

/** The report of an archive of a year with hostile rows, a gap, pruned days and late rows. */
async function page(language: 'en' | 'zh'): Promise<string> {
	const surveyor = new Surveyor(feishuOpenapi, 'UTC', language);
	for (let day = 0; day < 300; day += 1) {
		const ip = day % 7 === 0 ? '"><script>document.title = "taken"</script>' : `2001:db8::${day}`;
		surveyor.see({text: JSON.stringify({id: String(day), ip, app_id: `cli_${'a'.repeat(day)}`}), id: String(day), time: since + day * DAY, failed: day % 3 === 0});
	}
	return reportPage([{
		name: 'calls', source: {name: 'feishu-openapi', title: feishuOpenapi.title, hasOutcome: true}, survey: surveyor.result(), unreadable: 0,
		archive: {
			since: since - 400 * DAY, until: since + 300 * DAY, pruned: since - 30 * DAY, query: [['base_url', 'https://open.feishu.cn']], segments: 300,
			gaps: [{from: since + 10 * DAY, to: since + 12 * DAY, reason: '<img src="http://127.0.0.1:9/x.png">'}],
			late: [{from: since + 20 * DAY, to: since + 20 * DAY + 1, records: 3}], head: {line: 400, sha256: 'a'.repeat(64)},
		},
	}], {language, timezone: 'UTC', now: since + 300 * DAY});
}

it.each(['en', 'zh'] as const)('a report (%s) runs nothing, asks for nothing, fits every width, and can be printed', async language => {
	const tab = await browser.newPage();
	const asked: string[] = [];
	const said: string[] = [];
	tab.on('request', request => asked.push(request.url()));
	tab.on('console', message => said.push(message.text()));
	await tab.setContent(await page(language));
	expect(await tab.title()).toBe(language === 'en' ? 'Audit log report' : '审计日志报告');
	expect(await tab.locator('script, img, iframe, link').count()).toBe(0);
	for (const width of [400, 1400]) {
		await tab.setViewportSize({width, height: 900});
		expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
	}
	// Each chart is an image with a description, which says what is in it; colours are named beside it.
	for (const chart of await tab.locator('figure').all()) {
		expect((await chart.getAttribute('aria-label') ?? '').length).toBeGreaterThan(15);
		expect((await chart.locator('svg').boundingBox())?.height).toBeGreaterThan(100);
	}
	expect(await tab.locator('figure[role=img]').count()).toBe(5);
	expect((await tab.pdf()).subarray(0, 5).toString('latin1')).toBe('%PDF-');
	expect({asked, said}).toEqual({asked: [], said: []});
	await tab.close();
});
