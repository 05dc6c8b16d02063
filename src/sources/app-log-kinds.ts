/** The three log searches of the developer console. */
export const searchKinds = ['server', 'event', 'client'] as const;

export type SearchKind = (typeof searchKinds)[number];

/**
 * What the searches can be narrowed by, as documented for the console; which of them a search has, `filters.ts` says.
 * Also the names of the placeholders in a request profile.
 */
export const filterNames = [
	'url', 'tenant_key', 'request_id', 'user_open_id', 'status', 'error_code', 'error_message',
	'event_type', 'event_id', 'app_feature', 'keyword',
] as const;

export type FilterName = (typeof filterNames)[number];
