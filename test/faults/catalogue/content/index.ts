import type {FaultDefinition} from '../fault.ts';
import {clock} from './clock.ts';
import {envelope} from './envelope.ts';
import {hasMore} from './has-more.ts';
import {pageNumber} from './page-number.ts';
import {pageToken} from './page-token.ts';
import {rows} from './rows.ts';
import {tokenExpiresEarly, tokenGarbage} from './token-answers.ts';
import {tokenRefused, tokenRevoked} from './token-refusals.ts';
import {total} from './totals.ts';

/** What an API may get wrong in answers that are good JSON, and about time and tokens. */
export const contentFaults = {
	'token-revoked': tokenRevoked,
	'token-refused': tokenRefused,
	'token-expires-early': tokenExpiresEarly,
	'token-garbage': tokenGarbage,
	'page-token': pageToken,
	'page-number': pageNumber,
	'total': total,
	'has-more': hasMore,
	'rows': rows,
	'envelope': envelope,
	'clock': clock,
} satisfies Record<string, FaultDefinition>;
