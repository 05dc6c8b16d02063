import * as z from 'zod';
import {positive, text} from '../../../src/access/config/schema-parts.ts';
import {nearestText} from '../../../src/base/nearest.ts';
import {askedSources} from './asked.ts';
import {hasNumber, parseRequestNumbers} from './request-numbers.ts';

const requestNumbers = z.union([z.number().transform(String), z.string()], {error: 'expected request numbers: 3, "2-5,9" or "4-"'}).transform((value, context) => {
	const numbers = parseRequestNumbers(value);
	if (numbers === undefined) {
		context.addIssue({code: 'custom', message: 'expected request numbers: 3, "2-5,9" or "4-"'});
		return z.NEVER;
	}
	return numbers;
});

const source = z.string().superRefine((name, context) => {
	if (!askedSources.includes(name)) context.addIssue({code: 'custom', message: `unknown source, ${nearestText(name, askedSources)}`});
});

/** When a rule does its fault: all that is set must hold, and with nothing set it always does. */
export const conditionsSchema = z.object({
	path: text.optional().describe('only requests whose path holds this'),
	source: source.optional().describe('only requests to the API of this source'),
	requests: requestNumbers.optional().describe('which of the requests that path and source let through, counted from 1: 3, "2-5,9" or "4-"'),
	every: positive.optional().describe('every so many of them'),
	probability: z.number().min(0, 'expected a number from 0 to 1').max(1, 'expected a number from 0 to 1').optional().describe('each of them with this chance, as the seed decides'),
	times: positive.optional().describe('at most so often'),
});

export type Conditions = z.output<typeof conditionsSchema>;

/** What a rule looks at. */
export interface AskedRequest {
	readonly path: string;
	readonly source: string | undefined;
}

/** Decides about one rule, request by request. */
export interface Trigger {
	/** Counts a request, and says whether the rule's fault is due. To be asked once for every request. */
	isDue(request: AskedRequest): boolean;
	/** To be told when the fault is done, which another rule can have prevented. */
	fired(): void;
}

/** @param random drawn from once for every request that path and source let through, so that other rules change nothing. */
export function createTrigger({path, source: wanted, requests, every, probability, times = Infinity}: Conditions, random: () => number): Trigger {
	let seen = 0;
	let done = 0;
	return {
		isDue(request) {
			if (path !== undefined && !request.path.includes(path)) return false;
			if (wanted !== undefined && request.source !== wanted) return false;
			seen++;
			const isDrawn = random() < (probability ?? 1);
			return isDrawn
				&& (requests === undefined || hasNumber(requests, seen))
				&& (every === undefined || seen % every === 0)
				&& done < times;
		},
		fired() {
			done++;
		},
	};
}
