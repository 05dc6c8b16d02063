import {cutMark} from './string-cutter.ts';

export type NameAndValue = readonly [name: string, value: string];

/** What is read of one request and its answer in a recording. */
export interface HarEntry {
	/** Its place in the recording, from 1. */
	readonly number: number;
	/** When it was sent, as recorded; empty where the recording does not say. */
	readonly started: string;
	readonly method: string;
	readonly url: string;
	/** Names in lower case. */
	readonly headers: readonly NameAndValue[];
	readonly cookies: readonly NameAndValue[];
	readonly body: {readonly mimeType: string; readonly text: string | undefined; readonly params: readonly NameAndValue[]} | undefined;
	readonly answer: {
		/** 0 where there was none. */
		readonly status: number;
		readonly headers: readonly NameAndValue[];
		readonly cookies: readonly NameAndValue[];
		/** Undefined where the recording holds no text, or only a part of it. */
		readonly text: string | undefined;
		/** The text was too long to be kept. */
		readonly isCut: boolean;
		/** Bytes, as recorded; 0 where the recording does not say. */
		readonly bytes: number;
	};
}

/** The members of an entry that are read; everything else of it is never kept. */
export const entryMembers = [
	'startedDateTime', 'request.method', 'request.url', 'request.headers', 'request.cookies', 'request.postData',
	'response.status', 'response.headers', 'response.cookies', 'response.content',
] as const;

/** An entry from the members that were found, by their paths. */
export function toEntry(number: number, members: ReadonlyMap<string, unknown>): HarEntry {
	const content = members.get('response.content');
	const text = textAt(content, 'text');
	const isCut = text?.endsWith(cutMark) === true;
	return {
		number,
		started: asText(members.get('startedDateTime')) ?? '',
		method: (asText(members.get('request.method')) ?? '').toUpperCase(),
		url: asText(members.get('request.url')) ?? '',
		headers: pairs(members.get('request.headers')).map(([name, value]) => [name.toLowerCase(), value]),
		cookies: pairs(members.get('request.cookies')),
		body: toBody(members.get('request.postData')),
		answer: {
			status: numberOf(members.get('response.status')),
			headers: pairs(members.get('response.headers')).map(([name, value]) => [name.toLowerCase(), value]),
			cookies: pairs(members.get('response.cookies')),
			text: isCut || text === undefined ? undefined : plainText(text, content),
			isCut,
			bytes: numberOf(memberOf(content, 'size')),
		},
	};
}

function toBody(postData: unknown): HarEntry['body'] {
	if (typeof postData !== 'object' || postData === null) return undefined;
	const text = textAt(postData, 'text');
	const isUsable = text !== undefined && text !== '' && !text.endsWith(cutMark);
	return {
		mimeType: textAt(postData, 'mimeType')?.toLowerCase() ?? '',
		text: isUsable ? plainText(text, postData) : undefined,
		params: pairs(memberOf(postData, 'params')),
	};
}

/** A body as it was sent. Some recorders call a plain text `base64`: what holds other characters than base64 has is plain. */
function plainText(text: string, holder: unknown): string {
	const isBase64 = textAt(holder, 'encoding')?.toLowerCase() === 'base64' && !/[^\w+/=\s-]/.test(text);
	return isBase64 ? Buffer.from(text, 'base64').toString('utf8') : text;
}

function pairs(list: unknown): NameAndValue[] {
	if (!Array.isArray(list)) return [];
	return list.flatMap((item: unknown): NameAndValue[] => {
		const name = textAt(item, 'name');
		return name === undefined ? [] : [[name, textAt(item, 'value') ?? '']];
	});
}

function memberOf(value: unknown, key: string): unknown {
	return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function textAt(value: unknown, key: string): string | undefined {
	return asText(memberOf(value, key));
}

function asText(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}

function numberOf(value: unknown): number {
	return typeof value === 'number' ? value : 0;
}
