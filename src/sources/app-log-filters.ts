import type {SourceOption} from './types.ts';
import type {FilterName, SearchKind} from './app-log-kinds.ts';

/** A documented filter of a search as a command-line option. */
export interface FilterDeclaration {
	readonly name: FilterName;
	/** As commander writes them; the option's name is the filter's. */
	readonly flags: string;
	readonly description: string;
	/** May be given several times. Default false. */
	readonly repeatable?: boolean;
	/** The only values. */
	readonly values?: readonly string[];
	/** The search cannot be asked without it. */
	readonly required?: boolean;
}

/** The features of an app whose client logs can be searched, one at a time. */
export const appFeatures = ['mini-program', 'web-app', 'widget'] as const;

const tenantKey: FilterDeclaration = {
	name: 'tenant_key', flags: '--tenant-key <key>', description: "only this tenant's, for store apps: its tenant_key",
};
const userOpenId: FilterDeclaration = {
	name: 'user_open_id', flags: '--user-open-id <id>', description: 'only of this user: ou_…, as the app knows the user',
};
const errorMessage: FilterDeclaration = {
	name: 'error_message', flags: '--error-message <text>',
	description: 'only with this error message; where the console does not look for it, any that contains it',
};
const status: FilterDeclaration = {
	name: 'status', flags: '--status <status>', repeatable: true,
	description: 'only with this status: success, failed, or a value of the log itself (repeatable: any of them)',
};

/**
 * The filters that are documented for each search.
 * https://open.feishu.cn/document/tools-and-resources/log-query-of-apps/open-api-log-query
 */
export const searchFilters: Readonly<Record<SearchKind, readonly FilterDeclaration[]>> = {
	server: [
		{
			name: 'url', flags: '--url <url>',
			description: 'only calls of this URL; its query string, and where it is compared here its host, do not count',
		},
		tenantKey,
		{name: 'request_id', flags: '--request-id <id>', description: 'only the call with this X-Request-Id or X-Tt-Logid'},
		userOpenId,
		status,
		{name: 'error_code', flags: '--error-code <code>', description: 'only calls that returned this error code'},
		errorMessage,
	],
	event: [
		{name: 'event_type', flags: '--event-type <type>', description: 'only events of this type: im.message.receive_v1'},
		{name: 'event_id', flags: '--event-id <id>', description: 'only the event with this event_id, or uuid where the event has no header'},
		tenantKey,
		status,
		errorMessage,
	],
	client: [
		userOpenId,
		{
			name: 'app_feature', flags: `--app-feature <${appFeatures.join('|')}>`, description: 'which feature of the app; exactly one, required',
			values: appFeatures, required: true,
		},
		status,
		{
			name: 'keyword', flags: '--keyword <text>', repeatable: true,
			description: 'only logs with this keyword (repeatable: all of them, as keywords with spaces between them in the console)',
		},
	],
};

/** A filter as a source's option, however it is applied. */
export function declaredOption({name, flags, description, repeatable = false, values, required = false}: FilterDeclaration): SourceOption {
	return {
		flags, description, repeatable, required,
		parameter: name,
		...(values === undefined ? {} : {choices: Object.fromEntries(values.map(value => [value, value]))}),
	};
}

/** What the command line parser calls an option: `userOpenId` for `user_open_id`. */
export function optionName(filter: string): string {
	return filter.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
