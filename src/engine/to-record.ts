import {valueAt, wholeNumber} from '../http/answer.ts';
import {locate} from '../json/text.ts';
import type {AuditRecord} from '../record.ts';
import type {SourceDefinition} from '../sources/types.ts';

/** A row as the engine handles it: its text, with the identity and the time read out of the parsed value. */
export function toRecord(text: string, value: unknown, source: Pick<SourceDefinition, 'id' | 'time' | 'range'>): AuditRecord {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return {text, id: undefined, time: undefined};
	const units = wholeNumber(valueAt(value, [source.time]));
	return {
		text,
		id: identity(valueAt(value, [source.id]), text, source.id),
		time: units === undefined ? undefined : units * source.range.unitMs,
	};
}

/** A string as it is; a number by its digits in the text, since parsing rounds large ones. */
function identity(value: unknown, text: string, key: string): string | undefined {
	if (typeof value === 'string') return value === '' ? undefined : value;
	if (typeof value !== 'number') return undefined;
	const place = locate(text, [key]);
	if (place === undefined) return undefined;
	const digits = text.slice(place.start, place.end);
	// A fresh string: a slice would keep its whole page in memory for as long as the id is remembered.
	return /^-?\d+$/.test(digits) ? String(BigInt(digits)) : String(value);
}
