import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {compileTimeForm, timeFormProblem} from '../../src/console/time-form.ts';

describe('a time form', () => {
	it.each([
		['YYYY-MM-DD HH:mm:ss.SSS', '2026-11-20 08:00:00', 0],
		['YYYY-MM-DDTHH:mm:ss.SSSZ', '2026-11-20T08:00:00Z', 0],
		['YYYY-MM-DDTHH:mm:ss.SSSZZ', '2026-11-20T08:00:00.250000+00:00', 250],
		['YYYY-MM-DDTHH:mm:ss.SSSZZ', '2026-11-20T16:00:00+0800', 0],
		['YYYY-MM-DDTHH:mm:ssZ', '2026-11-20T08:00:00.5Z', 500],
		['YYYY-MM-DD HH:mm:ss', '2026-11-20 08:00:00,125', 125],
		['YYYY-MM-DDTHH:mm:ssZZ', '2026-11-20T08:00:00Z', 0],
	])('%s reads %s: fractions that are zero may be missing, and be there without notice', (as, text, ms) => {
		expect(compileTimeForm({as}).read(text)).toBe(Date.UTC(2026, 10, 20, 8) + ms);
	});

	it('reads what it writes', () => {
		const forms = fc.constantFrom('seconds', 'milliseconds', 'YYYY-MM-DD HH:mm:ss', 'YYYYMMDDHHmmss', 'YYYY-MM-DDTHH:mm:ss.SSSZ', 'YYYY/MM/DD HH:mm:ss ZZ', 'YYYY-MM-DD HH:mm:ss.SSS');
		fc.assert(fc.property(forms, fc.integer({min: Date.UTC(2015, 0), max: Date.UTC(2045, 0)}), (as, ms) => {
			const codec = compileTimeForm({as, timezone: 'Asia/Shanghai'});
			expect(codec.read(codec.write(ms))).toBe(Math.floor(ms / codec.unitMs) * codec.unitMs);
		}));
	});

	it('must be known', () => {
		expect(timeFormProblem('seconds')).toBeUndefined();
		expect(timeFormProblem('HH:mm')).toContain('expected seconds');
		expect(compileTimeForm({as: 'YYYY-MM-DD HH:mm:ss'}).read('2026-13-20 08:00:00')).toBeUndefined();
		expect(compileTimeForm({as: 'YYYY-MM-DD HH:mm:ss'}).read('2026-11-20 08:00:00Z')).toBeUndefined();
	});
});
