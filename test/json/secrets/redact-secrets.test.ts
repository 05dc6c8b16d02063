import {readdirSync, readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {redactSecrets} from '../../../src/json/secrets/redact-secrets.ts';
import {pickValue} from '../../../src/json/edit.ts';
import {sampleRandom} from '../../../src/sandbox/random.ts';
import {everySource} from '../../helpers/every-source.ts';
import {anyJson} from '../arbitrary-json.ts';

const core = 'Zq7Xw3Kp9Rt5';
const tail = 'Vb2Nm8Jh4Gf6';
/** Begins and ends with what is looked for: half of a secret is a leak, too. */
const anySecret = fc.string({unit: fc.constantFrom(...Array.from(`ab09+/=-_.~!*'()&?#%;,:"\\ <>{}[]@é密`)), maxLength: 8}).map(middle => `${core}${middle}${tail}`);
/** As vendors write tokens: nothing in it ends a header or a word. */
const anyToken = fc.string({unit: fc.constantFrom(...Array.from('ab09-_.')), maxLength: 8}).map(middle => `${core}${middle}${tail}`);
const anyName = fc.constantFrom('app_secret', 'userPassword', 'access-token', 'x.refresh.token', 'privateKey', 'Authorization', 'cookie', 'encrypt_key', 'client_secret');

const inForm = (name: string, secret: string) => `a=1&${encodeURIComponent(name)}=${encodeURIComponent(secret)}&z=9`;
const inJson = (name: string, secret: string) => JSON.stringify({a: 1, [name]: secret, z: '9'});

/** A value, as JSON text, with a secret in it. */
const planted: fc.Arbitrary<string> = fc.oneof(
	fc.tuple(anyName, anySecret).map(([name, secret]) => inJson(name, secret)),
	fc.tuple(anyName, anySecret).map(([name, secret]) => JSON.stringify({[name]: [secret, {x: secret}]})),
	fc.tuple(anyName, anySecret).map(([name, secret]) => JSON.stringify([{name, value: secret}, [[name, secret], ['a', 'b']]])),
	fc.tuple(anyName, anySecret).map(([name, secret]) => JSON.stringify(inForm(name, secret))),
	fc.tuple(anyName, anySecret).map(([name, secret]) => JSON.stringify(`https://h/p?${inForm(name, secret)}#x`)),
	fc.tuple(anyName, anySecret).map(([name, secret]) => JSON.stringify(`next=${encodeURIComponent(`https://h/p?${inForm(name, secret)}`)}&b=2`)),
	fc.tuple(anyName, anySecret).map(([name, secret]) => JSON.stringify(`form=${encodeURIComponent(inJson(name, secret))}`)),
	// Cut off, once within the secret.
	fc.tuple(anyName, anySecret, fc.integer({min: 1, max: 12})).map(([name, secret, cut]) => JSON.stringify(inJson(name, secret).slice(0, -cut))),
	fc.tuple(anyName, anySecret).map(([name, secret]) => JSON.stringify(JSON.stringify({payload: inJson(name, secret)}).slice(0, -1))),
	anyToken.map(token => JSON.stringify({note: `GET / HTTP/1.1\r\nAuthorization: Bearer ${token}\r\nCookie: sid=${token}; x=1\r\nHost: h`})),
	anyToken.map(token => JSON.stringify({url: `https://user:${encodeURIComponent(token)}@host/`})),
	anyToken.map(token => JSON.stringify({any: `t-${core}${token}`, thing: [`see u-${core}${token}`, `eyJ${core}.${token}.${token}`]})),
	anySecret.map(secret => JSON.stringify({pem: `-----BEGIN EC PRIVATE KEY-----\n${secret}\n-----END EC PRIVATE KEY-----\n`})),
	anyToken.map(token => JSON.stringify({[`t-${core}${token}`]: 1})),
);

const wraps = fc.array(fc.constantFrom<((inner: string) => string)[]>(
	inner => `[${inner}]`,
	inner => `{ "before" : 12345678901234567890 ,"log_detail":${inner},"after":"\\u0061\\/"}`,
	inner => JSON.stringify(inner),
	inner => JSON.stringify({payload: inner, n: 1}),
	inner => ` ${inner}\n`,
	inner => JSON.stringify(inner).replaceAll('/', '\\/').replaceAll('e', '\\u0065'),
), {maxLength: 4});

it('leaves nothing of a secret, however it is written and wrapped', () => {
	fc.assert(fc.property(planted, wraps, (value, around) => {
		const text = around.reduce((inner, wrap) => wrap(inner), value);
		const {text: redacted, values} = redactSecrets(text);
		expect(redacted).not.toContain(core);
		expect(redacted).not.toContain(tail);
		expect(values).toBeGreaterThan(0);
		expect(() => JSON.parse(redacted) as unknown).not.toThrow();
		expect(redactSecrets(redacted)).toStrictEqual({text: redacted, values: 0});
	}), {numRuns: 800});
});

it('leaves a record without secrets as it is, byte for byte', () => {
	fc.assert(fc.property(anyJson, ({loose}) => {
		expect(redactSecrets(loose)).toStrictEqual({text: loose, values: 0});
		// Looked through from end to end, too.
		expect(redactSecrets(`{"password":"x","row":${loose}}`).text).toBe(`{"password":"[REDACTED]","row":${loose}}`);
		expect(redactSecrets(JSON.stringify({password: 'x', row: loose})).text).toBe(JSON.stringify({password: '[REDACTED]', row: loose}));
	}));
});

it('keeps every other byte of a payload, escapes and large integers included', () => {
	const payload = String.raw`{\"n\":9007199254740993,\"a\":\"\\u0061\\/\",\"app_secret\":\"s\\\"3\",\n \"m\" : 1.50 }`;
	expect(redactSecrets(String.raw`{"log_detail":{"payload":"${payload}","x":"\u0061"}}`)).toStrictEqual({
		text: String.raw`{"log_detail":{"payload":"${payload.replace(String.raw`s\\\"3`, '[REDACTED]')}","x":"\u0061"}}`,
		values: 1,
	});
});

it('reaches keys that are written with escapes, and every repeated one', () => {
	expect(redactSecrets(String.raw`{"app\u005fsecret":"a","p\u0061ssword":"b","password":"c","password":"d"}`).text)
		.toBe(String.raw`{"app\u005fsecret":"[REDACTED]","p\u0061ssword":"[REDACTED]","password":"[REDACTED]","password":"[REDACTED]"}`);
});

it('replaces the whole of what is nested too deep to follow, where it could hold one', () => {
	const deep = (inner: string) => `{"a":${'['.repeat(10_000)}${inner}${']'.repeat(10_000)}}`;
	const {text} = redactSecrets(deep('{"password":"s3cr3t"}'));
	expect(text).not.toContain('s3cr3t');
	expect(() => JSON.parse(text) as unknown).not.toThrow();
	expect(redactSecrets(deep('{"b":"c"}')).values).toBe(0);
});

it('leaves what a record is known by, whatever it looks like', () => {
	const text = '{"token":"abc","meta":{"session_id":"def","password":"ghi"}}';
	expect(redactSecrets(text, [['token'], ['meta', 'session_id']]).text).toBe(text.replace('ghi', '[REDACTED]'));
});

describe('of the rows of every source', () => {
	const fixtures = new URL('../../fixtures/', import.meta.url);

	it.each(readdirSync(fixtures))('changes nothing in %s', name => {
		const {response} = JSON.parse(readFileSync(new URL(name, fixtures), 'utf8')) as {response: unknown};
		const text = JSON.stringify(response);
		expect(redactSecrets(text)).toStrictEqual({text, values: 0});
	});

	it.each(everySource.map(({source, sample}) => ({name: source.name, source, sample})))('takes nothing out of the samples of $name but the secrets in payloads', ({source, sample}) => {
		let values = 0;
		for (let index = 0; index < 60; index++) {
			const text = JSON.stringify(sample(sampleRandom(index), {id: String(index), time: 1_772_582_400 + index}));
			const redacted = redactSecrets(text);
			values += redacted.values;
			const columnsOf = (row: string) => source.columns.map(({name, path}) => [name, path === undefined ? undefined : pickValue(row, [path])]);
			expect(columnsOf(redacted.text)).toStrictEqual(columnsOf(text).map(([name, value]) => [name, name === 'log_detail.payload' ? value?.replace(/s3cr3t-\w+/, '[REDACTED]') : value]));
		}
		expect(values > 0).toBe(source.name === 'feishu-openapi');
	});
});
