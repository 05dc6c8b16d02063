import {describe, expect, it, vi} from 'vitest';
import {createLocalTime} from '../../src/output/formats/time.ts';
import {resolveSettings} from '../../src/query/settings.ts';
import {chosenTimezone, parseTime, systemTimezone} from '../../src/query/time.ts';
import {sources} from '../../src/sources/index.ts';

const now = Date.UTC(2026, 10, 20, 12);
const parse = (text: string, timezone?: string) => parseTime(text, {now, timezone, option: '--since'}).ms;

describe('the system\'s time zone', () => {
	it.each(['2026-11-20T10:00:00Z', '2026-11-20T10:00+08:00', '24h', 'now', '1763632800'])('is not asked for to read %s', since => {
		const asked = vi.spyOn(Intl, 'DateTimeFormat');
		const {query, output} = resolveSettings({source: sources['feishu-openapi'], flags: {since, until: 'now', clip: true}, defaults: {}, env: {}, now, terminal: false});
		const count = asked.mock.calls.length;
		asked.mockRestore();
		expect({count, query: query.timezone, output: output.timezone}).toEqual({count: 0, query: undefined, output: undefined});
	});

	it.each(['today', 'yesterday', '2026-11-20', '2026-11-20T10:00'])('is that of %s where none is named', text => {
		expect(parse(text)).toBe(parse(text, systemTimezone()));
	});

	it('is that of tables where none is named', () => {
		expect(createLocalTime()(now, false)).toBe(createLocalTime(systemTimezone())(now, false));
	});

	it('gives way to the one that is named, which is checked', () => {
		expect(chosenTimezone('asia/shanghai')).toBe('Asia/Shanghai');
		expect(chosenTimezone(undefined)).toBeUndefined();
		expect(() => chosenTimezone('Mars/Olympus')).toThrow('--timezone: "Mars/Olympus" is not a known time zone');
	});
});
