import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, expect, it} from 'vitest';
import {setSystemTimezone, systemTimezone} from '../../src/base/system-timezone.ts';
import {createLocalTime} from '../../src/output/formats/time.ts';
import {parseTime} from '../../src/query/time.ts';

const directory = mkdtempSync(join(tmpdir(), 'zones-'));
/** A file as the time zone database has it, but for what only older readers look at. */
const file = (name: string, rule: string) => {
	writeFileSync(join(directory, name), `TZif2${'\0'.repeat(39)}\n${rule}\n`);
	return join(directory, name);
};

afterAll(() => {
	rmSync(directory, {recursive: true});
});
afterEach(() => {
	setSystemTimezone(undefined, () => undefined);
});

function read(tz: string): {zone: string; warnings: string[]} {
	const warnings: string[] = [];
	setSystemTimezone(tz, message => warnings.push(message));
	expect(systemTimezone()).toBe(systemTimezone());
	return {zone: systemTimezone(), warnings};
}

it.each([
	['', 'UTC'], [':', 'UTC'], ['UTC', 'UTC'], ['UTC0', 'UTC'], ['GMT0', 'UTC'], ['Asia/Shanghai', 'Asia/Shanghai'], [':Asia/Shanghai', 'Asia/Shanghai'],
	['CST-8', '+08:00'], ['UTC-8', '+08:00'], ['GMT+8', '-08:00'], ['UTC8', '-08:00'], ['<+08>-8', '+08:00'], ['<-03>3', '-03:00'],
	['IST-5:30', '+05:30'], ['NST3:30:00', '-03:30'], ['EST5EDT', 'America/New_York'], ['Japan', 'Asia/Tokyo'], ['CST-08', '+08:00'],
])('reads TZ=%s as POSIX does: %s', (tz, zone) => {
	expect(read(tz)).toEqual({zone, warnings: []});
});

it.each([
	['CST', 'UTC', 'names no time zone'], ['nonsense', 'UTC', 'names no time zone'], ['Mars/Olympus', 'UTC', 'names no time zone'], ['+08:00', 'UTC', 'names no time zone'],
	['/nonexistent/zone', 'UTC', 'names no time zone'], ['/dev/zero', 'UTC', 'names no time zone'], ['CST-99', 'UTC', 'names no time zone'], ['x'.repeat(5000), 'UTC', 'names no time zone'],
	['CET-1CEST,M3.5.0,M10.5.0/3', '+01:00', 'the summer time in'], ['LMT-8:05:43', '+08:05', 'the seconds in'],
])('says once what of TZ=%s it cannot follow', (tz, zone, warning) => {
	const {zone: found, warnings} = read(tz);
	expect([found, warnings]).toEqual([zone, [expect.stringContaining(warning)]]);
});

it('finds the zone of a file by the link to it, or by the rule that it ends with', () => {
	mkdirSync(join(directory, 'zoneinfo/Asia'), {recursive: true});
	symlinkSync(file('zoneinfo/Asia/Tokyo', 'JST-9'), join(directory, 'link'));
	expect(read(join(directory, 'link')).zone).toBe('Asia/Tokyo');
	expect(read(file('copy', 'CST-8')).zone).toBe('+08:00');
	expect(read(`:${file('indian', 'IST-5:30')}`).zone).toBe('+05:30');
	expect(read(file('broken', 'what?')).zone).toBe('UTC');
	expect(read(directory).zone).toBe('UTC');
});

it('reads and shows times by an offset, the same in every way', () => {
	read('IST-5:30');
	const {ms} = parseTime('2026-11-20T10:00', {now: 0, option: '--since'});
	expect([new Date(ms).toISOString(), createLocalTime()(ms, false)]).toEqual(['2026-11-20T04:30:00.000Z', '2026-11-20 10:00:00']);
	expect(createLocalTime('-03:30')(ms, false)).toBe('2026-11-20 01:00:00');
});
