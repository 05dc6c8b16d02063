

/** The words of a name in lower case: `startTime`, `start_time` and `start-time` are start, time. Digits are no words. */
export function wordsOf(name: string): string[] {
	return name.replaceAll(/([a-z\d])([A-Z])/g, '$1 $2').replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2').toLowerCase()
		.split(/[^a-z]+/)
		.filter(word => word !== '');
}

/*
 * What a key, a parameter, a header or a cookie is called when it holds a credential. Words are lower case, without
 * separators between them where there are several: `app_secret`, `appSecret`, `app-secret` and `x.app.secret` are one.
 */

/** A name that ends so, whatever stands before: `client_secret`, `userPassword`, `X-Csrf-Token`. All text below it is a secret. */
const endings: readonly string[] = [
	'password', 'passwd', 'passphrase', 'passcode', 'secret', 'token', 'credential', 'credentials', 'authorization', 'cookie',
	'private key', 'secret key', 'access key', 'api key', 'encrypt key', 'encryption key', 'aes key', 'master key', 'sign key',
	'signing key',
	'signature key', 'session key', 'storage key', 'account key', 'shared key',
];

/** As above, but an object below it has members of its own that tell: a helpdesk's ticket, a video session. */
const looseEndings: readonly string[] = [
	'ticket', 'session', 'session id', 'sessid', 'signature', 'device code', 'auth code', 'authorization code', 'verify code',
	'verification code', 'sms code', 'code verifier', 'client assertion', 'saml response', 'csrf', 'xsrf',
];

/** The last word of such a name, and nothing less: `design` and `bypass` are no secrets. */
const lastWords: ReadonlySet<string> = new Set(['pass', 'pwd', 'psw', 'pin', 'otp', 'totp', 'jwt', 'creds', 'sign', 'sig']);

/** What may follow without changing what it is: `password_confirm`, `new_token_value`, `secret2`. */
const afterwords: ReadonlySet<string> = new Set([
	'value', 'val', 'values', 'text', 'str', 'string', 'raw', 'plain', 'plaintext', 'old', 'new', 'current', 'previous', 'confirm',
	'confirmation', 'confirmed', 'again', 'repeat', 'retype', 'header', 'hash', 'hashed', 'encrypted', 'encoded', 'base', 'hex', 'md',
	'sha',
	'v', 's',
]);

/** Before `token`: where a list goes on. Nobody gets in with it. */
const cursors: ReadonlySet<string> = new Set([
	'page', 'next', 'prev', 'previous', 'continuation', 'continue', 'sync', 'cursor', 'scroll', 'pagination', 'pager', 'delta',
]);

/** Before `token`: Feishu's word for the id of a document. */
const documents: ReadonlySet<string> = new Set([
	'file', 'doc', 'docs', 'docx', 'document', 'folder', 'obj', 'object', 'node', 'parent', 'root', 'sheet', 'spreadsheet', 'wiki', 'space',
	'bitable', 'base', 'app', 'image', 'img', 'media', 'minute', 'minutes', 'mindnote', 'slides', 'board', 'whiteboard', 'target', 'origin',
	'shortcut', 'attachment', 'cover', 'block',
]);

/** A request that has one of these beside its `code` trades that for a token. */
const grantNames: ReadonlySet<string> = new Set(['granttype', 'codeverifier', 'clientsecret', 'redirecturi']);

/**
 * What a name says about its value:
 * - `secret`: all text below it is one;
 * - `loose`: a text is one, an object is looked through;
 * - `api-key`: as `secret`, but for the name of an API, which Feishu calls by the same name;
 * - `document`: a secret unless it looks like the id of a document.
 */
export type SecretKind = 'secret' | 'loose' | 'api-key' | 'document';

const flat = (phrase: string) => phrase.replaceAll(' ', '');
const flatEndings = endings.map(flat);
const flatLooseEndings = looseEndings.map(flat);

/** Names come from the outside: so many are remembered, and no more. */
const mostKnown = 5000;
const known = new Map<string, SecretKind | undefined>();

/** Whether a key, parameter, header or cookie of this name holds a credential, and which kind; undefined where it does not. */
export function secretKindOf(name: string): SecretKind | undefined {
	let kind = known.get(name);
	if (kind !== undefined || known.has(name)) return kind;
	kind = judge(wordsOf(name.slice(-80)));
	if (known.size < mostKnown && name.length <= 80) known.set(name, kind);
	return kind;
}

function judge(words: string[]): SecretKind | undefined {
	while (words.length > 1 && afterwords.has(words.at(-1) ?? '')) words.pop();
	const [last = '', before = ''] = words.toReversed();
	if (lastWords.has(last)) return 'loose';
	// Plurals hold several of the same.
	const name = words.join('').replace(/s$/, '');
	if (name.endsWith('token')) {
		if (cursors.has(before)) return undefined;
		if (documents.has(before)) return 'document';
	}
	if (name.endsWith('apikey')) return 'api-key';
	const ends = (phrase: string) => name.endsWith(phrase.replace(/s$/, ''));
	if (flatEndings.some(ends)) return 'secret';
	return flatLooseEndings.some(ends) ? 'loose' : undefined;
}

/** Whether a member of this name beside `code` makes that an authorization code. */
export function isGrantName(name: string): boolean {
	return grantNames.has(wordsOf(name).join(''));
}

/** The name of an API in place of a key to it, as Feishu's audit log has it: `POST/open-apis/im/v1/messages`. */
const apiName = String.raw`(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\/`;
const apiNameStart = new RegExp(`^${apiName}`, 'i');

/** Whether a value is a secret, given the kind of its name. */
export function isSecretText(value: string, kind: SecretKind): boolean {
	// Taken out already, here or by whoever wrote the record.
	if (value === '' || value === '[REDACTED]' || /^\*+$/.test(value)) return false;
	if (kind === 'api-key') return !apiNameStart.test(value);
	return kind !== 'document' || !/^[A-Za-z\d*]{1,40}$/.test(value);
}

const phraseHint = (phrase: string) => phrase.replaceAll(' ', String.raw`(?:%[\da-f]{2}|[^a-z\d]){0,4}`);
const anyCase = (word: string) => Array.from(word, letter => `[${letter}${letter.toUpperCase()}]`).join('');

/** Where names of credentials may stand in a text. Both together miss none of those above. */
export const nameHints: readonly RegExp[] = [
	new RegExp(
		[...endings, ...looseEndings]
			.map(phrase => (phrase === 'api key' ? `${phraseHint(phrase)}(?!":"${apiName})` : phraseHint(phrase)))
			.join('|'),
		'gi',
	),
	// In these the last word ends, or a capital letter begins the next.
	new RegExp([...lastWords].map(word => `${anyCase(word)}(?![a-z])`).join('|'), 'g'),
];

/** Where a name may stand that makes a request the trade of an authorization code. */
export const grantHint: RegExp = new RegExp(
	[...grantNames].map(name => phraseHint(name.replace(/(?=type|verifier|secret|uri)/, ' '))).join('|'), 'i',
);
