import {parseDuration} from './duration.ts';
import {UsageError} from './errors.ts';
import type {BudgetLimit} from './transport.ts';

/** The value of an option that takes a word. @throws UsageError that names the option and the words where it is none of them */
export function oneOf<const Word extends string>(value: string, words: readonly Word[], option: string): Word {
	const found = words.find(word => word === value);
	if (found === undefined) throw new UsageError(`${option}: "${value}" is not one of ${words.join(', ')}`);
	return found;
}

/**
 * The whole number that somebody wrote for an option.
 * @param bounds default from 0 on, as far as numbers are exact
 * @throws UsageError that names the option for anything else
 */
export function requireWholeNumber(
	value: string | number, option: string, {least = 0, most = Number.MAX_SAFE_INTEGER}: {least?: number; most?: number} = {},
): number {
	const number = typeof value === 'number' ? value : /^\d+$/.test(value) ? Number(value) : Number.NaN;
	if (Number.isSafeInteger(number) && number >= least && number <= most) return number;
	const bounds = most < Number.MAX_SAFE_INTEGER ? ` from ${least} to ${most}` : least > 0 ? ` from ${least} up` : '';
	throw new UsageError(`${option}: "${value}" is no whole number${bounds}`);
}

/** Requests per duration, such as `100/1m` or `2/s`; undefined where a text is no such thing. */
export function parseRate(text: string): BudgetLimit | undefined {
	const [, requests, amount, unit] = /^(\d+)\/(\d*\.?\d*)([a-z]+)$/.exec(text) ?? [];
	const perMs = parseDuration(`${amount || '1'}${unit}`) ?? 0;
	return Number(requests) >= 1 && Number.isSafeInteger(Number(requests)) && perMs > 0 ? {requests: Number(requests), perMs} : undefined;
}

/** A number of things, for people: `1 record`, `1,234 records`. */
export function counted(count: number, noun: string): string {
	return `${new Intl.NumberFormat('en').format(count)} ${noun}${count === 1 ? '' : 's'}`;
}
