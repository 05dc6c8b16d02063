import {expect, it} from 'vitest';
import {redactSecretsInText} from '../../../src/json/secrets/redact-secrets.ts';

const redacted = (text: string) => redactSecretsInText(text).text;
const R = '[REDACTED]';

it.each([
	['app_secret=s3cr&x=1', `app_secret=${R}&x=1`],
	['x=1&password=a%26b%20c+d', `x=1&password=${R}`],
	['https://h/cb?access_token=abc.def#top', `https://h/cb?access_token=${R}`],
	['user[password]=x1&user[name]=n', `user[password]=${R}&user[name]=n`],
	['redirect=https%3A%2F%2Fh%3Ftoken%3Dabc%2526d%26y%3D1&s=2', `redirect=https%3A%2F%2Fh%3Ftoken%3D${R}%26y%3D1&s=2`],
	['payload=%7B%22app_secret%22%3A%22a%5C%22b%22%2C%22n%22%3A1%7D', `payload=%7B%22app_secret%22%3A%22${R}%22%2C%22n%22%3A1%7D`],
	['%61pp_%73ecret=abc', `%61pp_%73ecret=${R}`],
	['Server=db;User Id=sa;Password=Pa55w;Timeout=5', `Server=db;User Id=sa;Password=${R};Timeout=5`],
	['POST / HTTP/1.1\r\nAuthorization: Basic dXNlcjpwYXNz\r\nCookie: a=1; b=2\r\nHost: h', `POST / HTTP/1.1\r\nAuthorization: ${R}\r\nCookie: ${R}\r\nHost: h`],
	["curl -H 'Authorization: Bearer abc' -H 'Accept: x' https://h", `curl -H 'Authorization: ${R}' -H 'Accept: x' https://h`],
	['--form; name="password"\r\n\r\nhunter two\r\n--form--', `--form; name="password"\r\n\r\n${R}\r\n--form--`],
	['<a><password>hunter two</password></a>', `<a><password>${R}</password></a>`],
	['password: hunter, next', `password: ${R}, next`],
	["{'token': 'a\\'b', 'x': 1}", `{'token': '${R}', 'x': 1}`],
	['{"a":1,"app_secret":"s3c', `{"a":1,"app_secret":"${R}`],
	['{"a":1,"app_secret":"s3\\"c', `{"a":1,"app_secret":"${R}`],
	['{"p":"{\\"app_secret\\":\\"s\\\\\\"c\\",\\"x\\":1', `{"p":"{\\"app_secret\\":\\"${R}\\",\\"x\\":1`],
	['{"password":123456,"x":1', `{"password":${R},"x":1`],
	['{"secret":{"a":"b","c":["d"]},"x":1', `{"secret":${R},"x":1`],
	['{"secret":["a","b', `{"secret":${R}`],
	['use Bearer abc.DEF-1, then', `use Bearer ${R}, then`],
	['Basic dXNlcjpwYXNz!', `Basic ${R}!`],
	['git clone https://bob:p@ss@host/x', `git clone https://bob:${R}@host/x`],
	['https:\\/\\/bob:pass@host', `https:\\/\\/bob:${R}@host`],
	['x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig-nature y', `x ${R} y`],
	['line\\neyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.s', `line\\n${R}`],
	['-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nrest', `${R}\nrest`],
	['-----BEGIN PRIVATE KEY-----\\nMII', R],
	['token t-g1044qeGEDXTB6NDJOGV4JQCYDGHRBARFTGT1234 end', `token ${R} end`],
	['u-6U1SbDiM6XIH2DcTCPyeub, ur-oQ0mMq6MCcueAv0pwx2fQQhxqv__CbLu6G8.x', `${R}, ${R}`],
	['key AKIAIOSFODNN7EXAMPLE', `key ${R}`],
])('redacts %j', (text, expected) => {
	expect(redacted(text)).toBe(expected);
	expect(redacted(expected)).toBe(expected);
});

it.each([
	'Invalid access token for authorization. Please make a test with token attached',
	'invalid token: expired', 'the password was wrong', 'token=null', '"password": true', 'tokens: 12', 'Bearer token is missing', 'Basic information about t-shirt-size-XL-2024-summer',
	'a-very-long-hyphenated-name-here-2024', 'https://example.com:8443/path@2x.png', 'mail anna@example.com', '-----BEGIN CERTIFICATE-----\nMII', 'page_token=LC39f1&page_size=20', 'code=200&msg=ok',
	'Access denied. One of the following scopes is required: [contact:user.base:readonly]', 'api_key: POST/open-apis/im/v1/messages', 'cli_a1b2c3d4e5f6', 'sk-learn-is-a-library-of-python', 'u-1',
])('leaves %j', text => {
	expect(redacted(text)).toBe(text);
});

it.each([
	'password=', 'token":"', '\\"', '\\', 'eyJ', 'eyJaaaaaaaa.', 't-.', 't-', '://', '://a:', ':a', 'Bearer ', 'Basic A', '-----BEGIN PRIVATE KEY-----', '-----END ', '%25', '%3D', 'secret:{', '?code=', '&state=', 'cookie: ', "'cookie: ", ']', "')", 'private_', '>',
])('goes through very many %j in no time', part => {
	const text = part.repeat(Math.ceil(200_000 / part.length));
	expect(redacted(`x${text}`).length + redacted(`password=${text}x`).length).toBeGreaterThan(0);
});
