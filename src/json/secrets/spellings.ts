import {Buffer} from 'node:buffer';

/** The percent sign of an encoding, which an encoding of that may have encoded again. */
const percent = '%(?:25){0,4}';
/** A backslash, once or in an encoding of a URL; with every level of JSON in JSON there are twice as many. */
const backslash = String.raw`(?:\\|${percent}5[cC])`;
const entities: Readonly<Record<string, string>> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#(?:39|x27);'};

/**
 * Source of a regular expression for a text as it may be spelled: as it is, in a URL, a form, HTML or a JSON string, and in
 * any of these within another. Letters and digits are never spelled otherwise.
 */
export function spellings(text: string): string {
	return (text.match(/[A-Za-z\d]+|[\\"]+|[^]/gu) ?? []).map(part => {
		if (/^[A-Za-z\d]/.test(part)) return part;
		// Backslashes and quotes are written with more backslashes, which cannot be told from one another.
		if (/^[\\"]/.test(part)) return `(?:${backslash}|"|${percent}22|${entities['"']}){${part.length},${32 * part.length}}`;
		// Some write a backslash before these, too.
		return `${part === '/' || part === "'" ? `${backslash}{0,32}` : ''}(?:${otherSpellings(part).join('|')})`;
	}).join('');
}

function otherSpellings(character: string): string[] {
	const codes = Array.from({length: character.length}, (_, index) => character.charCodeAt(index).toString(16).padStart(4, '0'));
	const bytes = [...Buffer.from(character)].map(byte => byte.toString(16).padStart(2, '0'));
	const entity = entities[character];
	return [
		codes.map(code => String.raw`\u${code}`).join(''),
		bytes.map(byte => `${percent}${anyCase(byte)}`).join(''),
		codes.map(code => `${backslash}{1,32}u${anyCase(code)}`).join(''),
		// A form's, which a URL may encode once more.
		...(character === ' ' ? [String.raw`\+`, `${percent}2[bB]`] : []),
		...(entity === undefined ? [] : [entity]),
	];
}

function anyCase(hex: string): string {
	return hex.replaceAll(/[a-f]/g, digit => `[${digit}${digit.toUpperCase()}]`);
}
