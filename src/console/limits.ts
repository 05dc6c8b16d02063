import {DAY, HOUR, SECOND} from '../base/duration.ts';
import type {BudgetLimit} from '../base/transport.ts';
import type {SearchKind} from '../sources/app-log-kinds.ts';

/** Where the searches are documented for people. */
export const docs = 'https://open.feishu.cn/document/tools-and-resources/log-query-of-apps/open-api-log-query';

/** What each search finds, for the help. */
export const titles: Readonly<Record<SearchKind, string>> = {
	server: 'calls that the app made to the open platform',
	event: 'events that were pushed to the app',
	client: 'calls of the SDK that the app made in the Feishu/Lark client',
};

/** How far back the searches go: seven days of the console's calendar, the one under way included. */
export const reachMs = 7 * DAY;

/** The zone of that calendar, where the request profile says nothing. */
export const consoleZone = 'Asia/Shanghai';

/** Why a search finds nothing, where the documentation says so. */
export const whenEmpty: Readonly<Partial<Record<SearchKind, string>>> = {
	client: 'clients older than 4.5 leave no logs, and logs arrive half an hour to a day late',
};

/** How much one search spans at most. */
export const longestSpanMs = DAY;

/** How late rows may arrive: client logs sometimes take a day, as documented; of the others nothing is said. */
export const arrivesWithinMs: Readonly<Record<SearchKind, number>> = {server: HOUR, event: HOUR, client: DAY};

/** Requests to the console, where the request profile says nothing. */
export const defaultBudget: BudgetLimit = {requests: 2, perMs: SECOND};

/** Rows per page, where the request profile says nothing. */
export const defaultPageSize = 20;

/** Windows that are read at once: the console is made for one person's clicks. */
export const concurrency = 2;
