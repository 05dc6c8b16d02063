import {describe, expect, it} from 'vitest';
import {mayHoldSecret} from '../../../src/json/secrets/hint.ts';
import {secretKindOf} from '../../../src/json/secrets/names.ts';
import {redactSecrets} from '../../../src/json/secrets/redact-secrets.ts';

const secretNames = [
	'app_secret', 'appSecret', 'app-secret', 'APP_SECRET', 'appsecret', 'x.app.secret', 'client_secret', 'secret', 'secrets',
	'password', 'userPassword', 'user_password', 'db.password', 'passwd', 'pwd', 'userPwd', 'pwdNew', 'pass', 'dbPass', 'password2', 'newPasswordConfirm', 'passphrase',
	'token', 'tokens', 'access_token', 'accessToken', 'AccessToken', 'refresh_token', 'tenant_access_token', 'app_access_token', 'user_access_token', 'id_token', 'IDToken', 'X-Csrf-Token',
	'verification_token', 'token_value', 'encrypt_key', 'encryptKey', 'private_key', 'PRIVATE KEY', 'privateKey', 'api_key', 'x-api-key', 'apikey', 'access_key_secret', 'aws_secret_access_key',
	'authorization', 'Authorization', 'proxy-authorization', 'cookie', 'Set-Cookie', 'cookies', 'session', 'session_id', 'sessionKey', 'PHPSESSID',
	'app_ticket', 'jsapiTicket', 'signature', 'X-Lark-Signature', 'sign', 'apiSign', 'device_code', 'code_verifier', 'client_assertion', 'otp', 'credentials', 'pin',
];

it.each(secretNames)('takes out what is called %s, and sees at a glance that it may be there', name => {
	expect(secretKindOf(name)).toBeDefined();
	expect(mayHoldSecret(JSON.stringify({[name]: 'x1'}))).toBe(true);
	expect(redactSecrets(JSON.stringify({a: 1, [name]: 'Zx81-value', z: 1})).text).toBe(JSON.stringify({a: 1, [name]: '[REDACTED]', z: 1}));
});

it.each([
	'page_token', 'next_page_token', 'nextPageToken', 'sync_token', 'continuation_token', 'token_count', 'token_type', 'tokenizer', 'token_expires_in', 'secret_level', 'secretary',
	'password_changed_at', 'password_policy', 'passport', 'passenger', 'bypass', 'compass', 'design', 'assign', 'sign_in_at', 'signed_by', 'cookie_consent', 'session_count', 'access_key_id',
	'author', 'authorized', 'authorization_url', 'key', 'tenant_key', 'info_key', 'key_i18n_key', 'open_id', 'app_id', 'code', 'status_code', 'approval_code', 'user_code', 'ticket_id',
	'pinned', 'spin', 'opinion', 'object_value', 'operator_value', 'device_id', 'web_device_id', 'event_name', 'api_path', 'keyword_field_app_version',
])('leaves what is called %s', name => {
	expect(secretKindOf(name)).toBeUndefined();
	const text = JSON.stringify({a: 1, [name]: 'Zx81-value', z: 1});
	expect(redactSecrets(text)).toStrictEqual({text, values: 0});
});

describe('of values of a secret name', () => {
	it.each<[string, unknown]>([
		['is_secret', true], ['token', null], ['password', false], ['token', 3], ['total_tokens', 512], ['password', ''], ['secret', '***'], ['password', []], ['token', {}],
		['api_key', 'POST/open-apis/authen/v1/access_token'], ['api_key', 'GET/open-apis/contact/v3/users/batch'],
		['file_token', 'boxcnrHpsg1QDqXAAAyachabcef'], ['app_token', 'bascnZ0K9dG'], ['doc_tokens', ['doccnBKgoMyY5OMbUG6FioTXuBe']], ['parent_token', 'fldcnrHpsg1QDqXAA'],
		['ticket', {ticket_id: '6626871355780366331', guest: {name: 'abc'}}], ['session', {started_at: 'now'}],
	])('leaves %s: %j', (name, value) => {
		const text = JSON.stringify({[name]: value});
		expect(redactSecrets(text)).toStrictEqual({text, values: 0});
	});

	it.each<[string, unknown, unknown, number]>([
		['password', 123456, '[REDACTED]', 1],
		['password', ['a1b2', 'c3d4'], ['[REDACTED]', '[REDACTED]'], 2],
		['cookies', {sid: 'abc', theme: 'dark', age: 5}, {sid: '[REDACTED]', theme: '[REDACTED]', age: 5}, 2],
		['token', {access_token: 'abc', expires_in: 7200}, {access_token: '[REDACTED]', expires_in: 7200}, 1],
		['secret', {deep: [{er: 'abc'}], password: 98765}, {deep: [{er: '[REDACTED]'}], password: '[REDACTED]'}, 2],
		['session', {user: 'anna', session_token: 'abc'}, {user: 'anna', session_token: '[REDACTED]'}, 1],
		['api_key', 'AbCdEf0123', '[REDACTED]', 1],
		['file_token', 'has.dots-and/slashes', '[REDACTED]', 1],
		['app_secret', '{"not":"a payload"}', '[REDACTED]', 1],
	])('takes %s: %j', (name, value, redacted, values) => {
		expect(redactSecrets(JSON.stringify({a: 1, [name]: value}))).toStrictEqual({text: JSON.stringify({a: 1, [name]: redacted}), values});
	});
});

it('takes an authorization code for one only in a request that trades it', () => {
	const grant = (code: string) => `{"grant_type":"authorization_code","code":"${code}","code_x":1}`;
	expect(redactSecrets(grant('xMSldislSkdK')).text).toBe(grant('[REDACTED]'));
	expect(redactSecrets('{"code":"xMSldislSkdK"}').values).toBe(0);
	expect(redactSecrets('{"grant_type":"x","code":0}').values).toBe(0);
	expect(redactSecrets('{"q":"https://app/cb?code=xMSl&state=1"}').text).toBe('{"q":"https://app/cb?code=[REDACTED]&state=1"}');
	expect(redactSecrets('{"q":"grant_type=authorization_code&code=xMSl&x=1"}').text).toBe('{"q":"grant_type=authorization_code&code=[REDACTED]&x=1"}');
});

it('knows the values of headers and fields that are written as names and values', () => {
	expect(redactSecrets('{"headers":[{"name":"Authorization","value":"x y"},{"value":"a=b","name":"cookie"},{"name":"Accept","value":"z"}]}').text)
		.toBe('{"headers":[{"name":"Authorization","value":"[REDACTED]"},{"value":"[REDACTED]","name":"cookie"},{"name":"Accept","value":"z"}]}');
	expect(redactSecrets('[["Cookie","a=b"],["Accept","z"]]').text).toBe('[["Cookie","[REDACTED]"],["Accept","z"]]');
	expect(redactSecrets('{"required":["password","username"]}').values).toBe(0);
});
