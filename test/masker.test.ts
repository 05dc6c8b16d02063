import fc from 'fast-check';
import {expect, it} from 'vitest';
import {Masker} from '../src/json/secrets/masker.ts';

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

it('knows them in any of these spellings of another, and in base64 wherever they begin there', () => {
	const spell = fc.constantFrom<((text: string) => string)[]>(
		text => JSON.stringify(text),
		text => JSON.stringify(text).replaceAll('/', '\\/'),
		text => JSON.stringify(text).replaceAll(/[\u0080-\uffff]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
		encodeURIComponent,
		text => encodeURIComponent(text).toLowerCase(),
		text => new URLSearchParams({x: text}).toString(),
	);
	const middle = fc.string({unit: fc.constantFrom(...Array.from('ab01-_.~%"\\/+ =&é密<\'')), maxLength: 8});
	fc.assert(fc.property(middle, fc.array(spell, {maxLength: 3}), fc.string({maxLength: 5}), (characters, spells, around) => {
		const secret = `k3y${characters}e9d`;
		const masker = maskerOf(secret);
		const text = spells.reduce((inner, one) => one(inner), `${around}${secret}${around}`);
		expect(masker.mask(text)).not.toMatch(/k3y|e9d/);
		const inBase64 = Buffer.from(`${around}${secret}-0123${around}`).toString('base64');
		const long = maskerOf(`${secret}-0123`);
		expect(long.occursIn(inBase64)).toBe(true);
		expect(Buffer.from(long.mask(inBase64).replace('***', ''), 'base64').toString()).not.toContain(secret);
	}), {numRuns: 300});
});

it('masks the user and password of HTTP Basic, known or not, and not the word', () => {
	expect(new Masker().mask('Authorization: Basic dXNlcjpwYXNz, and only Basic is supported')).toBe('Authorization: Basic ***, and only Basic is supported');
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

it('masks secrets of any length, whatever they are made of', () => {
	for (const piece of ['/', '%', ' ', '+', '"', '\\', 'aB3/', '密', '😀']) {
		const secret = Array.from({length: 3000}, (_, index) => `${index}${piece}`).join('');
		const masker = new Masker();
		masker.add(secret);
		for (const spelled of [secret, JSON.stringify(secret), encodeURIComponent(secret), Buffer.from(`user:${secret}`).toString('base64')]) {
			const masked = masker.mask(`before ${spelled} after`);
			expect(masked.replaceAll(/\*|before|after|["\s]/g, '').length).toBeLessThan(40);
		}
	}
});
