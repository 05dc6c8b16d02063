import {valueAt} from '../http/answer.ts';

/** Members that say how a request went, in lower-case letters. */
const codes = /^(?:(?:err|error|ret|return|biz|result|status)?code|errno|ret|success|ok|issuccess|status)$/;
const errors = /^(?:err|errors?|exceptions?|fault|(?:err|error)(?:msg|message|info|reason|description))$/;
const messages = /^(?:msg|message|detail|reason|title)$/;
const good = /^(?:|0+|200|20000|ok|success|succeeded|succeed|succ|successful|true|null|none|成功)$/i;
const bad = /fail|error|denied|invalid|refuse|forbid|limit|exceed|too many|unavailable|timeout|false/i;

/**
 * The member by which an answer without rows says that the request failed, where nobody wrote down what a success says;
 * undefined where it reads like a search that found nothing.
 * @param rows where the rows would stand
 */
export function failureSign(body: unknown, rows: readonly string[]): string | undefined {
	const found = valueAt(body, rows);
	if (Array.isArray(found) && found.length > 0) return undefined;
	const said = membersOf(body, rows[0]);
	const failed = said.find(({name, value}) => (errors.test(name) && isSet(value)) || (codes.test(name) && isBadCode(name, value)));
	if (failed !== undefined) return failed.path;
	if (found !== undefined || said.some(({name, value}) => codes.test(name) && isScalar(value) && good.test(String(value)))) return undefined;
	return said.find(({name, value}) => messages.test(name) && typeof value === 'string' && !good.test(value.trim()))?.path;
}

interface Member {
	readonly path: string;
	/** Its own name in lower-case letters. */
	readonly name: string;
	readonly value: unknown;
}

/** The members at the top of an answer and one step below, without those beside the rows. */
function membersOf(body: unknown, rowsKey: string | undefined): Member[] {
	return entriesOf(body).flatMap(([key, value]) => [
		{path: key, name: flat(key), value},
		...(key === rowsKey ? [] : entriesOf(value).map(([inner, member]) => ({path: `${key}.${inner}`, name: flat(inner), value: member}))),
	]);
}

function entriesOf(value: unknown): Array<[string, unknown]> {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function flat(key: string): string {
	return key.toLowerCase().replaceAll(/[^a-z]/g, '');
}

function isSet(value: unknown): boolean {
	if (typeof value === 'object') return value !== null && Object.keys(value).length > 0;
	return isScalar(value) && value !== false && !good.test(String(value).trim());
}

function isBadCode(name: string, value: unknown): boolean {
	if (!isScalar(value)) return false;
	const text = String(value).trim();
	if (/^-?\d+$/.test(text)) return name.startsWith('status') ? Number(text) >= 400 : !good.test(text);
	return bad.test(text);
}

function isScalar(value: unknown): value is string | number | boolean {
	return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
