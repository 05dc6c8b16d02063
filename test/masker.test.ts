import fc from 'fast-check';
import {expect, it} from 'vitest';
import {Masker} from '../src/masker.ts';

const maskerOf = (...secrets: string[]) => {
	const masker = new Masker();
	for (const secret of secrets) masker.add(secret);
	return masker;
};

it('leaves nothing of any secret in any text, in plain, URL-encoded and JSON spelling', () => {
	const secret = fc.string({unit: fc.constantFrom(...Array.from('ab01-_.~%"\\/+ é密')), minLength: 4, maxLength: 12});
	fc.assert(fc.property(fc.uniqueArray(secret, {minLength: 1, maxLength: 4}), fc.string({maxLength: 20}), (secrets, around) => {
		const masker = maskerOf(...secrets);
		for (const one of secrets) {
			for (const spelling of [one, encodeURIComponent(one), JSON.stringify(one).slice(1, -1)]) {
				const text = `${around}${spelling}${around}`;
				expect(masker.occursIn(text)).toBe(true);
				expect(masker.occursIn(masker.mask(text))).toBe(false);
			}
		}
	}), {numRuns: 300});
});

it('masks a secret as a whole also when another one is its beginning', () => {
	expect(maskerOf('secret', 'secret-and-more').mask('is secret-and-more.')).toBe('is ***.');
	expect(maskerOf('secret-and-more', 'secret').mask('is secret-and-more.')).toBe('is ***.');
});

it('masks whatever follows Bearer, known or not', () => {
	expect(new Masker().mask('Authorization: Bearer t-unknown.Value_1, and "Bearer  x"')).toBe('Authorization: Bearer *** and "Bearer ***"');
});

it('leaves very short values alone, which would mask half of every message', () => {
	const masker = maskerOf('', 'a', 'abc');
	expect(masker.mask('abc a b c')).toBe('abc a b c');
	expect(masker.occursIn('abc')).toBe(false);
});

it('changes no text without secrets', () => {
	fc.assert(fc.property(fc.string(), text => {
		fc.pre(!/Bearer/.test(text));
		expect(maskerOf('s3cr3t-value').mask(text)).toBe(text.replaceAll('s3cr3t-value', '***'));
	}));
});
