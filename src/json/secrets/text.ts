import {merged, respelled, type Edit} from '../edits.ts';
import {mayBeGrant, namesIn} from './hint.ts';
import {isSecretText, secretKindOf, type SecretKind} from './names.ts';
import {secretEnd} from './text-value.ts';
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
