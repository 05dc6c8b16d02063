/** Where a value begins and ends in a text. */
interface Extent {
	readonly start: number;
	readonly end: number;
}

export interface NamedPlace {
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
export function secretEnd(text: string, {name, nameStart, between, valueStart, whole}: NamedPlace): Extent | undefined {
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
