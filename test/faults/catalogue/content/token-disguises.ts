import {hostileText} from './hostile-text.ts';

/** Gives out page tokens in another form, and takes them back in it. */
export interface Disguise {
	/** The JSON to give out for the JSON of a token. */
	readonly put: (literal: string) => string;
	/** The token that was sent back, as the sandbox knows it. */
	readonly takeOff: (sent: string) => string;
}

const hugeBytes = 100_000;
/** Of 16 digits, as a careless server makes them of row numbers; below 2^53. */
const firstNumber = 8_000_000_000_000_000;

/** A token with this behind it. */
function suffixed(suffix: string): Disguise {
	return {
		put: literal => JSON.stringify(`${String(JSON.parse(literal))}${suffix}`),
		takeOff: sent => sent.endsWith(suffix) ? sent.slice(0, -suffix.length) : sent,
	};
}

/** Each makes the disguise of one rule. */
export const disguises = {
	huge: () => suffixed('A'.repeat(hugeBytes)),
	controlCharacters: () => suffixed(hostileText('&x=1#')),
	number(): Disguise {
		const numbers = new Map<string, string>();
		const tokens = new Map<string, string>();
		return {
			put(literal) {
				const number = numbers.get(literal) ?? String(firstNumber + numbers.size);
				numbers.set(literal, number);
				tokens.set(number, String(JSON.parse(literal)));
				return number;
			},
			takeOff: sent => tokens.get(sent) ?? sent,
		};
	},
};
