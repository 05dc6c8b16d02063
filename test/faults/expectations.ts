import type {catalogue} from '../../src/sandbox/faults/catalogue.ts';
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

/** What is expected of the sources under every fault of the catalogue; the first line of each fault is for all of them. */
export const expectations: Readonly<Record<string, readonly Expectation[]>> = Object.fromEntries(
	Object.entries<readonly Expectation[]>(byFault).map(([fault, lines]) => [fault, lines.map((line, index): Expectation => index === 0 ? {...line, scope: 'all'} : line)]),
);
