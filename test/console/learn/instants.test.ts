import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {commonForm, readInstant, readRangeText} from '../../../src/console/learn/instants.ts';
import {parseJson} from '../../../src/console/learn/json.ts';
import {compileTimeForm} from '../../../src/console/time-form.ts';

const at = Date.UTC(2026, 10, 20, 8, 30, 15, 250);

describe('an instant is recognised', () => {
	it.each([
		'seconds', 'milliseconds', 'microseconds', 'YYYY-MM-DD', 'YYYYMMDD', 'YYYY/MM/DD HH:mm', 'YYYY-MM-DD HH:mm:ss', 'YYYY.MM.DD HH:mm:ss.SSS', 'YYYYMMDDHHmmss', 'YYYY-MM-DDTHH:mm:ssZ',
		'YYYY-MM-DDTHH:mm:ss.SSSZ', 'YYYY-MM-DDTHH:mmZZ', 'YYYY-MM-DD HH:mm:ss ZZ', 'YYYYMMDDTHHmmssZ',
	])('as %s', as => {
		const codec = compileTimeForm({as});
		const written = codec.write(at);
		expect(readInstant(written)).toEqual({as, ms: codec.read(written)});
		if (typeof written === 'number') expect(readInstant(String(written))?.as).toBe(as);
	});

	it.each([20, '12345', 'abc', '', null, true, 99_999_999_999, '2026-13-01', '2026-1-1', '20261120083', '1700000000000000000000', 0.5])('not in %j', value => {
		expect(readInstant(value)).toBeUndefined();
	});

	it('in columns that are not all written alike', () => {
		expect(commonForm(['2026-11-20T08:00:00Z', '2026-11-20T08:00:00.5Z'])).toBe('YYYY-MM-DDTHH:mm:ss.SSSZ');
		expect(commonForm(['2026-11-20T08:00:00Z', '2026-11-20T08:00:00+08:00'])).toBe('YYYY-MM-DDTHH:mm:ssZZ');
		expect(commonForm([1_795_163_400, 1_795_163_400_000])).toBeUndefined();
		expect(commonForm([])).toBeUndefined();
	});
});

describe('a range in one text', () => {
	it.each([
		['1795075200,1795161599', 'seconds', ['', ',', '']],
		['2026-11-19 16:00:00 - 2026-11-20 16:00:00', 'YYYY-MM-DD HH:mm:ss', ['', ' - ', '']],
		['20261119160000_20261120160000', 'YYYYMMDDHHmmss', ['', '_', '']],
		['time >= 1795075200000 AND time < 1795161600000', 'milliseconds', ['time >= ', ' AND time < ', '']],
		['2026/11/19|2026/11/20', 'YYYY/MM/DD', ['', '|', '']],
	])('%s', (text, as, around) => {
		expect(readRangeText(text)).toMatchObject({as, around});
	});

	it.each(['1795075200', '1795161599,1795075200', 'from 1795075200 to 1795161599000', '1795075200,1795161599,1795161600'])('is none: %s', text => {
		expect(readRangeText(text)).toBeUndefined();
	});
});

describe('JSON of a recording', () => {
	it('keeps the digits of long numbers', () => {
		expect(parseJson('{"id": 7301100000000000001, "text": "a \\" 7301100000000000001", "n": [-9223372036854775808, 1795161599000, 1.5e300, 0.1234567890123456789]}')).toEqual({
			id: '7301100000000000001', text: 'a " 7301100000000000001', n: ['-9223372036854775808', 1_795_161_599_000, 1.5e300, 0.123_456_789_012_345_68],
		});
	});

	it('is read as ever where its numbers are short', () => {
		fc.assert(fc.property(fc.jsonValue(), value => {
			const text = JSON.stringify(value);
			if (!/\d{16}/.test(text)) expect(parseJson(text)).toEqual(JSON.parse(text));
		}));
		expect(parseJson('{"a": ')).toBeUndefined();
	});
});
