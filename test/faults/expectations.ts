import type {catalogue} from './catalogue/catalogue.ts';
import type {Expectation} from './expectation.ts';
import {bom, charset, deepNesting, duplicateKeys, endless, gzipBomb, gzipCut, gzipGarbage, hugePage, notJson} from './expected/body.ts';
import {contentLength, cutOff, drip, garbage, hang, overLong, refuse, reset} from './expected/connection.ts';
import {header, informational, rateLimit, redirect, status} from './expected/http.ts';
import {hasMore, pageNumber, pageToken, total} from './expected/paging.ts';
import {envelope, rows} from './expected/rows.ts';
import {clock, tokenExpiresEarly, tokenGarbage, tokenRefused, tokenRevoked} from './expected/tokens.ts';

const byFault = {
	status, 'rate-limit': rateLimit, redirect, header, informational,
	refuse, reset, hang, drip, 'cut-off': cutOff, 'over-long': overLong, 'content-length': contentLength, garbage,
	'gzip-garbage': gzipGarbage, 'gzip-cut': gzipCut, 'gzip-bomb': gzipBomb, charset, bom, 'not-json': notJson,
	'duplicate-keys': duplicateKeys, 'deep-nesting': deepNesting, 'huge-page': hugePage, endless,
	'token-revoked': tokenRevoked, 'token-refused': tokenRefused, 'token-expires-early': tokenExpiresEarly, 'token-garbage': tokenGarbage,
	'page-token': pageToken, 'page-number': pageNumber, total, 'has-more': hasMore, rows, envelope, clock,
} satisfies Record<keyof typeof catalogue, readonly Expectation[]>;

const givenTokens = 'a token of the user or a session of the console is given, and not exchanged for a secret.';

const withoutIds = 'rows there have no id.';

/** What is expected of every source under every fault of the catalogue. */
export const expectations: Readonly<Record<string, readonly Expectation[]>> = byFault;

/** Why nothing of a fault can come up with some sources, by fault: each has the lines that expect `not asked` of them. */
export const whyNotAsked: Readonly<Record<string, string>> = {
	'token-expires-early': givenTokens,
	'token-garbage': givenTokens,
	'duplicate-keys': withoutIds,
	'rows': withoutIds,
	'page-token': 'pages there are counted, by number or by the rows before them, and have no tokens.',
	'page-number': 'pages there follow each other by tokens and are not counted; in the fifth line, no answer says which page it is.',
	'total': 'the API states no total and says after each page whether there is more. In the line of totals in digits they are always written so.',
	'has-more': 'the API states a total, and not whether there is more.',
} satisfies Partial<Record<keyof typeof byFault, string>>;
