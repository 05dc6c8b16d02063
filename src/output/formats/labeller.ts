import {decodeString, encodeString, endOfValue, kindAt, members} from '../../json/text.ts';
import type {Language} from '../../sources/labels.ts';
import type {Column, Label} from '../../sources/types.ts';

/** Turns the JSON text of a value into that of what it means. What has no known meaning stays as it is. */
export type Labeller = (value: string) => string;

type Spoken = Exclude<Language, 'off'>;

/** Windows locale ids, as the vendor uses them: en-US and zh-CN. */
const localeIds: Readonly<Record<Spoken, string>> = {en: '1033', zh: '2052'};

const noText = '""';

/** Explains the values of one column in one language. */
export function createLabeller(label: NonNullable<Column['label']>, language: Spoken): Labeller {
	return label === 'locale-map' ? value => localeText(value, language) : codeLabeller(label, language);
}

function codeLabeller(labels: Readonly<Record<string, Label>>, language: Spoken): Labeller {
	const meanings = new Map(Object.entries(labels).map(([code, label]) => [code, encodeString(label[language])]));
	// The same code comes as a string from one API and as a number from another.
	return value => meanings.get(kindAt(value, 0) === 'string' ? decodeString(value, 0, value.length) : value) ?? value;
}

/** The language's text, else the other language's, else the first there is; an empty one counts for nothing. */
function localeText(value: string, language: Spoken): string {
	if (kindAt(value, 0) !== 'object') return value;
	const texts = new Map<string, string>();
	let unread = false;
	members(value, 0, (key, start) => {
		const end = endOfValue(value, start);
		const text = value.slice(start, end);
		if (kindAt(text, 0) !== 'string') unread = true;
		else if (text !== noText) texts.set(key, text);
		return end;
	});
	const [first] = texts.values();
	const other = language === 'en' ? localeIds.zh : localeIds.en;
	// A map of anything but texts is no such map: better all of it than nothing.
	return texts.get(localeIds[language]) ?? texts.get(other) ?? first ?? (unread ? value : noText);
}
