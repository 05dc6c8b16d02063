import {randomBytes, scryptSync} from 'node:crypto';
import * as z from 'zod';

/** What is kept of who signed in, beside what a run leaves: partial files, state files, archives. No secret. */
export const accountSchema = z.object({
	/** The app that signed in. */
	app_id: z.string().optional(),
	/** The `open_id` of the user who signed in. */
	user: z.string().optional(),
	/** What the configuration calls the account. */
	account: z.string().optional(),
	/** The profile that was named, or brought the credentials. */
	profile: z.string().optional(),
	/** Tells a ready-made token again; the token cannot be had from it. */
	token: z.object({salt: z.string(), digest: z.string()}).optional(),
	/** It was said already that nobody can tell whether all of its runs were of one account. */
	doubted: z.literal(true).optional(),
});

/** Who signed in, as it is kept. */
export type Account = z.infer<typeof accountSchema>;

/** Who a run signs in as, as far as that is known before anything is asked. */
export interface Identity extends Pick<Account, 'app_id' | 'user' | 'account' | 'profile'> {
	/** The ready-made token, or the console's session, where there is nothing else to tell accounts apart by. A secret. */
	readonly token?: string | undefined;
}

/** What an account and a run that would continue it are to each other. */
export interface Meeting {
	/** Why they are two accounts. */
	readonly other?: string;
	/** What is to be said where nobody can tell, and nobody has said so yet. */
	readonly doubt?: string;
	/** What is to be kept from now on. */
	readonly account: Account;
}

/**
 * Whether a run is of the account that began what it would continue. What both sides know decides, the strongest first: the
 * app and the user who signed in, then the label `account`, then the profile, so that whoever renames a profile, or sees to
 * it that another user of the same `account` signs in, goes on. A ready-made token tells nothing: it changes every two hours.
 */
export function meetAccount(known: Account, now: Identity): Meeting {
	const {token, ...facts} = now;
	const isShared = (fact: Fact) => known[fact] !== undefined && facts[fact] !== undefined;
	const differs = (fact: Fact) => isShared(fact) && known[fact] !== facts[fact];
	const isSameLabel = isShared('account') && !differs('account');
	const decisive = isShared('app_id') || isShared('user') ? undefined : (['account', 'profile'] as const).find(isShared);
	const isOther = differs('app_id') || (differs('user') && !isSameLabel) || (decisive !== undefined && differs(decisive));
	const isTold = isShared('app_id') || isShared('user') || decisive !== undefined;
	const isSameToken = token !== undefined && known.token !== undefined && digestOf(token, known.token.salt) === known.token.digest;
	const isDoubtful = !isTold && !isSameToken && describeAccount(known) !== nobody;
	const kept = token === undefined || isSameToken ? known.token : keptToken(token);
	const learned = Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined));
	return {
		...(isOther ? {other: `it is of ${describeAccount(known)}, and this run is of ${describeAccount(now)}`} : {}),
		...(isDoubtful && known.doubted !== true
			? {
					doubt: `begun with ${describeAccount(known)}, continued with ${describeAccount(now)}: whether that is one account, ` +
						`nothing tells; ${howToPin}`,
				}
			: {}),
		account: {...known, ...learned, ...(kept && {token: kept}), ...(isDoubtful ? {doubted: true} : {})},
	};
}

type Fact = 'app_id' | 'user' | 'account' | 'profile';

/** What to do where only a token says whose rows they are. */
export const howToPin = 'give the profile an "account" of any name, or set the app id, too';

const nobody = 'nobody in particular';

/** For messages: `the app cli_a1, profile acme`. */
export function describeAccount({app_id: app, user, account, profile, token}: Account | Identity): string {
	const known = {'the app': app, 'the user': user, 'the account': account, 'the profile': profile};
	const facts = Object.entries(known).flatMap(([name, fact]) =>
		fact === undefined ? [] : [`${name} ${fact}`],
	);
	if (facts.length > 0) return facts.join(', ');
	return token === undefined ? nobody : typeof token === 'string' ? 'another token' : 'a ready-made token';
}

function keptToken(token: string): NonNullable<Account['token']> {
	const salt = randomBytes(16).toString('base64url');
	return {salt, digest: digestOf(token, salt)};
}

/** Slow on purpose: whoever reads it cannot try many tokens. */
function digestOf(token: string, salt: string): string {
	return scryptSync(token, salt, 32).toString('base64url');
}
