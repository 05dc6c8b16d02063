import * as z from 'zod';
import {cleaned} from '../../base/clean-text.ts';
import {parseDuration} from '../../base/duration.ts';
import {meaningOf, resolveTimezone} from '../../base/timezone.ts';
import {unknownKeyText} from './explain.ts';

const comment = z.union([z.string(), z.array(z.string())], {error: 'expected a comment: a string or an array of strings'});

/** An object that knows its keys, suggests the nearest for any other, and takes "//" as a comment. */
export function section<T extends z.core.$ZodLooseShape>(shape: T) {
	const knownKeys = Object.keys(shape);
	return z.strictObject({...shape, '//': comment.optional()}, {
		error: issue => issue.code === 'unrecognized_keys' ? issue.keys.map(key => unknownKeyText(key, knownKeys)).join('\n') : undefined,
	});
}

/** An object whose keys are names that the user chooses, each with a `member`; takes "//" as a comment. */
export function named<T extends z.ZodType>(name: z.ZodString, nameText: string, member: T) {
	return z.preprocess((value: unknown, context) => {
		if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
		// Zod passes over this key in records without a word.
		if (Object.hasOwn(value, '__proto__')) context.addIssue({code: 'custom', path: ['__proto__'], message: nameText});
		// A record has no fixed keys, so its comment is taken out before its members are checked.
		return Object.fromEntries(Object.entries(value).filter(([key, entry]) => key !== '//' || !comment.safeParse(entry).success));
	}, z.record(name, member));
}

/** A string that a system call can take: no path, variable or argument holds what ends it. */
export const systemText = z.string().refine(value => !value.includes('\0'), 'expected a string without null characters');

/** A string with something in it. */
export const text = systemText.min(1, 'expected a string that is not empty');

/** A name, an address: what stands around it unseen is no part of it. */
export const word = z.string().overwrite(cleaned).min(1, 'expected a string that is not empty');

/** A whole number from 1 on. */
export const positive = z.int('expected a whole number').min(1, 'expected a whole number from 1 on');

/** A span of time of some length. */
export const duration = z.string().refine(value => (parseDuration(value) ?? 0) > 0, 'expected a duration: 30s, 15m, 24h, 7d or 2w');

/** A time zone, as `--timezone` takes it. */
export const timezone = z.string().superRefine((value, context) => {
	if (resolveTimezone(value) !== undefined) return;
	const meaning = meaningOf(value);
	const message = 'expected an IANA time zone or an offset: Asia/Shanghai, ' +
		`+08:00${meaning === undefined ? '' : `; an abbreviation may mean ${meaning}`}`;
	context.addIssue({code: 'custom', message});
});
