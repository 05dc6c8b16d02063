import {Buffer} from 'node:buffer';
import type {Masker as MaskerType} from '../../base/context.ts';
import {applied, merged, type Edit} from '../edits.ts';
import {findSecretValues, isUserAndPassword} from './values.ts';

/** Shorter texts occur in others by chance when they are written in base64. */
const leastInBase64 = 8;
/** Longer ones, which no vendor gives out, are looked for piece by piece: an expression for all spellings would grow too large. */
const mostInOnePiece = 2500;
const mostPiece = 256;

interface Known {
	/** As it was given, or in base64. */
	readonly text: string;
	/** A part that every spelling has: most texts do not hold even that. */
	readonly core: string;
	/** Written only when a text holds the core: a recording may bring thousands of secrets. */
	readonly pattern: () => RegExp;
}

/**
 * Knows the secrets of a run and takes them out of every text meant for people: logs, errors, summaries.
 * Secrets are registered the moment they are read, before anything can go wrong with them.
 */
export class Masker implements MaskerType {
	readonly #known = new Map<string, Known>();
	/** The longest first: a secret may be the beginning of another. Undefined after one was added. */
	#ordered: readonly Known[] | undefined;

	/** Registers a secret, also as URLs, forms, JSON and HTTP Basic spell it, one in the other. Very short values are left alone. */
	add(secret: string): void {
		if (secret.length < 4) return;
		const texts = [secret, ...(secret.length < leastInBase64 ? [] : inBase64(secret))].flatMap(piecesOf)
			.filter(text => !this.#known.has(text));
		if (texts.length === 0) return;
		for (const text of texts) this.#known.set(text, knownAs(text));
		this.#ordered = undefined;
	}

	/** The text with `***` for every registered secret, whatever follows `Bearer` or `Basic`, and what is a credential by its looks. */
	mask(text: string): string {
		let masked = text;
		for (const {core, pattern} of this.#longestFirst()) if (masked.includes(core)) masked = masked.replaceAll(pattern(), '***');
		masked = masked.replaceAll(/\bBearer +[^\s"']+/g, 'Bearer ***')
			.replaceAll(/\bBasic +([\w+/-]{4,}={0,2})/g, (whole, value: string) => isUserAndPassword(value) ? 'Basic ***' : whole);
		const found: Edit[] = [];
		findSecretValues(masked, (start, end) => {
			// A key that is cut off would take the rest of a report with it, its quotes and brackets.
			const quoted = masked.slice(start, end).search(/\\{0,64}["']/);
			found.push({start, end: quoted === -1 ? end : start + quoted, value: '***'});
		});
		return applied(masked, merged(found));
	}

	/** Whether a registered secret stands in the text. */
	occursIn(text: string): boolean {
		return this.#longestFirst().some(({core, pattern}) => text.includes(core) && text.search(pattern()) !== -1);
	}

	#longestFirst(): readonly Known[] {
		return this.#ordered ??= [...this.#known.values()].toSorted((a, b) => b.text.length - a.text.length);
	}
}

/** The text itself, or pieces that cover it whole, none of them short. */
function piecesOf(text: string): string[] {
	if (text.length <= mostInOnePiece) return [text];
	// By code points: half of a character is spelled in no way.
	const characters = Array.from(text);
	const count = Math.ceil(characters.length / mostPiece);
	const start = (index: number) => Math.floor(characters.length * index / count);
	return Array.from({length: count}, (_, index) => characters.slice(start(index), start(index + 1)).join(''));
}

function knownAs(text: string): Known {
	const [core = ''] = (text.match(/[A-Za-z\d]+/g) ?? []).toSorted((a, b) => b.length - a.length);
	let pattern: RegExp | undefined;
	return {text, core, pattern: () => pattern ??= new RegExp(spellings(text), 'g')};
}

/** The characters of base64 that a secret alone decides, wherever it stands in what is encoded. */
function inBase64(secret: string): string[] {
	return [secret, JSON.stringify(secret).slice(1, -1)].flatMap(text => [0, 1, 2].flatMap(before => {
		const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
		const first = Math.ceil(before * 8 / 6);
		const end = Math.floor(bytes.length * 8 / 6);
		return (['base64', 'base64url'] as const).map(encoding => bytes.toString(encoding).slice(first, end));
	}));
}

/** The percent sign of an encoding, which an encoding of that may have encoded again. */
const percent = '%(?:25){0,4}';
/** A backslash, once or in an encoding of a URL; with every level of JSON in JSON there are twice as many. */
const backslash = String.raw`(?:\\|${percent}5[cC])`;
const entities: Readonly<Record<string, string>> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#(?:39|x27);'};

/**
 * Source of a regular expression for a text as it may be spelled: as it is, in a URL, a form, HTML or a JSON string, and in
 * any of these within another. Letters and digits are never spelled otherwise.
 */
function spellings(text: string): string {
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
