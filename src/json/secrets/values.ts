import {Buffer} from 'node:buffer';

/** A text that is a credential whatever it is called. */
interface ValuePattern {
	/** Group 1, which may be empty, stays; the rest of the match is the credential. No pattern backtracks beyond a bound. */
	readonly pattern: RegExp;
	/** Tells what only looks like one. */
	readonly isSecret?: (value: string) => boolean;
}

/** Where a word begins, also after the escape of a line break in JSON. */
const begin = String.raw`(?<!(?<!\\)[\w-])`;

const pattern = (source: string, flags = '') => new RegExp(source, `g${flags}`);

/** Begin with letters of their own and go on at random. */
const prefixed: readonly string[] = [
	'(?:AKIA|ASIA)[A-Z0-9]{12,}', // AWS
	'LTAI[A-Za-z0-9]{12,}', // Alibaba Cloud
	'AKLT[A-Za-z0-9]{16,}', // Volcengine
	'AKID[A-Za-z0-9]{13,}', // Tencent Cloud
	String.raw`AIza[\w-]{30,}`, String.raw`ya29\.[\w-]{20,}`, // Google
	'gh[pousr]_[A-Za-z0-9]{20,}', String.raw`github_pat_\w{20,}`, // GitHub
	String.raw`glpat-[\w-]{16,}`, // GitLab
	String.raw`xox[abeoprs]-[\w-]{10,}`, // Slack
	'npm_[A-Za-z0-9]{30,}',
	'[sr]k_(?:live|test)_[A-Za-z0-9]{16,}', // Stripe
];

const patterns: readonly ValuePattern[] = [
	{pattern: pattern(String.raw`()-----BEGIN [A-Z\d ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----[\s\S]*?(?:-----END [A-Z\d ]{0,80}-----|$)`)},
	// JSON web tokens, signed or encrypted.
	{pattern: pattern(String.raw`()${begin}eyJ[\w-]{8,}\.[\w.-]{4,}`)},
	// Feishu's tokens: of a tenant, a user, an app, and those that renew them.
	{pattern: pattern(String.raw`()${begin}(?:[tuar]|ur)-[\w.-]{16,}`), isSecret: hasRandomRun},
	{pattern: pattern(`()${begin}(?:${prefixed.join('|')})`)},
	{pattern: pattern(String.raw`()${begin}sk-[\w-]{20,}`), isSecret: hasRandomRun},
	{pattern: pattern(String.raw`(\bbearer[ +]{1,8})[^\s"'\\,;<>&]{4,}`, 'i'), isSecret: value => !/^[a-z]{1,15}\.?$/.test(value)},
	{pattern: pattern(String.raw`(\bbasic[ +]{1,8})[\w+/-]{4,}={0,2}`, 'i'), isSecret: isUserAndPassword},
	// scheme://user:password@host, also with the slashes escaped.
	{pattern: pattern(String.raw`(:(?:\\{0,8}\/){2}[^\s/?#@:"'<>\\]{0,256}:)[^\s/?#"'<>\\]{1,512}(?=@)`)},
];

/** Where such a value may stand in a text. Never misses one. */
export const valueHint = new RegExp(
	[
		'-----BEGIN', 'eyJ', String.raw`(?<!(?<!\\)[\w-])(?:[tuar]|ur)-[\w.-]{16}`, 'AKIA', 'ASIA', 'LTAI', 'AKLT', 'AKID', 'AIza', 'ya29',
		'gh[pousr]_', 'github_pat', 'glpat-', 'xox[abeoprs]-', 'npm_', '[sr]k_(?:live|test)_', 'sk-', '[bB][eE][aA][rR][eE][rR]',
		'[bB][aA][sS][iI][cC][ +]', String.raw`:(?:\\{0,8}\/){2}[^\s/?#@:"'<>\\]{0,256}:`,
	].join('|'),
);

/** Tells each credential in a text that is one by its looks, by where it stands. */
export function findSecretValues(text: string, found: (start: number, end: number) => void): void {
	if (!valueHint.test(text)) return;
	for (const {pattern: expression, isSecret} of patterns) {
		for (const match of text.matchAll(expression)) {
			const start = match.index + (match[1]?.length ?? 0);
			const end = match.index + match[0].length;
			if (isSecret === undefined || isSecret(text.slice(start, end))) found(start, end);
		}
	}
}

/** Letters and digits mixed without a break, as no name of a thing has them. */
function hasRandomRun(value: string): boolean {
	return (value.slice(2).match(/\w{16,}/g) ?? []).some(run => /\d/.test(run) && /[a-z]/i.test(run));
}

/** Whether base64 holds a user and a password, as HTTP Basic has it: `Basic` is also an ordinary word. */
export function isUserAndPassword(value: string): boolean {
	return /^[^:\p{Cc}]*:[^\p{Cc}]*$/u.test(Buffer.from(value, 'base64').toString('latin1'));
}
