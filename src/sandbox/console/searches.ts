import type {FilterName, SearchKind} from '../../sources/app-log-kinds.ts';
import type {SampleRandom} from '../../sources/types.ts';
import {sampleClient, sampleEvent, sampleServer} from './samples.ts';

/** A row before any wire shape: `id` is decimal digits, `time` Unix milliseconds, everything else a text or a number. */
export type ConsoleRow = Readonly<Record<string, string | number>> & {readonly id: string; readonly time: number};

/** A field of the form above the table. */
export interface ConsoleFilter {
	readonly name: FilterName;
	readonly label: string;
	/** Takes several values: a row needs one of those in `choices`, or all of them where they are free text. */
	readonly many?: true;
	/** The only values, each also a value of the row's field of the same name. */
	readonly choices?: readonly string[];
	/** The search refuses to run without it. */
	readonly required?: true;
}

/** One tab of the console. */
export interface ConsoleSearch {
	/** The source that requests of this search are reported as. */
	readonly source: `feishu-app-log ${SearchKind}`;
	readonly title: string;
	readonly filters: readonly ConsoleFilter[];
	readonly columns: ReadonlyArray<{readonly field: string; readonly label: string}>;
	/** Makes the fields beside `id` and `time`. */
	readonly sample: (random: SampleRandom, row: {readonly id: string; readonly time: number}) => Readonly<Record<string, string | number>>;
}

export const statuses = ['success', 'failed', 'timeout'] as const;
export const appFeatures = ['mini-program', 'web-app', 'widget'] as const;

const status: ConsoleFilter = {name: 'status', label: 'Status', many: true, choices: statuses};
const tenantKey: ConsoleFilter = {name: 'tenant_key', label: 'Tenant key (store apps)'};
const errorMessage: ConsoleFilter = {name: 'error_message', label: 'Error message'};
const openId: ConsoleFilter = {name: 'user_open_id', label: 'User open_id'};

/** The searches with the filters that are documented for them, and the columns that are shown. */
export const consoleSearches: Readonly<Record<SearchKind, ConsoleSearch>> = {
	server: {
		source: 'feishu-app-log server',
		title: 'Server log',
		filters: [
			{name: 'url', label: 'Request URL'}, tenantKey, {name: 'request_id', label: 'Request ID'}, openId, status,
			{name: 'error_code', label: 'Error code'}, errorMessage,
		],
		columns: [
			{field: 'time', label: 'Time'}, {field: 'method', label: 'Method'}, {field: 'url', label: 'URL'}, {field: 'status', label: 'Status'},
			{field: 'error_code', label: 'Error code'}, {field: 'error_message', label: 'Error message'},
			{field: 'duration_ms', label: 'Duration, ms'},
			{field: 'request_id', label: 'Request ID'},
		],
		sample: sampleServer,
	},
	event: {
		source: 'feishu-app-log event',
		title: 'Event log',
		filters: [{name: 'event_type', label: 'Event type'}, {name: 'event_id', label: 'Event ID'}, tenantKey, status, errorMessage],
		columns: [
			{field: 'time', label: 'Pushed at'}, {field: 'event_type', label: 'Event type'}, {field: 'event_id', label: 'Event ID'},
			{field: 'status', label: 'Status'}, {field: 'duration_ms', label: 'Duration, ms'}, {field: 'error_message', label: 'Error message'},
		],
		sample: sampleEvent,
	},
	client: {
		source: 'feishu-app-log client',
		title: 'Client log',
		filters: [
			openId, {name: 'app_feature', label: 'App feature', choices: appFeatures, required: true}, status,
			{name: 'keyword', label: 'Keywords, separated by spaces', many: true},
		],
		columns: [
			{field: 'time', label: 'Time'}, {field: 'api', label: 'API'}, {field: 'status', label: 'Status'}, {field: 'message', label: 'Message'},
			{field: 'device', label: 'Device'}, {field: 'feishu_version', label: 'Feishu version'},
			{field: 'package_version', label: 'Package version'},
			{field: 'open_id', label: 'open_id'},
		],
		sample: sampleClient,
	},
};
