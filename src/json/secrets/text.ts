import {merged, respelled, type Edit} from '../edits.ts';
import {mayBeGrant, namesIn} from './hint.ts';
import {isSecretText, secretKindOf, type SecretKind} from './names.ts';
import {findSecretValues} from './values.ts';

/** What stands in place of a credential within a text. */
export const redactedText = '[REDACTED]';

/** Names longer than this are no names. */
const longestName = 64;
/** A query string in a query string in a query string. */
const mostEncodings = 3;

const nameCharacter = /[\w.$-]/;

/**
 * Between a name and its value: `=`, `:`, `":"`, `\":\"`, `]=`, `=>`, the `>` of an XML tag, or the end of the headers of a
 * part of a form.
 */
const separator = /\]{0,4}\\*["'`]?[ \t]{0,8}(?:=>|:=|={1,2}|:)[ \t]{0,8}|\\*["'](?:\r?\n){2}|>/y;

/**
 * The credentials in a text that is no JSON, or is cut off: values after names of credentials as query strings, forms,
 * headers, logs and broken JSON write them, and what is one by its looks.
 */
export function secretsInText(text: string, encodings = 0): Edit[] {
	const edits: Edit[] = [];
	const take = (start: number, end: number) => {
		if (start < end && text.slice(start, end) !== redactedText) edits.push({start, end, value: redactedText});
	};
	if (/[=:>]|["']\r?\n/.test(text)) takeNamed(text, take);
	findSecretValues(text, take);
	if (encodings < mostEncodings && /%[2-7][\dA-Fa-f]/.test(text)) {
		const spelled = respelled(secretsInText(decodePercent(text), encodings + 1), {
			start: 0,
			unit: index => isEncoded(text, index) ? 3 : 1,
			spell: value => value,
		});
		for (const edit of spelled) edits.push(edit);
	}
	return merged(edits);
}

function takeNamed(text: string, take: (start: number, end: number) => void): void {
	const hasGrant = mayBeGrant(text);
	let done = 0;
	for (const hint of namesIn(text)) {
		if (hint.start < done) continue;
		const start = extended(text, hint.start, -1);
		const nameEnd = extended(text, hint.end, 1);
		done = nameEnd;
		const name = text.slice(start, nameEnd);
		const kind = hasGrant && /^code$/i.test(name) ? 'code' : secretKindOf(name);
		if (kind === undefined) continue;
		separator.lastIndex = nameEnd;
		const [between] = separator.exec(text) ?? [];
		if (between === undefined || (between === '>' && !/[<:]/.test(text[start - 1] ?? ''))) continue;
		const valueStart = nameEnd + between.length;
		const value = secretEnd(text, {name, nameStart: start, between, valueStart, whole: kind === 'secret'});
		if (value === undefined) continue;
		done = value.end;
		if (isTaken(text.slice(value.start, value.end), kind)) take(value.start, value.end);
	}
}

function isTaken(value: string, kind: SecretKind | 'code'): boolean {
	// An answer has a `code`, too: a number.
	return kind === 'code' ? /\D/.test(value) : isSecretText(value, kind);
}

/** Where the name ends that goes on from `index`, backwards or forwards. */
function extended(text: string, index: number, step: 1 | -1): number {
	let end = index;
	while (Math.abs(end - index) < longestName && nameCharacter.test(text[step === 1 ? end : end - 1] ?? '')) end += step;
	return end;
}

function isEncoded(text: string, index: number): boolean {
	return text[index] === '%' && /^[0-7][\dA-Fa-f]$/.test(text.slice(index + 1, index + 3));
}

/** Without the percent-encoding of ASCII characters; the bytes of others stay as they are. */
function decodePercent(text: string): string {
	return text.replaceAll(/%([0-7][\dA-Fa-f])/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** Where a value begins and ends in a text. */
interface Extent {
	readonly start: number;
	readonly end: number;
}

interface NamedPlace {
	readonly name: string;
	readonly nameStart: number;
	/** What stands between the name and the value. */
	readonly between: string;
	readonly valueStart: number;
	/** An object or a list belongs to the secret, too. */
	readonly whole: boolean;
}

const opening = /(\\*)(["'`])/y;
/** Up to where a query string, a log line or a tag would go on. */
const unquoted = /(?:(?!\\["'nrt]|;(?:\s|[\w ]{1,40}=)|,(?:\s|["']))[^\s&"`<>])+/y;
/** Words that stand where there is no value. */
const noValue = /^(?:true|false|null|undefined|none|nil|-?\d{1,3})$/i;
const headerName = /^(?:(?:set|proxy)-?)?(?:cookie2?|authorization)$/i;

/** The value that follows a name in a text; undefined where that is none, or no text. */
function secretEnd(text: string, {name, nameStart, between, valueStart, whole}: NamedPlace): Extent | undefined {
	if (between.includes('\n')) return {start: valueStart, end: endOf(text, /[\r\n]/g, valueStart)};
	if (between === '>') return {start: valueStart, end: endOf(text, /</g, valueStart)};
	opening.lastIndex = valueStart;
	const [opened, slashes = '', quote = ''] = opening.exec(text) ?? [];
	if (opened !== undefined) {
		const start = valueStart + opened.length;
		return {start, end: endOfQuoted(text, {start, quote, slashes: slashes.length})};
	}
	if (between.includes(':') && headerName.test(name)) return {start: valueStart, end: endOfHeader(text, {nameStart, valueStart})};
	if (/[[{]/.test(text[valueStart] ?? '')) {
		// Already taken out.
		if (!whole || text.startsWith('[REDACTED]', valueStart)) return undefined;
		return {start: valueStart, end: endOfBrackets(text, valueStart)};
	}
	unquoted.lastIndex = valueStart;
	const [value = ''] = unquoted.exec(text) ?? [];
	const trimmed = withoutClosing(value);
	if (trimmed === '' || noValue.test(trimmed)) return undefined;
	// Prose: `invalid token: expired`.
	if (/:\s/.test(between) && /^[a-z]{1,12}$/.test(trimmed) && !/pass|pwd|secret/i.test(name)) return undefined;
	return {start: valueStart, end: valueStart + trimmed.length};
}

/** Without what closes a list, an object or a sentence around it. */
function withoutClosing(value: string): string {
	let end = value.length;
	while (end > 0 && ")]},;'.".includes(value.charAt(end - 1))) end--;
	return value.slice(0, end);
}

function endOf(text: string, ending: RegExp, start: number): number {
	ending.lastIndex = start;
	return ending.exec(text)?.index ?? text.length;
}

/**
 * The end of a text in quotes, each of which is written with so many backslashes before it. With none, a backslash is
 * written as two, and a quote in the text as one and the quote; with each level of JSON in JSON all that doubles.
 */
function endOfQuoted(text: string, {start, quote, slashes}: {start: number; quote: string; slashes: number}): number {
	const unit = 2 * (slashes + 1);
	for (let found = text.indexOf(quote, start); found !== -1; found = text.indexOf(quote, found + 1)) {
		let before = 0;
		while (found - before > start && text[found - before - 1] === '\\') before++;
		if (before < slashes) return found - before;
		if ((before - slashes) % unit === 0) return found - slashes;
	}
	return text.length;
}

/** A header ends with its line, or with the quotes around it. */
function endOfHeader(text: string, {nameStart, valueStart}: {nameStart: number; valueStart: number}): number {
	const quote = /["'`]/.exec(text[nameStart - 1] ?? '')?.[0];
	// A line may also end as JSON writes it. One search for all endings: one for each would go through the whole text for every header.
	let end = endOf(text, new RegExp(String.raw`[\r\n${quote ?? ''}]|\\[rn]`, 'g'), valueStart);
	while (end > valueStart && text[end - 1] === '\\') end--;
	return end;
}

/** Just past the bracket that closes the one at `start`, or the end of the text. Does not look for quotes: rather too much. */
function endOfBrackets(text: string, start: number): number {
	let depth = 0;
	for (let index = start; index < text.length; index++) {
		const character = text[index];
		if (character === '{' || character === '[') depth++;
		else if ((character === '}' || character === ']') && --depth === 0) return index + 1;
	}
	return text.length;
}
